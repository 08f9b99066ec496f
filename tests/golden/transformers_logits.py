"""Logits of transformers' own model for windows of token ids: MODEL_FOLDER INPUT.safetensors OUTPUT.safetensors."""
import sys

import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForMaskedLM, AutoModelForSequenceClassification

folder, source, target = sys.argv[1:]
given = load_file(source)
kind = AutoModelForSequenceClassification if "classify" in given else AutoModelForMaskedLM
model = kind.from_pretrained(folder).eval()
edges = given["cu_seqlens"].tolist()
with torch.no_grad():
    rows = [model(given["ids"][a:b].long()[None]).logits[0] for a, b in zip(edges, edges[1:])]
save_file({"logits": (torch.stack(rows) if rows[0].dim() == 1 else torch.cat(rows)).contiguous()}, target)
