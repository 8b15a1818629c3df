"""Meters: what gathers the metrics of a task, batch by batch."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from nntui.nn.metrics.base import Extent, Metric, Tally, chosen_metrics
from nntui.nn.metrics.decisions import Hits
from nntui.nn.metrics.errors import Errors


class ClassificationMeter:
    """Counts right answers and what else the `metrics` named need, and on request which class was taken for which.

    `threshold` splits a single output: 0 for logits, 0.5 for a share. `outputs` is for networks with another number of
    them than there are classes, `dtype` theirs, and `ranking` is the loss's: by what samples are ranked for a class.
    Where `samples` rows are measured as a whole, the metrics that need all of them are told too.
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
        """What is measured, also by others: what needs a whole split is told only where there is one."""
        found = {name: Metric.members()[name]() for name in self.names}
        self._metrics = {name: metric for name, metric in found.items() if samples or not metric.whole_split}
        extent = Extent(batch_size, outputs or classes, classes, np.dtype(dtype), samples, ranking)
        self._hits = Hits(extent)
        self._tallies: dict[type, Tally] = {Hits: self._hits}
        for metric in self._metrics.values():
            if metric.tally not in self._tallies:
                self._tallies[metric.tally] = metric.tally(extent)
        self._threshold = threshold
        self._predicted = np.zeros(batch_size, np.int64)
        self._correct = np.zeros(batch_size, bool)
        self.confusion = np.zeros((classes, classes), np.int64) if confusion else None
        """Row = true class, column = predicted class."""

    def reset(self) -> None:
        """Forgets all batches."""
        for tally in self._tallies.values():
            tally.reset()
        if self.confusion is not None:
            self.confusion.fill(0)

    def update(self, outputs: np.ndarray, targets: np.ndarray) -> int:
        """Takes in a batch, outputs (n, k) and labels (n,), and returns how many were right."""
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
        """The metrics so far; NaN where there was no sample."""
        if not self._hits.count:
            return dict.fromkeys(self._metrics, math.nan)
        return {name: metric.value(self._tallies[metric.tally]) for name, metric in self._metrics.items()}

    def state(self) -> dict[str, Any]:
        """What `restore` needs to go on from here."""
        return {key: value for tally in self._tallies.values() for key, value in tally.state().items()}

    def restore(self, state: dict[str, Any]) -> None:
        """Goes on from where `state` was taken; KeyError, TypeError or ValueError for one that is not whole."""
        for tally in self._tallies.values():
            tally.restore(state)


class RegressionMeter:
    """Gathers what the `metrics` named need, in the targets' own units.

    `scale` (k,) or () is what one unit of the network's target stands for in the data's units.
    """

    def __init__(
        self, *, batch_size: int, outputs: int, scale: np.ndarray, metrics: Sequence[str] | None = None
    ) -> None:
        self.names = tuple(chosen_metrics(None, "regression") if metrics is None else metrics)
        """What is measured."""
        self._metrics = {name: Metric.members()[name]() for name in self.names}
        self._errors = Errors(batch_size=batch_size, outputs=outputs, scale=scale)

    def reset(self) -> None:
        """Forgets all batches."""
        self._errors.reset()

    def update(self, outputs: np.ndarray, targets: np.ndarray) -> None:
        """Takes in a batch, outputs and targets of shape (n, k)."""
        self._errors.update(outputs, targets)

    def result(self) -> dict[str, float]:
        """The metrics so far; NaN where there was no sample."""
        if not self._errors.count:
            return dict.fromkeys(self.names, math.nan)
        return {name: metric.value(self._errors) for name, metric in self._metrics.items()}

    def state(self) -> dict[str, Any]:
        """What `restore` needs to go on from here."""
        return self._errors.state()

    def restore(self, state: dict[str, Any]) -> None:
        """Goes on from where `state` was taken; KeyError, TypeError or ValueError for one that is not whole."""
        self._errors.restore(state)


Meter = ClassificationMeter | RegressionMeter
