"""Lion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nntui.nn.optimizers.base import Optimizer, learning_rate_setting
from nntui.settings import setting


@dataclass
class Lion(Optimizer):
    """Moves every weight by the same small amount, in the direction of the sign of its momentum.

    p = p - learning_rate·sign(β1·m + (1 - β1)·g); then m = β2·m + (1 - β2)·g. It needs a learning rate 3 to 10 times
    smaller than Adam's, and a weight decay larger by the same factor. Chen et al. 2023, https://arxiv.org/abs/2302.06675
    """

    type = "lion"
    slot_names = ("mean",)

    learning_rate: float = learning_rate_setting(0.0001)
    beta1: float = setting(0.9, minimum=0, below=1, help="The share of the momentum in a step.")
    beta2: float = setting(0.99, minimum=0, below=1, help="The share of the momentum that is kept.")

    def decay_rates(self) -> dict[str, float]:
        return {"mean": self.beta2}

    def factors(self) -> tuple[float, ...]:
        # The slot holds m / (1 - β2), and only the sign counts: two factors become one.
        return (self.rate, self.beta1 * (1 - self.beta2) / (1 - self.beta1), self.beta2)

    def update(self, factors: tuple[float, ...], *block: np.ndarray) -> None:
        rate, share, beta2 = factors
        parameters, gradients, mean, scratch = block
        np.multiply(mean, share, out=scratch)
        np.add(scratch, gradients, out=scratch)
        np.sign(scratch, out=scratch)
        np.multiply(scratch, rate, out=scratch)
        np.subtract(parameters, scratch, out=parameters)
        np.multiply(mean, beta2, out=mean)
        np.add(mean, gradients, out=mean)
