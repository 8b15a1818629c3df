"""Problems: the list of what keeps the model from training, under the stack."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import events

from nntui.tui.plots.frame import Edges
from nntui.tui.screens.build.panel import Panel, wrapped

if TYPE_CHECKING:
    from nntui.spec.problems import Problem

_TALLEST = 9


class ProblemList(Panel):
    """In the words of the command line, as tall as it has to be; not there where nothing is wrong."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__("", id=id)
        self._problems: Sequence[Problem] = ()
        self.display = False

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Shows the problems; none takes the list away."""
        self._problems = problems
        self.display = bool(problems)
        self.title = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        self._wrap()

    def edges(self) -> Edges:
        """The title, in the colour of what is wrong."""
        return Edges(title=[(f"! {self.title}", self.part_style("panel--wrong"))])

    def on_resize(self, event: events.Resize) -> None:
        super().on_resize(event)
        self._wrap()

    def _wrap(self) -> None:
        width = (self.size.width or self.parent_width()) - 4
        lines = [line for problem in self._problems for line in wrapped(str(problem), width, "wrong")]
        self.styles.height = min(len(lines), _TALLEST - 2) + 2
        self.show(lines)

    def parent_width(self) -> int:
        """Cells across what it stands in, for before it has a size of its own."""
        return self.container_size.width or 40
