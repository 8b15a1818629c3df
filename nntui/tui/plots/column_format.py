"""One number format for a whole column, so that its decimals line up."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

_SIGNIFICANT = 3
_FEWEST = 2
"""Least significant digits of the smallest number of a column, if it has them."""
_WIDEST = 7
"""Cells up to which numbers are written out."""
_SHARE_DECIMALS, _LARGEST_SHARE = 3, 100.0


@dataclass(frozen=True, slots=True)
class Extents:
    """What a column's format depends on, of the numbers seen so far; those that are not finite do not count."""

    decimals: int = 0
    """That three significant digits of each take, without zeros at the end."""
    smallest: float = math.inf
    """Without its sign; 0 does not count."""
    largest: float = 0.0
    """Without its sign."""
    is_signed: bool = False
    """Whether any is below 0."""

    def including(self, values: Iterable[float]) -> Extents:
        """With these too."""
        found = [value for value in values if math.isfinite(value) and value]
        if not found:
            return self
        sizes = [abs(value) for value in found]
        return Extents(
            max(self.decimals, *map(_decimals, sizes)),
            min(self.smallest, *sizes),
            max(self.largest, *sizes),
            self.is_signed or min(found) < 0,
        )


@dataclass(frozen=True, slots=True)
class ColumnFormat:
    """A number of decimals, of the number itself or, with `powers`, of its mantissa: '0.0334', '3.34e-2'."""

    decimals: int
    powers: bool = False
    power_digits: int = 1
    """Of the exponent."""
    width: int = 0
    """Cells of the widest number."""

    def text(self, value: float) -> str:
        """The number, not padded: 'nan', 'inf' or '-inf' where it is none."""
        if not math.isfinite(value):
            return str(float(value))
        if not self.powers:
            text = f"{value:.{self.decimals}f}"
            return text if float(text) else text.removeprefix("-")
        # Zero has no sign.
        mantissa, power = f"{value or 0.0:.{self.decimals}e}".split("e")
        return f"{mantissa}e{power[0]}{abs(int(power)):0{self.power_digits}d}"


def format_of(extents: Extents, *, is_share: bool = False, digits: int = 0) -> ColumnFormat:
    """The format of a column: numbers written out where that takes up to seven cells, else with powers of ten.

    Shares, such as an accuracy, have three decimals; elsewhere the largest number has at least `digits` digits.
    """
    whole = len(str(int(extents.largest))) if extents.largest < 10.0**_WIDEST else _WIDEST
    room = _WIDEST - whole - 1 - extents.is_signed
    if not extents.largest or (is_share and extents.largest < _LARGEST_SHARE):
        return _measured(ColumnFormat(_SHARE_DECIMALS), extents)
    least = digits - 1 - math.floor(math.log10(extents.largest))
    decimals = max(min(max(extents.decimals, min(least, digits - 1)), room), 0)
    # Fewer digits of the smallest only where it has no more.
    needed = min(_FEWEST - 1 - math.floor(math.log10(extents.smallest)), extents.decimals)
    if extents.largest < 10.0 ** (_WIDEST - 1) and decimals >= needed:
        return _measured(ColumnFormat(decimals), extents)
    powers = (abs(math.floor(math.log10(size))) for size in (extents.smallest, extents.largest))
    digits = max(len(str(power)) for power in powers)
    return _measured(ColumnFormat(_SIGNIFICANT - 1, powers=True, power_digits=digits), extents)


def _measured(found: ColumnFormat, extents: Extents) -> ColumnFormat:
    width = len(found.text(extents.largest)) + extents.is_signed
    return ColumnFormat(found.decimals, found.powers, found.power_digits, width)


def _decimals(size: float) -> int:
    mantissa, power = f"{size:.{_SIGNIFICANT - 1}e}".split("e")
    return max(len(mantissa.rstrip("0").rstrip(".").replace(".", "")) - 1 - int(power), 0)
