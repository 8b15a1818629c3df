"""Controls: the one-line widgets a field is edited in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from nntui.display.cells import cut_to_cells
from nntui.tui.dialogs.choice import Choice
from nntui.tui.widgets.line_input import LineInput


class ChoiceControl(Widget, can_focus=True):
    """One of a few values: arrows go through them, enter shows them all."""

    BINDINGS = [
        Binding("left,h", "turn(-1)", "Previous", show=False),
        Binding("right,l", "turn(1)", "Next", key_display="←→"),
        Binding("enter,space", "choose", "Choose", key_display="enter"),
    ]

    class Chosen(Message):
        """The person chose a value."""

        def __init__(self, value: Any) -> None:
            super().__init__()
            self.value = value

    class Asked(Message):
        """The person wants to see all choices."""

        def __init__(self, control: ChoiceControl) -> None:
            super().__init__()
            self.asker = control

    def __init__(self, choices: Sequence[Choice], *, default: Any = None) -> None:
        """`default` is the value that holds where the draft has none."""
        super().__init__()
        self.choices = tuple(choices)
        self._default = default
        self.value: Any = None
        self.free = ""
        """What else may be typed in the list of choices; '' for nothing."""

    def show(self, value: Any) -> None:
        """Shows a value of the draft, one of the choices or not."""
        if value != self.value or type(value) is not type(self.value):
            self.value = value
            self.refresh()

    @property
    def effective(self) -> Any:
        """The value that holds: the draft's, or the default."""
        return self._default if self.value is None else self.value

    def render(self) -> Content:
        """The value between arrows while it has the focus; dim where it is the default."""
        effective = self.effective
        label = next((choice.label for choice in self.choices if choice.value == effective), str(effective))
        left, right = ("◂ ", " ▸") if self.has_focus else ("", " ▾")
        style = "$foreground 45%" if self.value is None and not self.has_focus else ""
        room = max(self.size.width - len(left) - len(right), 1)
        label = cut_to_cells(label, room)
        return Content.assemble((left, "$foreground 60%"), (label, style), (right, "$foreground 60%"))

    def action_turn(self, by: int) -> None:
        """Goes to the next choice, or back; round at the ends."""
        values = [choice.value for choice in self.choices]
        effective = self.value if self.value in values else self._default
        place = values.index(effective) if effective in values else (-1 if by > 0 else 0)
        self.post_message(self.Chosen(values[(place + by) % len(values)]))

    def action_choose(self) -> None:
        """Asks for the list."""
        self.post_message(self.Asked(self))

    def on_click(self) -> None:
        self.action_choose()

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()


class SwitchControl(Widget, can_focus=True):
    """On or off."""

    BINDINGS = [
        Binding("enter,space", "switch", "On/off", key_display="space"),
        Binding("left,right,h,l", "switch", "On/off", show=False),
    ]

    class Toggled(Message):
        """The person switched it."""

        def __init__(self, value: bool) -> None:
            super().__init__()
            self.value = value

    def __init__(self, *, default: bool = False, off: str = "off") -> None:
        """`default` holds where the draft has no value; `off` is what it comes to when it is off."""
        super().__init__()
        self._default, self._off = default, off
        self.value: Any = None

    @property
    def on(self) -> bool:
        """Whether it is on."""
        return bool(self._default if self.value is None else self.value)

    def show(self, value: Any) -> None:
        """Shows a value of the draft; None is the default."""
        if value is not self.value:
            self.value = value
            self.refresh()

    def render(self) -> Content:
        """'[x] on', or '[ ] off' and what that comes to."""
        style = "$foreground 45%" if self.value is None and not self.has_focus else ""
        return Content.assemble(("[x] on" if self.on else f"[ ] {self._off}", style))

    def action_switch(self) -> None:
        """Switches."""
        self.post_message(self.Toggled(not self.on))

    def on_click(self) -> None:
        self.action_switch()

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()


class TextControl(LineInput):
    """A line of text or a number."""

    def __init__(self, *, placeholder: str) -> None:
        """`placeholder` says what an empty line means."""
        super().__init__(placeholder=placeholder)
        self._hint = placeholder

    def on_resize(self, event: events.Resize) -> None:
        room = max(event.size.width, 1)
        self.placeholder = self._hint if len(self._hint) <= room else self._hint[: room - 1] + "…"
