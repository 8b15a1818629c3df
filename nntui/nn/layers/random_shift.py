"""RandomShift: pictures moved a little."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nntui.nn.layers.base import Buffers, Layer, Shape, Typed
from nntui.nn.layers.image_augmentation import check_picture
from nntui.settings import setting


@dataclass
class RandomShift(Layer):
    """Moves each picture a few pixels at each training step, so that it does not matter where in it a thing stands.

    By a whole number of pixels from -pixels to pixels, in each direction; what comes in from outside is 0. In
    evaluation y = x.
    """

    type = "random_shift"
    group = "augmentation"
    stochastic = True

    pixels: int = setting(2, minimum=0, maximum=10_000, unit="pixels", help="How far a picture may move, each way.")

    def output_shape(self, input_shape: Shape) -> Shape:
        check_picture(self.type, input_shape)
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
        # What moved a pixel there moves its gradient back. Nobody reads y any more: it holds the gradient.
        np.negative(self._shifts, out=self._shifts)
        return self._moved(grad)

    def _moved(self, x: np.ndarray) -> np.ndarray:
        """y[row, column] = x[row - down, column - right]. Slices are copied quicker than pixels are looked up."""
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
    """Where what stays in sight goes and where it comes from; empty where the shift is further than the length."""
    before, after = min(max(shift, 0), length), min(max(-shift, 0), length)
    return slice(before, length - after), slice(after, length - before)
