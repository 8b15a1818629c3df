"""Adam, and AdamW."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nntui.nn.optimizers.base import Optimizer, weight_decay_setting
from nntui.settings import setting


@dataclass
class Adam(Optimizer):
    """Momentum together with a step size for each weight: a good first choice.

    m = β1·m + (1 - β1)·g; v = β2·v + (1 - β2)·g²; p = p - learning_rate·m̂ / (√v̂ + epsilon), with m̂ = m / (1 - β1ᵗ) and
    v̂ = v / (1 - β2ᵗ). Kingma and Ba 2014, https://arxiv.org/abs/1412.6980
    """

    type = "adam"
    slot_names = ("mean", "square")

    beta1: float = setting(0.9, minimum=0, below=1, help="The share of the momentum that is kept.")
    beta2: float = setting(0.999, minimum=0, below=1, help="The share of the squared-gradient average that is kept.")
    epsilon: float = setting(1e-8, minimum=1e-30, help="Avoids division by zero.")

    def decay_rates(self) -> dict[str, float]:
        return {"mean": self.beta1, "square": self.beta2}

    def factors(self) -> tuple[float, ...]:
        # The slots hold m / (1 - β1) and v / (1 - β2), which saves two passes: these factors, and those of the bias
        # correction, are moved out of the fraction into one rate and one epsilon.
        mean_scale = (1 - self.beta1) / (1 - self.beta1**self.steps)
        root_scale = math.sqrt((1 - self.beta2) / (1 - self.beta2**self.steps))
        return (self.rate * mean_scale / root_scale, self.beta1, self.beta2, self.epsilon / root_scale)

    def update(self, factors: tuple[float, ...], *block: np.ndarray) -> None:
        rate, beta1, beta2, epsilon = factors
        parameters, gradients, mean, square, scratch = block
        np.multiply(gradients, gradients, out=scratch)
        np.multiply(square, beta2, out=square)
        np.add(square, scratch, out=square)
        np.multiply(mean, beta1, out=mean)
        np.add(mean, gradients, out=mean)
        np.sqrt(square, out=scratch)
        np.add(scratch, epsilon, out=scratch)
        np.divide(mean, scratch, out=scratch)
        np.multiply(scratch, rate, out=scratch)
        np.subtract(parameters, scratch, out=parameters)


@dataclass
class AdamW(Adam):
    """Adam whose weights also shrink a little at each step, which keeps them small; biases do not.

    p = p - learning_rate·weight_decay·p before each step of Adam. Loshchilov and Hutter 2017,
    https://arxiv.org/abs/1711.05101
    """

    type = "adamw"

    weight_decay: float = weight_decay_setting(0.01)
