#!/usr/bin/env python3
"""Writes tests/golden/infer: a small classifier with random weights, and what transformers makes of a few sequences
with it and with tests/golden/bert_tiny, the pieces of the longest averaged here.

  python3 scripts/golden/infer.py            (needs torch, transformers, safetensors; written with transformers 5)
"""
import pathlib
import shutil

import torch
from safetensors.torch import save_file
from transformers import BertConfig, BertForMaskedLM, BertForSequenceClassification

golden = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden"
folder, masked_folder = golden / "infer", golden / "bert_tiny"
K, POSITIONS, LABELS = 3, 24, 3
# 8, 11, 1 and 58 3-mers: the last are pieces of 20, 19 and 19, since a model of 24 positions takes 22
SEQUENCES = ["ACGTACGATT", "TTGACCATNGGAC", "GGG",
             "ACGTTGCATATAAAAGGCACGTCCAGTTGACCATATTGCAGGATCCNATTACGCTCAGTA"]

torch.manual_seed(21)
config = BertConfig(vocab_size=69, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=48,
                    max_position_embeddings=POSITIONS, layer_norm_eps=1e-12, initializer_range=0.3,
                    hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, num_labels=LABELS)
classifier = BertForSequenceClassification(config).eval()
for name, parameter in classifier.named_parameters():
    if parameter.dim() == 1:  # biases and LayerNorm away from their trivial start
        torch.nn.init.normal_(parameter, 1.0 if "LayerNorm.weight" in name else 0.0, 0.2)
classifier.save_pretrained(folder / "classifier")
shutil.copy(masked_folder / "vocab.txt", folder / "classifier" / "vocab.txt")
masked = BertForMaskedLM.from_pretrained(masked_folder, attn_implementation="eager").eval()

ids_of = {word: i for i, word in enumerate((masked_folder / "vocab.txt").read_text().split())}


def pieces(sequence):
    """Ids of the k-mers of each piece, [CLS] and [SEP] around them; with the number of its k-mers."""
    ids = [ids_of.get(sequence[i:i + K], ids_of["[UNK]"]) for i in range(len(sequence) - K + 1)]
    count = -(-len(ids) // (POSITIONS - 2))
    lengths = [len(ids) // count + (i < len(ids) % count) for i in range(count)]
    cut = [sum(lengths[:i]) for i in range(count)]
    return [(torch.tensor([[ids_of["[CLS]"], *ids[a:a + n], ids_of["[SEP]"]]]), n) for a, n in zip(cut, lengths)]


def mean(rows, sequence_pieces):
    weights = torch.tensor([float(n) for _, n in sequence_pieces])
    return (torch.stack(rows) * weights[:, None]).sum(0) / weights.sum()


result = {}
tokens, means, firsts, pooled, logits = [], [], [], [], []
with torch.no_grad():
    for sequence in SEQUENCES:
        cut = pieces(sequence)
        states = [torch.stack(masked.bert(ids, output_hidden_states=True).hidden_states)[:, 0] for ids, _ in cut]
        kmers = torch.cat([s[:, 1:-1] for s in states], dim=1)  # [layers + 1, k-mers, hidden]
        tokens.append(kmers)
        means.append(kmers.mean(1))
        firsts.append(torch.stack([mean([s[layer, 0] for s in states], cut) for layer in range(len(states[0]))]))
        outputs = [classifier.bert(ids).pooler_output[0] for ids, _ in cut]
        pooled.append(classifier.classifier(mean(outputs, cut)).softmax(-1))
        logits.append(mean([classifier.classifier(output) for output in outputs], cut).softmax(-1))
    attentions = masked.bert(pieces(SEQUENCES[0])[0][0], output_attentions=True).attentions
save_file({"tokens": torch.cat(tokens, dim=1).contiguous(),         # [layers + 1, all k-mers, hidden]
           "mean": torch.stack(means, dim=1).contiguous(),          # [layers + 1, sequences, hidden]
           "cls": torch.stack(firsts, dim=1).contiguous(),          # the same
           "attentions": torch.cat(attentions).contiguous(),        # [layers, heads, L, L] of the first sequence
           "probabilities_pooled": torch.stack(pooled).contiguous(),   # [sequences, classes]
           "probabilities_logits": torch.stack(logits).contiguous()}, folder / "expected.safetensors")
print(folder, [len(pieces(sequence)) for sequence in SEQUENCES])
