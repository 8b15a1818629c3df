"""A curve in one line of text."""

from __future__ import annotations

import numpy as np

from nntui.tui.plots.scale import extent, finite

BLOCKS = "▁▂▃▄▅▆▇█"


def sparkline(values: np.ndarray, width: int) -> str:
    """Exactly `width` blocks for `values (n,)`, filled with spaces at the right where there are fewer values.

    More values than cells are averaged; a cell without a finite value is a space; a constant is drawn at half height.
    """
    values = finite(values)
    if width < 1 or not len(values):
        return " " * max(width, 0)
    count = min(width, len(values))
    starts = np.arange(count) * len(values) // count
    there = ~np.isnan(values)
    # Each value is divided before the sum, so that sums of the largest floats stay finite.
    amount = np.add.reduceat(there.astype(np.float64), starts)
    cell = np.repeat(np.maximum(amount, 1), np.diff(starts, append=len(values)))
    means = np.add.reduceat(np.where(there, values, 0.0) / cell, starts)
    means[amount == 0] = np.nan
    reach = extent(means)
    if reach is None:
        return " " * width
    low, high = reach
    share = (means - low) / (high - low) if high > low else np.where(np.isnan(means), np.nan, 0.5)
    steps = np.where(np.isnan(share), -1.0, np.floor(share * len(BLOCKS)))
    levels = np.minimum(steps, len(BLOCKS) - 1).astype(int)
    # Level -1, a gap, takes the space at the end.
    return "".join((BLOCKS + " ")[level] for level in levels.tolist()).ljust(width)
