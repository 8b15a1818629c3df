"""AlphaDropout: dropout that preserves the mean and variance of a SELU network."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nntui.nn.activations import SELU
from nntui.nn.layers.base import Buffers, Layer, Shape
from nntui.settings import setting


@dataclass
class AlphaDropout(Layer):
    """Dropout for stacks of selu: sets inputs to selu's floor and rescales, which preserves mean 0 and variance 1.

    y = a·(kept ? x : -f) + a·f·rate, with f = 1.7581 the floor of selu and a = 1 / √((1 - rate)·(1 + rate·f²)); in
    evaluation y = x. Klambauer et al. 2017, https://arxiv.org/abs/1706.02515
    """

    type = "alpha_dropout"
    group = "noise"
    stochastic = True
    tunable = ("rate",)

    rate: float = setting(0.1, minimum=0, below=1, help="The share of inputs set to the floor at each step.")

    def flops(self, input_shape: Shape) -> int:
        return 3 * math.prod(input_shape)

    def buffers(self, input_shape: Shape, *, needs_input_gradient: bool) -> Buffers:
        return {"y": input_shape, "mask": input_shape}

    def detail(self) -> str:
        return f"{self.rate:g}"

    @property
    def scale(self) -> float:
        """The factor a, which restores a variance of 1."""
        return 1 / math.sqrt((1 - self.rate) * (1 + self.rate * SELU.floor**2))

    def forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        self._active = training and self.rate > 0
        if not self._active:
            return x
        self._mask, y = self.memory.buffers["mask"][: len(x)], self.memory.buffers["y"][: len(x)]
        self.memory.rng.random(out=self._mask, dtype=self._mask.dtype.type)
        np.greater_equal(self._mask, self.rate, out=self._mask)
        np.multiply(self._mask, self.scale, out=self._mask)
        # Measured from the floor, a silenced input is zero.
        np.add(x, SELU.floor, out=y)
        np.multiply(y, self._mask, out=y)
        return np.add(y, self.scale * SELU.floor * (self.rate - 1), out=y)

    def backward(self, grad: np.ndarray) -> np.ndarray:
        if not self._active or not self.memory.needs_input_gradient:
            return grad
        return np.multiply(grad, self._mask, out=grad)
