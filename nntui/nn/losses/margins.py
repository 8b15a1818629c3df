"""Losses by margin: an output need only be right by some distance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nntui.nn.losses.base import Loss
from nntui.nn.products import product_sum
from nntui.settings import setting


@dataclass
class Hinge(Loss):
    """For classes, as support vector machines learn them: zero once the right class leads by the margin.

    With an output for each of C classes every other class adds its part, divided by C: Weston and Watkins 1999, as in
    PyTorch's MultiMarginLoss with its margin and p (2 where squared). Keras's CategoricalHinge, after Crammer and
    Singer, counts only the strongest other class. With a single output for two classes it is the binary hinge,
    max(0, margin - y) for the second class and max(0, margin + y) for the first. The outputs are plain numbers, not
    probabilities: only their differences within a sample are meaningful, and roc_auc ranks by these. At the edge of
    the margin the gradient is 0.
    """

    type = "hinge"
    threshold = 0.0
    ranking = "margin"
    tasks = ("classification",)
    formula = "L = Σ max(0, margin - y_label + y_other) / C"

    margin: float = setting(1.0, above=0, help="The lead from which on the loss is 0.")
    squared: bool = setting(False, help="Square each part: large violations weigh most.")

    def forward(self, outputs: np.ndarray, targets: np.ndarray) -> float:
        count, columns = outputs.shape
        shortfall, pull = self._scratch[:count], self._gradient[:count]
        expected = self.target_rows(targets)
        self._fill_shortfall(outputs, expected, shortfall)
        np.maximum(shortfall, 0, out=shortfall)
        if self.squared:
            np.multiply(shortfall, 2, out=pull)
        else:
            np.sign(shortfall, out=pull)
        weights = self._row_weights(targets)
        if weights is not None:
            np.multiply(pull, weights, out=pull)
        # Slope times shortfall is the loss itself, or twice the loss where it is squared.
        size = outputs.size
        loss = product_sum(pull, shortfall) / (2 * size if self.squared else size)
        if columns == 1:
            np.multiply(pull, expected, out=pull)
        else:
            # Each term pushes its own class down and the right class up.
            ups = np.add.reduce(pull, axis=1, keepdims=True, out=self._row[:count])
            np.multiply(expected, ups, out=expected)
            np.subtract(pull, expected, out=pull)
        self._last_gradient = np.multiply(pull, 1 / size, out=pull)
        return loss

    def _fill_shortfall(self, outputs: np.ndarray, expected: np.ndarray, shortfall: np.ndarray) -> None:
        """How far each output falls short of the margin; for a single output `expected` becomes its sign, 1 or -1."""
        if outputs.shape[1] == 1:
            np.multiply(expected, -2, out=expected)
            np.add(expected, 1, out=expected)
            np.multiply(outputs, expected, out=shortfall)
            np.add(shortfall, self.margin, out=shortfall)
            return
        np.multiply(outputs, expected, out=shortfall)
        own = np.add.reduce(shortfall, axis=1, keepdims=True, out=self._row[: len(outputs)])
        np.subtract(outputs, own, out=shortfall)
        np.add(shortfall, self.margin, out=shortfall)
        # The right class does not compete with itself: its entry is exactly the margin.
        np.multiply(expected, -self.margin, out=self._gradient[: len(outputs)])
        np.add(shortfall, self._gradient[: len(outputs)], out=shortfall)
