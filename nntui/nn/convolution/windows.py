"""Windows: the positions of a kernel or a pool along an axis, and the padding they need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

PADDINGS = ("valid", "same")
"""'valid': only positions where the whole window fits; 'same': ceil(size / stride) positions."""


@dataclass(frozen=True, slots=True)
class Window:
    """The positions of a window along an axis of `size` cells, with `before` and `after` cells of padding."""

    size: int
    kernel: int
    stride: int = 1
    dilation: int = 1
    before: int = 0
    after: int = 0

    @classmethod
    def padded(cls, size: int, *, kernel: int, stride: int, dilation: int, padding: str) -> Self:
        """A window with the padding of that name.

        'same' gives ceil(size / stride) positions; where the padding is odd the extra cell goes to the end, as in
        TensorFlow and Keras, and in PyTorch's padding="same", which is for a stride of 1 only. A number as PyTorch's
        padding adds that many cells at both ends, which differs for even kernels and for strides above 1.
        """
        added = 0
        if padding == "same":
            positions = -(-size // stride)
            added = max((positions - 1) * stride + (kernel - 1) * dilation + 1 - size, 0)
        return cls(size, kernel, stride, dilation, added // 2, added - added // 2)

    @property
    def span(self) -> int:
        """Cells from the first to the last that the window covers at one position."""
        return (self.kernel - 1) * self.dilation + 1

    @property
    def cells(self) -> int:
        """Length of the axis, padding included."""
        return self.before + self.size + self.after

    @property
    def output(self) -> int:
        """How many positions there are; below 1 where the window does not fit."""
        return (self.cells - self.span) // self.stride + 1

    @property
    def interior(self) -> slice:
        """The cells of the input, without the padding."""
        return slice(self.before, self.before + self.size)

    def cell_slice(self, index: int) -> slice:
        """The cells, padding included, that the window's `index`-th cell reads at all positions."""
        start = index * self.dilation
        return slice(start, start + (self.output - 1) * self.stride + 1, self.stride)

    def transposed(self) -> Self:
        """The window over the output through which gradients flow back, where stride and dilation are 1."""
        edge = self.kernel - 1
        return type(self)(self.output, self.kernel, before=edge - self.before, after=edge - self.after)


@dataclass(frozen=True, slots=True)
class Sliding:
    """A window that slides over images (n, height, width, channels), down and across."""

    down: Window
    across: Window
    channels: int

    @property
    def kernel(self) -> tuple[int, int]:
        """The window's height and width in cells."""
        return (self.down.kernel, self.across.kernel)

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """The shape of an image."""
        return (self.down.size, self.across.size, self.channels)

    @property
    def padded_shape(self) -> tuple[int, int, int]:
        """The shape of an image with its padding."""
        return (self.down.cells, self.across.cells, self.channels)

    @property
    def output_shape(self) -> tuple[int, int, int]:
        """The positions down and across, and the channels."""
        return (self.down.output, self.across.output, self.channels)

    @property
    def positions(self) -> int:
        """How many positions the window has on an image."""
        return self.down.output * self.across.output

    @property
    def is_padded(self) -> bool:
        """Whether there is any padding."""
        return self.padded_shape != self.input_shape

    @property
    def is_dense(self) -> bool:
        """Whether it moves by one cell and has no gaps."""
        return all(window.stride == window.dilation == 1 for window in (self.down, self.across))

    @property
    def is_disjoint(self) -> bool:
        """Whether no cell is read at two positions; for windows without gaps."""
        return all(window.span <= window.stride or window.output == 1 for window in (self.down, self.across))

    @property
    def is_partition(self) -> bool:
        """Whether every cell, padding included, is read at exactly one position."""
        return self.is_disjoint and all(
            window.kernel * window.output == window.cells for window in (self.down, self.across)
        )

    def transposed(self, channels: int) -> Sliding:
        """The sliding over outputs with this many channels through which gradients flow back; for a dense window."""
        return Sliding(self.down.transposed(), self.across.transposed(), channels)
