"""Metrics: what people read beside the loss, gathered batch by batch without allocating."""

from __future__ import annotations

import math

import numpy as np


def decide(outputs: np.ndarray, *, threshold: float) -> np.ndarray:
    """Predicted labels int64 (n,): the largest of several outputs, or whether the single one is above the threshold."""
    if outputs.shape[1] > 1:
        return np.argmax(outputs, axis=1)
    return (outputs[:, 0] > threshold).astype(np.int64)


class ClassificationMeter:
    """Counts right answers, and on request which class was taken for which.

    `threshold` splits a single output: 0 for logits, 0.5 for a share.
    """

    names = ("accuracy",)

    def __init__(self, *, batch_size: int, classes: int, threshold: float, confusion: bool = False) -> None:
        self._threshold = threshold
        self._predicted = np.zeros(batch_size, np.int64)
        self._right = np.zeros(batch_size, bool)
        self._classes = classes
        self.confusion = np.zeros((classes, classes), np.int64) if confusion else None
        """Row = true class, column = predicted class."""
        self.reset()

    def reset(self) -> None:
        """Forgets all batches."""
        self.count, self.hits = 0, 0
        if self.confusion is not None:
            self.confusion.fill(0)

    def update(self, outputs: np.ndarray, truth: np.ndarray) -> int:
        """Takes in a batch, outputs (n, k) and labels (n,), and returns how many were right."""
        predicted, right = self._predicted[: len(truth)], self._right[: len(truth)]
        if outputs.shape[1] > 1:
            outputs.argmax(axis=1, out=predicted)
        else:
            np.greater(outputs[:, 0], self._threshold, out=predicted)
        np.equal(predicted, truth, out=right)
        hits = int(np.count_nonzero(right))
        self.hits += hits
        self.count += len(truth)
        if self.confusion is not None:
            np.add.at(self.confusion, (truth, predicted), 1)
        return hits

    def result(self) -> dict[str, float]:
        """The metrics so far; NaN where there was no sample."""
        return {"accuracy": self.hits / self.count if self.count else math.nan}

    def state(self) -> dict[str, float]:
        """What `restore` needs to go on from here."""
        return {"count": self.count, "hits": self.hits}

    def restore(self, state: dict[str, float]) -> None:
        """Goes on from where `state` was taken."""
        self.count, self.hits = int(state["count"]), int(state["hits"])


class RegressionMeter:
    """Mean absolute error, root of the mean squared error, and R², in the targets' own units.

    `scale` (k,) or () is what one unit of the network's target stands for in the data's units. R² is over all columns
    at once: 1 - Σ(t - y)² / Σ(t - mean)², each column against its own mean; NaN where the targets are constant.
    """

    names = ("mae", "rmse", "r2")

    def __init__(self, *, batch_size: int, outputs: int, scale: np.ndarray) -> None:
        self._scale = np.broadcast_to(np.asarray(scale, np.float64), (outputs,))
        self._error = np.zeros((batch_size, outputs))
        self._truth = np.zeros((batch_size, outputs))
        self.reset()

    def reset(self) -> None:
        """Forgets all batches."""
        self.count, self.absolute, self.squared = 0, 0.0, 0.0
        self._sum = np.zeros(len(self._scale))
        self._sum_of_squares = np.zeros(len(self._scale))

    def update(self, outputs: np.ndarray, truth: np.ndarray) -> None:
        """Takes in a batch, outputs and targets of shape (n, k)."""
        error, scaled = self._error[: len(truth)], self._truth[: len(truth)]
        np.multiply(truth, self._scale, out=scaled)
        np.subtract(outputs, truth, out=error)
        np.multiply(error, self._scale, out=error)
        self.squared += float(np.vdot(error, error))
        np.abs(error, out=error)
        self.absolute += float(np.sum(error))
        self._sum += scaled.sum(axis=0)
        np.multiply(scaled, scaled, out=scaled)
        self._sum_of_squares += scaled.sum(axis=0)
        self.count += len(truth)

    def result(self) -> dict[str, float]:
        """The metrics so far; NaN where there was no sample."""
        if not self.count:
            return dict.fromkeys(self.names, math.nan)
        numbers = self.count * len(self._scale)
        spread = float(np.sum(self._sum_of_squares - self._sum**2 / self.count))
        return {
            "mae": self.absolute / numbers,
            "rmse": math.sqrt(self.squared / numbers),
            "r2": 1 - self.squared / spread if spread > 1e-12 * float(np.sum(self._sum_of_squares)) else math.nan,
        }

    def state(self) -> dict[str, float | list[float]]:
        """What `restore` needs to go on from here."""
        return {"count": self.count, "absolute": self.absolute, "squared": self.squared,
                "sum": self._sum.tolist(), "sum_of_squares": self._sum_of_squares.tolist()}  # fmt: skip

    def restore(self, state: dict) -> None:
        """Goes on from where `state` was taken."""
        self.count, self.absolute, self.squared = int(state["count"]), state["absolute"], state["squared"]
        self._sum, self._sum_of_squares = np.array(state["sum"]), np.array(state["sum_of_squares"])


Meter = ClassificationMeter | RegressionMeter
