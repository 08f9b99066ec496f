"""What transformers' own model says of windows of token ids: MODEL_FOLDER INPUT.safetensors OUTPUT.safetensors.

hidden_states [layers + 1, tokens, hidden], attentions [layers, heads, L, L] of the first window, and for classifiers
probabilities [windows, classes]."""
import json
import pathlib
import sys

import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForMaskedLM, AutoModelForSequenceClassification

folder, source, target = sys.argv[1:]
given = load_file(source)
architecture = json.loads((pathlib.Path(folder) / "config.json").read_text())["architectures"][0]
classify = architecture.endswith("SequenceClassification")
kind = AutoModelForSequenceClassification if classify else AutoModelForMaskedLM
model = kind.from_pretrained(folder, attn_implementation="eager").eval()
edges = given["cu_seqlens"].tolist()
with torch.no_grad():
    rows = [model(given["ids"][a:b].long()[None], output_hidden_states=True, output_attentions=True)
            for a, b in zip(edges, edges[1:])]
result = {"hidden_states": torch.cat([torch.cat(row.hidden_states) for row in rows], dim=1).contiguous(),
          "attentions": torch.cat(rows[0].attentions).contiguous()}
if classify:
    result["probabilities"] = torch.cat([row.logits.softmax(-1) for row in rows]).contiguous()
save_file(result, target)
