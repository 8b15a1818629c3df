"""Adadelta."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nntui.nn.optimizers.base import Optimizer, learning_rate_setting
from nntui.settings import setting


@dataclass
class Adadelta(Optimizer):
    """Derives the size of its steps from those before: a learning rate of 1 suits most problems.

    s = rho·s + (1 - rho)·g²; d = √(u + epsilon) / √(s + epsilon)·g; u = rho·u + (1 - rho)·d²; p = p - learning_rate·d,
    epsilon inside both roots. Zeiler 2012, https://arxiv.org/abs/1212.5701
    """

    type = "adadelta"
    slot_names = ("square", "change")
    scratches = 2

    learning_rate: float = learning_rate_setting(1.0)
    rho: float = setting(0.9, minimum=0, below=1, help="The share of the squared-gradient average that is kept.")
    epsilon: float = setting(1e-6, minimum=1e-30, help="Avoids division by zero, and a first step of zero.")

    def decay_rates(self) -> dict[str, float]:
        return {"square": self.rho, "change": self.rho}

    def factors(self) -> tuple[float, ...]:
        return (self.rate, self.rho, self.epsilon)

    def update(self, factors: tuple[float, ...], *block: np.ndarray) -> None:
        rate, rho, epsilon = factors
        parameters, gradients, square, change, step, scratch = block
        np.multiply(gradients, gradients, out=scratch)
        np.multiply(scratch, 1 - rho, out=scratch)
        np.multiply(square, rho, out=square)
        np.add(square, scratch, out=square)
        np.add(change, epsilon, out=step)
        np.add(square, epsilon, out=scratch)
        np.divide(step, scratch, out=step)
        np.sqrt(step, out=step)
        np.multiply(step, gradients, out=step)
        np.multiply(step, rate, out=scratch)
        np.subtract(parameters, scratch, out=parameters)
        np.multiply(step, step, out=step)
        np.multiply(step, 1 - rho, out=step)
        np.multiply(change, rho, out=change)
        np.add(change, step, out=change)
