"""Fine-tuning of transformers' BertForSequenceClassification: MODEL_FOLDER INPUT.safetensors OUTPUT.safetensors.

INPUT holds token rows back to back, without [CLS] and [SEP]: ids and edges of the training rows, test_ids and test_edges;
labels; batches [steps, rows], the training rows of each step; rates [steps]; class_weights [classes]. OUTPUT gets the
losses of the steps and the logits of the test rows afterwards.
"""
import sys

import torch
from safetensors.torch import load_file, save_file
from transformers import BertForSequenceClassification

BETAS, EPSILON, DECAY, CLIP = (0.9, 0.999), 1e-8, 0.01, 1.0
CLS, SEP = 2, 3


def rows_of(ids, edges):
    return [[CLS, *ids[a:b].tolist(), SEP] for a, b in zip(edges, edges[1:])]


def padded(rows):
    width = max(map(len, rows))
    ids = torch.tensor([row + [0] * (width - len(row)) for row in rows])
    return dict(input_ids=ids, attention_mask=torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in rows]))


def main():
    folder, source, target = sys.argv[1:]
    torch.set_num_threads(2)
    given = load_file(source)
    train = rows_of(given["ids"], given["edges"].tolist())
    test = rows_of(given["test_ids"], given["test_edges"].tolist())
    model = BertForSequenceClassification.from_pretrained(folder, hidden_dropout_prob=0.0,
                                                          attention_probs_dropout_prob=0.0).train()
    groups = [dict(params=[p for p in model.parameters() if p.dim() > 1], weight_decay=DECAY),
              dict(params=[p for p in model.parameters() if p.dim() == 1], weight_decay=0.0)]
    optimizer = torch.optim.AdamW(groups, lr=0.0, betas=BETAS, eps=EPSILON)
    criterion = torch.nn.CrossEntropyLoss(weight=given["class_weights"].float())
    losses = []
    for batch, rate in zip(given["batches"].tolist(), given["rates"].tolist()):
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.zero_grad()
        loss = criterion(model(**padded([train[row] for row in batch])).logits, given["labels"][batch])
        loss.backward()
        losses.append(loss.item())
        torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP)
        optimizer.step()
    with torch.no_grad():
        logits = model.eval()(**padded(test)).logits
    save_file(dict(losses=torch.tensor(losses, dtype=torch.float64), logits=logits.contiguous()), target)


main()
