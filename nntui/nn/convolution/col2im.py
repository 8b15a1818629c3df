"""Window cells: views of what each cell of a window reads at all its positions, and their gradients added back.

NumPy's elementwise functions first copy arrays that are not contiguous into buffers of their own, and are three to ten
times as slow on them. So cells are copied once, pixel by pixel, and all arithmetic is done on contiguous arrays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from nntui.nn.convolution.pixels import copy_pixels
from nntui.nn.convolution.windows import Sliding


class Padding:
    """Images (n, height, width, channels) surrounded by padding, in tiles of up to `samples`."""

    def __init__(self, sliding: Sliding, *, samples: int) -> None:
        self._sliding = sliding
        self.shape = (samples, *sliding.padded_shape)

    def build(self, memory: np.ndarray, *, outside: float = 0.0) -> None:
        """Takes memory of that shape and fills it with the padding's value."""
        self.memory = memory
        memory.fill(outside)

    def interior(self, count: int) -> np.ndarray:
        """A view of the area of the first `count` images, without the padding."""
        return self.memory[:count, self._sliding.down.interior, self._sliding.across.interior]


def cell_views(padded: np.ndarray, sliding: Sliding) -> Iterator[np.ndarray]:
    """For each cell of the window, row by row, a view (n, output height, output width, channels) of what it reads."""
    for row in range(sliding.down.kernel):
        rows = padded[:, sliding.down.cell_slice(row)]
        for column in range(sliding.across.kernel):
            yield rows[:, :, sliding.across.cell_slice(column)]


class WindowViews:
    """Views of the window cells of tiles of images; `outside` is the padding's value."""

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
        """For each cell of the window, row by row, a view (n, output height, output width, channels)."""
        if self._padding is not None:
            copy_pixels(self._padding.interior(len(images)), images)
            images = self._padding.memory[: len(images)]
        return cell_views(images, self._sliding)


class Col2im:
    """Gradients of window cells added into tiles of images: an `add` for each of the `targets`, then `finish`."""

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

    def targets(self, images_gradient: np.ndarray) -> Iterator[np.ndarray]:
        """For each cell of the window, row by row, the view its gradients (n, height, width, channels) go into."""
        if self._padding is not None:
            images_gradient = self._padding.memory[: len(images_gradient)]
        if not self._sliding.is_partition:
            images_gradient.fill(0)
        return cell_views(images_gradient, self._sliding)

    def add(self, target: np.ndarray, gradient: np.ndarray) -> None:
        """Adds the gradients of one cell to their target; where windows do not overlap it is enough to copy them."""
        if self._sliding.is_disjoint:
            copy_pixels(target, gradient)
        else:
            np.add(target, gradient, out=target)

    def finish(self, images_gradient: np.ndarray) -> None:
        """Completes the gradient of the images: takes it out of the padded array, where there is one."""
        if self._padding is not None:
            copy_pixels(images_gradient, self._padding.interior(len(images_gradient)))
