"""Patches of a window that moves by one cell; neighbouring patches overlap in memory.

For each row of the output the columns of the padded input are laid out one after another, each with the kernel's rows
from top to bottom. The patch at (y, x) is then the run of memory that starts at column x of row y, and the next patch
starts one column later: the patches take kernel-height times the memory of the input, not kernel-height x kernel-width
times. A matrix product needs runs that do not overlap: every kernel-width-th patch from the first, then from the
second, and so on.

Consecutive rows share the zeros of the wider padding: they end one row and begin the next. Products of patches that
run from one row into the next are ignored.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.lib.stride_tricks import as_strided

from nntui.nn.convolution.pixels import as_items, has_whole_pixels
from nntui.nn.convolution.windows import Sliding

_UNPACKED = 1_000_000
"""Up to this many multiply-adds OpenBLAS multiplies without packing, which is 1.5 times as fast for few columns."""
_FEWEST_ROWS = 16
"""A product is not split into pieces with fewer rows than this."""
_FEWEST_SUMMED = 48
"""The same for products that are summed, since each piece is another matrix to add."""
_NARROW = 32
"""With fewer columns than this it is fastest to pass the right side transposed, and few rows at a time."""
_NARROW_ROWS = 64


@dataclass(frozen=True, slots=True)
class Blocks:
    """How lines are divided into matrix products: `pieces` times `phases` of them, each of `length` rows.

    Row r of phase p is line r·phases + p of its piece. There may be a few more rows than lines.
    """

    pieces: int
    phases: int
    length: int

    @classmethod
    def of_lines(cls, lines: int, *, phases: int, fewest: int, most: int) -> Self:
        """Blocks of at most `most` rows; in one piece where `most` is less than `fewest`."""
        length = -(-lines // phases)
        pieces = -(-length // most) if most >= fewest else 1
        return cls(pieces, phases, -(-length // pieces))

    @property
    def products(self) -> int:
        """How many matrix products there are."""
        return self.pieces * self.phases

    @property
    def rows(self) -> int:
        """The rows of all products."""
        return self.products * self.length

    def view(self, memory: np.ndarray, *, step: int, width: int) -> np.ndarray:
        """A view (products, length, width) of flat memory in which a line starts `step` after the one before."""
        size = memory.itemsize
        strides = (self.phases * self.length * step * size, step * size, self.phases * step * size, size)
        return as_strided(memory, (self.pieces, self.phases, self.length, width), strides)


class Patches:
    """The patches of images (samples, height, width, channels), to be multiplied by matrices of `columns` columns."""

    def __init__(self, sliding: Sliding, *, columns: int, samples: int) -> None:
        down, across, channels = self.down, self.across, self.channels = sliding.down, sliding.across, sliding.channels
        self.columns = columns
        self._samples = samples
        self._step = down.kernel * channels
        self._pitch = across.size + max(across.before, across.after)
        self.size = across.kernel * self._step
        """Numbers in a patch, in the order (kernel column, kernel row, channel)."""
        self.is_narrow = columns < _NARROW
        self._most = _UNPACKED // (self.size * columns)

    def lines(self, count: int) -> int:
        """How many patches this many samples have, including those that are ignored."""
        return count * self.down.output * self._pitch

    def blocks(self, count: int) -> Blocks:
        """How these lines are divided into products with the matrix."""
        most = min(self._most, _NARROW_ROWS) if self.is_narrow else self._most
        return Blocks.of_lines(self.lines(count), phases=self.across.kernel, fewest=_FEWEST_ROWS, most=most)

    def summed_blocks(self, count: int) -> Blocks:
        """How these lines are divided into products over the positions, whose sum is the matrix's gradient."""
        return Blocks.of_lines(self.lines(count), phases=self.across.kernel, fewest=_FEWEST_SUMMED, most=self._most)

    @property
    def rows(self) -> int:
        """An upper bound of the rows of all products, for a whole tile or fewer samples."""
        lines, phases = self.lines(self._samples), self.across.kernel
        return lines + phases * (1 + -(-lines // (phases * _FEWEST_ROWS)))

    @property
    def memory_size(self) -> int:
        """How many numbers the patches of a tile take."""
        return (self.rows + self.across.kernel) * self._step

    def build(self, memory: np.ndarray) -> None:
        """Takes flat memory of `memory_size` zeros."""
        self._memory = memory
        shape = (self._samples, self.down.output, self._pitch, self.down.kernel, self.channels)
        whole = memory[: self.lines(self._samples) * self._step].reshape(shape)
        self._targets = [self._target(whole, index) for index in range(self.down.kernel)]
        self._views: dict[int, list[tuple[np.ndarray, np.ndarray, slice]]] = {}

    def _target(self, whole: np.ndarray, index: int) -> tuple[np.ndarray, slice]:
        # The output rows where this kernel row lies on the input, and the input rows there; elsewhere zeros stay.
        shift = index - self.down.before
        begin = max(0, -shift)
        end = max(begin, min(self.down.output, self.down.size - shift))
        return whole[:, begin:end, self.across.interior, index], slice(begin + shift, end + shift)

    def fill(self, images: np.ndarray) -> None:
        """Lays out the patches of these images, at most a tile of them."""
        count = len(images)
        if count not in self._views:
            targets = [(target[:count], rows) for target, rows in self._targets]
            self._views[count] = [(target, as_items(target), rows) for target, rows in targets]
        if has_whole_pixels(images):
            images = as_items(images)
            for _, items, rows in self._views[count]:
                np.copyto(items, images[:, rows])
        else:
            for numbers, _, rows in self._views[count]:
                np.copyto(numbers, images[:, rows])

    def view(self, blocks: Blocks) -> np.ndarray:
        """The patches as left sides of products: (pieces, phases, length, size)."""
        return blocks.view(self._memory, step=self._step, width=self.size)

    def beyond(self, count: int, blocks: Blocks) -> np.ndarray:
        """The memory behind the patches of `count` samples that these products read, flat."""
        return self._memory[self.lines(count) * self._step : (blocks.rows + self.across.kernel) * self._step]

    def positions(self, memory: np.ndarray, count: int) -> np.ndarray:
        """A view (count, output height, output width, columns) of flat memory that holds one row for each line."""
        lines = memory[: self.lines(count) * self.columns]
        lines = lines.reshape(count, self.down.output, self._pitch, self.columns)
        return lines[:, :, : self.across.output]
