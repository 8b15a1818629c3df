"""Samples as lines: pictures in half blocks, tables with their columns, points of the plane, sequences as curves."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from nntui.display.cells import fitted
from nntui.display.numbers import compact
from nntui.display.sparkline import sparkline
from nntui.tui.plots.heatmap import Heatmap
from nntui.tui.plots.palette import Palette
from nntui.tui.plots.runs_of_style import centred, plain
from nntui.tui.plots.scatter import scatter

if TYPE_CHECKING:
    from nntui.data.glance import Glance

_LARGEST_TILE = 16
"""Pixels along a picture: larger ones are shrunk, so that several have room."""
_TABLE_ROWS = 3
_LABEL = 10
_LEVELS = 6
"""Of a target that colours points."""


def sample_lines(
    found: Glance, width: int, height: int, palette: Palette, muted: Style, *, braille: bool = True
) -> list[Strip]:
    """`height` strips of `width` cells; points are half blocks where the font has no `braille`."""
    if not len(found.x) or width < 4 or height < 2:
        return centred("", width, height)
    shape = found.input_shape
    if len(shape) == 3:
        lines = _pictures(found, width, height, palette, muted)
    elif len(shape) == 2:
        lines = _sequences(found, width, height, palette, muted)
    elif math.prod(shape) == 2 or (shape == (1,) and not found.classes):
        lines = _points(found, width, height, palette, muted, braille=braille)
    else:
        lines = _table(found, width, height, palette, muted)
    return [*lines[:height], *[plain("", width)] * (height - len(lines))]


def _pictures(found: Glance, width: int, height: int, palette: Palette, muted: Style) -> list[Strip]:
    """Tiles side by side, under each its answer."""
    images = _shrunk(found.x.astype(np.float64).mean(axis=-1))
    tall, wide = images.shape[1:]
    if not palette.colored:
        wide *= 2
    else:
        tall = -(-tall // 2)
    across = max((width + 1) // (wide + 1), 1)
    down = max((height + 1) // (tall + 1), 1)
    count = min(len(images), across * down)
    # One scale for all: they are compared with one another.
    heat = Heatmap(signed=False)
    heat.scale.low, heat.scale.high = float(images.min()), float(images.max())
    lines: list[Strip] = []
    for start in range(0, count, across):
        places = range(start, min(start + across, count))
        tiles = np.moveaxis(images[places.start : places.stop], 0, -1)[:, :, None, :]
        lines += heat.draw(tiles, width, tall, palette)
        answers = " ".join(fitted(found.target_text(place).center(wide), wide) for place in places)
        lines.append(plain(answers, width, muted))
    return lines


def _shrunk(images: np.ndarray) -> np.ndarray:
    """Pictures `(n, height, width)` of which each pixel is the mean of a square, at most so large that several fit."""
    height, width = images.shape[1:]
    factor = -(-max(height, width) // _LARGEST_TILE)
    if factor < 2:
        return images
    padded = np.pad(images, ((0, 0), (0, -height % factor), (0, -width % factor)), mode="edge")
    count, height, width = padded.shape
    return padded.reshape(count, height // factor, factor, width // factor, factor).mean(axis=(2, 4))


def _table(found: Glance, width: int, height: int, palette: Palette, muted: Style) -> list[Strip]:
    """Three samples side by side with a line for each column, the target first; below them more where there is room."""
    lines: list[Strip] = []
    for start in range(0, len(found.x), _TABLE_ROWS):
        places = range(start, min(start + _TABLE_ROWS, len(found.x)))
        block = _records(found, places, width, height, palette, muted)
        if lines and len(lines) + len(block) > height:
            break
        lines += [*block, plain("", width)]
    return lines


def _records(found: Glance, places: range, width: int, height: int, palette: Palette, muted: Style) -> list[Strip]:
    cell = min(max((width - 14) // _TABLE_ROWS - 1, 6), 12)
    name = max(width - _TABLE_ROWS * (cell + 1), 4)
    head = "".join(" " + fitted(f"{found.rows[place] + 1}", cell, right=True) for place in places)
    lines = [plain(fitted("row", name) + head, width, muted)]
    targets = [found.target or "class"] if found.classes else list(found.targets)
    for index, target in enumerate(targets[: max(height // 3, 1)]):
        pieces = [Segment(fitted(target, name), muted)]
        for place in places:
            text = found.target_text(place) if found.classes else compact(float(np.ravel(found.y[place])[index]), cell)
            group = int(found.y[place]) if found.classes else 1
            pieces += [Segment(" "), Segment(fitted(text, cell, right=True), palette.series_style(group))]
        lines.append(Strip(pieces).adjust_cell_length(width))
    features = found.features or tuple(f"input {index + 1}" for index in range(found.x.shape[1]))
    room = height - len(lines)
    shown = len(features) if len(features) <= room else max(room - 1, 0)
    for index in range(shown):
        values = found.x[places.start : places.stop, index].tolist()
        numbers = "".join(" " + fitted(compact(value, cell), cell, right=True) for value in values)
        lines.append(plain(fitted(features[index], name) + numbers, width))
    if shown < len(features):
        lines.append(plain(f"and {len(features) - shown} columns more", width, muted))
    return lines


def _points(found: Glance, width: int, height: int, palette: Palette, muted: Style, *, braille: bool) -> list[Strip]:
    """A scatter, above it what the axes and the colours are."""
    names = (*found.features, "x", "y")
    if found.input_shape == (1,):
        target = np.ravel(found.y.reshape(len(found.y), -1)[:, 0])
        groups = np.zeros(len(found.x), dtype=np.intp)
        lines = [plain(f"{names[0]} right, {found.targets[0]} up", width, muted)]
        return lines + scatter(found.x[:, 0], target, groups, width, height - 1, palette, braille=braille)
    across, up = found.x.reshape(len(found.x), -1).T
    lines = [plain(f"{names[0]} right, {names[1]} up", width, muted)]
    if found.classes:
        groups, style = found.y.astype(np.intp), palette.series_style
        legend = [(f"{palette.marker(index)} {name}", style(index)) for index, name in enumerate(found.classes)]
    else:
        values = found.y.reshape(len(found.y), -1)[:, 0].astype(np.float64)
        edges = np.linspace(values.min(), values.max(), _LEVELS + 1)
        groups = np.clip(np.digitize(values, edges[1:-1]), 0, _LEVELS - 1)
        levels = np.linspace(0.45, 1, _LEVELS) * (palette.sequential.size - 1)

        def style(index: int) -> Style:
            return palette.sequential.style(round(levels[index])) if palette.colored else Style.null()

        ends = ((0, edges[0]), (_LEVELS - 1, edges[-1]))
        legend = [(f"{palette.marker(index)} {found.targets[0]} {value:.3g}", style(index)) for index, value in ends]
    pieces = [piece for text, tone in legend for piece in (Segment(fitted(text, len(text)), tone), Segment("  "))]
    lines.append(Strip(pieces).adjust_cell_length(width))
    square = not found.features or found.features == ("x", "y")
    return lines + scatter(across, up, groups, width, height - 2, palette, style=style, square=square, braille=braille)


def _sequences(found: Glance, width: int, height: int, palette: Palette, muted: Style) -> list[Strip]:
    """A curve for each feature of each sample, behind the sample's answer."""
    features = found.input_shape[1]
    names = found.features or tuple(f"feature {index + 1}" for index in range(features))
    lines: list[Strip] = []
    for place in range(len(found.x)):
        if len(lines) + features > height and lines:
            break
        for index in range(features):
            head = fitted(found.target_text(place) if index == 0 else "", _LABEL)
            label = Segment(f"{head} {fitted(names[index], _LABEL)} " if features > 1 else f"{head} ", muted)
            room = max(width - label.cell_length, 1)
            tone = palette.series_style(int(found.y[place]) if found.classes else index)
            curve = sparkline(_stretched(found.x[place, :, index], room).tolist(), room)
            lines.append(Strip([label, Segment(curve, tone)]).adjust_cell_length(width))
        if features > 1:
            lines.append(plain("", width))
    return lines


def _stretched(values: np.ndarray, width: int) -> np.ndarray:
    """Each value as often as it takes to fill the width about evenly."""
    return np.repeat(values, max(width // max(len(values), 1), 1))
