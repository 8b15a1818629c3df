"""Pooling of a tile of images: one number for each window, channel by channel, and the gradient."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping

import numpy as np

from nntui.nn.convolution.col2im import Col2im, WindowViews
from nntui.nn.convolution.pixels import copy_pixels
from nntui.nn.convolution.windows import Sliding


class Pooling(ABC):
    """A pooling operation on tiles of up to `samples` images (n, height, width, channels), `tiles` in a batch."""

    outside: float = 0.0
    """The padding's value."""

    def __init__(self, sliding: Sliding, *, samples: int, tiles: int, backwards: bool) -> None:
        self.sliding, self.samples, self.tiles = sliding, samples, tiles
        self.window_views = WindowViews(sliding, samples=samples)
        self.col2im = Col2im(sliding, samples=samples)
        self.backwards = backwards
        self.count = sliding.down.kernel * sliding.across.kernel
        self._output = (samples, *sliding.output_shape)

    def scratch(self) -> dict[str, tuple[int, ...]]:
        """Shapes of the memory it needs, by name."""
        back = self.col2im.scratch() if self.backwards else {}
        return {**self.window_views.scratch(), **back, "cell": self._output}

    def masks(self) -> tuple[int, ...] | None:
        """Shape of the boolean masks it keeps from forward to backward, if any."""
        return None

    def build(self, memory: Mapping[str, np.ndarray]) -> None:
        """Takes that memory, with the boolean masks as 'masks'."""
        self.window_views.build(memory, outside=self.outside)
        if self.backwards:
            self.col2im.build(memory)
        self._cell = memory["cell"]

    @abstractmethod
    def forward(self, images: np.ndarray, out: np.ndarray, *, tile: int, training: bool) -> None:
        """Fills (n, output height, output width, channels) for the images of this tile, counted from 0."""

    @abstractmethod
    def backward(self, grad: np.ndarray, images_gradient: np.ndarray, *, tile: int) -> None:
        """Fills the gradient of the images of this tile; overwrites `grad`."""


class MaxPooling(Pooling):
    """The largest of each window; among equals the first, row by row, receives the gradient, as in PyTorch."""

    outside = -np.inf

    def masks(self) -> tuple[int, ...] | None:
        return (self.tiles, self.count - 1, *self._output)

    def build(self, memory: Mapping[str, np.ndarray]) -> None:
        super().build(memory)
        self._masks = memory["masks"]

    def forward(self, images: np.ndarray, out: np.ndarray, *, tile: int, training: bool) -> None:
        first, *others = self.window_views.cells(images)
        copy_pixels(out, first)
        cell, masks = self._cell[: len(images)], self._masks[tile]
        for index, view in enumerate(others):
            copy_pixels(cell, view)
            if training:
                np.greater(cell, out, out=masks[index, : len(images)])
            np.maximum(cell, out, out=out)

    def backward(self, grad: np.ndarray, images_gradient: np.ndarray, *, tile: int) -> None:
        # A mask marks where its cell is larger than all before it: the last such cell takes the whole gradient.
        cell, masks = self._cell[: len(grad)], self._masks[tile]
        first, *others = self.col2im.targets(images_gradient)
        for index in range(len(others) - 1, -1, -1):
            np.multiply(grad, masks[index, : len(grad)], out=cell)
            np.subtract(grad, cell, out=grad)
            self.col2im.add(others[index], cell)
        self.col2im.add(first, grad)
        self.col2im.finish(images_gradient)


class AveragePooling(Pooling):
    """The mean of each window's cells inside the image: padding does not count, as in TensorFlow and Keras.

    PyTorch counts it by default.
    """

    def scratch(self) -> dict[str, tuple[int, ...]]:
        return super().scratch() | {"weights": self._output}

    def build(self, memory: Mapping[str, np.ndarray]) -> None:
        super().build(memory)
        self._weights = memory["weights"]
        # Pooling an image of ones counts the cells of the image in each window.
        self._weights.fill(0)
        ones = np.ones((self.samples, *self.sliding.input_shape), self._weights.dtype)
        for view in self.window_views.cells(ones):
            np.add(self._weights, view, out=self._weights)
        np.reciprocal(self._weights, out=self._weights)

    def forward(self, images: np.ndarray, out: np.ndarray, *, tile: int, training: bool) -> None:
        cell = self._cell[: len(images)]
        first, *others = self.window_views.cells(images)
        copy_pixels(out, first)
        for view in others:
            copy_pixels(cell, view)
            np.add(out, cell, out=out)
        np.multiply(out, self._weights[: len(images)], out=out)

    def backward(self, grad: np.ndarray, images_gradient: np.ndarray, *, tile: int) -> None:
        np.multiply(grad, self._weights[: len(grad)], out=grad)
        for target in self.col2im.targets(images_gradient):
            self.col2im.add(target, grad)
        self.col2im.finish(images_gradient)
