"""Metrics of regression: how far the predictions are from the targets, in the targets' own units."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from nntui.nn.metrics.base import Metric


class Errors:
    """Sums of errors, and of the targets' distances from the first one, column by column.

    `scale` (k,) or () is one unit of the network's targets in the data's units.
    """

    def __init__(self, *, batch_size: int, outputs: int, scale: np.ndarray) -> None:
        self._scale = np.broadcast_to(np.asarray(scale, np.float64), (outputs,))
        self._error = np.zeros((batch_size, outputs))
        self._targets = np.zeros((batch_size, outputs))
        self._sum, self._sum_of_squares, self._column = np.zeros(outputs), np.zeros(outputs), np.zeros(outputs)
        self._origin = np.zeros(outputs)
        self.reset()

    @property
    def numbers(self) -> int:
        """How many targets there were, counting every column."""
        return self.count * len(self._scale)

    @property
    def spread(self) -> float:
        """Σ(t - mean)², each column against its own mean; 0 where all are constant."""
        return max(float(np.sum(self._sum_of_squares - self._sum**2 / self.count)), 0.0)

    def reset(self) -> None:
        """Forgets all batches."""
        self.count, self.absolute, self.squared = 0, 0.0, 0.0
        self._sum.fill(0)
        self._sum_of_squares.fill(0)

    def update(self, outputs: np.ndarray, targets: np.ndarray) -> None:
        """Adds a batch, outputs and targets of shape (n, k)."""
        error, scaled = self._error[: len(targets)], self._targets[: len(targets)]
        # In float64, whatever the outputs are, so that targets far from 0 keep their digits.
        np.multiply(targets, self._scale, out=scaled)
        np.copyto(error, outputs)
        np.subtract(error, targets, out=error)
        np.multiply(error, self._scale, out=error)
        self.squared += float(np.vdot(error, error))
        np.abs(error, out=error)
        self.absolute += float(np.sum(error))
        if self.count == 0:
            # Sums of numbers far from 0 would leave no digits for the spread.
            np.copyto(self._origin, scaled[0])
        np.subtract(scaled, self._origin, out=scaled)
        self._sum += np.add.reduce(scaled, axis=0, out=self._column)
        np.multiply(scaled, scaled, out=scaled)
        self._sum_of_squares += np.add.reduce(scaled, axis=0, out=self._column)
        self.count += len(targets)

    def state(self) -> dict[str, Any]:
        """The state that `restore` takes."""
        vectors = {"origin": self._origin, "sum": self._sum, "sum_of_squares": self._sum_of_squares}
        return {
            "count": self.count, "absolute": self.absolute, "squared": self.squared,
            **{name: vector.tolist() for name, vector in vectors.items()},
        }  # fmt: skip

    def restore(self, state: dict[str, Any]) -> None:
        """Continues from a saved state."""
        self.count, self.absolute, self.squared = int(state["count"]), state["absolute"], state["squared"]
        self._origin[...], self._sum[...], self._sum_of_squares[...] = (
            state[name] for name in ("origin", "sum", "sum_of_squares")
        )


class _RegressionMetric(Metric):
    task = "regression"
    default = True
    tally = Errors


class MAE(_RegressionMetric):
    """The mean distance from the target, in the target's own units."""

    type = "mae"
    higher_is_better = False

    def value(self, tally: Errors) -> float:
        return tally.absolute / tally.numbers


class RMSE(_RegressionMetric):
    """The root of the mean squared distance from the target, in its own units: large errors weigh most."""

    type = "rmse"
    higher_is_better = False

    def value(self, tally: Errors) -> float:
        return math.sqrt(tally.squared / tally.numbers)


class R2(_RegressionMetric):
    """How much of the targets' spread is explained: 1 is all, 0 is no better than their mean.

    Over all columns at once, 1 - Σ(t - y)² / Σ(t - mean)², each column against its own mean: scikit-learn's
    multioutput="variance_weighted". NaN where the targets are constant.
    """

    type = "r2"

    @classmethod
    def why_undefined(cls, class_counts: Sequence[int], *, constant_targets: bool) -> str | None:
        return "its targets are all the same" if constant_targets else None

    def value(self, tally: Errors) -> float:
        spread = tally.spread
        return 1 - tally.squared / spread if spread else math.nan
