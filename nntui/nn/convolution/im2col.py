"""im2col: convolution with any stride and dilation, as a matrix product with a copy of every patch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided

from nntui.nn.convolution.col2im import Col2im, Padding
from nntui.nn.convolution.convolver import Convolver
from nntui.nn.convolution.pixels import copy_pixels
from nntui.nn.convolution.windows import Sliding


class _Views(NamedTuple):
    """Views of the memory of a tile of one size."""

    images: np.ndarray
    """The images' area within the padding."""
    sources: np.ndarray
    """What each cell of the window reads, overlapping, in the shape of `cells`."""
    cells: np.ndarray
    """The memory they are copied to: (kernel height, kernel width, n, output height, output width, channels)."""
    patches: np.ndarray
    """The same memory as a matrix (positions, cells of a patch)."""


class Im2col(Convolver):
    """For any window; for images of one channel also the fastest, as their pixels are single numbers.

    Patches are the rows of a matrix, copied pixel by pixel; with a single channel they are its columns, so that rows of
    pixels are copied whole.
    """

    def __init__(self, sliding: Sliding, *, filters: int, samples: int, backwards: bool) -> None:
        super().__init__(sliding, filters=filters, samples=samples, backwards=backwards)
        self._padding = Padding(sliding, samples=samples)
        self._col2im = Col2im(sliding, samples=samples)
        self._size = sliding.down.kernel * sliding.across.kernel * sliding.channels
        self._views: dict[int, _Views] = {}

    def scratch(self) -> dict[str, tuple[int, ...]]:
        matrix = (self._size, self.filters)
        patches = self.samples * self.sliding.positions * self._size
        shapes = {"images": self._padding.shape, "patches": (patches,), "part": matrix, "total": matrix}
        return shapes | self._col2im.scratch() if self.backwards else shapes

    def build(self, memory: Mapping[str, np.ndarray]) -> None:
        self._padding.build(memory["images"])
        if self.backwards:
            self._col2im.build(memory)
        self._memory, self._part, self._total = memory["patches"], memory["part"], memory["total"]

    def _make_views(self, count: int) -> _Views:
        height, width, channels = self.sliding.output_shape
        positions, kernel = (count, height, width), self.sliding.kernel
        memory = self._memory[: count * height * width * self._size]
        if channels == 1:
            patches = memory.reshape(self._size, -1).T
            cells = memory.reshape(*kernel, *positions, 1)
        else:
            patches = memory.reshape(-1, self._size)
            cells = memory.reshape(*positions, *kernel, channels).transpose(3, 4, 0, 1, 2, 5)
        views = self._views[count] = _Views(self._padding.interior(count), self._sources(count), cells, patches)
        return views

    def _sources(self, count: int) -> np.ndarray:
        """What each cell of the window reads: a view (kernel height, kernel width, count, height, width, channels)."""
        padded, down, across = self._padding.memory, self.sliding.down, self.sliding.across
        image, row, pixel, number = padded.strides
        steps = (row * down.dilation, pixel * across.dilation, image, row * down.stride, pixel * across.stride, number)
        return as_strided(padded, (*self.sliding.kernel, count, *self.sliding.output_shape), steps, writeable=False)

    def _fill(self, images: np.ndarray) -> _Views:
        views = self._views.get(len(images)) or self._make_views(len(images))
        copy_pixels(views.images, images)
        copy_pixels(views.cells, views.sources)
        return views

    def load(self, weight: np.ndarray) -> None:
        self._weight = weight.reshape(self._size, self.filters)

    def forward(self, images: np.ndarray, sums: np.ndarray) -> None:
        np.dot(self._fill(images).patches, self._weight, out=sums.reshape(-1, self.filters))

    def begin(self, weight: np.ndarray) -> None:
        self.load(weight)
        self._total.fill(0)

    def backward(self, images: np.ndarray, grad: np.ndarray, images_gradient: np.ndarray | None) -> None:
        views = self._fill(images)
        rows = grad.reshape(-1, self.filters)
        np.dot(views.patches.T, rows, out=self._part)
        np.add(self._total, self._part, out=self._total)
        if images_gradient is None:
            return
        # The patches are no longer needed: their gradient takes their memory.
        np.matmul(rows, self._weight.T, out=views.patches)
        gradients = views.cells.reshape(-1, *views.cells.shape[2:])
        for target, gradient in zip(self._col2im.targets(images_gradient), gradients, strict=True):
            self._col2im.add(target, gradient)
        self._col2im.finish(images_gradient)

    def finish(self, weight_gradient: np.ndarray) -> None:
        np.copyto(weight_gradient, self._total.reshape(weight_gradient.shape))
