#!/usr/bin/env python3
"""The same model in transformers, padded, as its users run it: one JSON line with real tokens per second.

  transformers_peer.py train|infer --model logo|dnabert [--windows 32] [--seconds 20] [--bf16]

Windows as in cmgems: half of 510 tokens, half of 5 to 510, [CLS] and [SEP] added; a batch is padded to its longest.
train: BertForMaskedLM, 15% masked, clipping and fused AdamW. infer: last hidden states of BertModel.
"""
import argparse
import json
import resource
import time

import torch
from transformers import BertConfig, BertForMaskedLM, BertModel

from peer_models import FIRST_KMER, MASK, MODELS, VOCABULARY


def draw(windows):
    """ids, attention mask, labels and the number of real tokens."""
    lengths = torch.where(torch.rand(windows) < 0.5, 510, torch.randint(5, 511, (windows,))) + 2
    real = torch.arange(int(lengths.max()))[None] < lengths[:, None]
    ids = torch.randint(FIRST_KMER, VOCABULARY, real.shape) * real
    masked = real & (torch.rand(real.shape) < 0.15)
    labels = torch.where(masked, ids, -100)
    return ids.masked_fill(masked, MASK), real.long(), labels, int(lengths.sum())


def make_step(options):
    config = BertConfig(vocab_size=VOCABULARY, **MODELS[options.model])
    autocast = lambda: torch.autocast("cpu", torch.bfloat16, enabled=options.bf16)
    if options.mode == "infer":
        encoder = BertModel(config, add_pooling_layer=False).eval()

        def encode(ids, attention, labels):
            with torch.inference_mode(), autocast():
                encoder(input_ids=ids, attention_mask=attention)

        return encode
    model = BertForMaskedLM(config).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=4e-6, fused=True)

    def train(ids, attention, labels):
        with autocast():
            loss = model(input_ids=ids, attention_mask=attention, labels=labels).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)

    return train


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mode", choices=("train", "infer"))
    parser.add_argument("--model", choices=MODELS, default="logo")
    parser.add_argument("--windows", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--bf16", action="store_true")
    options = parser.parse_args()
    torch.manual_seed(0)
    step = make_step(options)
    batches = [draw(options.windows) for _ in range(4)]
    step(*batches[0][:3])
    tokens = steps = 0
    start = time.perf_counter()
    while time.perf_counter() < start + options.seconds:
        *inputs, real = batches[steps % len(batches)]
        step(*inputs)
        tokens += real
        steps += 1
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps(dict(tokens_s=tokens / seconds, steps=steps, threads=torch.get_num_threads(), peak_memory_bytes=peak)))


if __name__ == "__main__":
    main()
