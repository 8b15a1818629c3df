"""The form: three tabs of fields, and the focused field's help at its foot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from textual import events
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from nntui.tui.places.builder.controls import TextControl
from nntui.tui.places.builder.drafts import Draft, Path
from nntui.tui.places.builder.field import Field
from nntui.tui.places.builder.field_help import FieldHelp
from nntui.tui.places.builder.tabs import DataTab, FormTab, LayerTab, TrainingTab

if TYPE_CHECKING:
    from nntui.data.catalogue import Description


class Form(Vertical):
    """Edits nothing itself: its fields tell what the person wants, and `show` tells it what became of that."""

    BINDINGS = [
        # Before the lines to type in, which would scroll.
        Binding("down", "walk(1)", "Field", key_display="↑↓", tooltip="Next field", priority=True),
        Binding("up", "walk(-1)", "Field above", show=False, priority=True),
        Binding("j", "walk(1)", "Next field", show=False),
        Binding("k", "walk(-1)", "Field above", show=False),
    ]

    class TabChosen(Message):
        """The person clicked a tab."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    class FieldLeft(Message):
        """The focus left a field."""

    def __init__(self, *, id: str | None = None) -> None:
        self._tabs: tuple[FormTab, ...] = (LayerTab(), DataTab(), TrainingTab())
        self._help = FieldHelp()
        super().__init__(*self._tabs, self._help, id=id)
        self.current = 0
        """Index of the tab that is shown."""
        self._counts = [0] * len(self._tabs)

    def on_mount(self) -> None:
        self._show_tab()
        self._help.show(None)

    @property
    def tab(self) -> FormTab:
        """The tab that is shown."""
        return self._tabs[self.current]

    def choose_tab(self, index: int) -> None:
        """Shows another tab; `show` must fill it."""
        self.current = index % len(self._tabs)
        self._show_tab()

    async def show(
        self, draft: Draft, layer: Path, problems: Mapping[str, str], description: Description | None
    ) -> None:
        """Fills the tab that is shown, and counts the problems on each."""
        counts = [_count(tab, problems) for tab in self._tabs]
        if counts != self._counts:
            self._counts = counts
            self._show_tab()
        await self.tab.show(draft, layer, problems, description)

    def focus_field(self) -> None:
        """Gives the focus to the first problem's field, else to the first field."""
        fields = list(self.tab.fields())
        wrong = [field for field in fields if field.problem]
        # The type stands first in a layer, but its own settings are what one comes to edit.
        own = fields[1:2] if isinstance(self.tab, LayerTab) else []
        for field in [*wrong, *own, *fields][:1]:
            field.control.focus()

    def typed(self) -> Field.Edited | None:
        """What was typed in the focused field and is not in the draft yet; None for nothing."""
        field = self._focused_field()
        return field.typed() if field is not None else None

    def action_walk(self, by: int) -> None:
        """Goes to the field below, or above; stays at the ends."""
        fields = list(self.tab.fields())
        focused = self._focused_field()
        if focused in fields:
            place = min(max(fields.index(focused) + by, 0), len(fields) - 1)
            # At once, not by Widget.focus, which waits its turn: the next key of a burst is for this field.
            self.screen.set_focus(fields[place].control)

    def on_input_submitted(self, event: TextControl.Submitted) -> None:
        event.stop()
        self.action_walk(1)

    # From fields of unequal depth the two come in either order: both show the field that has the focus by then.
    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        self._help.show(self._focused_field())

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        self._help.show(self._focused_field())
        self.post_message(self.FieldLeft())

    def _focused_field(self) -> Field | None:
        focused = self.screen.focused
        return _field_of(focused) if focused is not None else None

    def _show_tab(self) -> None:
        for tab in self._tabs:
            tab.display = tab is self.tab
        self.border_title = Content.assemble(*(self._title(index) for index in range(len(self._tabs))))

    def _title(self, index: int) -> tuple[str, str]:
        count = f" !{self._counts[index]}" if self._counts[index] else ""
        style = "bold reverse" if index == self.current else "$text-error" if count else "$foreground 60%"
        return f" {self._tabs[index].title}{count} ", style

    def on_click(self, event: events.Click) -> None:
        """A click on a tab's name, which stands in the frame, asks for the tab."""
        if event.y != 0:
            return
        end = 3
        for index in range(len(self._tabs)):
            start, end = end, end + len(self._title(index)[0])
            if start <= event.x < end:
                self.post_message(self.TabChosen(index))


def _field_of(widget: Widget) -> Field | None:
    return next((node for node in widget.ancestors_with_self if isinstance(node, Field)), None)


def _count(tab: FormTab, problems: Mapping[str, str]) -> int:
    own = [path for path in problems if path == tab.table or path.startswith((f"{tab.table}.", f"{tab.table}["))]
    return len(own) + (isinstance(tab, TrainingTab) and "name" in problems)
