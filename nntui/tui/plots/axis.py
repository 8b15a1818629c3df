"""Axes: round numbers at equal distances, and ranges that change seldom."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from nntui.display.numbers import compact

_ROUND = (1.0, 2.0, 2.5, 5.0)
_SHRINK_BELOW = 0.5
"""Of the axis: where data fills less than this share, the axis is fitted anew."""
_FEWEST_TICKS = 2
LABEL_WIDTH = 7
"""Cells of a y label at most."""
_LOG_STEPS = (math.log10(2), *map(float, range(1, 5000)))
"""Doublings where a log axis has less than a decade to show, else whole decades."""


def round_steps(least: float) -> Iterator[float]:
    """1, 2, 2.5 and 5 times powers of ten, rising, from the first that is at least `least` (above 0)."""
    power = 10.0 ** math.floor(math.log10(least))
    while True:
        for factor in _ROUND:
            if factor * power >= least * (1 - 1e-9):
                yield factor * power
        power *= 10


class YAxis:
    """A vertical axis whose ticks are round numbers a whole number of cell rows apart.

    It follows the data only when that leaves the axis or fills much less of it: each change moves every point of a
    chart. With `log` the values handed in are log10 values, and ticks are decades.
    """

    def __init__(self, *, log: bool = False) -> None:
        self.log = log
        self.low, self.row_value = 0.0, 1.0
        """The value at the middle of the lowest row, and what a row is worth."""
        self.rows = 0
        self._apart = 1
        self._step = 1.0

    @property
    def high(self) -> float:
        """The value at the middle of the uppermost row."""
        return self.low + (self.rows - 1) * self.row_value

    def fit(self, low: float, high: float, rows: int) -> None:
        """Takes in data from `low` to `high`, both finite, `low <= high`, for at least one cell row."""
        fits = rows == self.rows and self.low - self.row_value / 4 <= low and high <= self.high + self.row_value / 4
        if fits and high - low >= _SHRINK_BELOW * (self.high - self.low):
            return
        before = (self.low, self.row_value, self._apart, self._step)
        self._choose(low, high, rows)
        if fits and self.row_value > _SHRINK_BELOW * before[1]:
            self.low, self.row_value, self._apart, self._step = before

    def _choose(self, low: float, high: float, rows: int) -> None:
        size = max(abs(low), abs(high))
        if high - low <= max(size * 1e-9, 1e-290):
            half = max(size * 0.1, 1e-280) if size else 1.0
            low, high = low - half, high + half
        self.rows = rows
        if rows < 2:
            # No room for ticks: the data around the middle of the row.
            span = 2 * (high - low)
            self.low, self.row_value, self._apart = (low + high) / 2, span, 1
            self._step = 10.0 ** math.floor(math.log10(span / 100))
            return
        # From the middle of the lowest row to the upper quarter of the uppermost.
        room = rows - 1 + 0.25
        most = max((rows - 1) // _FEWEST_TICKS, 1)
        # Ticks stand two to five rows apart, further where a log axis shows little; the tightest axis wins.
        distances = range(1, most + 1) if self.log else range(min(2, most), min(most, 5) + 1)
        found: tuple[float, float, int, float] | None = None
        for apart in distances:
            for step in _LOG_STEPS if self.log else round_steps(max((high - low) * apart / room, 1e-290)):
                bottom = float(f"{math.floor(low / step + 1e-9) * step:.12g}")
                if bottom + room * step / apart >= high:
                    if found is None or step / apart < found[1] * (1 - 1e-9):
                        found = (bottom, step / apart, apart, step)
                    break
        assert found is not None, "steps grow without end"
        self.low, self.row_value, self._apart, self._step = found

    def dots(self, values: np.ndarray, *, per_row: int = 4) -> np.ndarray:
        """Dot rows as float64, whole, 0 at the top and `per_row` a cell; NaN stays NaN, what is beyond is outside."""
        with np.errstate(over="ignore", invalid="ignore"):
            from_bottom = (values - self.low) / self.row_value * per_row + (per_row - 1) / 2
            return np.rint(np.clip(self.rows * per_row - 1 - from_bottom, -(2**40), 2**40))

    def ticks(self) -> dict[int, str]:
        """Labels by cell row, 0 at the top, each as many cells apart as the last."""
        values = {
            self.rows - 1 - row: self.low + row * self.row_value for row in range(0, self.rows, self._apart)
        }  # fmt: skip
        # At most as many decimals as the step has, the same in all labels.
        labels = {row: self._label(value) for row, value in values.items()}
        if self.log or not any("e" in label for label in labels.values()):
            return labels
        return self._powers(values) or labels

    def _powers(self, values: dict[int, float]) -> dict[int, str]:
        """'3.0e-4' and '2.8e-4': with as many decimals as they need to be exact; {} where that takes too much room."""
        exact = {row: round(value / self._step) * self._step for row, value in values.items()}
        for decimals in (0, 1, 2):
            texts = {row: _power(value, decimals) for row, value in exact.items()}
            if all(abs(float(text) - exact[row]) < self._step / 100 for row, text in texts.items()):
                return texts if max(map(len, texts.values())) <= LABEL_WIDTH else {}
        return {}

    def _label(self, value: float) -> str:
        if self.log:
            return compact(10.0**value, 6) if abs(value) < 300 else f"e{value:.0f}"
        value = round(value / self._step) * self._step
        largest = max(abs(self.low), abs(self.high))
        decimals = max(-math.floor(math.log10(self._step) + 1e-9), 0)
        if round(self._step * 10**decimals, 6) % 1:
            decimals += 1
        text = f"{value:.{decimals}f}"
        if largest < 10_000 and decimals <= 4 and len(text) <= LABEL_WIDTH:
            return text if float(text) else text.replace("-", "")
        return compact(float(f"{value:.12g}"), 6)


def _power(value: float, decimals: int) -> str:
    mantissa, power = f"{value:.{decimals}e}".split("e")
    return f"{mantissa}e{int(power)}" if float(mantissa) else "0"


def x_ticks(low: float, high: float, cells: int, *, room: int) -> list[tuple[int, str]]:
    """Cells and labels of whole round numbers from `low` to `high`, which span `cells`, at least `room` cells apart."""
    if cells < 1 or high <= low:
        return []
    found: list[tuple[int, str]] = []
    step = next(step for step in round_steps(max((high - low) * room / cells, 1.0)) if step == int(step))
    first = math.ceil(low / step - 1e-9)
    for count in range(first, math.floor(high / step + 1e-9) + 1):
        value = count * step
        cell = min(max(int((value - low) / (high - low) * cells), 0), cells - 1)
        found.append((cell, whole(value)))
    return found


def whole(value: float) -> str:
    """A whole number as text: '0', '12,500', '1.25M'."""
    text = f"{round(value):,}"
    return text if len(text) <= 7 else compact(float(round(value)), 6)
