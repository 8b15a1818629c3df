"""Colours for data: one diverging ramp for signed values, one sequential, and colours to tell series apart.

All are safe for the colour-blind: size is lightness, sign is blue against orange. The steps at 256 and 16 colours are
picked by hand, since a terminal's automatic mapping leaves 9 of 20 steps of a truecolor ramp at 256 colours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from rich.color import Color
from rich.style import Style

from nntui.tui.plots.color_depth import ColorDepth

MARKERS = "•×+o*#"
"""Characters that tell series apart where there are no colours."""

# Lightness (CIE L*) grows outward from the middle. Textual turns 256 colours into truecolor, and that back into 256 for
# the terminal: the greys here are those that come back as they went.
_DIVERGING_256 = (
    (18, 19, 20, 21, 27, 33, 39, 75, 81, 123, 195),
    234,
    (52, 88, 124, 160, 166, 202, 208, 214, 221, 228, 230),
)
_SEQUENTIAL_256 = (16, 17, 18, 54, 55, 91, 127, 162, 168, 203, 209, 215, 221, 227, 229, 231)
_DIVERGING_RGB = (
    ((26, 27, 34), (22, 56, 150), (42, 128, 235), (116, 200, 255), (226, 247, 255)),
    ((26, 27, 34), (125, 32, 16), (220, 95, 22), (255, 180, 70), (255, 246, 208)),
)
_SEQUENTIAL_RGB = ((10, 8, 34), (76, 20, 118), (168, 42, 112), (232, 92, 72), (252, 174, 74), (252, 250, 196))
# Exactly Rich's sixteen triplets: Textual turns ANSI numbers into its theme's colours and matches those back wrongly.
_STANDARD = {
    "black": (0, 0, 0), "blue": (0, 0, 170), "light_blue": (85, 85, 255), "light_cyan": (85, 255, 255),
    "red": (170, 0, 0), "light_red": (255, 85, 85), "yellow": (255, 255, 85), "magenta": (170, 0, 170),
    "white": (255, 255, 255), "green": (0, 170, 0), "cyan": (0, 170, 170), "brown": (170, 85, 0), "grey": (85, 85, 85),
}  # fmt: skip
_DIVERGING_16 = ("light_cyan", "light_blue", "blue", "black", "red", "light_red", "yellow")
_SEQUENTIAL_16 = ("black", "blue", "magenta", "light_red", "yellow", "white")
# Between lightness 45 and 60, so that each is read on black and on white.
_SERIES_256 = (32, 166, 29, 169, 136, 98)
_SERIES_RGB = ((22, 134, 212), (221, 100, 12), (0, 150, 110), (204, 92, 168), (168, 126, 16), (136, 106, 220))
_SERIES_16 = ("light_blue", "brown", "green", "magenta", "cyan", "red")

_BLACK, _WHITE = (0, 0, 0), (255, 255, 255)
_EVEN_CONTRAST = (1.05 * 0.05) ** 0.5 - 0.05
"""The luminance on which black and white text are read equally well."""
_INK = -2

Triplet = tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class Ramp:
    """Levels 0 to `size - 1`, each with a colour (empty at depth none) and a character that means the same."""

    colors: tuple[Color, ...]
    characters: str
    """One per level where there are no colours."""
    diverging: bool
    """Whether the middle level is zero and the lower half is negative."""
    _styles: dict[tuple[int, int], Style] = field(default_factory=dict, repr=False)

    @property
    def size(self) -> int:
        """The number of levels, odd for a diverging ramp."""
        return len(self.colors) or len(self.characters)

    def style(self, foreground: int, background: int = -1) -> Style:
        """The style of two levels, the same object each time; -1 leaves that ground alone."""
        key = (foreground, background)
        found = self._styles.get(key)
        if found is None:
            front = self.colors[foreground] if foreground >= 0 else None
            back = self.colors[background] if background >= 0 else None
            found = self._styles[key] = Style(color=front, bgcolor=back)
        return found

    def ink(self, level: int) -> Style:
        """The style of text on a level: black or white, whichever is read better (WCAG 2 contrast, 4.58 or more)."""
        key = (_INK, level)
        found = self._styles.get(key)
        if found is None:
            color = self.colors[level]
            front = _BLACK if _luminance(color) > _EVEN_CONTRAST else _WHITE
            found = self._styles[key] = Style(color=Color.from_rgb(*front), bgcolor=color)
        return found


def _luminance(color: Color) -> float:
    """Relative luminance of sRGB, 0 to 1: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance."""
    parts = [part / 255 for part in color.get_truecolor()]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@dataclass(frozen=True, eq=False)
class Palette:
    """The colours of one depth."""

    depth: ColorDepth
    diverging: Ramp
    sequential: Ramp
    series: tuple[Style, ...]
    """Styles to tell series apart; all plain at depth none, where `marker` does."""
    invalid: Style
    """For a cell whose value is not finite."""
    spread: Style
    """For what stands behind the curves: single values, and the spread where there is no shade for it."""
    shade: Style | None
    """A background for how far the values of a column lie apart; None where no colour is dim enough."""

    @property
    def colored(self) -> bool:
        """Whether colours carry meaning; if not, characters must."""
        return self.depth is not ColorDepth.NONE

    def series_style(self, index: int) -> Style:
        """The style of the series with this number; they repeat after six."""
        return self.series[index % len(self.series)]

    def marker(self, index: int) -> str:
        """The character that marks the series with this number; they repeat after six."""
        return MARKERS[index % len(MARKERS)]


@cache
def palette(depth: ColorDepth) -> Palette:
    """The palette of a depth, the same object each time."""
    if depth is ColorDepth.NONE:
        diverging, sequential, series, invalid, spread, shade = (), (), [Style()], Style(), Style(), None
    elif depth is ColorDepth.STANDARD:
        diverging, sequential = _standard(_DIVERGING_16), _standard(_SEQUENTIAL_16)
        series = [Style(color=color) for color in _standard(_SERIES_16)]
        invalid = Style(color=_standard(("white",))[0], bgcolor=_standard(("grey",))[0])
        spread, shade = Style(color=_standard(("grey",))[0]), None
    elif depth is ColorDepth.EIGHT_BIT:
        negative, zero, positive = _DIVERGING_256
        diverging, sequential = _numbered((*reversed(negative), zero, *positive)), _numbered(_SEQUENTIAL_256)
        series = [Style(color=color) for color in _numbered(_SERIES_256)]
        invalid = Style(color=Color.from_ansi(231), bgcolor=Color.from_ansi(240))
        spread, shade = Style(color=Color.from_ansi(241)), Style(bgcolor=Color.from_ansi(236))
    else:
        negative, positive = (_between(anchors, 16) for anchors in _DIVERGING_RGB)
        diverging, sequential = _rgb((*reversed(negative), *positive[1:])), _rgb(_between(_SEQUENTIAL_RGB, 32))
        series = [Style(color=color) for color in _rgb(_SERIES_RGB)]
        invalid = Style(color=Color.from_rgb(255, 255, 255), bgcolor=Color.from_rgb(88, 88, 88))
        spread, shade = Style(color=Color.from_rgb(96, 96, 96)), Style(bgcolor=Color.from_rgb(44, 46, 54))
    # Strokes like minus signs below zero, shades above: the sign is read without colour.
    return Palette(
        depth=depth,
        diverging=Ramp(diverging, "" if diverging else "≡=-· ░▒▓█", True),
        sequential=Ramp(sequential, "" if sequential else " ░▒▓█", False),
        series=tuple(series),
        invalid=invalid,
        spread=spread,
        shade=shade,
    )


def _standard(names: Sequence[str]) -> tuple[Color, ...]:
    return _rgb([_STANDARD[name] for name in names])


def _numbered(numbers: Sequence[int]) -> tuple[Color, ...]:
    return tuple(Color.from_ansi(number) for number in numbers)


def _rgb(triplets: Sequence[Triplet]) -> tuple[Color, ...]:
    return tuple(Color.from_rgb(*triplet) for triplet in triplets)


def _between(anchors: Sequence[Triplet], levels: int) -> list[Triplet]:
    """That many triplets on the line through the anchors, evenly spaced, both ends included."""
    found = []
    for level in range(levels):
        place = level * (len(anchors) - 1) / (levels - 1)
        left = min(int(place), len(anchors) - 2)
        share = place - left
        red, green, blue = (round(a + (b - a) * share) for a, b in zip(anchors[left], anchors[left + 1], strict=True))
        found.append((red, green, blue))
    return found
