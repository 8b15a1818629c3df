"""Problems: what keeps the model from training, or else what would help it, under the stack."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events

from nntui.tui.plots.frame import Edges
from nntui.tui.widgets.panel import Panel, wrapped

_TALLEST = 9


class ProblemList(Panel):
    """In the words of the command line, as tall as it has to be; not there where there is nothing to say."""

    COMPONENT_CLASSES = {"problems--hint"}
    DEFAULT_CSS = "ProblemList > .problems--hint { color: $text-warning; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__("", id=id)
        self._told: Sequence[str] = ()
        self._are_hints = False
        self.display = False

    def show_problems(self, problems: Sequence[str], hints: Sequence[str] = ()) -> None:
        """Shows the problems, where there are none the hints; neither takes the list away."""
        self._told, self._are_hints = (problems, False) if problems else (hints, bool(hints))
        count, what = len(self._told), "hint" if self._are_hints else "problem"
        self.display = count > 0
        self.title = f"{count} {what}{'' if count == 1 else 's'}"
        self._wrap()

    def edges(self) -> Edges:
        """The title, in the colour of what is wrong."""
        if self._are_hints:
            return Edges(title=[(f"* {self.title}", self.part_style("problems--hint"))])
        return Edges(title=[(f"! {self.title}", self.part_style("panel--wrong"))])

    def on_resize(self, event: events.Resize) -> None:
        super().on_resize(event)
        self._wrap()

    def _wrap(self) -> None:
        width = (self.size.width or self.parent_width()) - 4
        part = "" if self._are_hints else "wrong"
        lines = [line for text in self._told for line in wrapped(text, width, part)]
        self.styles.height = min(len(lines), _TALLEST - 2) + 2
        self.show(lines)

    def parent_width(self) -> int:
        """Cells across what it stands in, for before it has a size of its own."""
        return self.container_size.width or 40
