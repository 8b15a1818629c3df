"""Numbers as text: settings, metrics, and what has to fit a number of cells."""

from __future__ import annotations

import math

_SUFFIXES = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
_SIGNIFICANT = 3


def setting_number(value: float, digits: int = 6) -> str:
    """A setting's value: whole numbers in full, '12500', others with up to `digits` digits, '0.0005', '1e-05'."""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e12 else f"{value:.{digits}g}"


def metric_text(value: float) -> str:
    """A metric or a rate with four digits: '0.0714', '1.234', '1e-05'."""
    return f"{value:.4g}" if not 0.001 <= abs(value) < 1000 else f"{value:#.4g}"


def significant(value: float) -> str:
    """Three digits, and all that stand before the point: '0.0123', '1.23', '12.3', '12,345'; '0' for nothing."""
    if value == 0:
        return "0"
    exponent = int(f"{value:.{_SIGNIFICANT - 1}e}".partition("e")[2])
    return f"{value:,.{max(_SIGNIFICANT - 1 - exponent, 0)}f}"


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
