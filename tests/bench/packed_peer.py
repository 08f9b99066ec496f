#!/usr/bin/env python3
"""A careful PyTorch version of the training step, as a rival: the modules and weights of transformers' BertForMaskedLM, but
windows back to back without padding, variable-length flash attention with dropout, queries, keys and values in one product,
the head on masked tokens only, compiled, fused AdamW, and no host waiting. One JSON line with real tokens per second.

  packed_peer.py --arch dnabert --batch 250 --device cuda --dtype bf16 [--no-compile]
  packed_peer.py --check      loss and gradients beside those of BertForMaskedLM on padded windows; exits 1 if they differ

Windows as in cmgems: half of 510 tokens, half of 5 to 510, [CLS] and [SEP] added; 15% masked.
"""
import argparse
import json
import math
import random
import resource
import sys
import time
from dataclasses import dataclass

import torch
import torch._dynamo
import torch.nn.functional as F
from transformers import BertConfig, BertForMaskedLM

from peer_models import CLS, FIRST_KMER, MASK, MODELS, SEP, VOCABULARY


@dataclass
class Packed:
    """W windows back to back: T tokens, M of them masked."""
    ids: torch.Tensor  # [T]
    positions: torch.Tensor  # [T]
    edges: torch.Tensor  # [W + 1] int32
    longest: int
    masked: torch.Tensor  # [M]
    labels: torch.Tensor  # [M]


def draw(rng, windows, longest, device):
    lengths = [longest if rng.random() < 0.5 else rng.randint(5, longest) for _ in range(windows)]
    pieces = [torch.cat((torch.tensor([CLS]), torch.randint(FIRST_KMER, VOCABULARY, (n,)), torch.tensor([SEP])))
              for n in lengths]
    ids = torch.cat(pieces)
    masked = torch.nonzero((torch.rand(len(ids)) < 0.15) & (ids >= FIRST_KMER)).flatten()
    labels = ids[masked]
    ids[masked] = MASK
    edges = torch.tensor([0] + [len(piece) for piece in pieces]).cumsum(0).int()
    positions = torch.cat([torch.arange(len(piece)) for piece in pieces])
    return Packed(*(x.to(device) for x in (ids, positions, edges)), max(lengths) + 2, masked.to(device), labels.to(device))


def attend(q, k, v, batch, dropout):
    """[T, A, D] -> [T, A, D], each window for itself."""
    if q.is_cuda:
        return torch.ops.aten._flash_attention_forward(q, k, v, batch.edges, batch.edges, batch.longest, batch.longest,
                                                       dropout, False, False)[0]
    edges = batch.edges.tolist()
    by_window = lambda x: (x[a:b].transpose(0, 1)[None] for a, b in zip(edges, edges[1:]))
    outputs = [F.scaled_dot_product_attention(*window, dropout_p=dropout)[0].transpose(0, 1)
               for window in zip(by_window(q), by_window(k), by_window(v))]
    return torch.cat(outputs)


def loss_of(model, batch):
    config, embeddings = model.config, model.bert.embeddings
    heads, training = config.num_attention_heads, model.training
    drop = lambda x: F.dropout(x, config.hidden_dropout_prob, training)
    x = embeddings.word_embeddings(batch.ids) + embeddings.position_embeddings(batch.positions)
    x = drop(embeddings.LayerNorm(x + embeddings.token_type_embeddings.weight[0]))
    for layer in model.bert.encoder.layer:
        own = layer.attention.self
        weight = torch.cat((own.query.weight, own.key.weight, own.value.weight))
        bias = torch.cat((own.query.bias, own.key.bias, own.value.bias))
        q, k, v = F.linear(x, weight, bias).view(len(x), 3, heads, -1).unbind(1)
        attended = attend(q, k, v, batch, config.attention_probs_dropout_prob if training else 0.0)
        x = layer.attention.output.LayerNorm(x + drop(layer.attention.output.dense(attended.flatten(1))))
        wide = F.gelu(layer.intermediate.dense(x))
        x = layer.output.LayerNorm(x + drop(layer.output.dense(wide)))
    head = model.cls.predictions
    y = head.transform.LayerNorm(F.gelu(head.transform.dense(x[batch.masked])))
    return F.cross_entropy(F.linear(y, embeddings.word_embeddings.weight, head.bias).float(), batch.labels)


def make_model(arch, device, **changes):
    config = BertConfig(vocab_size=VOCABULARY, **(MODELS[arch] | changes))
    return BertForMaskedLM(config).to(device).train()


def step_of(options):
    if options.no_compile:
        return loss_of
    torch._dynamo.config.specialize_float = True  # dropout and epsilon are no variables
    return torch.compile(loss_of, dynamic=True)


def check(options):
    """Without dropout, which the two draw differently."""
    torch.manual_seed(0)
    model = make_model(options.arch, options.device, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
    batch = draw(random.Random(0), 4, 60, options.device)
    bf16 = options.dtype == "bf16"
    with torch.autocast(options.device, torch.bfloat16, enabled=bf16):
        loss = step_of(options)(model, batch)
    loss.backward()
    packed = {name: p.grad.clone() for name, p in model.named_parameters() if p.grad is not None}
    model.zero_grad()

    edges = batch.edges.tolist()
    labels = torch.full_like(batch.ids, -100).index_put((batch.masked,), batch.labels)
    rows = lambda x, filler: torch.nn.utils.rnn.pad_sequence(
        [x[a:b] for a, b in zip(edges, edges[1:])], batch_first=True, padding_value=filler)
    real = rows(torch.ones_like(batch.ids), 0)
    plain = model(input_ids=rows(batch.ids, 0), attention_mask=real, labels=rows(labels, -100)).loss
    plain.backward()
    gradients = {name: p.grad for name, p in model.named_parameters() if name in packed}
    # Of a key's bias the gradient is nothing but rounding: no tensor counts for less than this.
    least = 1e-3 * torch.stack([g.norm() for g in gradients.values()]).norm()
    worst = max(((packed[name] - g).norm() / torch.maximum(g.norm(), least)).item() for name, g in gradients.items())
    difference = abs(loss.item() - plain.item())
    print(json.dumps(dict(loss=loss.item(), transformers=plain.item(), gradient_difference=worst)))
    tolerance = 0.05 if bf16 else 1e-4
    return 0 if math.isfinite(worst) and difference < tolerance and worst < tolerance else 1


def measure(options):
    torch.manual_seed(0)
    rng = random.Random(0)
    model = make_model(options.arch, options.device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=4e-6, betas=(0.9, 0.98), eps=1e-6, weight_decay=0.01, fused=True)
    forward = step_of(options)
    wait = torch.cuda.synchronize if options.device == "cuda" else (lambda: None)
    batches = [draw(rng, options.batch, 510, options.device) for _ in range(8)]
    tokens, start = 0, 0.0
    for step in range(options.warmup + options.steps):
        if step == options.warmup:
            wait()
            tokens, start = 0, time.perf_counter()
        batch = batches[step % len(batches)]
        with torch.autocast(options.device, torch.bfloat16, enabled=options.dtype == "bf16"):
            loss = forward(model, batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        tokens += len(batch.ids)
    wait()
    seconds = time.perf_counter() - start
    result = dict(peer="packed", arch=options.arch, device=options.device, dtype=options.dtype,
                  compiled=not options.no_compile, batch=options.batch, steps=options.steps,
                  real_tokens_per_second=round(tokens / seconds), loss=round(loss.item(), 4),
                  peak_memory_bytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
    if options.device == "cuda":
        result["peak_device_memory_bytes"] = torch.cuda.max_memory_allocated()
    print(json.dumps(result))
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--arch", choices=MODELS, default="logo")
    parser.add_argument("--batch", type=int, default=32, help="windows of a step")
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--warmup", type=int, default=10, help="steps before the clock starts; each batch is seen once")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--dtype", choices=("fp32", "bf16"), default="fp32")
    parser.add_argument("--no-compile", action="store_true")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    return check(options) if options.check else measure(options)


if __name__ == "__main__":
    sys.exit(main())
