"""Cells: what each cell of a window sees from place to place, and gradients brought back to where the cells stand.

NumPy's elementwise functions first copy what is not contiguous into buffers of their own, at three to ten times the
price of a whole array. So cells are to be copied once, pixel by pixel, and all arithmetic done on whole arrays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from nntui.nn.convolution.pixels import copy_pixels
from nntui.nn.convolution.windows import Sliding


class Padding:
    """Images (n, height, width, channels) surrounded by what padding holds, in tiles of up to `samples`."""

    def __init__(self, sliding: Sliding, *, samples: int) -> None:
        self._sliding = sliding
        self.shape = (samples, *sliding.padded_shape)

    def build(self, memory: np.ndarray, *, outside: float = 0.0) -> None:
        """Takes memory of that shape."""
        self.memory = memory
        memory.fill(outside)

    def interior(self, count: int) -> np.ndarray:
        """A view of where the first `count` images stand."""
        return self.memory[:count, self._sliding.down.interior, self._sliding.across.interior]


def views_of_cells(padded: np.ndarray, sliding: Sliding) -> Iterator[np.ndarray]:
    """For each cell of the window, row by row, a view (n, output height, output width, channels) of what it sees."""
    for row in range(sliding.down.kernel):
        rows = padded[:, sliding.down.seen(row)]
        for column in range(sliding.across.kernel):
            yield rows[:, :, sliding.across.seen(column)]


class WindowViews:
    """The cells of tiles of images; `outside` is what padding holds."""

    def __init__(self, sliding: Sliding, *, samples: int) -> None:
        self._sliding = sliding
        self._padding = Padding(sliding, samples=samples) if sliding.is_padded else None

    def scratch(self) -> dict[str, tuple[int, ...]]:
        """Shapes of the memory it needs, by name."""
        return {} if self._padding is None else {"padded": self._padding.shape}

    def build(self, memory: Mapping[str, np.ndarray], *, outside: float = 0.0) -> None:
        """Takes that memory."""
        if self._padding is not None:
            self._padding.build(memory["padded"], outside=outside)

    def cells(self, images: np.ndarray) -> Iterator[np.ndarray]:
        """For each cell of the window, row by row, a view (n, output height, output width, channels) on it."""
        if self._padding is not None:
            copy_pixels(self._padding.interior(len(images)), images)
            images = self._padding.memory[: len(images)]
        return views_of_cells(images, self._sliding)


class Col2im:
    """Gradients of cells brought back to tiles of images: a `put` for each of the `places`, then `finish`."""

    def __init__(self, sliding: Sliding, *, samples: int) -> None:
        self._sliding = sliding
        self._padding = Padding(sliding, samples=samples) if sliding.is_padded else None

    def scratch(self) -> dict[str, tuple[int, ...]]:
        """Shapes of the memory it needs, by name."""
        return {} if self._padding is None else {"padded_gradient": self._padding.shape}

    def build(self, memory: Mapping[str, np.ndarray]) -> None:
        """Takes that memory."""
        if self._padding is not None:
            self._padding.build(memory["padded_gradient"])

    def places(self, images_gradient: np.ndarray) -> Iterator[np.ndarray]:
        """For each cell of the window, row by row, a view of where its gradients (n, height, width, channels) go."""
        if self._padding is not None:
            images_gradient = self._padding.memory[: len(images_gradient)]
        if not self._sliding.is_partition:
            images_gradient.fill(0)
        return views_of_cells(images_gradient, self._sliding)

    def put(self, place: np.ndarray, gradient: np.ndarray) -> None:
        """Puts the gradients of one cell in their place, added to others' where windows overlap."""
        if self._sliding.is_disjoint:
            copy_pixels(place, gradient)
        else:
            np.add(place, gradient, out=place)

    def finish(self, images_gradient: np.ndarray) -> None:
        """Fills the gradient of the images from all that was put."""
        if self._padding is not None:
            copy_pixels(images_gradient, self._padding.interior(len(images_gradient)))
