"""Stochastic gradient descent, with or without momentum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nntui.nn.optimizers.base import Optimizer, learning_rate_setting
from nntui.settings import setting


@dataclass
class SGD(Optimizer):
    """Steps straight down the gradient; with momentum it keeps some of its last direction, as a ball does.

    v = momentum·v + g; p = p - learning_rate·v, or with nesterov p = p - learning_rate·(g + momentum·v).
    Sutskever et al. 2013, http://proceedings.mlr.press/v28/sutskever13.html, with the rate outside v as in PyTorch.
    """

    type = "sgd"
    slot_names = ("velocity",)
    tunable = (*Optimizer.tunable, "momentum")

    learning_rate: float = learning_rate_setting(0.01)
    momentum: float = setting(0.0, minimum=0, below=1, help="The share of the last step's direction that is kept.")
    nesterov: bool = setting(False, help="Use the gradient ahead, where the momentum is about to carry the weights.")

    def tune(self, name: str, value: float) -> None:
        super().tune(name, value)
        if name == "momentum" and value == 0:
            # Without momentum the velocity is not updated: a stale one must not return with a later momentum.
            self.slots["velocity"].fill(0)

    def decay_rates(self) -> dict[str, float]:
        return {"velocity": self.momentum}

    def factors(self) -> tuple[float, ...]:
        return (self.rate, self.momentum)

    def update(self, factors: tuple[float, ...], *block: np.ndarray) -> None:
        rate, momentum = factors
        parameters, gradients, velocity, scratch = block
        if momentum == 0:
            np.multiply(gradients, rate, out=scratch)
        else:
            np.multiply(velocity, momentum, out=velocity)
            np.add(velocity, gradients, out=velocity)
            if self.nesterov:
                np.multiply(velocity, momentum, out=scratch)
                np.add(scratch, gradients, out=scratch)
                np.multiply(scratch, rate, out=scratch)
            else:
                np.multiply(velocity, rate, out=scratch)
        np.subtract(parameters, scratch, out=parameters)
