"""The field of the data's source: a bundled set, a generator, or a path that is typed."""

from __future__ import annotations

from nntui.settings import Setting
from nntui.tui.dialogs.choice import Choice
from nntui.tui.places.builder.controls import ChoiceControl
from nntui.tui.places.builder.field import Field

A_PATH = "a path: CSV, NPZ or IDX folder"
"""What may be given besides a name."""


def source_choices() -> list[Choice]:
    """All there is by name."""
    from nntui.data.catalogue import sources

    return [Choice(source.name, source.name, f"{source.task}, {source.kind}: {source.summary}") for source in sources()]


def source_field(setting: Setting) -> Field:
    """A choice of all there is by name, which also takes a path."""
    control = ChoiceControl(source_choices())
    control.free = A_PATH
    return Field(setting, control)
