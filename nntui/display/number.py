"""Numbers in words."""

from __future__ import annotations


def setting_number(value: float, digits: int = 6) -> str:
    """A setting's value: whole numbers in full, '12500', others with so many digits, '0.0005', '1e-05'."""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e12 else f"{value:.{digits}g}"
