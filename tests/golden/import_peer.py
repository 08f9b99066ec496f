"""The other side of import_test.cpp: files as PyTorch and transformers write them, and what they read.

  make FOLDER               a small model as zip.bin and old.bin (torch.save), expected.safetensors, and as save_pretrained
                            writes it: masked/, shards/, classifier/
  compare FOLDER FOLDER     both load with transformers' Auto classes, and every tensor and label is the same
  tokenize FOLDER TEXT      ids of BertTokenizer, one line
"""
import json
import pathlib
import sys

import torch
from safetensors.torch import save_file
from transformers import (AutoModelForMaskedLM, AutoModelForSequenceClassification, BertConfig, BertForMaskedLM,
                          BertForSequenceClassification, BertTokenizer)

SIZES = dict(vocab_size=69, hidden_size=8, num_hidden_layers=2, num_attention_heads=2, intermediate_size=12,
             max_position_embeddings=24, layer_norm_eps=1e-12)


def old_names(state):
    """As the oldest files have it: gamma and beta, trained in parallel, decoder copies, buffers, a pooler."""
    old = {name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"): value
           for name, value in state.items()}
    old["cls.predictions.decoder.weight"] = state["bert.embeddings.word_embeddings.weight"]
    old["cls.predictions.decoder.bias"] = state["cls.predictions.bias"].clone()
    old["bert.embeddings.position_ids"] = torch.arange(24).expand((1, -1)).contiguous()
    old["bert.pooler.dense.weight"] = torch.randn(8, 8)
    old["bert.pooler.dense.bias"] = torch.randn(8)
    turned = "bert.encoder.layer.0.intermediate.dense.weight"
    old[turned] = old[turned].t().contiguous().t()
    return {"module." + name: value for name, value in old.items()}


def make(folder):
    torch.manual_seed(7)
    bases = "ATCG"
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + [a + b + c for a in bases for b in bases for c in bases]
    model = BertForMaskedLM(BertConfig(**SIZES))
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter)
    tied = ("cls.predictions.decoder.weight", "cls.predictions.decoder.bias")
    expected = {name: value for name, value in model.state_dict().items() if name not in tied}
    save_file({name: value.clone() for name, value in expected.items()}, folder / "expected.safetensors")
    state = torch.nn.Module.state_dict(model).__class__(old_names(expected))  # an OrderedDict with _metadata
    state._metadata = model.state_dict()._metadata
    torch.save(state, folder / "zip.bin")
    torch.save(state, folder / "old.bin", _use_new_zipfile_serialization=False)
    torch.save(old_names(expected), folder / "four.bin", pickle_protocol=4)
    (folder / "config.json").write_text(json.dumps({**SIZES, "hidden_act": "gelu"}))
    model.save_pretrained(folder / "masked")
    model.save_pretrained(folder / "shards", max_shard_size="4KB")
    labels = {0: "no promoter", 1: "promoter", 2: "unsure"}
    BertForSequenceClassification(
        BertConfig(**SIZES, id2label=labels, label2id={name: i for i, name in labels.items()})
    ).save_pretrained(folder / "classifier")
    for name in (".", "masked", "shards", "classifier"):
        (folder / name / "vocab.txt").write_text("\n".join(words) + "\n")


def compare(ours, theirs):
    classifier = "BertForSequenceClassification" in json.loads((theirs / "config.json").read_text())["architectures"]
    kind = AutoModelForSequenceClassification if classifier else AutoModelForMaskedLM
    a, b = kind.from_pretrained(ours), kind.from_pretrained(theirs)
    x, y = a.state_dict(), b.state_dict()
    assert x.keys() == y.keys(), x.keys() ^ y.keys()
    for name in x:
        assert x[name].dtype == y[name].dtype and torch.equal(x[name], y[name]), name
    assert a.config.id2label == b.config.id2label
    ids = torch.tensor([[2, 7, 40, 68, 4, 3]])
    assert torch.equal(a.eval()(ids).logits, b.eval()(ids).logits)


def tokenize(folder, text):
    print(*BertTokenizer.from_pretrained(folder)(text)["input_ids"])


if __name__ == "__main__":
    action, first, *rest = sys.argv[1:]
    if action == "make":
        make(pathlib.Path(first))
    elif action == "compare":
        compare(pathlib.Path(first), pathlib.Path(rest[0]))
    else:
        tokenize(first, rest[0])
