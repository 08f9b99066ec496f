#!/usr/bin/env python3
"""Writes tests/golden/curricula.jsonl: which masker the papers' curricula choose at each step, one case a line.

Slow and literal; needs nothing but Python. A case of cm-step has the probability of the hard masker, by runs of steps
(first, last, probability as numerator and denominator); a case of cm-gems a curve of measurements [step, perplexity]
and the first step that the hard masker masks, or null.

  python3 scripts/golden/curricula.py

Sources: CM-GEMS (arXiv:2408.07180) section 4.2, and its released code for the rule abs-min. Steps count from 0; a
measurement at step s is made when s steps are done, so that the masker of step s is the next one to be chosen.
"""
import fractions
import json
import pathlib
import random

RANDOM = random.Random(20240813)
CASES = []


def hard_probabilities(max_steps, blocks):
    """Training is cut into equal blocks; the probability starts at 0 and grows by 1 / blocks from block to block."""
    probability, end = fractions.Fraction(0), fractions.Fraction(max_steps, blocks)
    for step in range(max_steps):
        while step >= end:
            probability += fractions.Fraction(1, blocks)
            end += fractions.Fraction(max_steps, blocks)
        yield probability


def first_hard_step(curve, max_steps, rule, threshold, relative, patience, min_steps):
    """Training: at each measurement the model's perplexity is compared with what was measured before."""
    measured, stalled = [], 0
    for step in range(max_steps):
        if step in curve:
            measured.append(curve[step])
            if len(measured) > 1:
                changes = []
                for before, now in zip(measured[:-1], measured[1:]):
                    changes.append((before - now) / before if relative else before - now)
                if rule == "signed":
                    progress = not changes[-1] < threshold
                else:
                    progress = not min(abs(change) for change in changes) < threshold
                stalled = 0 if progress else stalled + 1
                if stalled >= patience and step >= min_steps:
                    return step  # and for ever
    return None


def cm_step(max_steps, blocks):
    runs = []
    for step, probability in enumerate(hard_probabilities(max_steps, blocks)):
        if runs and runs[-1][2:] == [probability.numerator, probability.denominator]:
            runs[-1][1] = step
        else:
            runs.append([step, step, probability.numerator, probability.denominator])
    CASES.append({"curriculum": "cm-step", "max_steps": max_steps, "blocks": blocks, "hard": runs})


def cm_gems(curve, max_steps, rule="signed", threshold=1.0, relative=False, patience=1, min_steps=0):
    CASES.append({"curriculum": "cm-gems", "max_steps": max_steps, "curve": sorted(curve.items()),
                  "options": {"rule": rule, "threshold": threshold, "relative": relative, "patience": patience,
                              "min_steps": min_steps},
                  "hard_from": first_hard_step(curve, max_steps, rule, threshold, relative, patience, min_steps)})


def falling_curve(max_steps, every, start, floor, noise, decimals):
    """Perplexity falls towards a floor, with noise; few decimals give drops that equal the threshold."""
    curve, height = {}, start - floor
    for step in range(every, max_steps + 1, every):
        height *= RANDOM.uniform(0.5, 1.0)
        curve[step] = round(floor + height + RANDOM.uniform(-noise, noise), decimals)
    return curve


def write_cases():
    for max_steps, blocks in ((1000, 100), (1000, 10), (100, 100), (10, 4), (8, 100), (7, 1), (1, 3), (97, 13)):
        cm_step(max_steps, blocks)
    for rule in ("signed", "abs-min"):
        for _ in range(6):
            curve = falling_curve(400, 20, RANDOM.uniform(20, 200), RANDOM.uniform(4, 15), 1.5, 0)
            cm_gems(curve, 400, rule)
            cm_gems(curve, 400, rule, patience=2)
            cm_gems(curve, 400, rule, threshold=2.0, patience=3, min_steps=100)
            curve = falling_curve(400, 20, 1300, 60, 20, 2)
            cm_gems(curve, 400, rule, threshold=0.02, relative=True)
            cm_gems(curve, 400, rule, threshold=0.1, relative=True, min_steps=200)
            cm_gems(curve, 400, rule, threshold=0.05, relative=True, patience=2, min_steps=60)
        cm_gems({10: 50.0, 20: 49.0, 30: 48.0}, 40, rule)  # drops that equal the threshold are progress
        cm_gems({10: 50.0, 20: 60.0, 30: 70.0}, 40, rule)  # only rises
        cm_gems({10: 50.0}, 40, rule)
        cm_gems({}, 40, rule)
        cm_gems({20: 50.0, 40: 50.0}, 40, rule)  # the last step has no next one


write_cases()
path = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden" / "curricula.jsonl"
path.write_text("".join(json.dumps(case, separators=(",", ":")) + "\n" for case in CASES))
print(path, len(CASES), "cases,", path.stat().st_size, "bytes")
