"""Shared by the layers that augment images: the shape check, and channels of a few images in a black frame."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nntui.nn.layers.base import Buffers, Memory, Shape, ShapeError, Typed, format_shape

MARGIN = 2
"""Black pixels on each side of an image: interpolation outside an image reads only black."""
_TILE = 16_384
"""Pixels processed at once, which stay in the first-level cache."""


def check_image_shape(layer: str, shape: Shape) -> None:
    """Raises ShapeError unless the shape is (height, width, channels)."""
    if len(shape) != 3:
        given = format_shape(shape)
        raise ShapeError(f"{layer} needs images (height×width×channels), got {given}; put a reshape layer before it")


def plane_scratch(shape: Shape, batch_size: int, **planes: str) -> Buffers:
    """The buffers of Planes, and further `planes` of a tile by name and dtype ('' for the network's)."""
    height, width, _ = shape
    count = max(1, min(batch_size, _TILE // (height * width)))
    tile = (count, height, width)
    buffers: Buffers = {
        "framed": (count, height + 2 * MARGIN, width + 2 * MARGIN),
        "sources": Typed(tile, "int64"),
    }
    for name, dtype in planes.items():
        buffers[name] = Typed(tile, dtype) if dtype else tile
    return buffers


class Planes:
    """Walks through the images of a batch: a tile of images, one channel of them at a time."""

    def __init__(self, memory: Memory) -> None:
        self.framed, self.sources = memory.buffers["framed"], memory.buffers["sources"]
        self._count, self.rows, self.width = self.framed.shape
        height, width, self._channels = memory.input_shape
        self._inside = self.framed[:, MARGIN : MARGIN + height, MARGIN : MARGIN + width]
        self.flat = self.framed.reshape(-1)
        """The framed images as one row, which `sources` are indices into."""
        self.firsts: np.ndarray = np.arange(self._count) * (self.rows * self.width)
        """The index of each framed image's first pixel."""

    def tiles(self, count: int) -> Iterator[slice]:
        """The images of each tile of a batch."""
        for start in range(0, count, self._count):
            yield slice(start, min(start + self._count, count))

    def channels(self, images: np.ndarray) -> Iterator[np.ndarray]:
        """A view (k, height, width) of each channel of a tile's images."""
        for channel in range(self._channels):
            yield images[..., channel]

    def frame(self, plane: np.ndarray) -> np.ndarray:
        """Copies a channel into the frames; returns all of `flat`, whose frames beyond the tile are to be ignored."""
        np.copyto(self._inside[: len(plane)], plane)
        return self.flat

    def inside(self, count: int) -> np.ndarray:
        """The contents of the first frames, (count, height, width)."""
        return self._inside[:count]
