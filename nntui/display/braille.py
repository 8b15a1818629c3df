"""Dots in braille cells, 2 wide and 4 high, drawn with a few NumPy passes."""

from __future__ import annotations

import numpy as np

_DOTS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]], dtype=np.uint8)


class BrailleCanvas:
    """`width` x `height` cells of one curve."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.bits = np.zeros((height, width), dtype=np.uint8)
        """Dots of each cell, as in Unicode: U+2800 plus these."""

    def draw(self, x: np.ndarray, y: np.ndarray) -> None:
        """Set single dots, whole numbers `(n,)`: x right from 0, y down from 0; those outside are left out."""
        inside = (x >= 0) & (x < self.width * 2) & (y >= 0) & (y < self.height * 4)
        dots = np.zeros((self.height * 4, self.width * 2), dtype=bool)
        dots[y[inside], x[inside]] = True
        cells = (dots.reshape(self.height, 4, self.width, 2) * _DOTS[:, None, :]).sum(axis=(1, 3), dtype=np.uint8)
        self.bits |= cells

    def lines(self, x0: np.ndarray, y0: np.ndarray, x1: np.ndarray, y1: np.ndarray) -> None:
        """Draw straight lines between dots, arrays `(n,)` of whole numbers, both ends included."""
        self.draw(*line_dots(x0, y0, x1, y1))

    def curve(self, columns: np.ndarray, rows: np.ndarray) -> None:
        """Draw a line through dots, columns rising and rows whole or NaN, arrays `(n,)`; a gap where a row is NaN."""
        there = np.isfinite(rows)
        joined = there[:-1] & there[1:]
        ends = rows[:-1][joined].astype(np.intp), rows[1:][joined].astype(np.intp)
        single = columns[there], rows[there].astype(np.intp)
        self.lines(
            np.concatenate([single[0], columns[:-1][joined]]),
            np.concatenate([single[1], ends[0]]),
            np.concatenate([single[0], columns[1:][joined]]),
            np.concatenate([single[1], ends[1]]),
        )

    def text(self) -> np.ndarray:
        """Code points `(height, width)` uint32; a plain space, one byte on the line, where no dot is set."""
        return np.where(self.bits > 0, 0x2800 + self.bits.astype(np.uint32), 0x20).astype(np.uint32)


def line_dots(x0: np.ndarray, y0: np.ndarray, x1: np.ndarray, y1: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The dots of straight lines, `(m,)` each of x and y: one per step along the longer direction, ends included."""
    steps = np.maximum(np.abs(x1 - x0), np.abs(y1 - y0))
    counts = steps + 1
    line = np.repeat(np.arange(len(x0)), counts)
    along = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    share = along / np.maximum(steps, 1)[line]
    x = x0[line] + np.rint((x1 - x0)[line] * share).astype(np.intp)
    y = y0[line] + np.rint((y1 - y0)[line] * share).astype(np.intp)
    return x, y


def as_blocks(bits: np.ndarray) -> np.ndarray:
    """Code points `(height, width)` uint32 of braille cells in half blocks, for fonts without braille."""
    upper, lower = (bits & 0b00011011) > 0, (bits & 0b11100100) > 0
    blocks = np.array([0x20, ord("▀"), ord("▄"), ord("█")], dtype=np.uint32)
    return blocks[upper + 2 * lower]
