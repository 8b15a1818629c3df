"""Dots in braille cells, 2 wide and 4 high, drawn with a few NumPy passes."""

from __future__ import annotations

import numpy as np

from nntui.tui.plots.scale import Decimated

_DOTS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]], dtype=np.uint8)


class BrailleCanvas:
    """`width` x `height` cells; what is drawn later owns the cells it touches."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.bits = np.zeros((height, width), dtype=np.uint8)
        """Dots of each cell, as in Unicode: U+2800 plus these."""
        self.owner = np.full((height, width), -1, dtype=np.int16)
        """The number of the series drawn last in the cell, -1 where there is none."""

    def draw(self, x: np.ndarray, y: np.ndarray, owner: int) -> None:
        """Set single dots, whole numbers `(n,)`: x right from 0, y down from 0; those outside are left out."""
        inside = (x >= 0) & (x < self.width * 2) & (y >= 0) & (y < self.height * 4)
        dots = np.zeros((self.height * 4, self.width * 2), dtype=bool)
        dots[y[inside], x[inside]] = True
        cells = (dots.reshape(self.height, 4, self.width, 2) * _DOTS[:, None, :]).sum(axis=(1, 3), dtype=np.uint8)
        self.bits |= cells
        self.owner[cells > 0] = owner

    def lines(self, x0: np.ndarray, y0: np.ndarray, x1: np.ndarray, y1: np.ndarray, owner: int) -> None:
        """Draw straight lines between dots, arrays `(n,)` of whole numbers, both ends included."""
        self.draw(*line_dots(x0, y0, x1, y1), owner)

    def curve(self, points: Decimated, rows: Decimated, owner: int) -> None:
        """Draw a decimated series whose y values are dot rows, whole or NaN: spans, joined where there is no gap."""
        columns = points.columns
        there = np.isfinite(rows.low)
        joined = np.isfinite(rows.last[:-1]) & np.isfinite(rows.first[1:])
        self.lines(
            np.concatenate([columns[there], columns[:-1][joined]]),
            np.concatenate([rows.low[there], rows.last[:-1][joined]]).astype(np.intp),
            np.concatenate([columns[there], columns[1:][joined]]),
            np.concatenate([rows.high[there], rows.first[1:][joined]]).astype(np.intp),
            owner,
        )

    def spans(self, rows: Decimated, owner: int) -> None:
        """Draw each column of a decimated series from its lowest to its highest dot row."""
        there = np.isfinite(rows.low)
        columns = rows.columns[there]
        self.lines(columns, rows.low[there].astype(np.intp), columns, rows.high[there].astype(np.intp), owner)

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
