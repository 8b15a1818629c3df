"""Groups of fields, generated from any settings class: one per setting, sub-tables indented under theirs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import AwaitMount

from nntui.settings import Configurable, Setting, settings_of
from nntui.tui.dialogs.choice import Choice
from nntui.tui.places.builder.controls import ChoiceControl, SwitchControl
from nntui.tui.places.builder.drafts import Draft, Path, layer_type, path_words, value_at
from nntui.tui.places.builder.field import Field, plain_field

Problems = Mapping[str, str]
"""Message by path: 'layers[2].units' -> 'must be at least 1, got 0'."""


class FieldGroup(Vertical):
    """The fields of some settings; `show` fills them from a draft and says which problems they took."""

    def __init__(self, settings: Iterable[Setting], *, depth: int = 0) -> None:
        """`depth` is how far the labels are indented: 1 in a sub-table."""
        self.parts: list[Field | SubTable] = [
            SubTable(setting, depth=depth) if setting.is_table else plain_field(setting, depth=depth)
            for setting in settings
            # Layers of a layer are edited in the stack.
            if not setting.is_list
        ]
        super().__init__(*self.parts)

    def fields(self) -> Iterator[Field]:
        """The fields that are shown, those of sub-tables among them."""
        for part in self.parts:
            yield from (part,) if isinstance(part, Field) else part.fields()

    def show(self, path: Path, draft: Draft, problems: Problems) -> set[str]:
        """Fills the fields from the table at `path` and returns the paths whose problems they show."""
        taken: set[str] = set()
        for part in self.parts:
            here = (*path, part.setting.name)
            if isinstance(part, SubTable):
                taken |= part.show(here, draft, problems)
            else:
                words = path_words(here)
                part.show(here, value_at(draft, here), problems.get(words, ""))
                taken.add(words)
        return taken


class MemberGroups(Vertical):
    """The fields of one member of a family at a time; each member's stay mounted once they were shown."""

    def __init__(self, family: type[Configurable], *, depth: int = 0) -> None:
        super().__init__()
        self._family, self._depth = family, depth
        self._groups: dict[str, FieldGroup] = {}
        self._composed = False
        self._mounting: AwaitMount | None = None
        self.group: FieldGroup | None = None
        """Of the member that is shown; None where the name is not one of the family."""

    def choose(self, name: str) -> FieldGroup | None:
        """Shows the fields of the member with this `type`."""
        member = self._family.members().get(name)
        group = None
        if member is not None:
            group = self._groups.get(name)
            if group is None:
                group = self._groups[name] = FieldGroup(settings_of(member).values(), depth=self._depth)
                if self._composed:
                    self._mounting = self.mount(group)
        if group is not self.group:
            for other in self._groups.values():
                other.display = other is group
            self.group = group
        return group

    async def ready(self) -> None:
        """Waits until the fields that are shown can take the focus."""
        if self._mounting is not None:
            await self._mounting
            self._mounting = None

    def compose(self) -> ComposeResult:
        self._composed = True
        yield from self._groups.values()

    def fields(self) -> Iterator[Field]:
        """The fields of the member that is shown."""
        if self.group is not None:
            yield from self.group.fields()


class SubTable(Vertical):
    """A setting that is a table: a choice of the member for a family, a switch for an optional table; then its own."""

    def __init__(self, setting: Setting, *, depth: int = 0, indent: int = 1) -> None:
        """`indent` is how much further than the first line the table's own fields stand."""
        self.setting = setting
        self._is_family = issubclass(setting.kind, Configurable)
        if self._is_family:
            self.head = Field(setting, family_control(setting), depth=depth, convert=self._member_table)
            self.body: MemberGroups | FieldGroup = MemberGroups(setting.kind, depth=depth + indent)
        else:
            default = setting.default is not None
            self.head = Field(
                setting,
                SwitchControl(default=default, off=setting.absent or "off"),
                depth=depth,
                convert=self._optional_table,
            )
            self.body = FieldGroup(settings_of(setting.kind).values(), depth=depth + indent)
        super().__init__(self.head, self.body)
        self._value: Any = None
        self._path: Path = ()
        self._left: dict[str, Any] = {}

    def fields(self) -> Iterator[Field]:
        """The one that chooses, and those of the table where it is there."""
        yield self.head
        if self.body.display:
            yield from self.body.fields()

    def show(self, path: Path, draft: Draft, problems: Problems) -> set[str]:
        """As for FieldGroup."""
        value = self._value = value_at(draft, path)
        if path != self._path:
            # What was left of one layer is not for another.
            self._path = path
            self._left.clear()
        words = path_words(path)
        problem = problems.get(words) or problems.get(f"{words}.type", "")
        taken = {words, f"{words}.type"}
        if isinstance(self.body, MemberGroups):
            name = None if value is None else layer_type(value)
            self.head.show(path, name, problem)
            default = self.setting.default
            effective = name or (default.type if isinstance(default, Configurable) else "")
            group = self.body.choose(effective)
        else:
            on = value is not None
            self.head.show(path, on, problem)
            self.body.display = on
            group = self.body if on else None
        return taken | (group.show(path, draft, problems) if group is not None else set())

    def _member_table(self, name: str | None) -> Any:
        """The table for a member: as it was left before, or with the keys it shares with the one there is."""
        old = self._value if isinstance(self._value, Mapping) else {}
        if self._value is not None:
            self._left[layer_type(self._value)] = self._value
        if name is None or name in self._left:
            return self._left.get(name or "")
        known = settings_of(self.setting.kind.members()[name])
        return {"type": name, **{key: value for key, value in old.items() if key in known}}

    def _optional_table(self, on: bool) -> Any:
        if on:
            return self._left.get("", {})
        self._left[""] = self._value
        return None


def family_control(setting: Setting) -> ChoiceControl:
    """The choice of a family's member, each with its one-line explanation."""
    choices = [Choice(name, name, member.summary()) for name, member in setting.kind.members().items()]
    if setting.optional:
        choices.insert(0, Choice(None, setting.absent or "none"))
    default = setting.default
    return ChoiceControl(choices, default=default.type if isinstance(default, Configurable) else None)
