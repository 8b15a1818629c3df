"""The top line: the places, and at the right what the place in view is about and how it stands."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

_STYLES = {
    "running": "$text-success", "starting": "$text-success", "finished": "$text-success", "ready": "$text-success",
    "paused": "$text-warning", "stopped": "$text-warning",
    "diverged": "$text-error", "failed": "$text-error", "crashed": "$text-error",
}  # fmt: skip
_SMALLEST = (80, 24)


class TopLine(Widget):
    """' nntui  1 Build  2 Train                digits-mlp ● running'."""

    DEFAULT_CSS = """
    TopLine { height: 1; width: 1fr; padding: 0 1; background: $panel; color: $foreground; }
    """

    place = reactive("")
    """The id of the place in view."""
    headline: reactive[tuple[str, str]] = reactive(("", ""))
    """A name and a state."""

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
        """The places to the left; the headline, or that the terminal is too small, to the right."""
        width = self.size.width
        left = Content("  ").join([Content.styled("nntui", "bold $text-accent"), *map(self._tab, self._places)])
        right = self._right()
        room = width - left.cell_length - 1
        if right.cell_length > room:
            right = right.truncate(max(room, 0), ellipsis=True)
        gap = max(width - left.cell_length - right.cell_length, 1)
        return Content.assemble(left, " " * gap, right)

    def _tab(self, place: tuple[str, str, str]) -> Content:
        key, identity, title = place
        style = "bold reverse" if identity == self.place else ""
        return Content.styled(f" {key} {title} ", style)

    def _right(self) -> Content:
        size = self.app.size
        if size.width < _SMALLEST[0] or size.height < _SMALLEST[1]:
            return Content.styled("made for 80×24", "$text-warning")
        name, state = self.headline
        style = _STYLES.get(state.split(" ")[0], "$text-error" if state.endswith(("problem", "problems")) else "")
        if not state:
            return Content(name)
        return Content.assemble(name, "  ", (f"● {state}", style))
