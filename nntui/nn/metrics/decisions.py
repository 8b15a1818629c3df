"""Metrics of the decisions: which class was answered, and which was right."""

from __future__ import annotations

from typing import Any

import numpy as np

from nntui.nn.metrics.base import Extent, Metric, Tally


def decide(outputs: np.ndarray, *, threshold: float) -> np.ndarray:
    """Predicted labels int64 (n,): the largest of several outputs, or whether the single one is above the threshold."""
    if outputs.shape[1] > 1:
        return np.argmax(outputs, axis=1)
    return (outputs[:, 0] > threshold).astype(np.int64)


def class_shares(
    correct: np.ndarray, occurring: np.ndarray, answered: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Precision, recall and F1 of each class, float64 (classes,).

    Given, for each class, how many samples of it were answered rightly, are of it, and were answered with it. A share
    of nothing is 0, as scikit-learn's zero_division=0; NaN for a class that neither occurs nor is answered.
    """
    absent = (occurring + answered) == 0
    parts = []
    for numerator, whole in ((correct, answered), (correct, occurring), (2 * correct, occurring + answered)):
        share = np.divide(numerator, whole, out=np.zeros(len(correct)), where=whole > 0)
        share[absent] = np.nan
        parts.append(share)
    return parts[0], parts[1], parts[2]


class Hits(Tally):
    """How many answers were right."""

    def __init__(self, extent: Extent) -> None:
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
    """Of each class how many samples there are, how many were answered with it, and how many of these rightly."""

    def __init__(self, extent: Extent) -> None:
        self.occurring = np.zeros(extent.classes, np.int64)
        # Wrong answers with each class, and right ones.
        self._answers = np.zeros((extent.classes, 2), np.int64)
        self._places = np.zeros(extent.batch_size, np.int64)

    @property
    def correct(self) -> np.ndarray:
        """Right answers of each class."""
        return self._answers[:, 1]

    @property
    def answered(self) -> np.ndarray:
        """Answers with each class."""
        return self._answers.sum(axis=1)

    def reset(self) -> None:
        self.occurring.fill(0)
        self._answers.fill(0)

    def update(self, outputs: np.ndarray, targets: np.ndarray, predicted: np.ndarray, correct: np.ndarray) -> None:
        places = np.multiply(predicted, 2, out=self._places[: len(targets)])
        np.add(places, correct, out=places)
        np.add.at(self._answers.reshape(-1), places, 1)
        np.add.at(self.occurring, targets, 1)

    def state(self) -> dict[str, Any]:
        return {"occurring": self.occurring.tolist(), "answers": self._answers.tolist()}

    def restore(self, state: dict[str, Any]) -> None:
        self.occurring[...], self._answers[...] = state["occurring"], state["answers"]


class Accuracy(Metric):
    """The share of answers that are right."""

    type = "accuracy"
    default = True
    tally = Hits

    def value(self, tally: Hits) -> float:
        return tally.hits / tally.count


class _Macro(Metric):
    """The plain mean of each class's share, over the classes that occur or are answered."""

    tally = ClassCounts
    part: int

    def value(self, tally: ClassCounts) -> float:
        return float(np.nanmean(class_shares(tally.correct, tally.occurring, tally.answered)[self.part]))


class Precision(_Macro):
    """Of the answers with a class, the share that is right; the mean over the classes."""

    type = "precision"
    part = 0


class Recall(_Macro):
    """Of the samples of a class, the share that is found; the mean over the classes."""

    type = "recall"
    part = 1


class F1(_Macro):
    """The harmonic mean of precision and recall of a class; the mean over the classes, so that small ones count too."""

    type = "f1"
    part = 2
