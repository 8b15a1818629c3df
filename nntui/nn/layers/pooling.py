"""Pooling layers: maximum and average, over images and sequences."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nntui.nn.convolution.pooling import AveragePooling, MaxPooling, Pooling
from nntui.nn.convolution.tiles import tile_samples, tiles_of
from nntui.nn.convolution.windows import PADDINGS, Sliding
from nntui.nn.layers.base import Buffers, Layer, Memory, Shape, Typed
from nntui.nn.layers.sliding import sliding_over
from nntui.settings import setting

_TILE_NUMBERS = 200_000
"""Numbers in a tile's images: with the results they stay in a core's second-level cache."""


@dataclass
class Pool(Layer):
    """One number for each window, channel by channel; the base of the pooling layers."""

    group = "pooling"

    rank: ClassVar[int]
    """How many axes the window slides along: 2 over (height, width, channels), 1 over (time, features)."""
    pooling: ClassVar[type[Pooling]]

    pool_size: int = setting(2, minimum=1, maximum=1000, help="Cells along each side of a window.")
    stride: int | None = setting(
        None, minimum=1, maximum=1000, help="Cells from one window to the next.", absent="as pool_size: side by side"
    )  # fmt: skip
    padding: str = setting(
        "valid", choices=PADDINGS, help="valid leaves out windows that reach over the edge; same includes them."
    )

    def output_shape(self, input_shape: Shape) -> Shape:
        return self._sliding(input_shape).output_shape[-1 - self.rank :]

    def _sliding(self, input_shape: Shape) -> Sliding:
        return sliding_over(
            input_shape, layer=self.type, rank=self.rank, setting="pool_size", kernel=self.pool_size,
            stride=self.stride or self.pool_size, dilation=1, padding=self.padding,
        )  # fmt: skip

    def _pooling(self, input_shape: Shape, *, batch_size: int, backwards: bool) -> Pooling:
        samples = tile_samples(batch_size, numbers_per_sample=math.prod(input_shape), most_numbers=_TILE_NUMBERS)
        tiles = -(-batch_size // samples)
        return self.pooling(self._sliding(input_shape), samples=samples, tiles=tiles, backwards=backwards)

    def flops(self, input_shape: Shape) -> int:
        return math.prod(self.output_shape(input_shape)) * self.pool_size**self.rank

    def detail(self) -> str:
        words = ["x".join([str(self.pool_size)] * self.rank)]
        if self.stride not in (None, self.pool_size):
            words.append(f"stride {self.stride}")
        if self.padding != "valid":
            words.append(self.padding)
        return " ".join(words)

    def buffers(self, input_shape: Shape, *, needs_input_gradient: bool) -> Buffers:
        buffers: Buffers = {"y": self.output_shape(input_shape)}
        if needs_input_gradient:
            buffers["input_gradient"] = input_shape
        return buffers

    def scratch(self, input_shape: Shape, *, batch_size: int, needs_input_gradient: bool) -> Buffers:
        pooling = self._pooling(input_shape, batch_size=batch_size, backwards=needs_input_gradient)
        buffers: Buffers = dict(pooling.scratch())
        masks = pooling.masks()
        if masks is not None:
            buffers["masks"] = Typed(masks, "bool")
        return buffers

    def build(self, memory: Memory) -> None:
        super().build(memory)
        self._y = memory.buffers["y"]
        self._pool = self._pooling(memory.input_shape, batch_size=len(self._y), backwards=memory.needs_input_gradient)
        self._pool.build(memory.buffers)
        self._input, self._output = self._pool.sliding.input_shape, self._pool.sliding.output_shape

    def forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        y = self._y[: len(x)]
        images, out = x.reshape(len(x), *self._input), y.reshape(len(x), *self._output)
        for tile, samples in enumerate(tiles_of(len(x), self._pool.samples)):
            self._pool.forward(images[samples], out[samples], tile=tile, training=training)
        return y

    def backward(self, grad: np.ndarray) -> np.ndarray:
        if not self.memory.needs_input_gradient:
            return grad
        input_gradient = self.memory.buffers["input_gradient"][: len(grad)]
        images_gradient = input_gradient.reshape(len(grad), *self._input)
        grad = grad.reshape(len(grad), *self._output)
        for tile, samples in enumerate(tiles_of(len(grad), self._pool.samples)):
            self._pool.backward(grad[samples], images_gradient[samples], tile=tile)
        return input_gradient


@dataclass
class MaxPool1D(Pool):
    """Makes a sequence shorter: keeps only the largest number of each window, feature by feature.

    Input (time, features). Among equal maxima the first receives the gradient, as in PyTorch. Padding never wins. With
    padding 'same' the output has ceil(time / stride) positions.
    """

    type = "max_pool1d"
    rank = 1
    pooling = MaxPooling


@dataclass
class MaxPool2D(Pool):
    """Makes an image smaller: keeps only the largest number of each window, channel by channel.

    Input (height, width, channels). Among equal maxima the first, row by row, receives the gradient, as in PyTorch.
    Padding never wins. With padding 'same' the output has ceil(side / stride) positions.
    """

    type = "max_pool2d"
    rank = 2
    pooling = MaxPooling


@dataclass
class AveragePool1D(Pool):
    """Makes a sequence shorter: each window becomes its mean, feature by feature.

    Input (time, features). With padding 'same' the output has ceil(time / stride) positions, and the mean is over the
    cells inside the sequence, as in TensorFlow and Keras; PyTorch counts the padding's zeros by default.
    """

    type = "average_pool1d"
    rank = 1
    pooling = AveragePooling


@dataclass
class AveragePool2D(Pool):
    """Makes an image smaller: each window becomes its mean, channel by channel.

    Input (height, width, channels). With padding 'same' the output has ceil(side / stride) positions, and the mean is
    over the cells inside the image, as in TensorFlow and Keras; PyTorch counts the padding's zeros by default.
    """

    type = "average_pool2d"
    rank = 2
    pooling = AveragePooling
