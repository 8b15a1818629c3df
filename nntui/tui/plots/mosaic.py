"""The kernels of a convolution as tiles side by side, so that each can be seen as the small picture it looks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

_LARGEST = 8
"""Pixels along a cell of a kernel: larger ones would only be further apart."""
_GAP = 1
"""Pixels between tiles."""


@dataclass(frozen=True, slots=True)
class Mosaic:
    """Where each value of some kernels stands on the screen."""

    places: np.ndarray
    """For each pixel the number of its value in the kernels' own order, -1 between tiles."""

    @classmethod
    def of(cls, shape: tuple[int, ...], rows: int, columns: int, *, per_cell: int) -> Self | None:
        """The largest tiles with which kernels `(height, width, inputs, filters)` fit `rows` x `columns` cells.

        One tile is a filter's weights for one input channel; the filters run from left to right, the channels, where a
        line has room for all filters, downwards. `(cells, inputs, filters)`, of one dimension, has a tile
        for each filter. `per_cell` are the pixels of a cell, 2 for half blocks. None for what is no kernels, and where
        the tiles do not all fit.
        """
        if len(shape) == 3:
            shape = (*shape[:2], 1, shape[2])
        if len(shape) != 4 or shape[0] * shape[1] == 1 or not all(shape):
            return None
        for size in range(_LARGEST, 0, -1):
            # A cell is twice as high as it is wide.
            tall, wide = size, size * (3 - per_cell)
            down = (rows * per_cell + _GAP) // (shape[0] * tall + _GAP)
            across = _across(shape, (columns + _GAP) // (shape[1] * wide + _GAP))
            if across * down >= shape[2] * shape[3]:
                return cls(_places(shape, across, tall, wide))
        return None

    def spread(self, values: np.ndarray, *, between: int) -> np.ndarray:
        """One entry a value, in the kernels' order, as one a pixel, `between` where no tile is."""
        return np.append(values.reshape(-1), between)[self.places]


def _across(shape: tuple[int, ...], most: int) -> int:
    """Tiles on a line: all, or whole rows of filters, or as many as have room."""
    inputs, filters = shape[2:]
    if most < filters:
        return most
    return filters * min(most // filters, inputs)


def _places(shape: tuple[int, ...], across: int, tall: int, wide: int) -> np.ndarray:
    height, width, inputs, filters = shape
    count = inputs * filters
    tiles = np.arange(height * width * count).reshape(height, width, count).transpose(2, 0, 1)
    lines = -(-count // across)
    canvas = np.full((lines * across, height * tall + _GAP, width * wide + _GAP), -1)
    canvas[:count, :-_GAP, :-_GAP] = tiles.repeat(tall, axis=1).repeat(wide, axis=2)
    canvas = canvas.reshape(lines, across, *canvas.shape[1:]).transpose(0, 2, 1, 3)
    return canvas.reshape(lines * canvas.shape[1], -1)[:-_GAP, :-_GAP]
