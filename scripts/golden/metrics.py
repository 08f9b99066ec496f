#!/usr/bin/env python3
"""Prints the literals of tests/unit/metrics: what scikit-learn says about small inputs.

Needs: numpy, scikit-learn (1.9.1 was used). Run: python3 scripts/golden/metrics.py
"""
from itertools import product

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (accuracy_score, balanced_accuracy_score, f1_score, matthews_corrcoef,
                             precision_score, recall_score, roc_auc_score)


def scores(name, labels, probabilities):
    predictions = probabilities.argmax(axis=1)
    macro = dict(average="macro", zero_division=0)
    binary = probabilities.shape[1] == 2
    auc = roc_auc_score(labels, probabilities[:, 1] if binary else probabilities, multi_class="ovr")
    values = [accuracy_score(labels, predictions), precision_score(labels, predictions, **macro),
              recall_score(labels, predictions, **macro), f1_score(labels, predictions, **macro),
              matthews_corrcoef(labels, predictions), auc, balanced_accuracy_score(labels, predictions)]
    print(name, "accuracy precision recall f1 mcc auc balanced:", ", ".join(f"{value:.15g}" for value in values))


def counts(sequences, k=3):
    words = {"".join(word): i for i, word in enumerate(product("ACGT", repeat=k))}
    table = np.zeros((len(sequences), len(words)))
    for row, sequence in enumerate(sequences):
        for start in range(len(sequence) - k + 1):
            if sequence[start:start + k] in words:
                table[row, words[sequence[start:start + k]]] += 1
    return table


def baseline(name, train, labels, test, c):
    model = LogisticRegression(C=c, max_iter=10000, tol=1e-10).fit(counts(train), labels)
    values = model.predict_proba(counts(test)).ravel()
    print(name, "probabilities:", ", ".join(f"{value:.9f}" for value in values))


scores("two classes", [0, 1, 1, 0, 1, 0, 1],
       np.array([[.9, .1], [.4, .6], [.6, .4], [.6, .4], [.2, .8], [.3, .7], [.6, .4]]))
scores("three classes, the last never predicted", [0, 0, 1, 1, 2, 2, 2, 0],
       np.array([[.7, .2, .1], [.2, .5, .3], [.1, .8, .1], [.5, .4, .1], [.6, .1, .3], [.3, .4, .3], [.4, .4, .2],
                 [.5, .25, .25]]))

TRAIN = ["ACGTACGTACGT", "TTTTACGTTTTT", "GGGCGGGCGGGC", "GCGCGCNGCGCG", "AATTAATTAATT", "TATATATATATA"]
TEST = ["ACGTTTTTTTTT", "GGGGGGCGCGCG", "TATAATTATATA", "NNNNNN"]
baseline("two classes, C 0.1", TRAIN, [0, 0, 1, 1, 0, 1], TEST, 0.1)
baseline("three classes, C 0.1", TRAIN, [0, 0, 1, 1, 2, 2], TEST, 0.1)
baseline("two classes, C 10", TRAIN, [0, 0, 1, 1, 0, 1], TEST, 10)
