"""Metrics of decisions: which class was predicted, and which was right."""

from __future__ import annotations

from typing import Any

import numpy as np

from nntui.nn.metrics.base import Metric, Tally, TallySize


def decide(outputs: np.ndarray, *, threshold: float) -> np.ndarray:
    """Predicted labels int64 (n,): the largest of several outputs, or whether a single one is above the threshold."""
    if outputs.shape[1] > 1:
        return np.argmax(outputs, axis=1)
    return (outputs[:, 0] > threshold).astype(np.int64)


def precision_recall_f1(
    correct: np.ndarray, support: np.ndarray, predicted: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Precision, recall and F1 of each class, float64 (classes,).

    Given, for each class, its correctly predicted samples, its samples, and the samples predicted as it. A division by
    zero gives 0, as scikit-learn's zero_division=0; NaN for a class that neither occurs nor is predicted.
    """
    absent = (support + predicted) == 0
    scores: list[np.ndarray] = []
    for numerator, whole in ((correct, predicted), (correct, support), (2 * correct, support + predicted)):
        score = np.divide(numerator, whole, out=np.zeros(len(correct)), where=whole > 0)
        score[absent] = np.nan
        scores.append(score)
    return scores[0], scores[1], scores[2]


class Hits(Tally):
    """How many predictions were right."""

    def __init__(self, size: TallySize) -> None:
        self.reset()

    def reset(self) -> None:
        self.count, self.hits, self.last = 0, 0, 0

    def update(self, outputs: np.ndarray, targets: np.ndarray, predicted: np.ndarray, correct: np.ndarray) -> None:
        self.last = int(np.count_nonzero(correct))
        self.hits += self.last
        self.count += len(correct)

    def state(self) -> dict[str, Any]:
        return {"count": self.count, "hits": self.hits}

    def restore(self, state: dict[str, Any]) -> None:
        self.count, self.hits = int(state["count"]), int(state["hits"])


class ClassCounts(Tally):
    """For each class the number of its samples, of predictions of it, and of correct predictions."""

    def __init__(self, size: TallySize) -> None:
        self.support = np.zeros(size.classes, np.int64)
        # Wrong predictions of each class, and correct ones.
        self._predictions = np.zeros((size.classes, 2), np.int64)
        self._indices = np.zeros(size.batch_size, np.int64)

    @property
    def correct(self) -> np.ndarray:
        """Correct predictions of each class."""
        return self._predictions[:, 1]

    @property
    def predicted(self) -> np.ndarray:
        """All predictions of each class."""
        return self._predictions.sum(axis=1)

    def reset(self) -> None:
        self.support.fill(0)
        self._predictions.fill(0)

    def update(self, outputs: np.ndarray, targets: np.ndarray, predicted: np.ndarray, correct: np.ndarray) -> None:
        indices = np.multiply(predicted, 2, out=self._indices[: len(targets)])
        np.add(indices, correct, out=indices)
        np.add.at(self._predictions.reshape(-1), indices, 1)
        np.add.at(self.support, targets, 1)

    def state(self) -> dict[str, Any]:
        return {"occurring": self.support.tolist(), "answers": self._predictions.tolist()}

    def restore(self, state: dict[str, Any]) -> None:
        self.support[...], self._predictions[...] = state["occurring"], state["answers"]


class Accuracy(Metric):
    """The share of predictions that are right."""

    type = "accuracy"
    default = True
    tally = Hits

    def value(self, tally: Hits) -> float:
        return tally.hits / tally.count


class _Macro(Metric):
    """The plain mean of a score of each class, over the classes that occur or are predicted."""

    tally = ClassCounts
    index: int
    """Which of the scores of `precision_recall_f1`."""

    def value(self, tally: ClassCounts) -> float:
        return float(np.nanmean(precision_recall_f1(tally.correct, tally.support, tally.predicted)[self.index]))


class Precision(_Macro):
    """The share of the predictions of a class that are right; the mean over the classes."""

    type = "precision"
    index = 0


class Recall(_Macro):
    """The share of the samples of a class that are found; the mean over the classes."""

    type = "recall"
    index = 1


class F1(_Macro):
    """The harmonic mean of precision and recall of a class; the mean over the classes, so that small ones count too."""

    type = "f1"
    index = 2
