"""Activation as a layer of its own, for where it does not follow a sum."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nntui.nn.activations import Activation
from nntui.nn.layers.base import Buffers, Layer, Memory, Shape, ShapeError, shape_words
from nntui.settings import setting


@dataclass
class ActivationLayer(Layer):
    """Puts every number through a function, as a layer's own activation does."""

    type = "activation"
    group = "basic"

    function: str = setting("relu", choices=Activation.names, help="The function each number goes through.")

    def output_shape(self, input_shape: Shape) -> Shape:
        if self.function == "softmax" and len(input_shape) != 1:
            raise ShapeError(f"softmax needs a flat input, got {shape_words(input_shape)}; put a flatten layer before")
        return input_shape

    def flops(self, input_shape: Shape) -> int:
        return math.prod(input_shape)

    def buffers(self, input_shape: Shape, *, needs_input_gradient: bool) -> Buffers:
        function = Activation.members()[self.function]
        found: Buffers = {"y": input_shape}
        return found | {f"scratch_{index}": input_shape for index in range(function.scratches)}

    def detail(self) -> str:
        return self.function

    def build(self, memory: Memory) -> None:
        super().build(memory)
        self._function = Activation.members()[self.function]()
        self._scratch = [memory.buffers[f"scratch_{index}"] for index in range(self._function.scratches)]

    def forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        self._z, self._y = x, self.memory.buffers["y"][: len(x)]
        self._scratch_now = [buffer[: len(x)] for buffer in self._scratch]
        self._function.forward(self._z, self._y, self._scratch_now)
        return self._y

    def backward(self, grad: np.ndarray) -> np.ndarray:
        self._function.backward(grad, self._z, self._y, self._scratch_now)
        return grad
