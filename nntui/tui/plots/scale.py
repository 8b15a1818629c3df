"""From values to places: what can be drawn, and x columns that never move."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

LARGEST = 1e300
"""Beyond this a value counts as infinite, so that differences of values never overflow."""


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
