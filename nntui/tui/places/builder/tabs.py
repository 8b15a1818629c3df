"""The form's tabs, each the fields of one part of the draft; a tab's fields are made when it is first shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from nntui.tui.places.builder.drafts import Draft, Path, inner_layers, layer_type, path_words, value_at
from nntui.tui.places.builder.field import Field
from nntui.tui.places.builder.field_group import FieldGroup, MemberGroups, Problems, SubTable

if TYPE_CHECKING:
    from nntui.data.catalogue import Description


class FormTab(VerticalScroll, can_focus=False):
    """A scrolling column of fields, with what is wrong with the part as a whole above them."""

    title: ClassVar[str]
    table: ClassVar[str]
    """The draft's key whose problems belong to the tab."""

    def __init__(self) -> None:
        super().__init__()
        self._heading = Static(classes="heading")
        self._problem = Static(classes="problem", markup=False)
        self._made = False

    def content(self) -> Sequence[Widget]:
        """The widgets of the tab, made once."""
        raise NotImplementedError

    def fields(self) -> Iterator[Field]:
        """The fields that are shown, from top to bottom."""
        raise NotImplementedError

    def fill(self, draft: Draft, layer: Path, problems: Problems, description: Description | None) -> set[str]:
        """Shows the draft in the fields; returns the paths of the problems shown there."""
        raise NotImplementedError

    def part(self, layer: Path) -> Path:
        """Where the tab's part of the draft stands, given the path of the chosen layer (() for none)."""
        return (self.table,)

    async def show(self, draft: Draft, layer: Path, problems: Problems, description: Description | None) -> None:
        """Shows the draft, its chosen layer and its problems."""
        if not self._made:
            self._made = True
            await self.mount(self._heading, self._problem, *self.content())
        taken = self.fill(draft, layer, problems, description)
        self._align()
        here = path_words(self.part(layer))
        rest = [
            _beyond(path, here) + message
            for path, message in problems.items()
            if path not in taken and (path == here or path.startswith((f"{here}.", f"{here}[")))
        ]
        self._problem.update("\n".join(f"! {message}" for message in rest))
        self._problem.display = bool(rest)
        for members in self.query(MemberGroups):
            await members.ready()

    def _align(self) -> None:
        width = max((field.label_width for field in self.fields()), default=0) + 2
        for field in self.fields():
            field.widen_label(width)

    def head(self, title: str, summary: str) -> None:
        """Fills the heading."""
        self._heading.update(Content.assemble((title, "bold"), "\n" if summary else "", (summary, "$foreground 60%")))
        self._heading.display = bool(title)


def _beyond(path: str, here: str) -> str:
    rest = path[len(here) :].lstrip(".")
    return f"{rest}: " if rest else ""


class LayerTab(FormTab):
    """The chosen layer: its type, and the settings of that type."""

    title, table = "Layers", "layers"

    def content(self) -> Sequence[Widget]:
        """One sub-table, whose members are the layers."""
        from nntui.nn.layers.base import Layer
        from nntui.settings import Setting

        kind = Setting(
            "type", Layer, optional=False, default=None, help="What the layer does; its own settings follow."
        )
        self._table = SubTable(kind, indent=0)
        return [self._table]

    def part(self, layer: Path) -> Path:
        return layer or ("layers",)

    def fields(self) -> Iterator[Field]:
        if self._made and self._table.display:
            yield from self._table.fields()

    def fill(self, draft: Draft, layer: Path, problems: Problems, description: Description | None) -> set[str]:
        from nntui.nn.layers.base import Layer
        from nntui.settings import settings_of

        self._table.display = bool(layer)
        if not layer:
            self.head("No layers", "Press a in the stack to add one, or o to open a model.")
            return set()
        value = value_at(draft, layer)
        member = Layer.members().get(layer_type(value))
        summary = member.summary() if member else ""
        if member and "layers" in settings_of(member) and not inner_layers(value):
            summary += " Press a in the stack for its first layer."
        self.head(_place_words(draft, layer), summary)
        taken = self._table.show(layer, draft, problems)
        # A problem of the layer as a whole (a shape that does not fit) stands above, not at its type.
        if path_words(layer) in problems:
            self._table.head.show_problem(problems.get(f"{path_words(layer)}.type", ""))
            taken.discard(path_words(layer))
        return taken


def _place_words(draft: Draft, layer: Path) -> str:
    """'Layer 2 of 3', and behind it, for one in a block, which layer the block is."""
    count, number = len(value_at(draft, layer[:-1]) or ()), int(layer[-1]) + 1
    outer = layer[:-2]
    return f"Layer {number} of {count}" + (f" in the block of layer {int(outer[-1]) + 1}" if outer else "")


class DataTab(FormTab):
    """The source, its own settings where it is generated, how it is split and scaled, and what it is.

    On a screen that is tall but not wide, samples stand here that on a large one have a place of their own.
    """

    title, table = "Data", "data"

    def content(self) -> Sequence[Widget]:
        """The data's fields, those of the generators, and the card."""
        from nntui.data.generators.base import Generator
        from nntui.data.settings import DataSettings
        from nntui.settings import settings_of
        from nntui.tui.places.builder.data_card import DataCard
        from nntui.tui.places.builder.samples import Samples
        from nntui.tui.places.builder.source_field import source_field

        settings = settings_of(DataSettings)
        self._source = source_field(settings.pop("source"))
        self._generated = MemberGroups(Generator)
        self._group = FieldGroup(settings.values())
        self._card = DataCard(classes="card")
        return [self._source, self._generated, self._group, self._card, Samples()]

    def fields(self) -> Iterator[Field]:
        if self._made:
            yield self._source
            yield from self._generated.fields()
            yield from self._group.fields()

    def fill(self, draft: Draft, layer: Path, problems: Problems, description: Description | None) -> set[str]:
        path = self.part(layer)
        source = value_at(draft, ("data", "source"))
        self._source.show(("data", "source"), source, problems.get("data.source", ""))
        taken = {"data.source"} | self._group.show(path, draft, problems)
        generated = self._generated.choose(source if isinstance(source, str) else "")
        if generated is not None:
            taken |= generated.show(path, draft, problems)
        self.head("", "")
        self._card.show(description)
        return taken


class TrainingTab(FormTab):
    """The model's name, and how it is trained."""

    title, table = "Training", "training"

    def content(self) -> Sequence[Widget]:
        """The name and every training setting."""
        from nntui.modelfile.settings import TrainingSettings
        from nntui.settings import Setting, settings_of
        from nntui.tui.places.builder.field import plain_field

        name = Setting("name", str, optional=False, default="model", help="What the model and its runs are called.")
        self._name = plain_field(name)
        self._group = FieldGroup(settings_of(TrainingSettings).values())
        return [self._name, self._group]

    def fields(self) -> Iterator[Field]:
        if self._made:
            yield self._name
            yield from self._group.fields()

    def fill(self, draft: Draft, layer: Path, problems: Problems, description: Description | None) -> set[str]:
        self._name.show(("name",), draft.get("name"), problems.get("name", ""))
        taken = self._group.show(self.part(layer), draft, problems)
        self.head("", "")
        return taken | {"name"}
