"""Meters: they measure all metrics of a task, batch by batch."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from nntui.nn.metrics.base import Metric, Tally, TallySize, chosen_metrics
from nntui.nn.metrics.decisions import Hits
from nntui.nn.metrics.errors import Errors


class ClassificationMeter:
    """Counts correct predictions, updates the tallies of the `metrics` named, and on request the confusion matrix.

    `threshold` splits a single output: 0 for logits, 0.5 for a probability. `outputs` is their number where it differs
    from the number of classes, `dtype` theirs, and `ranking` the loss's score that ranks samples for a class. With
    `samples`, the number of rows of a whole split, metrics that need all of its rows are measured too.
    """

    def __init__(
        self,
        *,
        batch_size: int,
        classes: int,
        threshold: float,
        metrics: Sequence[str] | None = None,
        outputs: int | None = None,
        dtype: Any = np.float32,
        ranking: str = "output",
        samples: int = 0,
        confusion: bool = False,
    ) -> None:
        self.names = tuple(chosen_metrics(None, "classification") if metrics is None else metrics)
        """All metrics named; those that need a whole split are measured only with `samples`."""
        named = {name: Metric.members()[name]() for name in self.names}
        self._metrics = {name: metric for name, metric in named.items() if samples or not metric.whole_split}
        size = TallySize(batch_size, outputs or classes, classes, np.dtype(dtype), samples, ranking)
        self._hits = Hits(size)
        self._tallies: dict[type, Tally] = {Hits: self._hits}
        for metric in self._metrics.values():
            if metric.tally not in self._tallies:
                self._tallies[metric.tally] = metric.tally(size)
        self._threshold = threshold
        self._predicted = np.zeros(batch_size, np.int64)
        self._correct = np.zeros(batch_size, bool)
        self.confusion = np.zeros((classes, classes), np.int64) if confusion else None
        """Rows are true classes, columns predicted classes."""

    def reset(self) -> None:
        """Forgets all batches."""
        for tally in self._tallies.values():
            tally.reset()
        if self.confusion is not None:
            self.confusion.fill(0)

    def update(self, outputs: np.ndarray, targets: np.ndarray) -> int:
        """Adds a batch, outputs (n, k) and labels (n,), and returns the number of correct predictions."""
        predicted, correct = self._predicted[: len(targets)], self._correct[: len(targets)]
        if outputs.shape[1] > 1:
            outputs.argmax(axis=1, out=predicted)
        else:
            np.greater(outputs[:, 0], self._threshold, out=predicted)
        np.equal(predicted, targets, out=correct)
        for tally in self._tallies.values():
            tally.update(outputs, targets, predicted, correct)
        if self.confusion is not None:
            np.add.at(self.confusion, (targets, predicted), 1)
        return self._hits.last

    def result(self) -> dict[str, float]:
        """The metrics so far; NaN before the first sample."""
        if not self._hits.count:
            return dict.fromkeys(self._metrics, math.nan)
        return {name: metric.value(self._tallies[metric.tally]) for name, metric in self._metrics.items()}

    def state(self) -> dict[str, Any]:
        """The state that `restore` takes."""
        return {key: value for tally in self._tallies.values() for key, value in tally.state().items()}

    def restore(self, state: dict[str, Any]) -> None:
        """Continues from a saved state; KeyError, TypeError or ValueError where that is incomplete."""
        for tally in self._tallies.values():
            tally.restore(state)


class RegressionMeter:
    """Measures the `metrics` named, in the targets' own units.

    `scale` (k,) or () is one unit of the network's targets in the data's units.
    """

    def __init__(
        self, *, batch_size: int, outputs: int, scale: np.ndarray, metrics: Sequence[str] | None = None
    ) -> None:
        self.names = tuple(chosen_metrics(None, "regression") if metrics is None else metrics)
        """All metrics measured."""
        self._metrics = {name: Metric.members()[name]() for name in self.names}
        self._errors = Errors(batch_size=batch_size, outputs=outputs, scale=scale)

    def reset(self) -> None:
        """Forgets all batches."""
        self._errors.reset()

    def update(self, outputs: np.ndarray, targets: np.ndarray) -> None:
        """Adds a batch, outputs and targets of shape (n, k)."""
        self._errors.update(outputs, targets)

    def result(self) -> dict[str, float]:
        """The metrics so far; NaN before the first sample."""
        if not self._errors.count:
            return dict.fromkeys(self.names, math.nan)
        return {name: metric.value(self._errors) for name, metric in self._metrics.items()}

    def state(self) -> dict[str, Any]:
        """The state that `restore` takes."""
        return self._errors.state()

    def restore(self, state: dict[str, Any]) -> None:
        """Continues from a saved state; KeyError, TypeError or ValueError where that is incomplete."""
        self._errors.restore(state)


Meter = ClassificationMeter | RegressionMeter
