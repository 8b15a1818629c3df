"""The base of widgets that send only the cells that changed, and not more often than a line can carry."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from functools import cache
from typing import Self

from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from nntui.tui.chrome.screens import quiet_size
from nntui.tui.plots.color_depth import ColorDepth, color_depth
from nntui.tui.plots.palette import Palette, palette
from nntui.tui.terminal.backpressure import backpressure_of
from nntui.tui.widgets.differing import differing

_NEARLY = 0.2
"""Of the time between two drawings: what is due within it is drawn at once."""


class LineDiffed(Widget):
    """Draws itself as whole lines with `draw`, and refreshes what differs from the last drawing.

    Textual resends every cell of a refreshed widget; over SSH that is most of what a dashboard costs, and most of the
    time between a key that moves the focus and its answer. A subclass gives `draw`, and calls `redraw` when its data
    changed.
    """

    ALLOW_SELECT = False
    virtual_size = quiet_size()
    DEFAULT_CSS = """
    LineDiffed { height: 1fr; width: 1fr; }
    """

    def __init__(
        self,
        *,
        max_rate: float = 4.0,
        depth: ColorDepth | None = None,
        clock: Callable[[], float] = time.monotonic,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """`max_rate` is in drawings a second, above 0; `depth` None asks the app; `clock` gives seconds."""
        super().__init__(name=name, id=id, classes=classes)
        self._interval = 1.0 / max_rate
        self._depth = depth
        self._clock = clock
        self._lines: list[Strip] = []
        self._stale = True
        self._base = Style.null()
        self._drawn_as: object = None
        """The `appearance` of the last drawing."""
        self._drawn_at = float("-inf")
        self._drawn_size = Size()
        self._timer: Timer | None = None
        self._is_waiting = False
        self._is_looking = False

    def draw(self, width: int, height: int) -> Sequence[Strip]:
        """`height` lines of `width` cells; both are at least 1."""
        raise NotImplementedError

    def redress(self, width: int, height: int) -> Sequence[Strip]:
        """The last drawing again in the styles as they are now; what `draw` gives where that is as quick."""
        return self.draw(width, height)

    @property
    def depth(self) -> ColorDepth:
        """The colours to draw in; by default what the app's terminal has."""
        if self._depth is None:
            system = self.app.console.color_system
            self._depth = color_depth(no_color=self.app.no_color, color_system=system, term=os.environ.get("TERM", ""))
        return self._depth

    @depth.setter
    def depth(self, depth: ColorDepth) -> None:
        self._depth = depth
        self._start_over()

    @property
    def palette(self) -> Palette:
        """The colours for data at this depth."""
        return palette(self.depth)

    def part_style(self, component: str) -> Style:
        """The style of a component class on this widget's background, `auto` colours and opacity worked out."""
        return self.get_visual_style(component).rich_style

    @property
    def is_behind(self) -> bool:
        """Whether a drawing was put off, for the rate, the line, or a dialog over this."""
        return self._timer is not None or self._is_waiting

    def appearance(self) -> object:
        """What a drawing depends on besides the data: depth, focus, and the styles of the component classes."""
        return self.depth, self.has_focus, self.part_styles()

    def part_styles(self, *, without: str = "") -> dict[str, Style]:
        """The style of each component class but one."""
        return {part: self.part_style(part) for part in _components(type(self)) - {without}}

    def redraw(self, *, now: bool = False) -> None:
        """Draw again, at once or when the rate and the line allow it; calls in between make one drawing.

        `now` is for the answer to a key, which must not wait. Under a dialog nothing is drawn until that is closed:
        Textual would send the whole screen again for each line.
        """
        if not self.is_running:
            return  # The first paint draws.
        if self._stale:
            self.refresh()
            return
        if self.app.screen is not self.screen:
            self._hold(self._interval)
        elif now:
            self._draw_changes()
        else:
            after = self._drawn_at + self._interval - self._clock()
            # News comes about as often as it may be drawn: what is nearly due goes into one frame with the rest.
            self._draw_unasked(after=after if after > _NEARLY * self._interval else 0.0)

    def render_line(self, y: int) -> Strip:
        """One line, the same object for as long as it does not change."""
        if self._stale or self._drawn_size != self.size:
            self._lines = self._drawing()
            self._base = self.visual_style.rich_style
            self._stale = False
        if not 0 <= y < len(self._lines):
            return Strip.blank(self.size.width, self.visual_style.rich_style)
        # The strip keeps what it gives for a style, so this too is the same object.
        return self._lines[y].apply_style(self._base)

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """As Textual's, except that a widget that is to be painted anew as it stands sends only what differs."""
        if regions or layout or recompose or self._stale or not repaint:
            return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)
        self._look_again_soon()
        return self

    def notify_style_update(self) -> None:
        """Theme, focus or CSS changed: colours of chrome are in the lines."""
        super().notify_style_update()
        # Styles can be applied anew without a change, and then nothing else asks for a paint.
        self._look_again_soon()

    def on_resize(self, event: events.Resize) -> None:
        # The frame that made room for it has mostly drawn it already.
        if self._drawn_size != self.size:
            self._start_over()

    def on_show(self, event: events.Show) -> None:
        if self.is_behind:
            # Who comes into sight does not wait for what was put off out of it.
            self._start_over()

    def _look_again_soon(self) -> None:
        if not self._is_looking and not self._stale:
            self._is_looking = True
            self.call_next(self._look_again)

    def _look_again(self) -> None:
        self._is_looking = False
        if self.visual_style.rich_style != self._base:
            self._start_over()
        elif self.appearance() == self._drawn_as:
            return
        elif not self.size:
            # Out of sight: the paint that brings it back draws.
            self._stale = True
        elif self.app.screen is self.screen:
            self._drawn_as = self.appearance()
            self._send(self.redress(*self.size))
        else:
            self._hold(self._interval)

    def _start_over(self) -> None:
        self._stale = True
        self.refresh()

    def _drawing(self) -> list[Strip]:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        self._drawn_at = self._clock()
        self._drawn_as = self.appearance()
        width, height = self._drawn_size = self.size
        return list(self.draw(width, height)) if width and height else []

    def _draw_unasked(self, *, after: float = 0.0) -> None:
        line = backpressure_of(self.app)
        if after > 0:
            self._hold(after)
        elif line.is_clear:
            if self._draw_changes():
                # Behind what this drawing sends.
                self.call_after_refresh(line.ask)
        elif not self._is_waiting:
            self._is_waiting = True
            line.wait(self._draw_waited)

    def _hold(self, seconds: float) -> None:
        if self._timer is None:
            self._timer = self.set_timer(seconds, self._draw_held)

    def _draw_waited(self) -> None:
        self._is_waiting = False
        if self.is_running:
            self._draw_uncovered()

    def _draw_held(self) -> None:
        self._timer = None
        self._draw_uncovered()

    def _draw_uncovered(self) -> None:
        if self.app.screen is self.screen:
            self._draw_unasked()
        else:
            self._hold(self._interval)

    def _draw_changes(self) -> bool:
        """Whether there were any."""
        return self._send(self._drawing())

    def _send(self, new: Sequence[Strip]) -> bool:
        if self._stale or len(new) != len(self._lines):
            self._start_over()
            return True
        regions = differing(self._lines, new)
        self._lines = [old if old is line or old == line else line for old, line in zip(self._lines, new, strict=True)]
        if regions:
            self.refresh(*regions)
        return bool(regions)


@cache
def _components(widget: type[Widget]) -> frozenset[str]:
    """The component classes of a widget and its bases."""
    return frozenset(part for base in widget.__mro__ for part in getattr(base, "COMPONENT_CLASSES", ()))
