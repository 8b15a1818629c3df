"""Flatten: an image as one long row."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nntui.nn.layers.base import Layer, Shape


@dataclass
class Flatten(Layer):
    """Lays an image out as one row of numbers, as a dense layer takes it."""

    type = "flatten"
    group = "basic"
    preserves_order = True

    def output_shape(self, input_shape: Shape) -> Shape:
        return (math.prod(input_shape),)

    def forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        return x.reshape(len(x), math.prod(self.memory.input_shape))

    def backward(self, grad: np.ndarray) -> np.ndarray:
        if not self.memory.needs_input_gradient:
            return grad
        return grad.reshape(len(grad), *self.memory.input_shape)
