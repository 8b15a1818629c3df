"""Depthwise convolution: every channel has filters of its own, so that there is nothing for a matrix product."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from nntui.nn.convolution.col2im import Col2im, WindowViews
from nntui.nn.convolution.convolver import Convolver
from nntui.nn.convolution.pixels import copy_pixels
from nntui.nn.convolution.windows import Sliding


class Depthwise(Convolver):
    """`filters` is a multiple of the channels: output c·multiplier + m is filter m of channel c.

    Weights have shape (kernel height, kernel width, channels, multiplier).
    """

    def __init__(self, sliding: Sliding, *, filters: int, samples: int, backwards: bool) -> None:
        super().__init__(sliding, filters=filters, samples=samples, backwards=backwards)
        self._window_views = WindowViews(sliding, samples=samples)
        self._col2im = Col2im(sliding, samples=samples)
        self._multiplier = filters // sliding.channels

    def scratch(self) -> dict[str, tuple[int, ...]]:
        places = (self.samples, *self.sliding.output_shape[:2])
        size = self.sliding.down.kernel * self.sliding.across.kernel
        found = {
            **self._window_views.scratch(),
            "cell": (*places, self.sliding.channels, self._multiplier),
            "ones": (self.samples * self.sliding.places,),
            "part": (self.filters,),
            "total": (size, self.filters),
        }
        if self.backwards:
            found |= self._col2im.scratch()
            found["channel_gradient"] = (*places, self.sliding.channels)
        return found

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

    def _widen(self, cell: np.ndarray, seen: np.ndarray) -> None:
        """Copies what a cell of the window sees, each channel as often as it has filters."""
        if self._multiplier == 1:
            copy_pixels(cell[..., 0], seen)
        else:
            np.copyto(cell, seen[..., None])

    def forward(self, images: np.ndarray, sums: np.ndarray) -> None:
        cell = self._cell[: len(images)]
        wide = cell.reshape(sums.shape)
        for index, seen in enumerate(self._window_views.cells(images)):
            self._widen(cell, seen)
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
        for index, seen in enumerate(self._window_views.cells(images)):
            self._widen(cell, seen)
            np.multiply(wide, grad, out=wide)
            np.dot(self._ones[: len(rows)], rows, out=self._part)
            np.add(self._total[index], self._part, out=self._total[index])
        if images_gradient is not None:
            self._spread(cell, grad, images_gradient)

    def _spread(self, cell: np.ndarray, grad: np.ndarray, images_gradient: np.ndarray) -> None:
        wide, narrow = cell.reshape(grad.shape), self._channel_gradient[: len(grad)]
        for index, place in enumerate(self._col2im.places(images_gradient)):
            np.multiply(grad, self._weight[index], out=wide)
            if self._multiplier > 1:
                np.add.reduce(cell, axis=-1, out=narrow)
            self._col2im.put(place, narrow if self._multiplier > 1 else wide)
        self._col2im.finish(images_gradient)

    def finish(self, weight_gradient: np.ndarray) -> None:
        np.copyto(weight_gradient, self._total.reshape(weight_gradient.shape))
