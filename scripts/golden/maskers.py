#!/usr/bin/env python3
"""Writes tests/golden/maskers.jsonl: what the papers' masking algorithms do with given draws, one example a line.

Slow and literal, on sets and bases instead of spans and ranks; needs nothing but Python. An example has k, its token
ids and the score of each k-mer that has one (by id); each of its cases a masker with options, what was drawn, and the
expected masked positions (first and last of each run), PMI spans and positions that more than one span hides.

  python3 scripts/golden/maskers.py

Sources: CM-GEMS (arXiv:2408.07180) sections 3.2, 3.3 and 4.1 with algorithm 1, GeneMask (arXiv:2307.15933). Tokens are
numbered by their first base, so that token t shows the bases t .. t+k-1.
"""
import json
import math
import pathlib
import random

FIRST_KMER = 5  # ids below are special tokens
UNK = 1


class Example:
    def __init__(self, k, tokens, scores):
        self.k, self.tokens, self.scores, self.n = k, tokens, scores, len(tokens)

    def tokens_that_show(self, base):
        """All tokens of the example that contain a base: masking a nucleotide means masking these (section 3.2)."""
        return {t for t in range(self.n) if t <= base <= t + self.k - 1}

    def single_nucleotide_span(self, centre):
        """T[i-2] .. T[i+3] at k=6 share one base, the one k/2 after the first base of T[i]."""
        return self.tokens_that_show(centre + self.k // 2)

    def pmi_span(self, token):
        """Masking a PMI token means masking each of its nucleotides (algorithm 1)."""
        return set().union(*(self.tokens_that_show(base) for base in range(token, token + self.k)))

    def worth(self, i, rank_by):
        """Sortable, the best NPMI is largest; k-mers without a score come below all others, special tokens last."""
        ident = self.tokens[i] if rank_by == "token" else i + 1  # [CLS] is position 0
        if ident < FIRST_KMER or ident >= FIRST_KMER + 4**self.k:
            return (0, 0.0)
        return (2, self.scores[ident]) if ident in self.scores else (1, 0.0)


def random_masking(example, centres):
    return [(example.single_nucleotide_span(centre), False) for centre in centres]


def genemask(example, centres, rank_by="token", half="best", all_pmi_below=0):
    best = []
    for centre in centres:
        neighbours = sorted(example.single_nucleotide_span(centre))
        best.append(max(neighbours, key=lambda i: (example.worth(i, rank_by), -i)))
    count = math.ceil(len(centres) / 2)
    order = list(range(len(centres)))
    if half == "best":
        order.sort(key=lambda i: example.worth(best[i], rank_by), reverse=True)  # stable: ties keep their order
    widened = set(order if count < all_pmi_below else order[:count])
    spans = []
    for i, centre in enumerate(centres):
        if i in widened and example.worth(best[i], rank_by)[0] == 2:
            spans.append((example.pmi_span(best[i]), True))
        else:
            spans.append((example.single_nucleotide_span(centre), False))
    return spans


def global_count(example, rate_scale=1.0):
    """m = max(1, round(p n)) with p = 0.15 / (2k - 1)."""
    return min(example.n, max(1, math.floor(0.15 / (2 * example.k - 1) * rate_scale * example.n + 0.5)))


def global_masking(example, m, rank_by="token", overlap="allow", count="round", rate_scale=1.0):
    del count, rate_scale  # they decided m
    sorted_tokens = sorted(range(example.n), key=lambda i: example.worth(i, rank_by), reverse=True)
    chosen = []
    for token in sorted_tokens:
        if len(chosen) == m:
            break
        span = example.pmi_span(token)
        if overlap == "suppress" and any(span & other for other, _ in chosen):
            continue
        chosen.append((span, True))
    return chosen


def units(example, size):
    """Greedy matching of the vocabulary from left to right, without overlapping bases."""
    vocabulary = sorted(example.scores, key=lambda ident: (-example.scores[ident], ident))[:size]
    result, i = [], 0
    while i < example.n:
        matched = example.tokens[i] in vocabulary
        result.append((i, matched))
        i += example.k if matched else 1
    return result


def pmi_vocabulary(example, drawn, size=500, rate_scale=1.0):
    spans, masked = [], set()
    parts = units(example, size)
    for index in drawn:
        if len(masked) >= min(1.0, 0.15 * rate_scale) * example.n:
            break
        token, matched = parts[index]
        span = example.pmi_span(token) if matched else example.single_nucleotide_span(token)
        spans.append((span, matched))
        masked |= span
    return spans


MASKERS = {"random": random_masking, "genemask": genemask, "global": global_masking, "pmi-voc": pmi_vocabulary}
EXAMPLES = []


def case(name, masker, example, drawn, **options):
    spans = MASKERS[masker](example, drawn[0] if masker == "global" else drawn, **options)
    times = [sum(i in span for span, _ in spans) for i in range(example.n)]
    own = {key: value for key, value in options.items() if key != "rate_scale"}
    section = {} if masker == "random" else {masker.replace("-", "_"): own}
    if "rate_scale" in options:
        section["rate_scale"] = options["rate_scale"]
    if not EXAMPLES or EXAMPLES[-1]["example"] is not example:
        EXAMPLES.append({"example": example, "name": name, "cases": []})
    EXAMPLES[-1]["cases"].append({"masker": masker, "options": section, "drawn": drawn, "masked": runs(times),
                                  "pmi_spans": sum(pmi for _, pmi in spans),
                                  "covered_twice": sum(count > 1 for count in times)})


def runs(times):
    """First and last position of each run of masked tokens."""
    edges = [i for i in range(len(times) + 1)
             if (i < len(times) and times[i] > 0) != (i > 0 and times[i - 1] > 0)]
    return [[first, end - 1] for first, end in zip(edges[::2], edges[1::2])]


def line(entry):
    example = entry["example"]
    return json.dumps({"name": entry["name"], "k": example.k, "tokens": example.tokens,
                       "scores": sorted(example.scores.items()), "cases": entry["cases"]}, separators=(",", ":"))


def tokenize(sequence, k):
    code = {base: i for i, base in enumerate("ATCG")}
    ids = []
    for i in range(len(sequence) - k + 1):
        number = 0
        for base in sequence[i:i + k]:
            number = 4 * number + code[base]
        ids.append(FIRST_KMER + number)
    return ids


def scored(tokens, n, decimals, share=1.0):
    """Scores for a part of the k-mers that occur, and of those that positions stand for; few decimals give ties."""
    known = sorted(set(tokens) | set(range(FIRST_KMER, n + 2)))
    return {ident: round(RANDOM.uniform(-1.5, 2.5), decimals) for ident in known if RANDOM.random() < share}


def random_example(k, n, decimals=3, share=1.0, unknown=0.0):
    sequence = "".join(RANDOM.choice("ACGT") for _ in range(n + k - 1))
    tokens = tokenize(sequence, k)
    scores = {ident: score for ident, score in scored(tokens, n, decimals, share).items()
              if ident < FIRST_KMER + 4**k}
    return Example(k, [UNK if RANDOM.random() < unknown else token for token in tokens], scores)


def repeat_example(unit, k, n):
    tokens = tokenize((unit * (n + k))[:n + k - 1], k)
    return Example(k, tokens, {ident: score for ident, score in scored(tokens, n, 2).items()
                               if ident < FIRST_KMER + 4**k})


def centres(n, count):
    return sorted(RANDOM.sample(range(n), min(n, count)))


def order(example, size):
    parts = list(range(len(units(example, size))))
    RANDOM.shuffle(parts)
    return parts[:math.ceil(0.15 * example.n)]


GENEMASK = [{}, {"half": "first"}, {"rank_by": "position"}, {"all_pmi_below": 5}, {"all_pmi_below": 3},
            {"rank_by": "position", "half": "first", "all_pmi_below": 5}]
GLOBAL = [{}, {"overlap": "suppress"}, {"rank_by": "position"}, {"rank_by": "position", "overlap": "suppress"}]


def all_maskers(name, example, size=8):
    """Every masker and option on one example."""
    drawn = centres(example.n, max(1, example.n // 14))
    case(name, "random", example, drawn)
    for options in GENEMASK:
        case(name, "genemask", example, drawn, **options)
    for options in GLOBAL:
        case(name, "global", example, [global_count(example)], **options)
    case(name, "global", example, [min(example.n, 3)], count="binomial")
    case(name, "pmi-voc", example, order(example, size), size=size)


def write_cases():
    for k in (3, 6, 8):
        all_maskers("n = 1", random_example(k, 1))
        all_maskers("n < k", random_example(k, k - 1))
        all_maskers("plain", random_example(k, 90), size=12)
        all_maskers("ties", random_example(k, 60, decimals=0), size=12)
        all_maskers("all tokens without a score", random_example(k, 40, share=0))
        all_maskers("some tokens without a score", random_example(k, 50, share=0.3))
        all_maskers("low complexity, two bases", repeat_example("AC", k, 70), size=1)
        all_maskers("low complexity, one base", repeat_example("T", k, 33), size=1)
        all_maskers("[UNK] among the tokens", random_example(k, 40, unknown=0.4))
        border = random_example(k, 30)
        for at in ([0], [29], [0, 29], [0, 1, 28, 29], list(range(30))):
            case("a centre at each border", "random", border, at)
            for options in GENEMASK:
                case("a centre at each border", "genemask", border, at, **options)
        nothing = random_example(k, 20)
        case("nothing drawn", "random", nothing, [])
        case("nothing drawn", "genemask", nothing, [])
        case("nothing drawn", "genemask", nothing, [], all_pmi_below=5)
        case("nothing drawn", "global", nothing, [0], count="binomial")
        full = random_example(k, 120)
        case("twice the rate", "pmi-voc", full, list(range(36)), size=20, rate_scale=2)
        for options in GLOBAL:
            case("twice the rate", "global", full, [global_count(full, 2)], rate_scale=2, **options)
        case("more spans than fit apart", "global", full, [60], overlap="suppress", count="binomial")
        case("every token", "global", full, [120], count="binomial")


RANDOM = random.Random(20240813)
write_cases()
path = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden" / "maskers.jsonl"
path.write_text("".join(line(entry) + "\n" for entry in EXAMPLES))
print(path, sum(len(entry["cases"]) for entry in EXAMPLES), "cases,", path.stat().st_size, "bytes")
