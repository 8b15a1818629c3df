"""Activation as a layer of its own, for use where it does not follow a weighted sum."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nntui.nn.activations import Activation
from nntui.nn.layers.base import Buffers, Layer, Memory, Shape, ShapeError, format_shape
from nntui.nn.layers.fused_activation import FusedActivation
from nntui.settings import setting


@dataclass
class ActivationLayer(Layer):
    """Applies a function to every number, as a layer's own activation does."""

    type = "activation"
    group = "basic"

    function: str = setting("relu", choices=Activation.names, help="The function each number goes through.")

    def output_shape(self, input_shape: Shape) -> Shape:
        if self.function == "softmax" and len(input_shape) != 1:
            raise ShapeError(
                f"softmax needs a flat input, got {format_shape(input_shape)}; put a flatten layer before it"
            )
        return input_shape

    def flops(self, input_shape: Shape) -> int:
        return math.prod(input_shape)

    def buffers(self, input_shape: Shape, *, needs_input_gradient: bool) -> Buffers:
        # z is the layer's input, which needs no copy.
        return {"y": input_shape} | FusedActivation(self.function).scratch(input_shape)

    def detail(self) -> str:
        return self.function

    def build(self, memory: Memory) -> None:
        super().build(memory)
        self._fused = FusedActivation(self.function)
        self._fused.build(memory.buffers)

    def fit(self, count: int) -> None:
        self._fused.fit(count)

    def forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        self.fit_to(x)
        self._fused.z = x
        return self._fused.forward()

    def backward(self, grad: np.ndarray) -> np.ndarray:
        self._fused.backward(grad)
        return grad
