"""Metrics of rankings: of the classes for a sample, and of the samples for a class."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from nntui.nn.metrics.base import Metric, Tally, TallySize


class RankCounts(Tally):
    """How often the right class had the largest output, the second largest and so on.

    Of equal outputs the first counts as the larger, as with argmax.
    """

    def __init__(self, size: TallySize) -> None:
        shape = (size.batch_size, size.outputs)
        self.counts = np.zeros(size.outputs, np.int64)
        self._starts = np.arange(size.batch_size) * size.outputs
        self._columns = np.arange(size.outputs)
        self._own = np.zeros(size.batch_size, size.dtype)
        self._numbers = np.zeros(size.batch_size, np.int64)
        self._beaten, self._equal = np.zeros(shape, bool), np.zeros(shape, bool)

    def reset(self) -> None:
        self.counts.fill(0)

    def update(self, outputs: np.ndarray, targets: np.ndarray, predicted: np.ndarray, correct: np.ndarray) -> None:
        count, numbers = len(targets), self._numbers[: len(targets)]
        beaten, equal = self._beaten[:count], self._equal[:count]
        np.add(self._starts[:count], targets, out=numbers)
        own = outputs.take(numbers, out=self._own[:count], mode="clip")[:, np.newaxis]
        np.equal(outputs, own, out=equal)
        np.greater(self._columns, targets[:, np.newaxis], out=beaten)
        np.logical_and(beaten, equal, out=equal)
        np.less(outputs, own, out=beaten)
        np.logical_or(beaten, equal, out=beaten)
        np.add.reduce(beaten, axis=1, dtype=np.int64, out=numbers)
        np.subtract(len(self.counts) - 1, numbers, out=numbers)
        np.add.at(self.counts, numbers, 1)

    def state(self) -> dict[str, Any]:
        return {"places": self.counts.tolist()}

    def restore(self, state: dict[str, Any]) -> None:
        self.counts[...] = state["places"]


class _Top(Metric):
    """The share of samples whose right class is among the k largest outputs."""

    tally = RankCounts
    k: int

    def value(self, tally: RankCounts) -> float:
        return int(tally.counts[: self.k].sum()) / int(tally.counts.sum())


class Top3(_Top):
    """The share of samples whose right class is among the three largest outputs."""

    type = "top_3"
    k, fewest_classes = 3, 4


class Top5(_Top):
    """The share of samples whose right class is among the five largest outputs."""

    type = "top_5"
    k, fewest_classes = 5, 6


class Scores(Tally):
    """All outputs and labels of a split, in memory allocated once."""

    def __init__(self, size: TallySize) -> None:
        self._outputs = np.zeros((size.samples, size.outputs), size.dtype)
        self._labels = np.zeros(size.samples, np.int64)
        self._classes, self._ranking = size.classes, size.ranking
        self._filled = 0

    def reset(self) -> None:
        self._filled = 0

    def update(self, outputs: np.ndarray, targets: np.ndarray, predicted: np.ndarray, correct: np.ndarray) -> None:
        rows = slice(self._filled, self._filled + len(targets))
        self._outputs[rows], self._labels[rows] = outputs, targets
        self._filled += len(targets)

    def areas(self) -> list[float]:
        """The area under the ROC curve of each class against all others; of two classes, that of the second alone."""
        outputs, labels = self._outputs[: self._filled], self._labels[: self._filled]
        if self._classes == 2:
            score = outputs[:, -1].astype(np.float64)
            if outputs.shape[1] == 2 and self._ranking != "output":
                # For two classes softmax ranks as the margin does, which in float64 tells confident outputs apart.
                score -= outputs[:, 0]
            return [roc_area(score, labels == 1)]
        return [roc_area(score, labels == number) for number, score in enumerate(self._scores(outputs))]

    def _scores(self, outputs: np.ndarray) -> Iterator[np.ndarray]:
        """For each class the score that ranks samples, float64 (n,)."""
        if self._ranking == "margin":
            return _margins(outputs)
        norm = _log_sum_exp(outputs) if self._ranking == "softmax" else np.zeros(len(outputs))
        return (column - norm for column in outputs.T)


def _margins(outputs: np.ndarray) -> Iterator[np.ndarray]:
    """For each class its output minus the largest other, float64 (n,), for outputs (n, k) with k at least 2."""
    largest, second = np.full((2, len(outputs)), -np.inf)
    for column in outputs.T:
        np.maximum(second, np.minimum(largest, column), out=second)
        np.maximum(largest, column, out=largest)
    for column in outputs.T:
        yield column - np.where(column == largest, second, largest)


def _log_sum_exp(logits: np.ndarray) -> np.ndarray:
    """log Σ exp of each row of logits (n, k), float64 (n,): a logit minus this is its log softmax."""
    largest = logits.max(axis=1).astype(np.float64)
    total = np.zeros(len(logits))
    for column in logits.T:
        total += np.exp(column - largest)
    return largest + np.log(total)


def roc_area(scores: np.ndarray, positive: np.ndarray) -> float:
    """The share of pairs of a positive and a negative sample in which the positive scores higher; ties count half.

    scores (n,) and positive bool (n,). Exact, from the ranks. NaN where there is no pair or a score is NaN.
    - Paper: Hanley and McNeil 1982, https://doi.org/10.1148/radiology.143.1.7063747
    """
    positives = int(np.count_nonzero(positive))
    pairs = positives * (len(scores) - positives)
    if not pairs or np.isnan(scores).any():
        return math.nan
    ordered, chosen = np.sort(scores), scores[positive]
    # Twice the middle rank of each positive, counted from 1: ties share the mean of their ranks.
    twice = np.searchsorted(ordered, chosen, "left") + np.searchsorted(ordered, chosen, "right") + 1
    return (int(twice.sum()) - positives * (positives + 1)) / (2 * pairs)


class ROCAUC(Metric):
    """How often a sample of a class scores higher for it than one of another class: 1 is always, 0.5 is chance.

    The area under the ROC curve of each class against the rest, and the plain mean over the classes that have samples
    but not all of them; NaN where there is no such class. Measured on the validation split. Samples are ranked by the
    class's probability where the loss gives one; with hinge, whose outputs cannot be compared across samples, by the
    margin over the largest other output; else by the class's own output.
    """

    type = "roc_auc"
    whole_split = True
    tally = Scores

    @classmethod
    def why_undefined(cls, class_counts: Sequence[int], *, constant_targets: bool) -> str | None:
        return "all its samples are of one class" if np.count_nonzero(class_counts) == 1 else None

    def value(self, tally: Scores) -> float:
        areas = [area for area in tally.areas() if not math.isnan(area)]
        return math.fsum(areas) / len(areas) if areas else math.nan
