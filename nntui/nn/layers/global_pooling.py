"""Global average pooling: the mean over a whole image or sequence."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nntui.nn.layers.base import Buffers, Layer, Memory, Shape, ShapeError, format_shape


@dataclass
class GlobalAveragePool(Layer):
    """One mean for each channel; the base of the global average pooling layers."""

    group = "pooling"

    rank: ClassVar[int]
    """How many axes the mean goes over."""

    def output_shape(self, input_shape: Shape) -> Shape:
        if len(input_shape) != self.rank + 1:
            axes = "(height, width, channels)" if self.rank == 2 else "(time, features)"
            raise ShapeError(f"{self.type} needs {axes}, got {format_shape(input_shape)}; take it out")
        return input_shape[-1:]

    def flops(self, input_shape: Shape) -> int:
        return math.prod(input_shape)

    def buffers(self, input_shape: Shape, *, needs_input_gradient: bool) -> Buffers:
        buffers: Buffers = {"y": input_shape[-1:]}
        if needs_input_gradient:
            buffers["input_gradient"] = input_shape
        return buffers

    def scratch(self, input_shape: Shape, *, batch_size: int, needs_input_gradient: bool) -> Buffers:
        return {"weights": (1, math.prod(input_shape[:-1]))}

    def build(self, memory: Memory) -> None:
        super().build(memory)
        self._weights = memory.buffers["weights"]
        self._weights.fill(1 / self._weights.size)
        self._channels = memory.input_shape[-1]

    def forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        y = self.memory.buffers["y"][: len(x)]
        np.matmul(self._weights, x.reshape(len(x), -1, self._channels), out=y[:, None])
        return y

    def backward(self, grad: np.ndarray) -> np.ndarray:
        if not self.memory.needs_input_gradient:
            return grad
        input_gradient = self.memory.buffers["input_gradient"][: len(grad)]
        np.multiply(grad, 1 / self._weights.size, out=grad)
        np.copyto(input_gradient.reshape(len(grad), -1, self._channels), grad[:, None])
        return input_gradient


@dataclass
class GlobalAveragePool1D(GlobalAveragePool):
    """Reduces each feature to one number: its mean over the whole sequence, wherever a pattern was.

    Input (time, features), output (features,): flat, so that a dense layer can follow.
    Lin et al. 2013, https://arxiv.org/abs/1312.4400
    """

    type = "global_average_pool1d"
    rank = 1


@dataclass
class GlobalAveragePool2D(GlobalAveragePool):
    """Reduces each channel to one number: its mean over the whole image, wherever a pattern was.

    Input (height, width, channels), output (channels,): flat, so that a dense layer can follow.
    Lin et al. 2013, https://arxiv.org/abs/1312.4400
    """

    type = "global_average_pool2d"
    rank = 2
