"""From values to places: limits that rarely change, x columns that never move, and decimation to columns."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nntui.tui.plots.labels import compact

LARGEST = 1e300
"""Beyond this a value counts as infinite, so that differences of values never overflow."""

_SHRINK_BELOW = 0.4
"""Nice limits leave data more than half of the axis: below this share the data really shrank."""


def finite(values: np.ndarray) -> np.ndarray:
    """The values as float64 `(n,)` with NaN for everything that is not finite; a copy only where something changes."""
    values = np.asarray(values, dtype=np.float64).reshape(-1)
    with np.errstate(invalid="ignore"):
        good = np.abs(values) <= LARGEST
    return values if good.all() else np.where(good, values, np.nan)


def logarithm(values: np.ndarray) -> np.ndarray:
    """log10 of the values; NaN, a gap, where a value is not above 0."""
    positive = values > 0
    return np.log10(values, out=np.full(values.shape, np.nan), where=positive)


def extent(values: np.ndarray) -> tuple[float, float] | None:
    """The smallest and the largest of the finite values; None when there are none."""
    if not len(values) or np.isnan(low := float(np.fmin.reduce(values))):
        return None
    return low, float(np.fmax.reduce(values))


def nice_step(span: float, ticks: int = 5) -> float:
    """The smallest of 1, 2, 2.5, 5 times a power of ten that covers `span` (above 0) in at most `ticks` steps."""
    raw = span / ticks
    power = 10.0 ** math.floor(math.log10(raw))
    return next(factor * power for factor in (1, 2, 2.5, 5, 10, 20) if factor * power >= raw * (1 - 1e-9))


def nice_limits(low: float, high: float) -> tuple[float, float]:
    """Round numbers around `low <= high`; a constant stands in the middle."""
    size = max(abs(low), abs(high))
    if high - low <= max(size * 1e-9, 1e-290):
        half = max(size * 0.1, 1e-280) if size else 1.0
        low, high = low - half, high + half
    step = nice_step(high - low)
    bottom, top = math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step
    # Multiples of the step carry float noise (0.30000000000000004); labels and comparisons want the short number.
    return float(f"{bottom:.12g}"), float(f"{top:.12g}")


def nice_log_limits(low: float, high: float) -> tuple[float, float]:
    """As `nice_limits`, for log10 values: 1, 2 or 5 times a power of ten below and above."""
    marks = (0.0, math.log10(2), math.log10(5), 1.0)
    bottom = math.floor(low) + max(mark for mark in marks if mark <= low - math.floor(low) + 1e-9)
    top = math.floor(high) + min(mark for mark in marks if mark >= high - math.floor(high) - 1e-9)
    if top - bottom < 1e-6:
        bottom, top = math.floor(low - 1e-9), math.ceil(high + 1e-9)
    return bottom, top


class Limits:
    """Limits of the y axis that follow the data only when it leaves them or fills much less of them.

    Each change moves every point of a chart, which over a slow line is the dearest thing that can happen.
    """

    def __init__(self, *, log: bool = False) -> None:
        self.log = log
        """Whether the values handed in are log10 values, and the limits decades."""
        self.low, self.high = 0.0, 1.0
        self._fitted = False

    def fit(self, low: float, high: float) -> None:
        """Take in data between `low` and `high`, both finite, `low <= high`."""
        wanted = (nice_log_limits if self.log else nice_limits)(low, high)
        inside = self._fitted and self.low <= low and high <= self.high
        if not inside or wanted[1] - wanted[0] < _SHRINK_BELOW * (self.high - self.low):
            self.low, self.high = wanted
            self._fitted = True

    def value(self, place: float) -> float:
        """The data value at a place on the axis."""
        return 10.0**place if self.log else place

    def label(self, place: float, width: int) -> str:
        """The data value at a place on the axis as text of at most `width` cells."""
        return compact(self.value(place), width)

    def ticks(self, rows: int) -> dict[int, float]:
        """Places to label by row, 0 at the top: both limits and, three rows apart or more, round numbers between."""
        if rows < 1:
            return {}
        found = {0: self.high, rows - 1: self.low} if rows > 1 else {0: self.high}
        step = nice_step(self.high - self.low, max(-(-rows // 3), 1))
        if self.log:
            step = max(math.ceil(step), 1)  # Whole decades.
        first = math.ceil(self.low / step)
        for count in range(rows):
            place = (first + count) * step
            row = int(self.rows(np.array([place]), rows)[0])
            if self.low < place < self.high and all(abs(row - taken) >= 3 for taken in found):
                found[row] = place
        return found

    def rows(self, places: np.ndarray, rows: int) -> np.ndarray:
        """Row numbers as float64, whole, 0 at the top; NaN stays NaN, places beyond a limit go to its row."""
        share = (self.high - places) / (self.high - self.low)
        return np.clip(np.rint(share * (rows - 1)), 0, rows - 1)


@dataclass(frozen=True, slots=True)
class Buckets:
    """Columns of equal width along x: column i holds start + i * width <= x < start + (i + 1) * width."""

    start: float
    width: float
    """1, 1.25, 1.5 or 1.75 times a power of two: as data grows it stays for a fifth of the axis or longer."""
    count: int

    @property
    def end(self) -> float:
        """Where the last column ends."""
        return self.start + self.width * self.count

    @classmethod
    def spanning(cls, low: float, high: float, count: int) -> Buckets:
        """The narrowest columns that hold `low` to `high` in `count` (at least 1) of them."""
        span = high - low
        if count < 2:
            return cls(low, 2.0 * span or 1.0, 1)
        if span <= 0:
            return cls(low, 1.0, count)
        # Narrower than the spacing of floats at this size a column could not be told from the next.
        smallest = max(math.ulp(max(abs(low), abs(high))) * 4, 1e-290)
        power = 2.0 ** math.floor(math.log2(max(span / count, smallest)))
        while True:
            for width in (power, power * 1.25, power * 1.5, power * 1.75):
                start = math.floor(low / width) * width
                if (high - start) / width < count:
                    return cls(start, width, count)
            power *= 2

    @classmethod
    def exactly(cls, low: float, high: float, count: int) -> Buckets:
        """Columns from `low` to `high`, both ends included, for an axis that someone chose."""
        width = (high - low) / max(count - 1, 1)
        return cls(low, width if width > 0 else 1.0, max(count, 1))


CROWD = 8
"""Points in a column, in the mean, above which their path would only fill the chart from the lowest to the highest."""


@dataclass(frozen=True, slots=True, eq=False)
class Decimated:
    """A series as at most one entry a column: all arrays `(m,)`, columns rising; NaN marks a gap."""

    columns: np.ndarray
    low: np.ndarray
    high: np.ndarray
    first: np.ndarray
    last: np.ndarray
    crowded: bool
    """Whether the columns hold so many points that their means say more than their paths."""
    mean: np.ndarray
    """Of the finite points; NaN where there is none."""


def decimate(x: np.ndarray, y: np.ndarray, buckets: Buckets) -> Decimated:
    """The extremes and the ends of each column that holds points; `x (n,)` rising, `y (n,)` finite or NaN.

    Keeps every spike, whatever the number of points, and costs a few passes over `y` however many columns there are.
    """
    edges = buckets.start + buckets.width * np.arange(buckets.count + 1)
    starts = np.searchsorted(x, edges)
    columns = np.flatnonzero(starts[1:] > starts[:-1])
    begins, ends = starts[columns], starts[columns + 1]
    if not len(columns):
        nothing = np.empty(0)
        return Decimated(columns, nothing, nothing, nothing, nothing, False, nothing)
    # Points right of the last column would otherwise belong to the last group.
    inside = y[: ends[-1]]
    low, high = np.fmin.reduceat(inside, begins), np.fmax.reduceat(inside, begins)
    there = np.isfinite(inside)
    counts = np.add.reduceat(there, begins, dtype=np.intp)
    totals = np.add.reduceat(np.where(there, inside, 0.0), begins)
    mean = np.divide(totals, counts, out=np.full(len(begins), np.nan), where=counts > 0)
    return Decimated(columns, low, high, y[begins], y[ends - 1], len(inside) > CROWD * len(columns), mean)
