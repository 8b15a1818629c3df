"""Pictures: what tells one, and planes, which are one channel of a few of them at a time in a black frame."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nntui.nn.layers.base import Buffers, Memory, Shape, ShapeError, Typed, shape_words

MARGIN = 2
"""Black pixels around a picture: between two of them there is nothing but black."""
_TILE = 16_384
"""Pixels worked on at once, which stay in the cache near the core."""


def check_picture(layer: str, shape: Shape) -> None:
    """Raises ShapeError for what is no picture (height, width, channels)."""
    if len(shape) != 3:
        given = shape_words(shape)
        raise ShapeError(f"{layer} needs pictures (height×width×channels), got {given}; put a reshape layer before it")


def plane_scratch(shape: Shape, batch_size: int, **others: str) -> Buffers:
    """What Planes needs, and `others` of a picture's height and width by name and dtype ('' for the network's)."""
    height, width, _ = shape
    count = max(1, min(batch_size, _TILE // (height * width)))
    found: Buffers = {
        "framed": (count, height + 2 * MARGIN, width + 2 * MARGIN),
        "places": Typed((count, height, width), "int64"),
    }
    for name, dtype in others.items():
        each = (count, height, width)
        found[name] = Typed(each, dtype) if dtype else each
    return found


class Planes:
    """Works through the pictures of a batch, a tile of them and one of their channels at a time."""

    def __init__(self, memory: Memory) -> None:
        self.framed, self.places = memory.buffers["framed"], memory.buffers["places"]
        self._count, self.rows, self.width = self.framed.shape
        height, width, self._channels = memory.input_shape
        self._inside = self.framed[:, MARGIN : MARGIN + height, MARGIN : MARGIN + width]
        self.flat = self.framed.reshape(-1)
        """The framed pictures as one row, which `places` are counted in."""
        self.firsts = np.arange(self._count) * (self.rows * self.width)
        """The place of each framed picture's first pixel."""

    def tiles(self, count: int) -> Iterator[slice]:
        """The pictures of each tile of a batch."""
        for start in range(0, count, self._count):
            yield slice(start, min(start + self._count, count))

    def channels(self, pictures: np.ndarray) -> Iterator[np.ndarray]:
        """Each channel of a tile's pictures (k, height, width), a view."""
        for channel in range(self._channels):
            yield pictures[..., channel]

    def frame(self, plane: np.ndarray) -> np.ndarray:
        """Puts a channel into the frames; returns all of `flat`, of which frames beyond the tile are of no account."""
        np.copyto(self._inside[: len(plane)], plane)
        return self.flat

    def inside(self, count: int) -> np.ndarray:
        """What is in the first frames, (count, height, width)."""
        return self._inside[:count]
