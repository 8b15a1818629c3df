"""The field of the data's source: a bundled set, a generator, or a path that is typed."""

from __future__ import annotations

from nntui.nn.settings import Setting
from nntui.tui.dialogs.choice import Choice
from nntui.tui.screens.build.controls import ChoiceControl
from nntui.tui.screens.build.field import Field


def source_field(setting: Setting) -> Field:
    """A choice of all there is by name, which also takes a path."""
    from nntui.data.catalogue import sources

    choices = [
        Choice(source.name, source.name, f"{source.task}, {source.kind}: {source.summary}") for source in sources()
    ]
    control = ChoiceControl(choices)
    control.free = "a path: CSV, NPZ or IDX folder"
    return Field(setting, control)
