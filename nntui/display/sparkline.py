"""A curve in one line of text."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

BLOCKS = "▁▂▃▄▅▆▇█"
_LARGEST = 1e300
"""A value beyond this counts as infinite, so that no difference of values overflows."""


def sparkline(values: Iterable[float], width: int) -> str:
    """Exactly `width` blocks for the values, filled with spaces at the right where there are fewer values.

    More values than cells are averaged; a cell without a finite value is a space; a constant is drawn at half height.
    """
    known = [value if abs(value) <= _LARGEST else math.nan for value in values]
    count = min(width, len(known))
    if count < 1:
        return " " * max(width, 0)
    edges = [len(known) * cell // count for cell in range(count + 1)]
    means = [_mean(known[edges[cell] : edges[cell + 1]]) for cell in range(count)]
    finite = [mean for mean in means if not math.isnan(mean)]
    if not finite:
        return " " * width
    low, high = min(finite), max(finite)
    return "".join(_block(mean, low, high) for mean in means).ljust(width)


def _mean(values: Sequence[float]) -> float:
    """Of the finite values; NaN without any."""
    finite = [value for value in values if not math.isnan(value)]
    # Each value is divided before the sum, so that sums of the largest floats stay finite.
    return math.fsum(value / len(finite) for value in finite) if finite else math.nan


def _block(mean: float, low: float, high: float) -> str:
    if math.isnan(mean):
        return " "
    share = (mean - low) / (high - low) if high > low else 0.5
    return BLOCKS[min(int(share * len(BLOCKS)), len(BLOCKS) - 1)]
