"""The gradient check and its result."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from textual import work
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from nntui.tui.dialogs.dialog import Dialog

if TYPE_CHECKING:
    from nntui.nn.gradcheck import GradientCheck


class GradientsDialog(Dialog[bool]):
    """Runs the check on a thread, and shows a line for each array."""

    BINDINGS = [Binding("enter", "cancel", "Close", show=False)]

    def __init__(self, check: Callable[[], Sequence[GradientCheck]]) -> None:
        """`check` is called on another thread; it may raise DataError, SpecError or MemoryError."""
        super().__init__("gradient check")
        self._check = check
        self._result = Static("Comparing backpropagation with central differences, in float64 …")

    def content(self) -> Iterable[Widget]:
        """The table, once it is there."""
        yield VerticalScroll(self._result, classes="lines")

    def on_mount(self) -> None:
        self.run_check()

    def text(self) -> str:
        """What stands in the box."""
        return str(self._result.content)

    @work(group="check")
    async def run_check(self) -> None:
        """Waits for the check without keeping a key waiting."""
        from nntui.data.errors import DataError
        from nntui.modelfile.problems import SpecError

        try:
            checks = await asyncio.to_thread(self._check)
        except (DataError, SpecError, MemoryError) as error:
            self._result.update(Content(str(error) or "Not enough memory for this check."))
            return
        self._result.update(table(checks))


def table(checks: Sequence[GradientCheck]) -> Content:
    """One line an array: name, numbers tried, error, and whether it passed."""
    room = max([len(check.name) for check in checks] + [len("parameter")])
    lines = [Content.styled(f"{'parameter':<{room}}  {'checked':>14}  {'error':>8}", "$foreground 60%")]
    for check in checks:
        tried = f"{check.checked:,} of {check.size:,}"
        verdict = ("  pass", "$text-success") if check.passed else ("  FAIL", "bold $text-error")
        lines.append(Content.assemble(f"{check.name:<{room}}  {tried:>14}  {check.error:>8.1e}", verdict))
    passed = sum(check.passed for check in checks)
    summary = "All gradients are right." if passed == len(checks) else f"{len(checks) - passed} gradients are wrong."
    return Content("\n").join([*lines, Content(""), Content.styled(summary, "bold")])
