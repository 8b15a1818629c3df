"""Losses: how wrong the outputs are, as one number, and the gradient that says which way is better.

All are means over the batch (and, where targets have several columns, over the columns), so that the step a learning
rate makes does not depend on the batch size. Those that work on logits contain the last layer's function, which is
quicker and does not overflow: the last layer then stays linear.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nntui.nn.activations import logistic
from nntui.nn.settings import Configurable, setting


@dataclass
class Loss(Configurable):
    """A measure of how wrong the outputs are."""

    on_logits: ClassVar[bool] = False
    """Whether it brings the last layer's function itself."""
    tasks: ClassVar[tuple[str, ...]] = ("classification", "regression")
    formula: ClassVar[str]

    def build(self, *, batch_size: int, outputs: int, classes: int, dtype: np.dtype) -> None:
        """Allocates for batches of (n, outputs); `classes` is 0 for regression.

        Class labels become rows: one-hot where there is an output for each class, 0 or 1 where two classes share one
        output.
        """
        self._gradient = np.zeros((batch_size, outputs), dtype)
        self._scratch = np.zeros((batch_size, outputs), dtype)
        self._row = np.zeros((batch_size, 1), dtype)
        self._targets = np.zeros((batch_size, outputs), dtype)
        self._now = self._gradient
        self._codes = None
        if classes:
            self._codes = np.eye(classes, dtype=dtype) if outputs == classes else np.array([[0], [1]], dtype)

    def targets(self, truth: np.ndarray) -> np.ndarray:
        """What the outputs should be, (n, outputs), for labels (n,) or targets (n, outputs)."""
        if self._codes is None:
            return truth
        return self._codes.take(truth, axis=0, out=self._targets[: len(truth)], mode="clip")

    def forward(self, outputs: np.ndarray, truth: np.ndarray) -> float:
        """The mean loss of a batch: outputs (n, k), and labels int64 (n,) or targets float (n, k)."""
        raise NotImplementedError

    def backward(self) -> np.ndarray:
        """The gradient of the last `forward` with respect to its outputs, (n, k), in a buffer of the loss's own."""
        return self._now

    def probabilities(self, outputs: np.ndarray) -> np.ndarray | None:
        """Outputs as a new array of probabilities, where this loss gives them that meaning; else None."""
        return None


@dataclass
class CrossEntropy(Loss):
    """For one class out of several: minus the log of the probability that softmax gives the right one."""

    type = "cross_entropy"
    on_logits = True
    tasks = ("classification",)
    formula = "L = -log( exp(z_label) / Σ exp(z) )"

    def forward(self, outputs: np.ndarray, truth: np.ndarray) -> float:
        count = len(outputs)
        shares, row, work = self._gradient[:count], self._row[:count], self._scratch[:count]
        expected = self.targets(truth)
        # Subtracting the row's maximum changes neither the shares nor the loss, and keeps exp from overflowing.
        np.maximum.reduce(outputs, axis=1, keepdims=True, out=row)
        np.subtract(outputs, row, out=work)
        right = float(np.vdot(work, expected))
        np.exp(work, out=shares)
        np.add.reduce(shares, axis=1, keepdims=True, out=row)
        np.divide(shares, row, out=shares)
        np.log(row, out=row)
        loss = (float(np.add.reduce(row, axis=None)) - right) / count
        # d(loss)/dz = softmax(z) - one_hot(label): true only because softmax and the logarithm are taken together.
        np.subtract(shares, expected, out=shares)
        np.multiply(shares, 1 / count, out=shares)
        self._now = shares
        return loss

    def probabilities(self, outputs: np.ndarray) -> np.ndarray:
        shares = np.exp(outputs - outputs.max(axis=1, keepdims=True))
        return shares / shares.sum(axis=1, keepdims=True)


@dataclass
class BinaryCrossEntropy(Loss):
    """For yes or no: minus the log of the probability that the sigmoid gives the right answer, output by output."""

    type = "binary_cross_entropy"
    on_logits = True
    tasks = ("classification",)
    formula = "L = -t·log(σ(z)) - (1 - t)·log(1 - σ(z))"

    def forward(self, outputs: np.ndarray, truth: np.ndarray) -> float:
        count = len(outputs)
        gradient, work = self._gradient[:count], self._scratch[:count]
        expected = self.targets(truth)
        # The formula is max(z, 0) - z·t + log(1 + exp(-|z|)), rearranged so that nothing overflows.
        np.abs(outputs, out=work)
        np.negative(work, out=work)
        np.exp(work, out=work)
        np.log1p(work, out=work)
        np.maximum(outputs, 0, out=gradient)
        np.add(work, gradient, out=work)
        np.multiply(outputs, expected, out=gradient)
        np.subtract(work, gradient, out=work)
        loss = float(np.sum(work)) / outputs.size
        logistic(outputs, gradient)
        np.subtract(gradient, expected, out=gradient)
        np.multiply(gradient, 1 / outputs.size, out=gradient)
        self._now = gradient
        return loss

    def probabilities(self, outputs: np.ndarray) -> np.ndarray:
        shares = np.empty_like(outputs)
        logistic(outputs, shares)
        return shares


@dataclass
class MeanSquaredError(Loss):
    """The squared distance: large errors weigh most; the mean of the targets is what it pulls towards."""

    type = "mean_squared_error"
    formula = "L = (y - t)²"

    def forward(self, outputs: np.ndarray, truth: np.ndarray) -> float:
        error = np.subtract(outputs, self.targets(truth), out=self._gradient[: len(outputs)])
        loss = float(np.vdot(error, error)) / error.size
        self._now = np.multiply(error, 2 / error.size, out=error)
        return loss


@dataclass
class MeanAbsoluteError(Loss):
    """The plain distance: every error weighs by its size, so that outliers pull less; towards the median."""

    type = "mean_absolute_error"
    formula = "L = |y - t|"

    def forward(self, outputs: np.ndarray, truth: np.ndarray) -> float:
        error = np.subtract(outputs, self.targets(truth), out=self._gradient[: len(outputs)])
        size = np.abs(error, out=self._scratch[: len(outputs)])
        loss = float(np.sum(size)) / error.size
        np.sign(error, out=error)
        self._now = np.multiply(error, 1 / error.size, out=error)
        return loss


@dataclass
class Huber(Loss):
    """Squared while the error is small, plain beyond delta: smooth near the goal and calm about outliers.

    Huber 1964, https://doi.org/10.1214/aoms/1177703732
    """

    type = "huber"
    formula = "L = (y - t)²/2 if |y - t| < delta else delta·(|y - t| - delta/2)"

    delta: float = setting(1.0, above=0, help="Where the curve turns from square to straight.")

    def forward(self, outputs: np.ndarray, truth: np.ndarray) -> float:
        error = np.subtract(outputs, self.targets(truth), out=self._scratch[: len(outputs)])
        # With c = the error clipped to ±delta, both branches are c·(error - c/2), and the derivative is c.
        clipped = np.clip(error, -self.delta, self.delta, out=self._gradient[: len(outputs)])
        loss = (float(np.vdot(clipped, error)) - 0.5 * float(np.vdot(clipped, clipped))) / error.size
        self._now = np.multiply(clipped, 1 / error.size, out=clipped)
        return loss
