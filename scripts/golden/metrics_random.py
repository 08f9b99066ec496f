#!/usr/bin/env python3
"""Writes tests/golden/metrics.jsonl: what scikit-learn says about random labels and probabilities.

  python scripts/golden/metrics_random.py            (needs numpy, scikit-learn; written with scikit-learn 1.9)

Two to nine classes, some of which occur among labels or predictions only or not at all; probabilities in steps of 1/8,
so that many are equal. auc is null where scikit-learn has none.
"""
import json
import pathlib
import warnings

import numpy as np
from sklearn.metrics import (accuracy_score, balanced_accuracy_score, confusion_matrix, f1_score, matthews_corrcoef,
                             precision_score, recall_score, roc_auc_score)

warnings.simplefilter("ignore")
random = np.random.default_rng(7)


def area(labels, probabilities, classes):
    try:
        if classes == 2:
            value = roc_auc_score(labels, probabilities[:, 1])
        else:
            value = roc_auc_score(labels, probabilities, multi_class="ovr", labels=list(range(classes)))
    except ValueError:
        return None
    return None if np.isnan(value) else value


def case(classes, rows, present):
    """`present`: the classes that labels are drawn from, unevenly."""
    shares = random.dirichlet(np.ones(len(present)))
    labels = random.choice(present, size=rows, p=shares)
    eighths = random.multinomial(8, np.ones(classes) / classes, size=rows)
    right = random.random(rows) < 0.3  # better than chance
    eighths[right] = 0
    eighths[right, labels[right]] = 8
    probabilities = eighths / 8
    predictions = probabilities.argmax(axis=1)
    macro = dict(average="macro", zero_division=0)
    return dict(classes=classes, labels=labels.tolist(), probabilities=probabilities.ravel().tolist(),
                accuracy=accuracy_score(labels, predictions),
                balanced_accuracy=balanced_accuracy_score(labels, predictions),
                precision=precision_score(labels, predictions, **macro),
                recall=recall_score(labels, predictions, **macro), f1=f1_score(labels, predictions, **macro),
                mcc=matthews_corrcoef(labels, predictions), auc=area(labels, probabilities, classes),
                confusion=confusion_matrix(labels, predictions, labels=range(classes)).tolist())


CASES = [case(2, 40, [0, 1]), case(2, 7, [0, 1]), case(2, 12, [1]), case(3, 60, [0, 1, 2]), case(3, 30, [0, 2]),
         case(5, 100, [0, 1, 2, 3, 4]), case(5, 25, [1, 3]), case(9, 120, list(range(9))), case(9, 15, [0, 4, 8]),
         case(4, 1, [2])]
target = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden" / "metrics.jsonl"
target.write_text("".join(json.dumps(one) + "\n" for one in CASES))
