"""Losses by distance: how far the outputs themselves are from the targets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nntui.nn.losses.base import Loss
from nntui.nn.products import product_sum
from nntui.settings import setting


@dataclass
class MeanSquaredError(Loss):
    """The squared distance: large errors weigh most; pulls towards the mean of the targets."""

    type = "mean_squared_error"
    formula = "L = (y - t)²"

    def forward(self, outputs: np.ndarray, targets: np.ndarray) -> float:
        count = len(outputs)
        error = np.subtract(outputs, self.target_rows(targets), out=self._gradient[:count])
        weights = self._row_weights(targets)
        pull = error if weights is None else np.multiply(error, weights, out=self._scratch[:count])
        size = outputs.size
        loss = product_sum(pull, error) / size
        self._last_gradient = np.multiply(pull, 2 / size, out=pull)
        return loss


@dataclass
class MeanAbsoluteError(Loss):
    """The plain distance: errors weigh by their size, so that outliers matter less; pulls towards the median."""

    type = "mean_absolute_error"
    formula = "L = |y - t|"

    def forward(self, outputs: np.ndarray, targets: np.ndarray) -> float:
        count = len(outputs)
        error = np.subtract(outputs, self.target_rows(targets), out=self._scratch[:count])
        pull = np.sign(error, out=self._gradient[:count])
        weights = self._row_weights(targets)
        if weights is not None:
            np.multiply(pull, weights, out=pull)
        size = outputs.size
        loss = product_sum(pull, error) / size
        self._last_gradient = np.multiply(pull, 1 / size, out=pull)
        return loss


@dataclass
class Huber(Loss):
    """Squared while the error is small, linear beyond delta: smooth near the target and robust to outliers.

    Huber 1964, https://doi.org/10.1214/aoms/1177703732
    """

    type = "huber"
    formula = "L = (y - t)²/2 if |y - t| < delta else delta·(|y - t| - delta/2)"

    delta: float = setting(1.0, above=0, help="The error at which the curve turns from squared to linear.")

    def forward(self, outputs: np.ndarray, targets: np.ndarray) -> float:
        count = len(outputs)
        error = np.subtract(outputs, self.target_rows(targets), out=self._scratch[:count])
        # With c = the error clipped to ±delta, both branches are c·(error - c/2), and the derivative is c.
        pull = np.clip(error, -self.delta, self.delta, out=self._gradient[:count])
        weights = self._row_weights(targets)
        if weights is not None:
            np.multiply(error, weights, out=error)
        total = product_sum(pull, error)
        if weights is None:
            total -= 0.5 * product_sum(pull, pull)
        else:
            pull = np.multiply(pull, weights, out=error)
            total -= 0.5 * product_sum(pull, self._gradient[:count])
        size = outputs.size
        self._last_gradient = np.multiply(pull, 1 / size, out=pull)
        return total / size
