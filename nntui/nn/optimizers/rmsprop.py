"""RMSprop."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nntui.nn.optimizers.base import Optimizer
from nntui.settings import setting


@dataclass
class RMSprop(Optimizer):
    """Divides each step by the recent size of that weight's gradient, so that all weights move at the same speed.

    s = rho·s + (1 - rho)·g²; p = p - learning_rate·g / (√s + epsilon), epsilon outside the root as in PyTorch.
    Hinton 2012, https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf
    """

    type = "rmsprop"
    slot_names = ("square",)

    rho: float = setting(0.99, minimum=0, below=1, help="The share of the squared-gradient average that is kept.")
    epsilon: float = setting(1e-8, minimum=1e-30, help="Avoids division by zero.")

    def decay_rates(self) -> dict[str, float]:
        return {"square": self.rho}

    def factors(self) -> tuple[float, ...]:
        return (self.rate, self.rho, self.epsilon)

    def update(self, factors: tuple[float, ...], *block: np.ndarray) -> None:
        rate, rho, epsilon = factors
        parameters, gradients, square, scratch = block
        np.multiply(square, rho, out=square)
        np.multiply(gradients, gradients, out=scratch)
        np.multiply(scratch, 1 - rho, out=scratch)
        np.add(square, scratch, out=square)
        np.sqrt(square, out=scratch)
        np.add(scratch, epsilon, out=scratch)
        np.divide(gradients, scratch, out=scratch)
        np.multiply(scratch, rate, out=scratch)
        np.subtract(parameters, scratch, out=parameters)
