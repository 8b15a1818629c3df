"""Numbers as text that fits a number of cells."""

from __future__ import annotations

import math

_SUFFIXES = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))


def compact(value: float, width: int) -> str:
    """The value with as many significant digits as fit `width` cells: '0.07', '148k', '1.2e-4', 'nan', '-inf'.

    At most six digits; '#' for each cell where not even one digit fits, since a cut number would be a wrong one.
    """
    if not math.isfinite(value):
        return _fitting(str(float(value)), width)
    for digits in range(6, 0, -1):
        texts = [_plain(value, digits), _suffixed(value, digits), _tidy(f"{value:.{digits - 1}e}")]
        fitting = [text for text in texts if text and len(text) <= width]
        if fitting:
            return fitting[0]
    return "#" * max(width, 0)


def fixed(value: float, width: int) -> str:
    """The value right-aligned in exactly `width` cells, so that columns of it line up.

    With up to three decimals; below 0.001 as '8.0e-4', or '8e-4' where that has no room.
    """
    if 0 < abs(value) < 1e-3:
        for decimals in (1, 0):
            mantissa, power = f"{value:.{decimals}e}".split("e")
            text = f"{mantissa}e{int(power)}"
            if len(text) <= width:
                return text.rjust(width)
    if math.isfinite(value) and (value == 0 or 1e-3 <= abs(value) < 1e6):
        for decimals in (3, 2, 1, 0):
            text = f"{value:.{decimals}f}"
            if len(text) <= width and (value == 0 or float(text) != 0):
                return text.rjust(width)
    return compact(value, width).rjust(width)


def _plain(value: float, digits: int) -> str:
    text = f"{value:.{digits}g}"
    return _tidy(text) if "e" not in text else ""


def _suffixed(value: float, digits: int) -> str:
    for size, suffix in _SUFFIXES:
        if abs(value) >= size:
            text = f"{value / size:.{digits}g}"
            return "" if "e" in text or abs(float(text)) >= 1000 else text + suffix
    return ""


def _tidy(text: str) -> str:
    """'1.50e-05' as '1.5e-5', '-0' as '0'."""
    mantissa, exponent, power = text.partition("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    if mantissa == "-0":
        mantissa = "0"
    return f"{mantissa}e{int(power)}" if exponent else mantissa


def _fitting(text: str, width: int) -> str:
    return text if len(text) <= width else "#" * max(width, 0)
