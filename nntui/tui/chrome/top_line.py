"""The top line: the places, and at the right what the place in view is about and how it stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from textual import events
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from nntui.display.printable import printable

_STYLES = {
    "running": "$text-success", "starting": "$text-success", "finished": "$text-success", "ready": "$text-success",
    "paused": "$text-warning", "stopped": "$text-warning", "guessing": "$text-warning",
    "diverged": "$text-error", "failed": "$text-error", "crashed": "$text-error",
}  # fmt: skip
_SMALLEST = (80, 24)
_LONGEST = 1000
"""Characters: a name in a file may have millions."""


class Headline(NamedTuple):
    """What a place is about and how it stands."""

    name: str = ""
    state: str = ""
    mark: str = ""
    """Stands by the name, and stays whole where the name is cut: '*' for unsaved edits."""


class TopLine(Widget):
    """' nntui  1 Build  2 Train                digits-mlp ● running'."""

    DEFAULT_CSS = """
    TopLine { height: 1; width: 1fr; padding: 0 1; background: $panel; color: $foreground; }
    """

    place = reactive("")
    """The id of the place in view."""
    headline: reactive[Headline] = reactive(Headline())

    def __init__(self, places: Sequence[tuple[str, str, str]]) -> None:
        """`places` are key, id and title of each."""
        super().__init__()
        self._places = places

    async def on_click(self, event: events.Click) -> None:
        """Goes to the place that was clicked."""
        end = 1 + len("nntui")
        for key, identity, title in self._places:
            start, end = end + 2, end + 2 + len(f" {key} {title} ")
            if start <= event.x < end:
                await self.run_action(f"app.go('{identity}')")

    def on_resize(self) -> None:
        self.refresh()

    def render(self) -> Content:
        """The places to the left; the headline, or that the terminal is too small, to the right.

        Where there is no room for all of it the name gives way before the state does.
        """
        width = self.size.width
        left = Content("  ").join([Content.styled("nntui", "bold $text-accent"), *map(self._tab, self._places)])
        room = max(width - left.cell_length - 1, 0)
        right = self._right(room)
        gap = max(width - left.cell_length - right.cell_length, 1)
        return Content.assemble(left, " " * gap, right)

    def _tab(self, place: tuple[str, str, str]) -> Content:
        key, identity, title = place
        style = "bold reverse" if identity == self.place else ""
        return Content.styled(f" {key} {title} ", style)

    def _right(self, room: int) -> Content:
        size = self.app.size
        if size.width < _SMALLEST[0] or size.height < _SMALLEST[1]:
            words = next((words for words in ("made for 80×24", "80×24") if len(words) <= room), "")
            return Content.styled(words, "$text-warning")
        name, state, mark = (printable(text, _LONGEST) for text in self.headline)
        star = f" {mark}" if mark else ""
        if not state:
            return Content.assemble(Content(name).truncate(max(room - len(star), 0), ellipsis=True), star)
        style = _STYLES.get(state.split(" ")[0], "$text-error" if state.endswith(("problem", "problems")) else "")
        told = Content.assemble(star, "  ", (f"● {state}", style))
        if told.cell_length >= room:
            return told.truncate(room, ellipsis=True)
        return Content.assemble(Content(name).truncate(room - told.cell_length, ellipsis=True), told)
