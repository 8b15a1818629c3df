"""Losses on probabilities: the outputs are logits, which the loss itself puts through softmax or the sigmoid."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nntui.nn.activations import logistic
from nntui.nn.losses.base import Loss
from nntui.nn.products import plain_sum
from nntui.settings import setting

_SUM_TOLERANCE = 1e-3
"""How far the sum of a row of probabilities may be from 1: numbers in tables are rounded."""


class _SoftmaxLoss(Loss):
    """Softmax and logarithm in one: minus the sum of t·log softmax(z) over each row, with t the row's targets."""

    applies = "softmax"
    ranking = "softmax"
    threshold = 0.0

    def build(
        self, *, batch_size: int, outputs: int, classes: int, dtype: np.dtype, class_weights: np.ndarray | None = None
    ) -> None:
        super().build(batch_size=batch_size, outputs=outputs, classes=classes, dtype=dtype, class_weights=class_weights)
        self._sums = np.zeros((batch_size, 1), dtype)
        self._ones = np.ones((outputs, 1), dtype)
        self._flat_row = self._row.reshape(-1)
        self._largest = np.zeros(batch_size, np.int64)
        self._row_starts = np.arange(0, batch_size * outputs, outputs)
        # Without class weights the rows of the table of targets add up to 1.
        self._is_weighted = self._class_targets is None or self._class_weights is not None
        if self._class_targets is not None and self._class_weights is not None:
            # Weighting the table of targets once costs a batch nothing.
            self._class_targets *= self._class_weights
            self._class_target_sums = self._class_targets.sum(axis=1, keepdims=True)

    def forward(self, outputs: np.ndarray, targets: np.ndarray) -> float:
        count = len(outputs)
        probabilities, row, work = self._gradient[:count], self._row[:count], self._scratch[:count]
        expected = self.target_rows(targets)
        # Subtracting the row's maximum changes neither probabilities nor loss, and keeps exp from overflowing. Finding
        # its index, and summing by a product with ones, take half the time of reductions along short rows.
        largest = outputs.argmax(axis=1, out=self._largest[:count])
        np.add(largest, self._row_starts[:count], out=largest)
        outputs.take(largest, out=self._flat_row[:count], mode="clip")
        np.subtract(outputs, row, out=work)
        correct = float(np.vdot(work, expected))
        if not math.isfinite(correct):
            # In this dtype a logit may be infinitely far below the largest, which must not count where its target is 0.
            correct = float(np.vdot(np.subtract(outputs, row, dtype=np.float64), expected))
        np.exp(work, out=probabilities)
        np.dot(probabilities, self._ones, out=row)
        np.divide(probabilities, row, out=probabilities)
        np.log(row, out=row)
        if self._is_weighted:
            sums = self._sums_of_targets(targets, expected)
            np.multiply(row, sums, out=row)
            np.multiply(probabilities, sums, out=probabilities)
        loss = (float(np.add.reduce(row, axis=None)) - correct) / count
        # d(loss)/dz = softmax(z)·Σt - t: so simple only because softmax and logarithm are taken together.
        np.subtract(probabilities, expected, out=probabilities)
        np.multiply(probabilities, 1 / count, out=probabilities)
        self._last_gradient = probabilities
        return loss

    def _sums_of_targets(self, targets: np.ndarray, expected: np.ndarray) -> np.ndarray:
        """The sum of each row of `expected`, (n, 1)."""
        sums = self._sums[: len(targets)]
        if self._class_targets is None:
            return np.add.reduce(expected, axis=1, keepdims=True, out=sums)
        return self._class_target_sums.take(targets, axis=0, out=sums, mode="clip")

    def probabilities(self, outputs: np.ndarray) -> np.ndarray:
        probabilities = np.exp(outputs - outputs.max(axis=1, keepdims=True))
        probabilities /= probabilities.sum(axis=1, keepdims=True)
        return probabilities


@dataclass
class CrossEntropy(_SoftmaxLoss):
    """For one class out of several: minus the log of the probability that softmax gives the right one.

    With label_smoothing s the target of the right class among C is 1 - s + s/C, and that of each other class s/C. A
    class weight multiplies the whole loss of the samples of that class, and the sum is divided by the number of
    samples, as in Keras. PyTorch divides by the sum of the weights, and multiplies the target of each class by that
    class's weight, which differs where labels are smoothed.
    - Paper: https://arxiv.org/abs/1512.00567 (section 7)
    """

    type = "cross_entropy"
    tasks = ("classification",)
    formula = "L = -log( exp(z_label) / Σ exp(z) )"

    label_smoothing: float = setting(
        0.0, minimum=0, below=1, help="The share of the target spread over all classes equally, against overconfidence."
    )

    def _target_table(self, outputs: int, classes: int, dtype: np.dtype) -> np.ndarray:
        table = super()._target_table(outputs, classes, dtype)
        if self.label_smoothing:
            table *= 1 - self.label_smoothing
            table += self.label_smoothing / classes
        return table


@dataclass
class BinaryCrossEntropy(Loss):
    """For yes or no: minus the log of the probability that the sigmoid gives the right answer, output by output."""

    type = "binary_cross_entropy"
    applies = "sigmoid"
    threshold = 0.0
    tasks = ("classification",)
    formula = "L = -t·log(σ(z)) - (1 - t)·log(1 - σ(z))"

    def forward(self, outputs: np.ndarray, targets: np.ndarray) -> float:
        count = len(outputs)
        gradient, work = self._gradient[:count], self._scratch[:count]
        expected = self.target_rows(targets)
        # Computed as log(1 + exp(-|z|)) + max((1 - 2t)·z, 0), for t of 0 or 1: nothing overflows, and no large numbers
        # cancel.
        np.abs(outputs, out=work)
        np.negative(work, out=work)
        np.exp(work, out=work)
        np.log1p(work, out=work)
        np.multiply(expected, -2, out=gradient)
        np.add(gradient, 1, out=gradient)
        np.multiply(gradient, outputs, out=gradient)
        np.maximum(gradient, 0, out=gradient)
        np.add(work, gradient, out=work)
        logistic(outputs, gradient)
        np.subtract(gradient, expected, out=gradient)
        weights = self._row_weights(targets)
        if weights is not None:
            np.multiply(work, weights, out=work)
            np.multiply(gradient, weights, out=gradient)
        size = outputs.size
        np.multiply(gradient, 1 / size, out=gradient)
        self._last_gradient = gradient
        return plain_sum(work) / size

    def probabilities(self, outputs: np.ndarray) -> np.ndarray:
        probabilities = np.empty_like(outputs)
        logistic(outputs, probabilities)
        return probabilities


@dataclass
class KLDivergence(_SoftmaxLoss):
    """For targets that are probabilities: how far softmax of the outputs is from the target distribution.

    Outputs are logits. Each row of targets is a distribution over the columns; a target of 0 adds nothing. The mean is
    over the rows, as in Keras and with PyTorch's reduction="batchmean" (PyTorch's default also divides by the number of
    columns). For class labels it is the cross-entropy.
    """

    type = "kl_divergence"
    tasks = ("classification", "regression")
    formula = "L = Σ t·log( t / softmax(z) )"

    def why_invalid(self, targets: np.ndarray) -> str | None:
        sums = targets.sum(axis=1, dtype=np.float64)
        wrong = (targets.min(axis=1, initial=0) < 0) | ~(np.abs(sums - 1) <= _SUM_TOLERANCE)
        if not wrong.any():
            return None
        row = int(np.argmax(wrong))
        got = f"{targets[row].min():g}" if targets[row].min() < 0 else f"a row that adds up to {sums[row]:.6g}"
        return f"kl_divergence needs rows of probabilities, each at least 0 and adding up to 1, got {got}"

    def forward(self, outputs: np.ndarray, targets: np.ndarray) -> float:
        loss = super().forward(outputs, targets)
        if self._class_targets is not None:
            return loss
        log, safe = self._scratch[: len(targets)], self._targets[: len(targets)]
        np.maximum(self.target_rows(targets), np.finfo(safe.dtype).tiny, out=safe)
        np.log(safe, out=log)
        return loss + float(np.vdot(safe, log)) / len(targets)
