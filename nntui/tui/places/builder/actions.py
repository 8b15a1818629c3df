"""What the keys of Build do."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from textual import work

from nntui.tui.places.builder.controls import ChoiceControl
from nntui.tui.places.builder.drafts import (
    Draft,
    beside,
    layer_paths,
    layers_of,
    value_at,
    with_layer,
    with_layer_moved,
    without_layer,
)
from nntui.tui.places.builder.field import Field
from nntui.tui.places.builder.file_actions import FileActions
from nntui.tui.places.builder.form import Form
from nntui.tui.places.builder.stack import Stack

if TYPE_CHECKING:
    from nntui.nn.gradcheck import GradientCheck
    from nntui.tui.app import NntuiApp
    from nntui.tui.places.builder.place import BuildPlace

_OF_THE_STACK = frozenset({"add", "duplicate", "remove", "move"})
_OF_A_LAYER = frozenset({"duplicate", "remove", "move"})


class BuildActions(FileActions):
    """The actions of BuildPlace, apart from what it shows."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that change the stack hold while it has the focus; the rest of the time they are not there."""
        place = cast("BuildPlace", self)
        in_stack = isinstance(self.screen.focused, Stack)
        if action == "stack":
            return not in_stack
        if action in _OF_THE_STACK and not in_stack:
            return False
        if action in _OF_A_LAYER:
            return bool(layers_of(place.draft))
        if action in ("undo", "redo"):
            return place.edits.can_undo if action == "undo" else place.edits.can_redo
        return True

    def action_stack(self) -> None:
        """Back to the stack."""
        cast("BuildPlace", self).focus_first()

    @work
    async def action_add(self) -> None:
        """Adds a layer under the chosen one, or into it where that is an empty block; its type picked from a list."""
        from nntui.nn.layers.base import Layer
        from nntui.tui.dialogs.choose import ChooseDialog
        from nntui.tui.places.builder.layer_choices import layer_choices

        place = cast("BuildPlace", self)
        path = place.next_path()
        choices = layer_choices(place.shape_at(path), is_first=path == ("layers", 0))
        kind = await self.answer_to(ChooseDialog("add a layer", choices))
        if kind is None:
            return
        is_last = path == ("layers", len(layers_of(place.draft)))
        new = {"type": kind.value, **({} if is_last else Layer.members()[kind.value].form_defaults)}
        place.edit_layer(with_layer(place.draft, path, new), path)

    def action_duplicate(self) -> None:
        """Puts a copy of the chosen layer under it."""
        place = cast("BuildPlace", self)
        layer, path = value_at(place.draft, place.chosen_path), beside(place.chosen_path, 1)
        copy = dict(layer) if isinstance(layer, dict) else layer
        place.edit_layer(with_layer(place.draft, path, copy), path)

    def action_remove(self) -> None:
        """Takes the chosen layer out."""
        place = cast("BuildPlace", self)
        path = place.chosen_path
        draft = without_layer(place.draft, path)
        # The one that moves up into its place, else the one above, else the block that is empty now.
        after = [path, beside(path, -1), path[:-2]]
        place.edit_layer(draft, next((each for each in after if each in layer_paths(draft)), ()))

    def action_move(self, by: int) -> None:
        """Moves the chosen layer down, or up; it stays at the ends."""
        place = cast("BuildPlace", self)
        draft = with_layer_moved(place.draft, place.chosen_path, by)
        if draft is not place.draft:
            place.edit_layer(draft, beside(place.chosen_path, by))

    def action_undo(self) -> None:
        """Takes the last edit back."""
        self._turn("undo")

    def action_redo(self) -> None:
        """Makes the last undone edit again."""
        self._turn("redo")

    def _turn(self, which: str) -> None:
        place = cast("BuildPlace", self)
        turn = place.edits.undo if which == "undo" else place.edits.redo
        step = turn(chosen=place.chosen)
        if step is not None:
            place.show_draft(step.layer)
            self.refresh_bindings()

    def action_turn_tab(self) -> None:
        """Shows the next tab."""
        self.action_tab(self.query_one(Form).current + 1)

    @work(group="tab")
    async def action_tab(self, index: int, focus: bool = False) -> None:
        """Shows a tab; the focus goes into it where it was in another, or where it is asked to."""
        form = self.query_one(Form)
        focus = focus or form.has_focus_within
        form.choose_tab(index)
        await cast("BuildPlace", self).fill_now()
        if focus:
            cast("BuildPlace", self).focus_form()

    @work
    async def action_check_gradients(self) -> None:
        """Compares the gradients with central differences on a few samples."""
        from nntui.tui.dialogs.gradients import GradientsDialog

        place = cast("BuildPlace", self)
        if await self._refused("The gradients cannot be checked yet"):
            return
        check = partial(_checked, place.draft, place.file.base)
        await self.answer_to(GradientsDialog(check))

    @work
    async def action_train(self) -> None:
        """Trains the draft, or says what is in the way."""
        place = cast("BuildPlace", self)
        place.take_typed()
        if not await self._refused("This cannot be trained yet"):
            cast("NntuiApp", self.app).train(place.draft, place.file.base)

    async def _refused(self, title: str) -> bool:
        from nntui.tui.dialogs.report import ReportDialog

        place = cast("BuildPlace", self)
        await place.settle()
        if place.problems:
            await self.answer_to(ReportDialog(title, place.problem_words()))
        return bool(place.problems)

    @work
    async def on_choice_control_asked(self, event: ChoiceControl.Asked) -> None:
        """Shows all choices of a field."""
        from nntui.tui.dialogs.choose import ChooseDialog

        event.stop()
        control = event.asker
        field = next(node for node in control.ancestors if isinstance(node, Field))
        dialog = ChooseDialog(field.setting.name, control.choices, chosen=control.effective, free=control.free)
        choice = await self.answer_to(dialog)
        if choice is not None:
            field.choose(choice.value)


def _checked(draft: Draft, base: Path) -> list[GradientCheck]:
    # Imported on the dialog's thread: it brings all of the training with it.
    from nntui.inspection.gradient_check import check_model

    return check_model(draft, base=base)
