"""The data in a few lines: task, shape, classes, samples, and where it is from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets import Static

from nntui.display.printable import printable, printable_lines

if TYPE_CHECKING:
    from nntui.data.catalogue import Description


class DataCard(Static):
    """What the network will be given."""

    def show(self, description: Description | None) -> None:
        """None where the data cannot be described; the problem stands at its field."""
        if description is None:
            self.update("")
            return
        parts = [_line("task", description.task), _line("input", _input(description))]
        parts.append(_line("output", _output(description)))
        train, val = description.samples
        own = " (its own split)" if description.brings_own_split else ""
        parts.append(_line("samples", f"{train:,} train, {val:,} val{own}"))
        if description.hint:
            parts.append(_line("hint", Content.styled(printable(description.hint), "$text-warning")))
        card = description.card
        if card is not None:
            parts += [_line("licence", card.licence), Content(""), Content(printable_lines(card.summary))]
        self.update(Content("\n").join(parts))


def _line(name: str, text: str | Content) -> Content:
    return Content.assemble((f"{name:<9}", "$foreground 60%"), printable(text) if isinstance(text, str) else text)


def _input(description: Description) -> str:
    shape = "×".join(map(str, description.input_shape))
    if len(description.input_shape) == 1:
        return f"{shape} numbers" if description.input_shape[0] != 1 else "1 number"
    if len(description.input_shape) == 2:
        return f"{shape} (time×features)"
    return f"{shape} (height×width×channels)"


def _output(description: Description) -> str:
    if not description.classes:
        count = len(description.targets)
        return f"{count} target{'' if count == 1 else 's'}: {_few(description.targets)}"
    return f"{len(description.classes)} classes: {_few(description.classes)}"


def _few(names: tuple[str, ...]) -> str:
    return ", ".join(names[:10]) + (", …" if len(names) > 10 else "")
