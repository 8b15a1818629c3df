"""Makes metrics.json: what scikit-learn computes for the metrics and the balanced weights that nntui has too.

    python tests/nn/reference/make_metrics.py        (needs scikit-learn, which the project itself does not)

Where a class has no sample, or all of them, scikit-learn refuses the ROC AUC of several classes: the mean is then taken
here over the classes that have one.
"""

import json
import math
from pathlib import Path

import numpy as np
import sklearn
from sklearn import metrics
from sklearn.utils.class_weight import compute_class_weight

RNG = np.random.default_rng(7)


def softmax(outputs):
    shares = np.exp(outputs - outputs.max(axis=1, keepdims=True))
    return shares / shares.sum(axis=1, keepdims=True)


def margins(outputs):
    every = range(outputs.shape[1])
    return np.stack([outputs[:, c] - np.delete(outputs, c, axis=1).max(axis=1) for c in every], axis=1)


RANKINGS = {"softmax": softmax, "margin": margins, "output": lambda outputs: outputs}


def classification(name, outputs, labels, *, ranking="softmax"):
    outputs, labels = np.asarray(outputs, float), np.asarray(labels)
    classes = max(outputs.shape[1], 2)
    every = list(range(classes))
    if outputs.shape[1] == 1:
        predicted, scores = (outputs[:, 0] > 0).astype(int), np.hstack([-outputs, outputs])
    else:
        predicted, scores = outputs.argmax(axis=1), RANKINGS[ranking](outputs)
    options = {"average": "macro", "zero_division": 0}
    per_class = {"average": None, "zero_division": 0, "labels": every}
    areas = [metrics.roc_auc_score(labels == c, scores[:, c]) for c in every if 0 < (labels == c).sum() < len(labels)]
    values = {
        "accuracy": metrics.accuracy_score(labels, predicted),
        "precision": metrics.precision_score(labels, predicted, **options),
        "recall": metrics.recall_score(labels, predicted, **options),
        "f1": metrics.f1_score(labels, predicted, **options),
        "roc_auc": float(np.mean(areas)) if areas else None,
    }
    if classes > 2 and ranking == "softmax" and len(areas) == classes:
        whole = metrics.roc_auc_score(labels, scores, multi_class="ovr", average="macro")
        assert math.isclose(whole, values["roc_auc"], rel_tol=1e-12)
    for k in (3, 5):
        # Of equal outputs scikit-learn takes the last and the engine the first: only where there are none.
        if classes > k and all(len(set(row)) == classes for row in outputs):
            values[f"top_{k}"] = metrics.top_k_accuracy_score(labels, outputs, k=k, labels=every)
    shares = [
        function(labels, predicted, **per_class).tolist()
        for function in (metrics.precision_score, metrics.recall_score, metrics.f1_score)
    ]
    return {"name": name, "outputs": outputs.tolist(), "labels": labels.tolist(), "ranking": ranking,
            "values": values, "per_class": shares,
            "confusion": metrics.confusion_matrix(labels, predicted, labels=every).tolist()}  # fmt: skip


def regression(name, outputs, targets):
    outputs, targets = np.asarray(outputs, float), np.asarray(targets, float)
    return {"name": name, "outputs": outputs.tolist(), "targets": targets.tolist(), "values": {
        "mae": metrics.mean_absolute_error(targets, outputs),
        "rmse": math.sqrt(metrics.mean_squared_error(targets, outputs)),
        "r2": metrics.r2_score(targets, outputs, multioutput="variance_weighted"),
    }}  # fmt: skip


def numbers(*shape, digits=3):
    return RNG.normal(size=shape).round(digits)


def labels(count, classes):
    return RNG.integers(0, classes, count)


if __name__ == "__main__":
    drawn = labels(40, 3)
    reference = {
        "made_by": f"scikit-learn {sklearn.__version__}",
        "classification": [
            classification("three classes", numbers(40, 3) + np.eye(3)[drawn], drawn),
            classification("not through softmax", numbers(40, 3) + np.eye(3)[drawn], drawn, ranking="output"),
            classification("seven classes", numbers(50, 7), np.arange(50) % 7),
            classification("ties", RNG.integers(0, 3, (30, 3)), labels(30, 3), ranking="output"),
            classification("all outputs equal", np.zeros((6, 3)), [0, 1, 2, 2, 1, 1]),
            classification("a class that never occurs", numbers(20, 4), labels(20, 3)),
            classification("a class never answered", numbers(20, 3) - np.array([0, 0, 50]), labels(20, 3)),
            classification("a class neither occurs nor is answered", numbers(20, 3) - np.array([0, 50, 0]),
                           2 * labels(20, 2)),
            classification("one class only", numbers(8, 3), [1] * 8),
            classification("a single sample", [[0.5, 1.0]], [0]),
            classification("one output", numbers(25, 1, digits=1), labels(25, 2)),
            classification("one output, one class only", numbers(5, 1), [1] * 5),
            # Quarters, whose differences are exact: ties are ties however they are computed.
            classification("two outputs", (4 * numbers(25, 2)).round() / 4, labels(25, 2)),
            classification("two outputs by margin", (4 * numbers(25, 2)).round() / 4, labels(25, 2), ranking="margin"),
            classification("three classes by margin", numbers(40, 3) + np.eye(3)[drawn] + numbers(40, 1), drawn,
                           ranking="margin"),
            classification("ties by margin", RNG.integers(0, 3, (30, 4)), labels(30, 4), ranking="margin"),
            classification("all right", np.eye(6) * 2 + numbers(6, 6) / 10, np.arange(6)),
        ],
        "regression": [
            regression("one target", numbers(12, 1), numbers(12, 1)),
            regression("three targets", numbers(9, 3), numbers(9, 3) * np.array([1, 10, 0.1])),
            regression("no error", [[1.5], [2.5], [0.0]], [[1.5], [2.5], [0.0]]),
        ],
        "balanced": {"labels": drawn.tolist(),
                     "weights": compute_class_weight("balanced", classes=np.arange(3), y=drawn).tolist()},
    }  # fmt: skip
    Path(__file__).with_name("metrics.json").write_text(json.dumps(reference, indent=None) + "\n")
