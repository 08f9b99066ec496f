#!/usr/bin/env python3
"""Writes tests/golden/bert_tiny: a small BERT with random weights, windows, and transformers' own logits for them.

  python scripts/golden/bert_tiny.py            (needs torch, transformers, safetensors; written with transformers 5)
"""
import pathlib

import torch
from safetensors.torch import save_file
from transformers import BertConfig, BertForMaskedLM

folder = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden" / "bert_tiny"
torch.manual_seed(20)
config = BertConfig(vocab_size=69, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=48,
                    max_position_embeddings=24, layer_norm_eps=1e-12, initializer_range=0.3, hidden_dropout_prob=0.0,
                    attention_probs_dropout_prob=0.0)
model = BertForMaskedLM(config).eval()
for name, parameter in model.named_parameters():
    if parameter.dim() == 1:  # biases and LayerNorm away from their trivial start
        torch.nn.init.normal_(parameter, 1.0 if "LayerNorm.weight" in name else 0.0, 0.2)
model.save_pretrained(folder)
bases = "ATCG"
words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + [a + b + c for a in bases for b in bases for c in bases]
(folder / "vocab.txt").write_text("\n".join(words) + "\n")

lengths = [21, 21, 9, 3]
ids = [torch.cat([torch.tensor([2]), torch.randint(4, 69, (n,)), torch.tensor([3])]) for n in lengths]
with torch.no_grad():
    logits = torch.cat([model(window[None]).logits[0] for window in ids])
save_file({"ids": torch.cat(ids), "cu_seqlens": torch.tensor([0] + [n + 2 for n in lengths]).cumsum(0).to(torch.int32),
           "logits": logits.contiguous()}, folder / "expected.safetensors")
print(folder, tuple(logits.shape))
