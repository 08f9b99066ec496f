#!/usr/bin/env python3
"""Prints the literals of tests/unit/npmi/compare_test.cpp, tests/unit/motifs, and of the paired tests in
tests/unit/metrics: what SciPy says about small inputs.

Needs: scipy (1.17.1 was used). Run: python3 scripts/golden/scipy_values.py
"""
from scipy.stats import (bootstrap, false_discovery_control, fisher_exact, hypergeom, rankdata, spearmanr, ttest_rel,
                         wilcoxon)

values = [0.5, -1.0, 0.5, 2.0, 0.5, -1.0, 7.0]
print("mean ranks:", rankdata(values).tolist())
print("spearman:", repr(spearmanr(values, [3.0, 1.0, 1.0, 2.0, 5.0, 0.0, 4.0]).statistic))

for population, marked, drawn, seen in [(2080, 20, 262, 9), (20, 7, 12, 4), (2080, 20, 262, 0)]:
    print(f"at least {seen} of {marked} marked in {drawn} of {population}:",
          repr(hypergeom.sf(seen - 1, population, marked, drawn)))
for table in [[[9, 253], [2, 260]], [[3, 2], [0, 5]]]:
    print("fisher, greater:", table, repr(fisher_exact(table, alternative="greater").pvalue))
print("benjamini-hochberg:", false_discovery_control([0.01, 0.04, 0.03, 0.005, 0.9, 0.04], method="bh").tolist())

A = [0.62, 0.71, 0.55, 0.68, 0.59, 0.73, 0.64, 0.66, 0.61, 0.70]
B = [0.60, 0.66, 0.56, 0.61, 0.62, 0.65, 0.60, 0.55, 0.67, 0.61]
TIES = [0.02, 0.05, -0.02, 0.05, 0.0, 0.08, -0.05, 0.11]
LONG = [((i * 37) % 101 - 40) / 100 for i in range(60)]  # 60 different numbers, none of them zero
MANY_TIES = [((i * 7) % 10 - 3) / 10 for i in range(25)]
print("t-test:", ttest_rel(A, B))
for name, values in [("ten pairs", [round(a - b, 10) for a, b in zip(A, B)]), ("ties and a zero", TIES),
                     ("sixty pairs", LONG), ("25 pairs with ties", MANY_TIES)]:
    print(f"wilcoxon, {name}:", wilcoxon(values))
print("percentile bootstrap of the mean:",
      bootstrap((A,), lambda x, axis: x.mean(axis=axis), n_resamples=1_000_000, batch=1000, method="percentile",
                rng=1).confidence_interval)
