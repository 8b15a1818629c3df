"""Field: a setting in the form, its label, its control and what is wrong with it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from textual.containers import Container, Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from nntui.settings import Setting
from nntui.tui.dialogs.choice import Choice
from nntui.tui.places.builder.controls import ChoiceControl, SwitchControl, TextControl
from nntui.tui.places.builder.drafts import Path
from nntui.tui.places.builder.entry import fallback, limits, shown, typed

Control = TextControl | ChoiceControl | SwitchControl


class Field(Container):
    """One line of the form, and under it the problem there is with its value."""

    class Edited(Message):
        """The person changed the value at a path of the draft; None takes the key out."""

        def __init__(self, field: Field, path: Path, value: Any) -> None:
            super().__init__()
            self.field = field
            self.path = path
            self.value = value
            self.is_taken = False
            """Whether the draft has it."""

    def __init__(
        self, setting: Setting, control: Control, *, depth: int = 0, convert: Callable[[Any], Any] | None = None
    ) -> None:
        """`depth` indents the label: 1 for a sub-table's settings; `convert` makes a choice a value of the draft."""
        self._label = Static("  " * depth + setting.name, classes="label", markup=False)
        row = Horizontal(self._label, control, classes="row")
        super().__init__(row, Static(_about(setting), classes="about", markup=False))
        self.setting = setting
        self.control = control
        self._convert = convert or (lambda value: value)
        self.path: Path = ()
        """Where its value stands in the draft."""
        self.label_width = 2 * depth + len(setting.name)
        self.problem = ""
        self._width = 0
        self._told = ""
        """The text that was shown or told of last; what is typed beyond it is told of next."""
        self._awaited: Field.Edited | None = None
        """The last edit of the text, until the draft has it."""
        self._problem_line: Static | None = None

    def widen_label(self, width: int) -> None:
        """Gives the label that many cells, so that the controls of a form stand in one column."""
        if width != self._width:
            self._width = width
            self._label.styles.width = width

    def show(self, path: Path, value: Any, problem: str) -> None:
        """Shows the draft's value at a path and its problem; '' for none."""
        if isinstance(self.control, TextControl):
            self._show_text(self.control, path, value)
        else:
            self.path = path
            self.control.show(value)
        self.show_problem(problem)

    def took(self, edit: Edited) -> bool:
        """The draft takes an edit, whose value is that of the text until one of them changes; False where it has it."""
        if edit is self._awaited:
            self._awaited = None
        was_taken, edit.is_taken = edit.is_taken, True
        return not was_taken

    def typed(self) -> Edited | None:
        """The edit of a text that the draft does not have yet; None where it has everything that was typed."""
        if isinstance(self.control, TextControl):
            self._tell(self.control)
        return self._awaited

    def _show_text(self, control: TextControl, path: Path, value: Any) -> None:
        if path == self.path:
            if self._awaited is not None or control.value != self._told:
                return  # The draft is older than the text, and is shown again when it has caught up.
            # What is being typed stays as it is typed: '1e-3' does not turn into '0.001' under the cursor.
            if typed(self.setting, control.value) == value:
                return
        self._tell(control)
        self.path, self._told, self._awaited = path, shown(value), None
        control.value = self._told

    def _tell(self, control: TextControl) -> None:
        if control.value != self._told:
            self._told = control.value
            self._awaited = self.Edited(self, self.path, typed(self.setting, control.value))
            self.post_message(self._awaited)

    def on_mount(self) -> None:
        if self._problem_line is not None:
            # It was told before the field was there.
            self.mount(self._problem_line)

    def show_problem(self, problem: str) -> None:
        """Shows a problem under the value; '' takes it away."""
        if problem == self.problem:
            return
        self.problem = problem
        self.set_class(bool(problem), "-wrong")
        if self._problem_line is None:
            self._problem_line = Static(classes="problem", markup=False)
            if self.is_attached:
                self.mount(self._problem_line)
        self._problem_line.update(f"! {problem}" if problem else "")
        self._problem_line.display = bool(problem)

    def choose(self, choice: Any) -> None:
        """Takes one of the control's choices as the person's."""
        self.post_message(self.Edited(self, self.path, self._convert(choice)))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Tells of what the text is by then: keys that came in a burst are one edit."""
        event.stop()
        if isinstance(self.control, TextControl):
            self._tell(self.control)

    def on_choice_control_chosen(self, event: ChoiceControl.Chosen) -> None:
        event.stop()
        self.choose(event.value)

    def on_switch_control_toggled(self, event: SwitchControl.Toggled) -> None:
        event.stop()
        self.choose(event.value)


def _about(setting: Setting) -> str:
    bounds = limits(setting)
    return f"{setting.help} {bounds[0].upper()}{bounds[1:]}." if bounds else setting.help


def plain_field(setting: Setting, *, depth: int = 0) -> Field:
    """The field of a setting that is no table: a switch, a choice, or a line to type in."""
    if setting.kind is bool and not setting.optional:
        return Field(setting, SwitchControl(default=bool(setting.default)), depth=depth)
    if setting.choices:
        choices = [Choice(name, name) for name in setting.choices]
        if setting.optional:
            choices.insert(0, Choice(None, setting.absent or "none"))
        default = None if setting.default is dataclasses.MISSING else setting.default
        return Field(setting, ChoiceControl(choices, default=default), depth=depth)
    return Field(setting, TextControl(placeholder=fallback(setting)), depth=depth)
