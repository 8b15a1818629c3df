"""Adagrad."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nntui.nn.optimizers.base import Optimizer, learning_rate_setting
from nntui.settings import setting


@dataclass
class Adagrad(Optimizer):
    """Slows each weight down by all the gradient it has ever seen: rare features keep learning.

    s = s + g²; p = p - learning_rate·g / (√s + epsilon). Duchi et al. 2011, https://jmlr.org/papers/v12/duchi11a.html
    """

    type = "adagrad"
    slot_names = ("square",)

    learning_rate: float = learning_rate_setting(0.01)
    epsilon: float = setting(1e-10, minimum=1e-30, help="Avoids division by zero.")

    def factors(self) -> tuple[float, ...]:
        return (self.rate, self.epsilon)

    def update(self, factors: tuple[float, ...], *block: np.ndarray) -> None:
        rate, epsilon = factors
        parameters, gradients, square, scratch = block
        np.multiply(gradients, gradients, out=scratch)
        np.add(square, scratch, out=square)
        np.sqrt(square, out=scratch)
        np.add(scratch, epsilon, out=scratch)
        np.divide(gradients, scratch, out=scratch)
        np.multiply(scratch, rate, out=scratch)
        np.subtract(parameters, scratch, out=parameters)
