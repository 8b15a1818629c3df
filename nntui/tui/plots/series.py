"""A series as columns of a chart: the weighted mean of each, and how far its values lie apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nntui.tui.plots.scale import Buckets

LOWER, UPPER = 0.1, 0.9
"""Between these shares of a column's values lies what is called its spread."""
CROWD = 3
"""Points in a column, in the mean, from which on their mean says more than their path."""


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """A named curve: `x (n,)`, rising in general, and `y (n,)`; not-finite values are gaps."""

    name: str
    x: np.ndarray
    y: np.ndarray
    color: int | None = None
    """Which of the palette's series colours; None: by its place among the series."""
    weight: np.ndarray | None = None
    """How much each point counts in a column's mean `(n,)`: the samples it is of; None for all alike."""
    dotted: bool = False
    """Drawn as single points and not as a line: few and far between, such as one an epoch."""
    best: float | None = None
    """What it was in the best epoch, for the legend."""
    is_setting: bool = False
    """Whether it was set and not measured: it has no spread, and its newest value is the last as it is."""

    def value_near(self, x: float) -> float:
        """The y value of the point nearest to `x`; NaN for a series without points."""
        size = min(len(self.x), len(self.y))
        return float(self.y[int(np.abs(self.x[:size] - x).argmin())]) if size else float("nan")


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """A series as one entry for each column that holds points, arrays `(m,)`, columns rising; NaN marks a gap."""

    columns: np.ndarray
    mean: np.ndarray
    """Weighted, of the finite points; NaN where there is none."""
    broken: np.ndarray
    """Whether the column holds a value that is not finite."""
    crowded: bool
    """Whether the columns hold enough points to show a spread."""


def columns_of(x: np.ndarray, y: np.ndarray, weight: np.ndarray | None, buckets: Buckets) -> Columns:
    """The columns of points `x (n,)` rising, `y (n,)` finite or NaN.

    A last column that is less than half full joins the one before: a few points say too little for a column.
    """
    starts = _starts(x, buckets)
    columns = np.flatnonzero(starts[1:] > starts[:-1])
    if not len(columns):
        return Columns(columns, np.empty(0), np.empty(0, bool), False)
    begins, end = starts[columns], starts[columns[-1] + 1]
    crowded = end - begins[0] >= CROWD * len(columns)
    # Points right of the last column would otherwise belong to the last group.
    inside = y[:end]
    there = np.isfinite(inside)
    counts = there.astype(np.float64) if weight is None else np.where(there, weight[:end], 0.0)
    if crowded and len(columns) > 1:
        left = buckets.start + buckets.width * columns[-1]
        if x[end - 1] - left < buckets.width / 2:
            columns, begins = columns[:-1], begins[:-1]
    weights = np.add.reduceat(counts, begins)
    totals = np.add.reduceat(np.where(there, inside, 0.0) * counts, begins)
    mean = np.divide(totals, weights, out=np.full(len(begins), np.nan), where=weights > 0)
    # Rounding must not take a mean out of its values: what is constant is drawn as a straight line.
    mean = np.clip(mean, np.fmin.reduceat(inside, begins), np.fmax.reduceat(inside, begins))
    return Columns(columns, mean, ~np.logical_and.reduceat(there, begins), bool(crowded))


def spread_of(x: np.ndarray, y: np.ndarray, buckets: Buckets) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Columns `(m,)` that hold two finite points and more, and the ends of the spread of each, `(m,)` low and high."""
    starts = _starts(x, buckets)
    columns, low, high = [], [], []
    for column in np.flatnonzero(starts[1:] - starts[:-1] >= 2).tolist():
        values = y[starts[column] : starts[column + 1]]
        values = values[np.isfinite(values)]
        if len(values) < 2:
            continue
        places = [int(LOWER * (len(values) - 1)), int(np.ceil(UPPER * (len(values) - 1)))]
        parted = np.partition(values, places)
        columns.append(column)
        low.append(parted[places[0]])
        high.append(parted[places[1]])
    return np.array(columns, dtype=np.intp), np.array(low), np.array(high)


def _starts(x: np.ndarray, buckets: Buckets) -> np.ndarray:
    return np.searchsorted(x, buckets.start + buckets.width * np.arange(buckets.count + 1))
