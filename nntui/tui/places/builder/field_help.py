"""What the focused field means: its explanation, unit and bounds, at the foot of the form."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from nntui.tui.places.builder.controls import ChoiceControl
from nntui.tui.places.builder.entry import fallback, limits
from nntui.tui.places.builder.field import Field


class FieldHelp(Static):
    """Two or three lines; empty where no field has the focus."""

    def show(self, field: Field | None) -> None:
        """Shows the help of a field, or how to come to one."""
        if field is None:
            self.update(Content.styled("enter edits the chosen layer, t shows the next tab", "$foreground 60%"))
            return
        setting = field.setting
        details = [part for part in (limits(setting), _empty(field)) if part]
        self.update(
            Content.assemble(
                setting.help, ("\n" if details else ""), ("; ".join(details), "$foreground 60%")
            )
        )  # fmt: skip


def _empty(field: Field) -> str:
    if isinstance(field.control, ChoiceControl) or not field.setting.optional:
        return ""
    return f"empty: {fallback(field.setting) or 'none'}"
