"""A curve as lines of text for the command line: braille dots over a logarithmic axis."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from nntui.display.braille import BrailleCanvas
from nntui.display.numbers import metric_text

_LEAST_WIDTH = 8


def curve_lines(
    x: Sequence[float], y: Sequence[float], *, width: int, height: int, highest: float, marks: Mapping[float, str]
) -> list[str]:
    """A curve over the logarithm of `x` (rising, above 0): `height` lines of dots, at most `width` characters long.

    Values above `highest` are cut off. Below are the `marks`, a character at each x, and labels at powers of ten.
    [] for fewer than two points.
    """
    if len(x) < 2:
        return []
    top, bottom = min(max(y), highest), min(y)
    labels = [metric_text(top), metric_text(bottom)]
    margin = max(map(len, labels))
    columns = max(width - margin - 2, _LEAST_WIDTH)
    low, high = math.log10(x[0]), math.log10(x[-1])

    def share_of_width(value: float) -> float:
        return (math.log10(value) - low) / (high - low)

    rows = _drawn([share_of_width(value) for value in x], y, columns, height, bottom, top)
    left = [labels[0].rjust(margin), *[" " * margin] * (height - 2), labels[1].rjust(margin)][:height]
    lines = [f"{label} │{row}".rstrip() for label, row in zip(left, rows, strict=True)]
    lines.append(" " * margin + " └" + "─" * columns)
    spots = {round(share_of_width(value) * (columns - 1)): mark for value, mark in marks.items()}
    if spots:
        lines.append(" " * (margin + 2) + "".join(spots.get(column, " ") for column in range(columns)).rstrip())
    lines.append(" " * (margin + 2) + _powers(low, high, columns).rstrip())
    return lines


def _drawn(
    shares: Sequence[float], y: Sequence[float], columns: int, height: int, bottom: float, top: float
) -> list[str]:
    """The curve, a text for each line; `shares` are the distances along x from 0 to 1, neighbours are joined."""
    below_top = (top - np.minimum(y, top)) / (top - bottom or 1.0)
    dots_x = np.rint(np.array(shares) * (columns * 2 - 1)).astype(np.intp)
    dots_y = np.rint(below_top * (height * 4 - 1)).astype(np.intp)
    canvas = BrailleCanvas(columns, height)
    canvas.lines(dots_x[:-1], dots_y[:-1], dots_x[1:], dots_y[1:])
    return ["".join(map(chr, line)) for line in canvas.text().tolist()]


def _powers(low: float, high: float, columns: int) -> str:
    """Labels of the powers of ten from `low` to `high`, as many as fit without touching."""
    text = [" "] * columns
    free = 0
    for power in range(math.ceil(low - 1e-9), math.floor(high + 1e-9) + 1):
        label = f"1e{power}"
        start = min(round((power - low) / (high - low) * (columns - 1)), columns - len(label))
        if start >= free:
            text[start : start + len(label)] = label
            free = start + len(label) + 2
    return "".join(text)
