"""Loss, gradients and optimizer steps of transformers' BertForMaskedLM: MODEL_FOLDER INPUT.safetensors OUTPUT.safetensors.

INPUT holds batches of windows back to back: ids, cu_seqlens, masked, labels, and batch_windows, the number of windows of
each. A batch is padded to its longest window here. OUTPUT gets the loss and every gradient of the first batch
(gradient.NAME), and the losses of one AdamW step per batch (losses).
"""
import sys

import torch
from safetensors.torch import load_file, save_file
from transformers import BertForMaskedLM

LEARNING_RATE, BETAS, EPSILON, DECAY, CLIP = 1e-3, (0.9, 0.98), 1e-6, 0.01, 1.0


def padded(ids, edges, masked, labels):
    """ids, attention mask and labels [windows, longest]."""
    width = max(b - a for a, b in zip(edges, edges[1:]))
    flat = torch.full((len(ids),), -100).index_put((masked,), labels)
    rows = [torch.full((len(edges) - 1, width), fill) for fill in (0, 0, -100)]
    for row, (a, b) in enumerate(zip(edges, edges[1:])):
        for target, source in zip(rows, (ids[a:b], torch.ones(b - a, dtype=torch.long), flat[a:b])):
            target[row, : b - a] = source
    return rows


def batches(given):
    edges = given["cu_seqlens"].tolist()
    first = 0
    for windows in given["batch_windows"].tolist():
        own = edges[first : first + windows + 1]
        inside = (given["masked"] >= own[0]) & (given["masked"] < own[-1])
        yield padded(given["ids"][own[0] : own[-1]], [e - own[0] for e in own], given["masked"][inside] - own[0],
                     given["labels"][inside])
        first += windows


def main():
    folder, source, target = sys.argv[1:]
    torch.set_num_threads(2)
    model = BertForMaskedLM.from_pretrained(folder, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0).train()
    matrices = [p for p in model.parameters() if p.dim() > 1]
    vectors = [p for p in model.parameters() if p.dim() == 1]
    optimizer = torch.optim.AdamW([dict(params=matrices, weight_decay=DECAY), dict(params=vectors, weight_decay=0.0)],
                                  lr=LEARNING_RATE, betas=BETAS, eps=EPSILON)
    result, losses = {}, []
    for ids, attention, labels in batches(load_file(source)):
        optimizer.zero_grad()
        loss = model(input_ids=ids, attention_mask=attention, labels=labels).loss
        loss.backward()
        if not losses:
            result = {f"gradient.{name}": p.grad.clone().contiguous() for name, p in model.named_parameters()}
        losses.append(loss.item())
        torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP)
        optimizer.step()
    save_file(result | {"losses": torch.tensor(losses, dtype=torch.float64)}, target)


main()
