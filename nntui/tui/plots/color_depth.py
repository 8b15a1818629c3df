"""How many colours a terminal shows."""

from __future__ import annotations

from enum import Enum


class ColorDepth(Enum):
    """Colours at hand: none (shade characters and markers carry the meaning), 16, 256 or truecolor."""

    NONE = "none"
    STANDARD = "16"
    EIGHT_BIT = "256"
    TRUECOLOR = "truecolor"


_SYSTEMS = {
    "standard": ColorDepth.STANDARD,
    "windows": ColorDepth.STANDARD,
    "256": ColorDepth.EIGHT_BIT,
    "truecolor": ColorDepth.TRUECOLOR,
}


def color_depth(*, no_color: bool = False, color_system: str | None = None, term: str = "") -> ColorDepth:
    """The depth to draw in, from `NO_COLOR`, a console's colour system (as Rich names it) and `TERM`.

    `no_color` wins. Without a colour system `TERM` decides: `dumb` has none, `*-direct` truecolor, anything else 256,
    which is what an SSH session shows where `COLORTERM` was not forwarded.
    """
    if no_color:
        return ColorDepth.NONE
    if color_system is not None and color_system in _SYSTEMS:
        return _SYSTEMS[color_system]
    if term == "dumb":
        return ColorDepth.NONE
    return ColorDepth.TRUECOLOR if term.endswith("-direct") else ColorDepth.EIGHT_BIT
