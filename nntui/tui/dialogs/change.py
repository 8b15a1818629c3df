"""Changing settings of a training: a line for each with its present value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from textual import events
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widget import Widget
from textual.widgets import Input, Static

from nntui.display.numbers import setting_number
from nntui.display.printable import printable_lines
from nntui.modelfile.problems import SpecError
from nntui.modelfile.tunable import Tunable
from nntui.tui.dialogs.dialog import Dialog
from nntui.tui.terminal.textual_internals import bindings_of
from nntui.tui.widgets.line_input import LineInput

_DIGITS = 12
_NARROWEST = 14
Check = Callable[[Mapping[str, str]], dict[str, float]]
"""The values that the texts typed for settings stand for; SpecError with what is wrong, by setting."""


class _Line(LineInput):
    # Bound in the line: only there does it come after the letters before it.
    BINDINGS = [Binding("enter", "submit", "Change")]


class _Row(Vertical):
    """A setting, its value, and what is wrong with it."""

    def __init__(self, tunable: Tunable, width: int) -> None:
        super().__init__(classes="row")
        self.tunable = tunable
        self._width = width
        self._before = setting_number(tunable.value, _DIGITS)
        self.line = _Line(self._before, classes="line")
        self._problem = Static(classes="problem", markup=False)
        self._problem.display = False

    def compose(self) -> Iterable[Widget]:
        with Horizontal():
            label = Static(printable_lines(self.tunable.name), classes="label", markup=False)
            label.styles.width = self._width
            yield label
            yield self.line
        yield self._problem

    @property
    def typed(self) -> str | None:
        """The text of a value other than the present one; None where it is that."""
        return self.line.value if self.line.value.strip() != self._before else None

    def say(self, problem: str) -> None:
        """Shows what is wrong; '' takes it away."""
        self._problem.update(printable_lines(problem))
        self._problem.display = bool(problem)


class ChangeDialog(Dialog[dict[str, float]]):
    """Answers with the settings that got another value; empty for none. What is wrong is said at the setting."""

    BINDINGS = [
        # Before the lines to type in, which would scroll.
        Binding("down", "step(1)", "Setting", key_display="↑↓", priority=True),
        Binding("up", "step(-1)", "Up", show=False, priority=True),
    ]
    DEFAULT_CSS = """
    ChangeDialog .rows { height: auto; max-height: 12; }
    ChangeDialog.-tall .rows { max-height: 30; }
    ChangeDialog .row, ChangeDialog .row Horizontal { height: auto; }
    ChangeDialog .row .label { color: $text-muted; height: 1; }
    ChangeDialog .row:focus-within .label { color: $text-accent; text-style: bold; }
    ChangeDialog .row .line { width: 1fr; }
    ChangeDialog .row .problem { color: $text-error; padding-left: 2; height: auto; }
    ChangeDialog .fixed { color: $text-disabled; height: auto; margin-top: 1; }
    ChangeDialog.-short .fixed, ChangeDialog.-short .about { margin-top: 0; }
    ChangeDialog .about { color: $text-muted; height: 2; margin-top: 1; }
    """

    def __init__(
        self, title: str, tunables: Sequence[Tunable], check: Check, *, fixed: str = "", hint: str = ""
    ) -> None:
        """`tunables` have the present values; `fixed` says what stays, `hint` what else may be typed."""
        super().__init__(title)
        self._check, self._fixed, self._hint = check, fixed, hint
        width = max([_NARROWEST, *(len(tunable.name) for tunable in tunables)]) + 2
        self.rows = [_Row(tunable, min(width, 40)) for tunable in tunables]
        if len(self.rows) == 1:
            bindings_of(self).pop("down", None)
            bindings_of(self).pop("up", None)
        self._about = Static(classes="about", markup=False)

    def content(self) -> Iterable[Widget]:
        """The settings, what stays as it is, and an explanation of the one with the focus."""
        with VerticalScroll(classes="rows", can_focus=False):
            yield from self.rows
        if self._fixed:
            yield Static(printable_lines(self._fixed), classes="fixed", markup=False)
        yield self._about

    def on_mount(self) -> None:
        self.rows[0].line.focus()

    def action_step(self, by: int) -> None:
        """Goes to the next setting, or the one before."""
        places = [place for place, row in enumerate(self.rows) if row.line.has_focus]
        place = (places[0] if places else 0) + by
        self.rows[min(max(place, 0), len(self.rows) - 1)].line.focus()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        for row in self.rows:
            if row.line is event.widget:
                setting = row.tunable.setting
                bounds = f" {setting.bounds[0].upper()}{setting.bounds[1:]}." if setting.bounds else ""
                self._about.update(f"{setting.help}{bounds}{self._hint}")

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.say("")
        for row in self.rows:
            if row.line is event.input:
                row.say("")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        texts = {row.tunable.name: row.typed for row in self.rows if row.typed is not None}
        try:
            values = self._check(texts)
        except SpecError as error:
            self._refuse({problem.path: problem.message for problem in error.problems})
            return
        self.dismiss(values)

    def _refuse(self, problems: Mapping[str, str]) -> None:
        rows = [row for row in self.rows if row.tunable.name in problems]
        for row in self.rows:
            row.say(problems.get(row.tunable.name, ""))
        if rows:
            rows[0].line.focus()
        self.say("" if rows else "; ".join(problems.values()))
