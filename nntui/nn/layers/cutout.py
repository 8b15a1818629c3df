"""Cutout: a square of each image blacked out."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nntui.nn.layers.base import Buffers, Layer, Shape, Typed
from nntui.nn.layers.image_augmentation import check_image_shape
from nntui.settings import setting


@dataclass
class Cutout(Layer):
    """Blacks out a square of each image at each training step, so that no single part of it has to be there.

    The square's centre is anywhere in the image, so that part of the square may be outside; all channels become 0. In
    evaluation y = x. DeVries and Taylor 2017, https://arxiv.org/abs/1708.04552
    """

    type = "cutout"
    group = "augmentation"
    stochastic = True

    size: int = setting(4, minimum=0, maximum=10_000, unit="pixels", help="The side of the square.")

    def output_shape(self, input_shape: Shape) -> Shape:
        check_image_shape(self.type, input_shape)
        return input_shape

    def flops(self, input_shape: Shape) -> int:
        return math.prod(input_shape)

    def buffers(self, input_shape: Shape, *, needs_input_gradient: bool) -> Buffers:
        return {"y": input_shape, "draws": Typed((2,), "float64")}

    def detail(self) -> str:
        return f"{self.size}×{self.size}"

    def forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        self._active = training and self.size > 0
        if not self._active:
            return x
        y, self._draws = self.memory.buffers["y"][: len(x)], self.memory.buffers["draws"][: len(x)]
        self.memory.rng.random(out=self._draws)
        np.copyto(y, x)
        self._black_out(y)
        return y

    def backward(self, grad: np.ndarray) -> np.ndarray:
        if self._active and self.memory.needs_input_gradient:
            self._black_out(grad)
        return grad

    def _black_out(self, images: np.ndarray) -> None:
        height, width, _ = self.memory.input_shape
        for index in range(len(images)):
            row = int(self._draws[index, 0] * height) - self.size // 2
            column = int(self._draws[index, 1] * width) - self.size // 2
            images[index, max(row, 0) : row + self.size, max(column, 0) : column + self.size] = 0
