"""What a y axis is fitted to: curves and the bulk of their spread, without first steps and outliers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from nntui.tui.plots.scale import extent

_OUTER = 0.1
"""The share of columns at each end of the values that may be outliers."""
_MARGIN = 0.25
"""Of what lies between: so much more is not far out."""
_SMALL_GAIN = 1.3
"""Where all values take at most so much more room than the bulk, all are shown."""
_FEW = 12
"""Columns from which on some may be outliers."""


@dataclass(frozen=True, slots=True, eq=False)
class Bulk:
    """A curve as the y axis looks at it: columns and points, x and value each, and the ends of its columns' spreads."""

    column_x: np.ndarray
    column_y: np.ndarray
    x: np.ndarray
    y: np.ndarray
    spread_low: np.ndarray
    spread_high: np.ndarray

    @property
    def last_x(self) -> float | None:
        """Where the curve ends; None for one without columns."""
        return float(self.column_x[-1]) if len(self.column_x) else None

    @property
    def needed(self) -> np.ndarray:
        """Values that are shown in any case: the newest, and of a curve of a few points all."""
        there = self.column_y[np.isfinite(self.column_y)]
        return there[-1:] if len(there) >= _FEW else there

    def after(self, x: float) -> Bulk:
        """The part at the right of x; the whole where nothing is there."""
        there, points = self.column_x >= x, self.x >= x
        if not there.any() or not np.isfinite(self.column_y[there]).any():
            return self
        empty = np.empty(0)
        return replace(
            self, column_x=self.column_x[there], column_y=self.column_y[there], x=self.x[points], y=self.y[points],
            spread_low=empty, spread_high=empty,
        )  # fmt: skip


def bulk_of(curves: Sequence[Bulk], *, whole: bool) -> tuple[float, float]:
    """The lowest and the highest value to show: of every point where the `whole` is wanted.

    Else of the curves without what lies far outside four fifths of their columns, of their newest values, and of the
    middle of their spreads' ends.
    """
    everything = extent(np.concatenate([bulk.y for bulk in curves]) if curves else np.empty(0))
    columns = np.concatenate([bulk.column_y for bulk in curves]) if curves else np.empty(0)
    columns = columns[np.isfinite(columns)]
    if whole or not len(columns):
        return everything or (0.0, 1.0)
    low, high = float(columns.min()), float(columns.max())
    if len(columns) >= _FEW:
        inner_low, inner_high = np.quantile(columns, [_OUTER, 1 - _OUTER]).tolist()
        margin = _MARGIN * (inner_high - inner_low)
        needed = [inner_low - margin, inner_high + margin]
        for value in np.concatenate([bulk.needed for bulk in curves]).tolist():
            needed = [min(needed[0], value), max(needed[1], value)]
        within = max(low, needed[0]), min(high, needed[1])
        if high - low > _SMALL_GAIN * (within[1] - within[0]):
            low, high = within
    for ends, pick in ((([b.spread_low for b in curves]), min), (([b.spread_high for b in curves]), max)):
        joined = np.concatenate(ends)
        if len(joined):
            middle = float(np.median(joined))
            low, high = (pick(low, middle), high) if pick is min else (low, pick(high, middle))
    return low, high
