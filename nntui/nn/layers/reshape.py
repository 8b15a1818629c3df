"""Reshape: the same numbers on other axes."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np

from nntui.nn.layers.base import Layer, Memory, Shape, ShapeError, format_shape
from nntui.settings import setting

_FREE = 0
"""In a parsed shape, the length that follows from the others."""
_LENGTH = re.compile(r"[1-9][0-9]{0,8}|\?|-1")
_MOST_AXES = 8


@dataclass
class Reshape(Layer):
    """Lays the same numbers out on other axes: a row as an image, an image as a sequence of its rows.

    The numbers keep their order, the last axis varying fastest. One length may be inferred, as '?' or -1.
    """

    type = "reshape"
    group = "basic"
    preserves_order = True

    shape: str = setting(help="Lengths of the axes, such as 8x8x1 (height, width, channels); ? is inferred.")

    def output_shape(self, input_shape: Shape) -> Shape:
        lengths, size = self._lengths(), math.prod(input_shape)
        known = math.prod(length for length in lengths if length != _FREE)
        if _FREE in lengths and size % known == 0:
            return tuple(length or size // known for length in lengths)
        if _FREE in lengths or known != size:
            expected = f"a multiple of {known:,}" if _FREE in lengths else f"{known:,}"
            raise ShapeError(
                f"'{self.shape}' needs {expected} numbers, got {size:,} ({format_shape(input_shape)})", "shape"
            )
        return tuple(lengths)

    def _lengths(self) -> list[int]:
        words = [word for word in re.split(r"[x×,\s]+", self.shape.strip(" ()[]").lower()) if word]
        lengths = [_FREE if word in ("?", "-1") else int(word) for word in words if _LENGTH.fullmatch(word)]
        if not len(words) == len(lengths) in range(1, _MOST_AXES + 1) or lengths.count(_FREE) > 1:
            got = self.shape if len(self.shape) <= 40 else f"{self.shape[:39]}…"
            raise ShapeError(f"expected lengths such as 8x8x1, one of which may be ?, got '{got}'", "shape")
        return lengths

    def detail(self) -> str:
        return self.shape

    def build(self, memory: Memory) -> None:
        super().build(memory)
        self._shape = self.output_shape(memory.input_shape)

    def forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        return x.reshape(len(x), *self._shape)

    def backward(self, grad: np.ndarray) -> np.ndarray:
        if not self.memory.needs_input_gradient:
            return grad
        return grad.reshape(len(grad), *self.memory.input_shape)
