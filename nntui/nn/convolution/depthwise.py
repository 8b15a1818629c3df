"""Depthwise convolution: every channel has filters of its own, so that a matrix product would gain nothing."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from nntui.nn.convolution.col2im import Col2im, WindowViews
from nntui.nn.convolution.convolver import Convolver
from nntui.nn.convolution.pixels import copy_pixels
from nntui.nn.convolution.windows import Sliding


class Depthwise(Convolver):
    """Depthwise convolution; `filters` is a multiple of the channels: output c·multiplier + m is filter m of channel c.

    Weights have shape (kernel height, kernel width, channels, multiplier).
    """

    def __init__(self, sliding: Sliding, *, filters: int, samples: int, backwards: bool) -> None:
        super().__init__(sliding, filters=filters, samples=samples, backwards=backwards)
        self._window_views = WindowViews(sliding, samples=samples)
        self._col2im = Col2im(sliding, samples=samples)
        self._multiplier = filters // sliding.channels

    def scratch(self) -> dict[str, tuple[int, ...]]:
        positions = (self.samples, *self.sliding.output_shape[:2])
        size = self.sliding.down.kernel * self.sliding.across.kernel
        shapes = {
            **self._window_views.scratch(),
            "cell": (*positions, self.sliding.channels, self._multiplier),
            "ones": (self.samples * self.sliding.positions,),
            "part": (self.filters,),
            "total": (size, self.filters),
        }
        if self.backwards:
            shapes |= self._col2im.scratch()
            shapes["channel_gradient"] = (*positions, self.sliding.channels)
        return shapes

    def build(self, memory: Mapping[str, np.ndarray]) -> None:
        self._window_views.build(memory)
        self._cell, self._ones = memory["cell"], memory["ones"]
        self._part, self._total = memory["part"], memory["total"]
        self._ones.fill(1)
        if self.backwards:
            self._col2im.build(memory)
            self._channel_gradient = memory["channel_gradient"]

    def load(self, weight: np.ndarray) -> None:
        self._weight = weight.reshape(-1, self.filters)

    def _widen(self, cell: np.ndarray, view: np.ndarray) -> None:
        """Copies the view of a window cell, each channel once for each of its filters."""
        if self._multiplier == 1:
            copy_pixels(cell[..., 0], view)
        else:
            np.copyto(cell, view[..., None])

    def forward(self, images: np.ndarray, sums: np.ndarray) -> None:
        cell = self._cell[: len(images)]
        wide = cell.reshape(sums.shape)
        for index, view in enumerate(self._window_views.cells(images)):
            self._widen(cell, view)
            np.multiply(wide, self._weight[index], out=wide if index else sums)
            if index:
                np.add(sums, wide, out=sums)

    def begin(self, weight: np.ndarray) -> None:
        self.load(weight)
        self._total.fill(0)

    def backward(self, images: np.ndarray, grad: np.ndarray, images_gradient: np.ndarray | None) -> None:
        cell = self._cell[: len(images)]
        wide = cell.reshape(grad.shape)
        rows = wide.reshape(-1, self.filters)
        for index, view in enumerate(self._window_views.cells(images)):
            self._widen(cell, view)
            np.multiply(wide, grad, out=wide)
            np.dot(self._ones[: len(rows)], rows, out=self._part)
            np.add(self._total[index], self._part, out=self._total[index])
        if images_gradient is not None:
            self._fill_images_gradient(cell, grad, images_gradient)

    def _fill_images_gradient(self, cell: np.ndarray, grad: np.ndarray, images_gradient: np.ndarray) -> None:
        wide, narrow = cell.reshape(grad.shape), self._channel_gradient[: len(grad)]
        for index, target in enumerate(self._col2im.targets(images_gradient)):
            np.multiply(grad, self._weight[index], out=wide)
            if self._multiplier > 1:
                np.add.reduce(cell, axis=-1, out=narrow)
            self._col2im.add(target, narrow if self._multiplier > 1 else wide)
        self._col2im.finish(images_gradient)

    def finish(self, weight_gradient: np.ndarray) -> None:
        np.copyto(weight_gradient, self._total.reshape(weight_gradient.shape))
