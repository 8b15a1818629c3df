"""Sizes in bytes as text."""

from __future__ import annotations

_UNITS = ("kB", "MB", "GB", "TB", "PB")


def size_text(count: int) -> str:
    """Bytes in decimal units, '980 B', '1.2 MB', '148 kB': at most six cells below 1,000 PB."""
    value, unit = float(count), "B"
    for larger in _UNITS:
        if value < 999.5:
            break
        value, unit = value / 1000, larger
    return f"{value:.1f} {unit}" if unit != "B" and value < 9.95 else f"{value:.0f} {unit}"
