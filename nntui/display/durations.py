"""Spans of time as text: ages, times on a clock, and measured times."""

from __future__ import annotations

import math

from nntui.display.numbers import significant

_AGES = ((86400, "d"), (3600, "h"), (60, "m"), (1, "s"))


def age_text(seconds: float) -> str:
    """'3d', '12m': the largest unit that fits at least once, rounded down."""
    unit, letter = next((pair for pair in _AGES if seconds >= pair[0]), _AGES[-1])
    return f"{int(seconds / unit)}{letter}"


def clock_text(seconds: float) -> str:
    """Minutes and seconds '0:12', with hours from one hour on '2:05:00'; '-:--' when not finite or negative."""
    if not math.isfinite(seconds) or seconds < 0:
        return "-:--"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def measured_text(seconds: float) -> str:
    """A measured time in the unit that suits it, three digits: '12.3 us', '4.56 ms', '1.20 s'."""
    for unit, factor in (("us", 1e-6), ("ms", 1e-3)):
        text = significant(seconds / factor)
        if float(text.replace(",", "")) < 1000:
            return f"{text} {unit}"
    return f"{significant(seconds)} s"
