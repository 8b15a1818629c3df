"""Dropout: noise that keeps units from relying on one another."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nntui.nn.layers.base import Buffers, Layer, Shape
from nntui.settings import setting


@dataclass
class Dropout(Layer):
    """Silences a random share of its inputs at each training step, so that no unit relies on a single other.

    Inputs that are kept are divided by 1 - rate: the expected sum stays the same, and evaluation needs no correction.
    Srivastava et al. 2014, https://jmlr.org/papers/v15/srivastava14a.html
    """

    type = "dropout"
    group = "noise"
    stochastic = True
    tunable = ("rate",)

    rate: float = setting(0.5, minimum=0, below=1, help="The share of inputs silenced at each step.")

    def flops(self, input_shape: Shape) -> int:
        return math.prod(input_shape)

    def buffers(self, input_shape: Shape, *, needs_input_gradient: bool) -> Buffers:
        return {"y": input_shape, "mask": input_shape}

    def detail(self) -> str:
        return f"{self.rate:g}"

    def forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        self._active = training and self.rate > 0
        if not self._active:
            return x
        self._mask, y = self.memory.buffers["mask"][: len(x)], self.memory.buffers["y"][: len(x)]
        self.memory.rng.random(out=self._mask, dtype=self._mask.dtype.type)
        np.greater_equal(self._mask, self.rate, out=self._mask)
        np.multiply(self._mask, 1 / (1 - self.rate), out=self._mask)
        return np.multiply(x, self._mask, out=y)

    def backward(self, grad: np.ndarray) -> np.ndarray:
        return np.multiply(grad, self._mask, out=grad) if self._active else grad
