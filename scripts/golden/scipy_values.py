#!/usr/bin/env python3
"""Prints the literals of tests/unit/npmi/compare_test.cpp and tests/unit/motifs: what SciPy says about small inputs.

Needs: scipy (1.17.1 was used). Run: python3 scripts/golden/scipy_values.py
"""
from scipy.stats import false_discovery_control, fisher_exact, hypergeom, rankdata, spearmanr

values = [0.5, -1.0, 0.5, 2.0, 0.5, -1.0, 7.0]
print("mean ranks:", rankdata(values).tolist())
print("spearman:", repr(spearmanr(values, [3.0, 1.0, 1.0, 2.0, 5.0, 0.0, 4.0]).statistic))

for population, marked, drawn, seen in [(2080, 20, 262, 9), (20, 7, 12, 4), (2080, 20, 262, 0)]:
    print(f"at least {seen} of {marked} marked in {drawn} of {population}:",
          repr(hypergeom.sf(seen - 1, population, marked, drawn)))
for table in [[[9, 253], [2, 260]], [[3, 2], [0, 5]]]:
    print("fisher, greater:", table, repr(fisher_exact(table, alternative="greater").pvalue))
print("benjamini-hochberg:", false_discovery_control([0.01, 0.04, 0.03, 0.005, 0.9, 0.04], method="bh").tolist())
