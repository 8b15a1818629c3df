"""Points of the plane in braille, their groups told apart by colour and by a marker."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from rich.style import Style
from textual.strip import Strip

from nntui.display.braille import BrailleCanvas, as_blocks
from nntui.tui.plots.palette import Palette
from nntui.tui.plots.runs_of_style import centred, segments
from nntui.tui.plots.scale import extent, finite

_EVERY = 5
"""A group has its marker in one of this many cells."""


def scatter(
    x: np.ndarray,
    y: np.ndarray,
    groups: np.ndarray,
    width: int,
    height: int,
    palette: Palette,
    *,
    style: Callable[[int], Style] | None = None,
    square: bool = False,
    braille: bool = True,
) -> list[Strip]:
    """`height` strips of `width` cells with points `x (n,)`, `y (n,)`, y upwards, of groups `(n,)` from 0.

    A cell belongs to the group with most points in it. Among dots every fifth cell is the group's marker, and every
    one where there are no colours. `style` is by group, by default that of a series; `square` keeps both axes alike;
    without `braille` dots are half blocks.
    """
    across, up = finite(x), finite(y)
    there = np.isfinite(across) & np.isfinite(up)
    across, up, groups = across[there], up[there], groups[there]
    ends = extent(across), extent(up)
    if ends[0] is None or ends[1] is None or width < 1 or height < 1:
        return centred("no points", max(width, 0), max(height, 0))
    dots = _places(across, *ends[0], 2 * width), 4 * height - 1 - _places(up, *ends[1], 4 * height)
    if square:
        dots = _squared(across, up, width, height)
    canvas = BrailleCanvas(width, height)
    canvas.draw(*dots)
    most = _majority(dots[0] // 2, dots[1] // 4, groups, width, height)
    codes, keys = canvas.text() if braille else as_blocks(canvas.bits), most + 1
    rows, columns = np.indices(codes.shape)
    # Scattered: in a regular pattern a line of points could miss every one.
    marked = (most >= 0) & ((((columns * 7919) ^ (rows * 104729)) % _EVERY == 0) | (not palette.colored))
    markers = np.array([ord(palette.marker(group)) for group in range(int(most.max()) + 1)], dtype=np.uint32)
    codes[marked] = markers[most[marked]]
    styled = style or palette.series_style
    return [
        Strip(segments(line, key, lambda group: styled(group - 1) if group else None), width)
        for line, key in zip(codes, keys, strict=True)
    ]


def _places(values: np.ndarray, low: float, high: float, count: int) -> np.ndarray:
    span = high - low
    share = (values - low) / span if span > 0 else np.full(len(values), 0.5)
    return np.clip((share * count).astype(np.intp), 0, count - 1)


def _squared(x: np.ndarray, y: np.ndarray, width: int, height: int) -> tuple[np.ndarray, np.ndarray]:
    """Dots with one scale on both axes, which a cell of 2 x 4 dots has about as it is, in the middle."""
    spans = float(np.ptp(x)), float(np.ptp(y))
    unit = max(spans[0] / max(2 * width - 1, 1), spans[1] / max(4 * height - 1, 1)) or 1.0
    right = np.rint((x - (x.max() + x.min()) / 2) / unit + (2 * width - 1) / 2)
    down = np.rint((y.max() + y.min() - 2 * y) / 2 / unit + (4 * height - 1) / 2)
    return np.clip(right, 0, 2 * width - 1).astype(np.intp), np.clip(down, 0, 4 * height - 1).astype(np.intp)


def _majority(columns: np.ndarray, rows: np.ndarray, groups: np.ndarray, width: int, height: int) -> np.ndarray:
    """The group with most points in each cell `(height, width)`, -1 where there is none."""
    count = int(groups.max()) + 1
    cells = np.bincount((rows * width + columns) * count + groups, minlength=width * height * count)
    cells = cells.reshape(height, width, count)
    return np.where(cells.any(axis=2), cells.argmax(axis=2), -1)
