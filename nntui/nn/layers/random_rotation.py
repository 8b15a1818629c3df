"""RandomRotation: images turned a little."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nntui.nn.layers.base import Buffers, Layer, Memory, Shape, Typed
from nntui.nn.layers.image_augmentation import MARGIN, Planes, check_image_shape, plane_scratch
from nntui.settings import setting


@dataclass
class RandomRotation(Layer):
    """Turns each image by a small angle at each training step, so that objects need not be upright.

    The angle is uniform between -degrees and degrees, about the centre. Each new pixel is interpolated bilinearly from
    the four old ones around the point it comes from; pixels from outside are 0. In evaluation y = x.
    """

    type = "random_rotation"
    group = "augmentation"
    stochastic = True

    degrees: float = setting(10.0, minimum=0, maximum=180, unit="degrees", help="How far an image may turn, each way.")

    def output_shape(self, input_shape: Shape) -> Shape:
        check_image_shape(self.type, input_shape)
        return input_shape

    def flops(self, input_shape: Shape) -> int:
        return 9 * math.prod(input_shape)

    def buffers(self, input_shape: Shape, *, needs_input_gradient: bool) -> Buffers:
        return {"y": input_shape} | {name: Typed((), "float64") for name in ("angles", "sines", "cosines")}

    def scratch(self, input_shape: Shape, *, batch_size: int, needs_input_gradient: bool) -> Buffers:
        planes = dict.fromkeys(("down", "right", "top", "bottom", "other"), "")
        return plane_scratch(input_shape, batch_size, **planes, row="float64", column="float64", part="float64")

    def detail(self) -> str:
        return f"±{self.degrees:g}°"

    def build(self, memory: Memory) -> None:
        super().build(memory)
        height, width, _ = memory.input_shape
        self._planes = Planes(memory)
        self._centre = ((height - 1) / 2, (width - 1) / 2)
        self._down, self._right = np.arange(height)[:, None] - self._centre[0], np.arange(width) - self._centre[1]

    def forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        self._active = training and self.degrees > 0
        if not self._active:
            return x
        self._draw(len(x))
        planes, y = self._planes, self.memory.buffers["y"][: len(x)]
        for tile in planes.tiles(len(x)):
            self._locate(tile)
            for plane, out in zip(planes.channels(x[tile]), planes.channels(y[tile]), strict=True):
                self._interpolate(planes.frame(plane), out)
        return y

    def backward(self, grad: np.ndarray) -> np.ndarray:
        if not self._active or not self.memory.needs_input_gradient:
            return grad
        planes = self._planes
        for tile in planes.tiles(len(grad)):
            self._locate(tile)
            for plane in planes.channels(grad[tile]):
                planes.framed.fill(0)
                self._scatter(plane, planes.flat)
                np.copyto(plane, planes.inside(len(plane)))
            # The next forward pass needs a black frame.
            planes.framed.fill(0)
        return grad

    def _draw(self, count: int) -> None:
        angles = self.memory.buffers["angles"][:count]
        self._sines, self._cosines = self.memory.buffers["sines"][:count], self.memory.buffers["cosines"][:count]
        self.memory.rng.random(out=angles)
        np.subtract(angles, 0.5, out=angles)
        np.multiply(angles, math.radians(2 * self.degrees), out=angles)
        np.sin(angles, out=self._sines)
        np.cos(angles, out=self._cosines)

    def _locate(self, tile: slice) -> None:
        """Finds, for each new pixel, the old one up and left of the point it comes from, and the distances to it.

        row = cos·down - sin·right and column = sin·down + cos·right, counted from the centre.
        """
        planes, (row, column, part) = self._planes, self._scratch("row", "column", "part", count=tile.stop - tile.start)
        sines, cosines = self._sines[tile, None, None], self._cosines[tile, None, None]
        np.multiply(cosines, self._down, out=row)
        np.multiply(sines, self._right, out=part)
        np.subtract(row, part, out=row)
        np.multiply(sines, self._down, out=column)
        np.multiply(cosines, self._right, out=part)
        np.add(column, part, out=column)
        down, right = self._scratch("down", "right", count=len(row))
        self._split(row, part, self._centre[0], planes.rows, down)
        self._split(column, part, self._centre[1], planes.width, right)
        np.multiply(row, planes.width, out=row)
        np.add(row, column, out=row)
        np.add(row, planes.firsts[: len(row), None, None], out=row)
        np.copyto(planes.sources[: len(row)], row, casting="unsafe")

    @staticmethod
    def _split(point: np.ndarray, whole: np.ndarray, centre: float, length: int, fraction: np.ndarray) -> None:
        """Splits coordinates counted from the centre into framed pixels (left in `point`) and fractions of a pixel."""
        np.add(point, centre + MARGIN, out=point)
        np.floor(point, out=whole)
        np.subtract(point, whole, out=point)
        np.copyto(fraction, point, casting="same_kind")
        # The last two pixels are black: points further out are clipped to the last but one.
        np.clip(whole, 0, length - 2, out=point)

    def _interpolate(self, framed: np.ndarray, out: np.ndarray) -> None:
        """top = a + right·(b - a), bottom = c + right·(d - c), out = top + down·(bottom - top)."""
        count, below = len(out), self._planes.width
        sources = self._planes.sources[:count]
        down, right, top, bottom, other = self._scratch("down", "right", "top", "bottom", "other", count=count)
        for row, first in ((top, 0), (bottom, below)):
            framed[first:].take(sources, out=row, mode="clip")
            framed[first + 1 :].take(sources, out=other, mode="clip")
            np.subtract(other, row, out=other)
            np.multiply(other, right, out=other)
            np.add(row, other, out=row)
        np.subtract(bottom, top, out=bottom)
        np.multiply(bottom, down, out=bottom)
        np.add(top, bottom, out=out)

    def _scatter(self, grad: np.ndarray, framed: np.ndarray) -> None:
        """Adds each new pixel's gradient to the four old ones it was interpolated from, with the same weights."""
        count, below = len(grad), self._planes.width
        sources = self._planes.sources[:count].reshape(-1)
        down, right, top, bottom, other = self._scratch("down", "right", "top", "bottom", "other", count=count)
        np.multiply(grad, down, out=bottom)
        np.subtract(grad, bottom, out=top)
        for row, first in ((top, 0), (bottom, below)):
            np.multiply(row, right, out=other)
            np.subtract(row, other, out=row)
            np.add.at(framed[first:], sources, row.reshape(-1))
            np.add.at(framed[first + 1 :], sources, other.reshape(-1))

    def _scratch(self, *names: str, count: int) -> list[np.ndarray]:
        """The first `count` planes of the scratch arrays of these names."""
        return [self.memory.buffers[name][:count] for name in names]
