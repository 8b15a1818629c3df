"""What Build shows: the stack on the left, the form on the right, and what both come to."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical

from nntui.tui.places.builder.controls import ChoiceControl
from nntui.tui.places.builder.cost import Cost
from nntui.tui.places.builder.drafts import (
    Draft,
    beside,
    inner_layers,
    layer_paths,
    layers_of,
    value_at,
    with_source,
    with_value,
)
from nntui.tui.places.builder.drafts import Path as DraftPath
from nntui.tui.places.builder.edits import Edits
from nntui.tui.places.builder.field import Field
from nntui.tui.places.builder.form import Form
from nntui.tui.places.builder.glancer import Glanced, Glancer, glance_key
from nntui.tui.places.builder.model_file import ModelFile
from nntui.tui.places.builder.network import Network
from nntui.tui.places.builder.network_lines import parts_of
from nntui.tui.places.builder.problem_list import ProblemList
from nntui.tui.places.builder.relocation import relocated
from nntui.tui.places.builder.samples import READING, Samples
from nntui.tui.places.builder.stack import Stack
from nntui.tui.places.builder.stack_rows import StackRow, awaited_rows, validated_rows
from nntui.tui.places.builder.validator import ValidatedDraft, Validator
from nntui.tui.places.place import Place
from nntui.tui.widgets.panel import Panel

if TYPE_CHECKING:
    from nntui.data.catalogue import Description
    from nntui.data.glance import Glance
    from nntui.modelfile.problems import Problem
    from nntui.tui.dialogs.open_model import Opened

_NARROW = 70
"""Cells below which the stack and the form do not fit beside one another."""
_UNNOTICED = 0.5
"""Seconds that finding out about a draft may take before the top line says so."""
_STACK_EDGES, _MOST_STACK = 4, 14
"""Lines of the stack besides the layers, and at most."""
_NO_DATA = "No samples: the data cannot be read. f3 goes to their source, which says what is wrong."
_OF_ANY_DATA = ("validation", "standardize")


class BuildView(Place):
    """Holds the draft; every edit is a new draft, validated on a thread, and shown where it changed."""

    def __init__(self, draft: Draft, *, base: Path, path: Path | None = None, id: str | None = None) -> None:
        """`base` is where the draft's relative data paths begin; `path` where it was opened, None for nowhere."""
        super().__init__(id=id)
        self.edits = Edits(draft, ModelFile(draft, base=base, path=path))
        self.validated: ValidatedDraft | None = None
        """The last result; of an older draft while a newer one is being validated."""
        self.validator = Validator(self._take)
        self._known: dict[int, StackRow] = {}
        self._filling = asyncio.Lock()
        self.glancer = Glancer(self._take_samples)
        self._glance: object = None
        """What the samples on the screen are to be of."""

    def compose(self) -> ComposeResult:
        with Vertical(id="left"):
            yield Stack(id="stack")
            yield Network(id="network")
            yield ProblemList(id="problems")
            yield Cost(id="cost")
        yield Form(id="form")
        with Vertical(id="right"):
            yield Panel("model file", id="file")
            yield Samples(id="samples")

    def on_mount(self) -> None:
        self.show_draft()

    @property
    def draft(self) -> Draft:
        """The draft as it is."""
        return self.edits.draft

    @property
    def file(self) -> ModelFile:
        """What the draft is on the disk, or would be."""
        return self.edits.file

    @property
    def chosen(self) -> int:
        """Line of the chosen layer in the stack."""
        return self.query_one(Stack).chosen

    @property
    def chosen_path(self) -> DraftPath:
        """Where the chosen layer stands in the draft; () where there are none."""
        row = self.query_one(Stack).row
        return row.path if row is not None else ()

    def next_path(self) -> DraftPath:
        """Where a layer that is added goes: under the chosen one, or into it where that is an empty block."""
        row = self.query_one(Stack).row
        if row is None:
            return ("layers", 0)
        if row.is_block and not inner_layers(value_at(self.draft, row.path)):
            return (*row.path, "layers", 0)
        return beside(row.path, 1)

    def shape_at(self, path: DraftPath) -> tuple[int, ...] | None:
        """What goes into a layer put in at a path; None where that is not known (yet)."""
        from nntui.tui.places.builder.layer_choices import shape_before

        description = self.validated.validation.description if self.validated is not None and self.settled else None
        data = description.input_shape if description is not None else None
        return shape_before(((row.path, row.output_shape) for row in self._rows), path, data)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong, as far as it is known."""
        return self.validated.validation.problems if self.validated is not None else ()

    def problem_words(self) -> list[str]:
        """The problems as the screen says them, with the layers' names."""
        validation = self.validated.validation if self.validated is not None else None
        return [validation.words(problem) for problem in validation.problems] if validation is not None else []

    @property
    def settled(self) -> bool:
        """Whether what is shown is of the draft as it is."""
        return self.validated is not None and self.validated.draft is self.draft

    def focus_first(self) -> None:
        """Focuses the stack."""
        self.make_room(in_form=False)
        self.query_one(Stack).focus()

    def make_room(self, *, in_form: bool) -> None:
        """Where both have no room beside one another, shows only the stack, or only the form."""
        narrow = self.app.size.width < _NARROW
        self.query_one("#left").display = not (narrow and in_form)
        self.query_one(Form).display = in_form or not narrow

    def focus_form(self) -> None:
        """Focuses the tab that is shown."""
        self.make_room(in_form=True)
        self.query_one(Form).focus_field()

    def on_resize(self) -> None:
        self.make_room(in_form=self.query_one(Form).has_focus_within)
        self.call_after_refresh(self._use_room)

    def take_typed(self) -> None:
        """Takes what was typed in the focused field at once: a key that came right behind it is about that draft."""
        edit = self.query_one(Form).typed()
        if edit is not None:
            self.on_field_edited(edit)

    def edit(self, draft: Draft, *, layer: int | None = None, field: str | None = None) -> None:
        """Takes an edit: the new draft, the layer chosen after it, and the field it was typed in."""
        chosen = self.chosen
        self.edits.make(draft, chosen=chosen, layer=chosen if layer is None else layer, field=field)
        self.show_draft(layer)

    def edit_layer(self, draft: Draft, path: DraftPath) -> None:
        """Takes an edit of the stack, after which the layer at `path` is the chosen one."""
        paths = layer_paths(draft)
        self.edit(draft, layer=paths.index(path) if path in paths else 0)

    def show_draft(self, layer: int | None = None) -> None:
        """Shows the draft at once as far as it is known, and has it validated."""
        rows = awaited_rows(layers_of(self.draft), self._known)
        self._show_stack(rows, self.chosen if layer is None else layer)
        self.tell_headline()
        self.validator.request(self.draft, self.file.base)
        self.set_timer(_UNNOTICED, partial(self._tell_waiting, self.draft))
        if self.validated is not None:
            self.fill_form()

    def fill_form(self) -> None:
        """Fills the form with the draft, once the tab's fields are there."""
        self.run_worker(self.fill_now(), group="fill")

    async def settle(self) -> None:
        """Waits until the draft as it is has been validated."""
        await self.validator.done()

    def open(self, opened: Opened) -> None:
        """Takes a model that was opened in place of the draft; that can be undone."""
        file = ModelFile(opened.draft, base=opened.base, path=opened.path)
        self.edits.make(opened.draft, chosen=self.chosen, layer=0, file=file)
        self.show_draft(0)

    def moved(self, folder: Path) -> None:
        """Takes the file to another folder: the paths in every draft of it lead where they led, and are found anew."""
        self.edits.change_all(self.file, partial(relocated, base=self.file.base, folder=folder))
        self.file.base = folder
        self.show_draft()

    def save_path(self) -> Path:
        """Where the draft would be saved: where it was opened, or under its name where relative paths begin."""
        return self.file.path or self.file.base / f"{self.name_words()}.toml"

    def name_words(self) -> str:
        """The model's name for the top line."""
        name = self.draft.get("name", "model")
        return name if isinstance(name, str) and name else "model"

    def tell_headline(self, state: str = "") -> None:
        """Tells the top line the name, whether there are unsaved edits, and the state: how many problems are known."""
        if not state and self.validated is not None:
            count = len(self.problems)
            state = f"{count} problem{'' if count == 1 else 's'}" if count else "ready"
        self.headline(self.name_words(), state, mark="" if self.file.holds(self.draft) else "*")

    def _tell_waiting(self, draft: Draft) -> None:
        if draft is self.draft and not self.settled:
            self.tell_headline("checking" if self._knows_data else f"reading {self._source}")

    @property
    def _knows_data(self) -> bool:
        """Whether what was found out last is of the data that the draft names."""
        return self.validated is not None and self.validated.draft.get("data") == self.draft.get("data")

    @property
    def _description(self) -> Description | None:
        """Of the data that the draft names; None where they are not known (yet)."""
        validated = self.validated if self._knows_data else None
        return validated.validation.description if validated is not None else None

    @property
    def _source(self) -> str:
        data = self.draft.get("data")
        return Path(str(data.get("source", ""))).name if isinstance(data, dict) else ""

    async def fill_now(self) -> None:
        """Fills the form; done when its fields are on the screen."""
        if self.validated is None:
            # What the fields are made of is still being imported, on the validator's thread.
            await self.settle()
        async with self._filling:
            found = {problem.path: problem.message for problem in reversed(self.problems)}
            description = self.validated.validation.description if self.validated else None
            await self.query_one(Form).show(self.draft, self.chosen_path, found, description)
        # The tab of the data, made when it is first shown, has samples too.
        self._look_at_samples()

    def _take(self, validated: ValidatedDraft) -> None:
        if not self.is_attached:
            return
        self.validated = validated
        if validated.draft is not self.draft:
            return  # The next one is on its way.
        validation = validated.validation
        rows = validated_rows(validation.rows)
        self._known = {id(value_at(self.draft, row.path)): row for row in rows}
        lines = [line for line, row in enumerate(rows) if row.path == self.chosen_path]
        self._show_stack(rows, lines[0] if lines else self.chosen)
        self.query_one(ProblemList).show_problems(self.problem_words(), validation.hints)
        self.query_one("#file", Panel).show([[(line, "muted")] for line in validated.text.splitlines()])
        self.tell_headline()
        self.fill_form()

    def _use_room(self) -> None:
        self._show_cost(self._rows)
        self._look_at_samples()

    def _look_at_samples(self) -> None:
        """Reads samples where there is room for them; what was read once is there at once."""
        description = self._description
        if not self.settled or not any(samples.display for samples in self.query(Samples)):
            return
        if description is None:
            self._glance = None
            self._show_samples(None, _NO_DATA)
            return
        key = glance_key(self.draft, self.file.base, description)
        known = self.glancer.known(key)
        if known is not None:
            self._glance = key
            self._take_samples(known)
        elif key != self._glance:
            self._glance = key
            self._show_samples(None, READING)
            self.glancer.request(key, self.draft, self.file.base)

    def _take_samples(self, glanced: Glanced) -> None:
        if self.is_attached and glanced.key == self._glance:
            self._show_samples(glanced.found, glanced.problem)

    def _show_samples(self, found: Glance | None, words: str) -> None:
        for samples in self.query(Samples):
            samples.show_samples(self._source, found, words)

    def _show_stack(self, rows: list[StackRow], chosen: int) -> None:
        description = self._description
        shape = "×".join(map(str, description.input_shape)) if description is not None else ""
        self.query_one(Stack).show(rows, chosen, source=self._source, shape=shape)
        self._show_cost(rows)

    def _show_cost(self, rows: list[StackRow]) -> None:
        self._rows = rows
        totals = self.validated.validation.totals if self.validated is not None else None
        if any(row.output_shape is None for row in rows):
            totals = None  # A sum of some layers would pass for that of all.
        self.query_one(Cost).show_cost(rows, self.chosen, totals)
        description = self._description
        shape = description.input_shape if description is not None else None
        network = self.query_one(Network)
        # Where the stack is drawn below, the list takes what it needs.
        self.query_one(Stack).styles.height = min(len(rows) + _STACK_EDGES, _MOST_STACK) if network.display else None
        network.show_parts(parts_of(rows, self.chosen, self._source, shape))

    def on_stack_chosen(self, event: Stack.Chosen) -> None:
        event.stop()
        self._show_cost(self._rows)
        self.query_one(Form).choose_tab(0)
        self.fill_form()

    async def on_stack_edit_asked(self, event: Stack.EditAsked) -> None:
        event.stop()
        await self.fill_now()
        self.focus_form()

    def on_form_field_left(self, event: Form.FieldLeft) -> None:
        event.stop()
        self.edits.pause()

    def on_field_edited(self, event: Field.Edited) -> None:
        event.stop()
        if not event.field.took(event):
            return
        path = event.path
        if path == ("data", "source"):
            self.edit(with_source(self.draft, str(event.value), _OF_ANY_DATA))
            return
        # Each key typed joins the edit before it; a choice is an edit of its own.
        is_choice = isinstance(event.field.control, ChoiceControl)
        draft = with_value(self.draft, path, event.value)
        self.edit(draft, field=None if is_choice else repr(path))
