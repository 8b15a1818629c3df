"""RandomShift: images moved a little."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nntui.nn.layers.base import Buffers, Layer, Shape, Typed
from nntui.nn.layers.image_augmentation import check_image_shape
from nntui.settings import setting


@dataclass
class RandomShift(Layer):
    """Moves each image a few pixels at each training step, so that it does not matter where in it an object is.

    By a whole number of pixels from -pixels to pixels, along each axis; pixels from outside are 0. In evaluation y = x.
    """

    type = "random_shift"
    group = "augmentation"
    stochastic = True

    pixels: int = setting(2, minimum=0, maximum=10_000, unit="pixels", help="How far an image may move, each way.")

    def output_shape(self, input_shape: Shape) -> Shape:
        check_image_shape(self.type, input_shape)
        return input_shape

    def flops(self, input_shape: Shape) -> int:
        return math.prod(input_shape)

    def buffers(self, input_shape: Shape, *, needs_input_gradient: bool) -> Buffers:
        return {"y": input_shape, "draws": Typed((2,), "float64")}

    def detail(self) -> str:
        return f"±{self.pixels}"

    def forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        self._active = training and self.pixels > 0
        if not self._active:
            return x
        self._shifts = self.memory.buffers["draws"][: len(x)]
        self.memory.rng.random(out=self._shifts)
        np.multiply(self._shifts, 2 * self.pixels + 1, out=self._shifts)
        np.floor(self._shifts, out=self._shifts)
        np.subtract(self._shifts, self.pixels, out=self._shifts)
        return self._moved(x)

    def backward(self, grad: np.ndarray) -> np.ndarray:
        if not self._active or not self.memory.needs_input_gradient:
            return grad
        # The opposite shift moves each pixel's gradient back. y is no longer needed: its buffer holds the gradient.
        np.negative(self._shifts, out=self._shifts)
        return self._moved(grad)

    def _moved(self, x: np.ndarray) -> np.ndarray:
        """y[row, column] = x[row - down, column - right]; copying slices is faster than looking pixels up."""
        height, width, _ = self.memory.input_shape
        y = self.memory.buffers["y"][: len(x)]
        y.fill(0)
        for index in range(len(x)):
            down, right = int(self._shifts[index, 0]), int(self._shifts[index, 1])
            rows, old_rows = _slices(down, height)
            columns, old_columns = _slices(right, width)
            y[index, rows, columns] = x[index, old_rows, old_columns]
        return y


def _slices(shift: int, length: int) -> tuple[slice, slice]:
    """Target and source of the part that stays in sight; empty where the shift is larger than the length."""
    before, after = min(max(shift, 0), length), min(max(-shift, 0), length)
    return slice(before, length - after), slice(after, length - before)
