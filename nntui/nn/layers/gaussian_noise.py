"""GaussianNoise: a little random noise added to every input."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nntui.nn.layers.base import Buffers, Layer, Shape
from nntui.settings import setting


@dataclass
class GaussianNoise(Layer):
    """Adds a random number to each input at each training step, so that small differences do not count.

    y = x + deviation·noise, the noise normal with mean 0 and standard deviation 1; in evaluation y = x.
    """

    type = "gaussian_noise"
    group = "noise"
    stochastic = True
    tunable = ("deviation",)

    deviation: float = setting(0.1, minimum=0, maximum=1000, help="How large the noise is: its standard deviation.")

    def flops(self, input_shape: Shape) -> int:
        return 2 * math.prod(input_shape)

    def buffers(self, input_shape: Shape, *, needs_input_gradient: bool) -> Buffers:
        return {"y": input_shape}

    def detail(self) -> str:
        return f"{self.deviation:g}"

    def forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        if not training or self.deviation == 0:
            return x
        y = self.memory.buffers["y"][: len(x)]
        self.memory.rng.standard_normal(out=y, dtype=y.dtype.type)
        np.multiply(y, self.deviation, out=y)
        return np.add(x, y, out=y)

    def backward(self, grad: np.ndarray) -> np.ndarray:
        return grad
