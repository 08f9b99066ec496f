#!/usr/bin/env python3
"""One GUE set fine-tuned with transformers under the protocol of docs/gue.md, from random weights, everything included:
one JSON line with seconds, beside which `cmgems eval-gue --model random --baseline majority` can be held.

  finetune_peer.py --data GUE/prom/prom_core_tata --arch logo --epochs 10 --max-tokens 80 --dev-every 200
                   [--device cuda --dtype bf16]

DATA holds {train,dev,test}.csv with the columns sequence and label. Batches of 32, AdamW, warm-up and linear decay, gradients
clipped to norm 1, dev loss every so many steps and after the last, test rows scored once with the weights of the lowest.
"""
import argparse
import csv
import itertools
import json
import time
from pathlib import Path

import torch
from transformers import BertConfig, BertForSequenceClassification, get_linear_schedule_with_warmup

from peer_models import CLS, FIRST_KMER, MODELS, PAD, SEP, UNKNOWN, VOCABULARY
K = 6
WORDS = {"".join(word): FIRST_KMER + i for i, word in enumerate(itertools.product("ATCG", repeat=K))}


def read(path, longest):
    with open(path, newline="") as file:
        rows = [(row["sequence"].upper(), int(row["label"])) for row in csv.DictReader(file)]
    encode = lambda s: [CLS] + [WORDS.get(s[i:i + K], UNKNOWN) for i in range(len(s) - K + 1)][:longest - 2] + [SEP]
    return [(torch.tensor(encode(sequence)), label) for sequence, label in rows]


def batch_of(rows, device):
    ids = torch.nn.utils.rnn.pad_sequence([tokens for tokens, _ in rows], batch_first=True, padding_value=PAD)
    labels = torch.tensor([label for _, label in rows])
    return dict(input_ids=ids.to(device), attention_mask=(ids != PAD).long().to(device), labels=labels.to(device))


def matthews(confusion):
    """Of a confusion matrix [true, predicted] (Gorodkin 2004)."""
    c = confusion.double()
    total, true, found = c.sum(), c.sum(1), c.sum(0)
    above = c.trace() * total - true @ found
    below = ((total**2 - found @ found) * (total**2 - true @ true)).sqrt()
    return (above / below).item() if below > 0 else 0.0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--arch", choices=MODELS, default="logo")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--max-tokens", type=int, default=80)
    parser.add_argument("--dev-every", type=int, default=200)
    parser.add_argument("--warmup", type=int, default=50)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--dtype", choices=("fp32", "bf16"), default="fp32")
    options = parser.parse_args()
    torch.manual_seed(0)
    start = time.perf_counter()
    train, dev, test = (read(options.data / f"{part}.csv", options.max_tokens) for part in ("train", "dev", "test"))
    classes = 1 + max(label for _, label in train)
    config = BertConfig(vocab_size=VOCABULARY, num_labels=classes, **MODELS[options.arch])
    model = BertForSequenceClassification(config).to(options.device)
    decayed = [p for p in model.parameters() if p.dim() > 1]
    others = [p for p in model.parameters() if p.dim() == 1]
    optimizer = torch.optim.AdamW([dict(params=decayed, weight_decay=0.01), dict(params=others, weight_decay=0.0)],
                                  lr=3e-5, fused=True)
    steps = options.epochs * -(-len(train) // options.batch)
    schedule = get_linear_schedule_with_warmup(optimizer, options.warmup, steps)
    autocast = lambda: torch.autocast(options.device, torch.bfloat16, enabled=options.dtype == "bf16")

    def evaluate(rows):
        model.eval()
        loss, confusion = 0.0, torch.zeros(classes, classes, dtype=torch.long)
        with torch.inference_mode(), autocast():
            for i in range(0, len(rows), options.batch):
                batch = batch_of(rows[i:i + options.batch], options.device)
                output = model(**batch)
                loss += output.loss.item() * len(batch["labels"]) / len(rows)
                for true, found in zip(batch["labels"].tolist(), output.logits.argmax(1).tolist()):
                    confusion[true, found] += 1
        model.train()
        return loss, matthews(confusion)

    lowest, best, step = float("inf"), {}, 0
    model.train()
    for _ in range(options.epochs):
        order = torch.randperm(len(train)).tolist()
        for i in range(0, len(train), options.batch):
            with autocast():
                loss = model(**batch_of([train[j] for j in order[i:i + options.batch]], options.device)).loss
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad(set_to_none=True)
            step += 1
            if step % options.dev_every == 0 or step == steps:
                dev_loss, _ = evaluate(dev)
                if dev_loss < lowest:
                    lowest, best = dev_loss, {name: x.clone() for name, x in model.state_dict().items()}
    model.load_state_dict(best)
    _, mcc = evaluate(test)
    print(json.dumps(dict(peer="transformers", arch=options.arch, device=options.device, dtype=options.dtype, steps=steps,
                          seconds=round(time.perf_counter() - start, 2), dev_loss=lowest, mcc=mcc)))


if __name__ == "__main__":
    main()
