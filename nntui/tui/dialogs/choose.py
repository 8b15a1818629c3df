"""A list to choose from, narrowed by typing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar

from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from nntui.display.cells import cell_len, cut_to_cells, end_in_cells, fitted
from nntui.display.printable import printable, printable_lines
from nntui.tui.dialogs.choice import Choice
from nntui.tui.dialogs.dialog import Answer, Dialog
from nntui.tui.widgets.line_input import LineInput


class _Line(LineInput):
    # Bound in the line: only there does it come after the letters before it.
    BINDINGS = [Binding("enter", "submit", "Take")]


class Chooser(Dialog[Answer]):
    """The line and the list; a subclass says in `take` what it answers for a choice.

    With `free` there is also a choice made of the text that was typed.
    """

    BINDINGS = [
        # Before the line to type in, which would scroll.
        Binding("down", "step(1)", "Choose", key_display="↑↓", priority=True),
        Binding("up", "step(-1)", "Up", show=False, priority=True),
        Binding("pagedown", "step(8)", "Page down", show=False, priority=True),
        Binding("pageup", "step(-8)", "Page up", show=False, priority=True),
    ]

    repeats_lead: ClassVar[bool] = False
    """Whether what stands before a choice is shown where the line above has the same."""

    def __init__(self, title: str, choices: Sequence[Choice], *, chosen: Any = None, free: str = "") -> None:
        """`chosen` is the value marked at first; `free` says what else may be typed, '' for nothing."""
        super().__init__(title)
        self._choices, self._chosen, self._free = list(choices), chosen, free
        self._shown: list[Choice] = []
        hint = "type to filter" + (f", or {free}" if free else "")
        self.line = _Line(placeholder=hint, classes="line")
        self._list = OptionList(classes="choices", compact=True)
        self._list.can_focus = False
        self._summary = Static(classes="summary", markup=False)

    def content(self) -> Iterable[Widget]:
        """The line to type in, the list, and the marked choice's explanation."""
        yield self.line
        yield self._list
        yield self._summary

    def on_mount(self) -> None:
        self._narrow()
        values = [choice.value for choice in self._shown]
        self._list.highlighted = values.index(self._chosen) if self._chosen in values else 0
        self.line.focus()
        # Once more when the width is known: what a wide screen has room for is styled after this.
        self.call_after_refresh(self._narrow)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.say("")
        self._narrow()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._take_marked()

    def on_resize(self, event: events.Resize) -> None:
        self._narrow()

    def action_step(self, by: int) -> None:
        """Marks a choice further down, or up."""
        place = (self._list.highlighted or 0) + by
        self._list.highlighted = min(max(place, 0), max(len(self._shown) - 1, 0))

    def _take_marked(self) -> None:
        """Closes with the marked choice."""
        place = self._list.highlighted
        if place is not None and place < len(self._shown):
            self.take(self._shown[place])

    def take(self, choice: Choice) -> None:
        """Answers for a choice."""
        raise NotImplementedError

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.take(self._shown[event.option_index])

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        if event.option_index < len(self._shown):
            self._summary.update(printable_lines(self._shown[event.option_index].summary))

    def _narrow(self) -> None:
        words = self.line.value.casefold().split()
        marked = self._list.highlighted
        before = self._shown
        self._shown = [choice for choice in self._choices if _matches(choice, words)]
        # First the names that begin so, then a match in the name, then one in the explanation.
        self._shown.sort(key=lambda choice: (not _begins(choice, words), not _named(choice, words)))
        if self._free and self.line.value.strip() and not any(c.label == self.line.value.strip() for c in self._shown):
            text = self.line.value.strip()
            self._shown.append(Choice(text, text, f"take it as {self._free}"))
        self._list.clear_options()
        self._list.add_options([Option(line) for line in self._lines()])
        keep = marked if self._shown == before else 0
        self._list.highlighted = keep if self._shown else None
        if not self._shown:
            self._summary.update("nothing matches; esc closes")

    def _lines(self) -> Iterator[Content]:
        """A line for each choice that is shown, in columns."""
        lead = max((cell_len(printable(choice.lead)) for choice in self._choices), default=0)
        lead += 2 if lead else 0
        room = max((cell_len(printable(choice.label)) for choice in self._choices), default=0) + 2
        width = max(self._list.size.width, 40) - 3 - lead
        before = ""
        for choice in self._shown:
            words = "" if choice.lead == before and not self.repeats_lead else choice.lead
            before = choice.lead
            yield Content.assemble((fitted(words, lead), "$text-accent"), _option(choice, room, width))


class ChooseDialog(Chooser[Choice]):
    """Answers with the choice."""

    def take(self, choice: Choice) -> None:
        """Closes with it."""
        self.dismiss(choice)


def _option(choice: Choice, room: int, width: int) -> Content:
    label = end_in_cells(choice.label, width - 1)
    size = cell_len(label)
    words = f"{choice.obstacle}. {choice.summary}" if choice.obstacle else choice.summary
    summary = cut_to_cells(words, max(width - max(room, size + 2), 0))
    if choice.obstacle:
        return Content.styled(label + " " * (room - size) + summary, "$foreground 40%")
    return Content.assemble((label + " " * (room - size), "bold"), (summary, "$foreground 60%"))


def _matches(choice: Choice, words: Sequence[str]) -> bool:
    text = f"{choice.lead} {choice.label} {choice.summary}".casefold()
    return all(word in text for word in words)


def _named(choice: Choice, words: Sequence[str]) -> bool:
    return all(word in choice.label.casefold() for word in words)


def _begins(choice: Choice, words: Sequence[str]) -> bool:
    return bool(words) and choice.label.casefold().startswith(words[0])
