"""SpatialDropout: dropout of whole channels."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nntui.nn.layers.base import Buffers, Layer, Shape, ShapeError, shape_words
from nntui.nn.settings import setting


@dataclass
class SpatialDropout(Layer):
    """Silences whole channels at random: neighbouring pixels are so alike that losing single ones teaches little.

    Each sample draws its own channels (the last axis). What is kept is divided by 1 - rate, so that evaluation needs no
    correction. Tompson et al. 2015, https://arxiv.org/abs/1411.4280
    """

    type = "spatial_dropout"
    stochastic = True

    rate: float = setting(0.2, minimum=0, below=1, help="The share of channels silenced at each step.")

    def output_shape(self, input_shape: Shape) -> Shape:
        if len(input_shape) < 2:
            raise ShapeError(
                f"spatial_dropout needs pictures or sequences, got {shape_words(input_shape)}; use dropout"
            )
        return input_shape

    def flops(self, input_shape: Shape) -> int:
        return math.prod(input_shape)

    def buffers(self, input_shape: Shape, *, needs_input_gradient: bool) -> Buffers:
        return {"y": input_shape, "mask": (*[1] * (len(input_shape) - 1), input_shape[-1])}

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
        if not self._active or not self.memory.needs_input_gradient:
            return grad
        return np.multiply(grad, self._mask, out=grad)
