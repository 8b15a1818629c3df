"""RandomFlip: images mirrored at random."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nntui.nn.layers.base import Buffers, Layer, Shape, Typed
from nntui.nn.layers.image_augmentation import check_image_shape
from nntui.settings import setting


@dataclass
class RandomFlip(Layer):
    """Mirrors each image with probability 1/2 at each training step: for things that look alike from either side.

    Left to right and, if set, upside down, each with probability 1/2 and independently. In evaluation y = x.
    """

    type = "random_flip"
    group = "augmentation"
    stochastic = True

    horizontal: bool = setting(True, help="Whether left and right may be swapped; not for letters and digits.")
    vertical: bool = setting(False, help="Whether top and bottom may be swapped.")

    def output_shape(self, input_shape: Shape) -> Shape:
        check_image_shape(self.type, input_shape)
        return input_shape

    def buffers(self, input_shape: Shape, *, needs_input_gradient: bool) -> Buffers:
        return {"y": input_shape, "draws": Typed((2,), "float64")}

    def detail(self) -> str:
        return " ".join(name for name in ("horizontal", "vertical") if getattr(self, name))

    def forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        self._active = training and (self.horizontal or self.vertical)
        if not self._active:
            return x
        self._draws = self.memory.buffers["draws"][: len(x)]
        self.memory.rng.random(out=self._draws)
        return self._mirrored(x)

    def backward(self, grad: np.ndarray) -> np.ndarray:
        if not self._active or not self.memory.needs_input_gradient:
            return grad
        # A flip is its own inverse. y is no longer needed: its buffer holds the gradient.
        return self._mirrored(grad)

    def _mirrored(self, x: np.ndarray) -> np.ndarray:
        y = self.memory.buffers["y"][: len(x)]
        np.copyto(y, x)
        for index in range(len(x)):
            rows = -1 if self.vertical and self._draws[index, 0] < 0.5 else 1
            columns = -1 if self.horizontal and self._draws[index, 1] < 0.5 else 1
            if rows < 0 or columns < 0:
                y[index] = x[index, ::rows, ::columns]
        return y
