"""im2col for a stride and dilation of 1, with patches that overlap in memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from nntui.nn.convolution.convolver import Convolver
from nntui.nn.convolution.patches import Patches
from nntui.nn.convolution.pixels import copy_pixels
from nntui.nn.convolution.windows import Sliding


class _Products(NamedTuple):
    """The matrix products for tiles of one size, as views."""

    left: np.ndarray
    products: np.ndarray
    positions: np.ndarray
    """The part of the products that belongs to positions of the window."""


class _GradientProducts(NamedTuple):
    """The matrix products of the weights' gradient for tiles of one size, as views."""

    left: np.ndarray
    positions: np.ndarray
    beyond: tuple[np.ndarray, np.ndarray]
    """Memory behind the lines of the tile, to be zeroed: a larger tile may have left numbers there."""
    right: np.ndarray
    products: np.ndarray
    list_of_products: np.ndarray


class Correlation:
    """Slides a matrix over images: (n, output height, output width, columns) = patches · matrix."""

    def __init__(self, patches: Patches) -> None:
        self.patches = patches
        self._views: dict[int, _Products] = {}

    @property
    def matrix_shape(self) -> tuple[int, ...]:
        """The shape the matrix is stored in: (size, columns), or transposed where it is narrow."""
        shape = (self.patches.size, self.patches.columns)
        return shape[::-1] if self.patches.is_narrow else shape

    @property
    def sums_size(self) -> int:
        """How many numbers the products of a tile take."""
        return self.patches.rows * self.patches.columns

    def build(self, matrix: np.ndarray, sums: np.ndarray) -> None:
        """Takes memory for the matrix, and flat memory for the products."""
        self._matrix = matrix.T if self.patches.is_narrow else matrix
        self._sums = sums

    def load(self, kernel: np.ndarray) -> None:
        """Takes a kernel (height, width, channels, columns)."""
        height, width, channels, columns = kernel.shape
        np.copyto(self._matrix.reshape(width, height, channels, columns), kernel.swapaxes(0, 1))

    def compute(self, images: np.ndarray, out: np.ndarray) -> None:
        """Fills `out` for these images."""
        views = self._views.get(len(images)) or self._make_views(len(images))
        self.patches.fill(images)
        np.matmul(views.left, self._matrix, out=views.products)
        copy_pixels(out, views.positions)

    def _make_views(self, count: int) -> _Products:
        patches = self.patches
        blocks = patches.blocks(count)
        products = blocks.view(self._sums, step=patches.columns, width=patches.columns)
        views = self._views[count] = _Products(patches.view(blocks), products, patches.positions(self._sums, count))
        return views


class OverlappingIm2col(Convolver):
    """For a window that moves by one cell and has no gaps."""

    def __init__(self, sliding: Sliding, *, filters: int, samples: int, backwards: bool) -> None:
        super().__init__(sliding, filters=filters, samples=samples, backwards=backwards)
        self._patches = Patches(sliding, columns=filters, samples=samples)
        self._output = Correlation(self._patches)
        # The images' gradient is a convolution of the sums' gradient with the kernel rotated by 180 degrees.
        rotated = Patches(sliding.transposed(filters), columns=sliding.channels, samples=samples)
        self._input_gradient = Correlation(rotated)
        self._views: dict[int, _GradientProducts] = {}

    def scratch(self) -> dict[str, tuple[int, ...]]:
        patches = self._patches
        matrix = (patches.size, patches.columns)
        shapes = {
            "patches": (patches.memory_size,),
            "matrix": self._output.matrix_shape,
            "sums": (max(self._output.sums_size, self._input_gradient.sums_size if self.backwards else 0),),
            "grad_lines": (self._output.sums_size,),
            "parts": (self._most_products(), *matrix),
            "part": matrix,
            "total": matrix,
        }
        if self.backwards:
            shapes |= {
                "rotated": self._input_gradient.matrix_shape,
                "grad_patches": (self._input_gradient.patches.memory_size,),
            }
        return shapes

    def _most_products(self) -> int:
        return max(self._patches.summed_blocks(count).products for count in range(1, self.samples + 1))

    def build(self, memory: Mapping[str, np.ndarray]) -> None:
        self._patches.build(memory["patches"])
        self._output.build(memory["matrix"], memory["sums"])
        self._grad_lines, self._parts = memory["grad_lines"], memory["parts"]
        self._part, self._total = memory["part"], memory["total"]
        if self.backwards:
            self._input_gradient.patches.build(memory["grad_patches"])
            self._input_gradient.build(memory["rotated"], memory["sums"])

    def load(self, weight: np.ndarray) -> None:
        self._output.load(weight)

    def forward(self, images: np.ndarray, sums: np.ndarray) -> None:
        self._output.compute(images, sums)

    def begin(self, weight: np.ndarray) -> None:
        self._total.fill(0)
        if self.backwards:
            self._input_gradient.load(weight[::-1, ::-1].swapaxes(2, 3))

    def backward(self, images: np.ndarray, grad: np.ndarray, images_gradient: np.ndarray | None) -> None:
        views = self._views.get(len(images)) or self._make_views(len(images))
        self._patches.fill(images)
        copy_pixels(views.positions, grad)
        for lines in views.beyond:
            lines.fill(0)
        np.matmul(views.left, views.right, out=views.products)
        np.add.reduce(views.list_of_products, axis=0, out=self._part)
        np.add(self._total, self._part, out=self._total)
        if images_gradient is not None:
            self._input_gradient.compute(grad, images_gradient)

    def _make_views(self, count: int) -> _GradientProducts:
        patches = self._patches
        blocks, columns = patches.summed_blocks(count), patches.columns
        products = self._parts[: blocks.products]
        views = self._views[count] = _GradientProducts(
            left=patches.view(blocks).swapaxes(2, 3),
            positions=patches.positions(self._grad_lines, count),
            beyond=(
                self._grad_lines[patches.lines(count) * columns : blocks.rows * columns],
                patches.beyond(count, blocks),
            ),
            right=blocks.view(self._grad_lines, step=columns, width=columns),
            products=products.reshape(blocks.pieces, blocks.phases, patches.size, columns),
            list_of_products=products,
        )
        return views

    def finish(self, weight_gradient: np.ndarray) -> None:
        height, width, channels, filters = weight_gradient.shape
        total = self._total.reshape(width, height, channels, filters)
        np.copyto(weight_gradient, total.swapaxes(0, 1))
