"""Nadam."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nntui.nn.optimizers.base import Optimizer, learning_rate_setting
from nntui.settings import setting

_NEGLIGIBLE = 1e-30
"""Below this product of momenta 1 - product is 1; that takes some hundred steps, and it only gets smaller."""


@dataclass
class Nadam(Optimizer):
    """Adam with Nesterov momentum: it looks ahead to where its momentum is about to carry it.

    p = p - learning_rate·((1 - μₜ)·g / (1 - Πμ) + μₜ₊₁·m / (1 - Πμ·μₜ₊₁)) / (√v̂ + epsilon), with m and v̂ as in Adam,
    μₜ = β1·(1 - 0.96^(t·momentum_decay) / 2) and Πμ = μ₁·…·μₜ, as in PyTorch. Keras has 0.96^t, which is a
    momentum_decay of 1 here. Dozat 2016, https://openreview.net/forum?id=OM0jvwB8jIp57ZJjtNEZ
    """

    type = "nadam"
    slot_names = ("mean", "square")
    scratches = 2

    learning_rate: float = learning_rate_setting(0.002)
    beta1: float = setting(0.9, minimum=0, below=1, help="The share of the momentum that is kept.")
    beta2: float = setting(0.999, minimum=0, below=1, help="The share of the squared-gradient average that is kept.")
    epsilon: float = setting(1e-8, minimum=1e-30, help="Avoids division by zero.")
    momentum_decay: float = setting(0.004, minimum=0, maximum=1000, help="How soon the momentum reaches beta1.")

    def decay_rates(self) -> dict[str, float]:
        return {"mean": self.beta1, "square": self.beta2}

    def _momentum(self, step: int) -> float:
        return self.beta1 * (1 - 0.5 * 0.96 ** (step * self.momentum_decay))

    def _product(self) -> float:
        """Πμ up to this step; a resumed run multiplies the same numbers in the same order."""
        done, product = getattr(self, "_multiplied", (0, 1.0))
        if done >= self.steps:
            done, product = 0, 1.0
        while done < self.steps:
            done += 1
            product *= self._momentum(done)
            if product < _NEGLIGIBLE:
                done, product = self.steps, 0.0
        self._multiplied = (done, product)
        return product

    def factors(self) -> tuple[float, ...]:
        product, ahead = self._product(), self._momentum(self.steps + 1)
        # The slots hold m / (1 - β1) and v / (1 - β2), whose factors are moved into the rates, as in Adam.
        root_scale = math.sqrt((1 - self.beta2) / (1 - self.beta2**self.steps))
        now = self.rate * (1 - self._momentum(self.steps)) / (1 - product) / root_scale
        next_rate = self.rate * ahead / (1 - product * ahead) * (1 - self.beta1) / root_scale
        return (now, next_rate, self.beta1, self.beta2, self.epsilon / root_scale)

    def update(self, factors: tuple[float, ...], *block: np.ndarray) -> None:
        now, next_rate, beta1, beta2, epsilon = factors
        parameters, gradients, mean, square, change, scratch = block
        np.multiply(gradients, gradients, out=scratch)
        np.multiply(square, beta2, out=square)
        np.add(square, scratch, out=square)
        np.multiply(mean, beta1, out=mean)
        np.add(mean, gradients, out=mean)
        np.multiply(gradients, now, out=change)
        np.multiply(mean, next_rate, out=scratch)
        np.add(change, scratch, out=change)
        np.sqrt(square, out=scratch)
        np.add(scratch, epsilon, out=scratch)
        np.divide(change, scratch, out=change)
        np.subtract(parameters, change, out=parameters)
