"""Build: the model in a form, and what its keys do."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual import work
from textual.binding import Binding

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
from nntui.tui.places.builder.files import FilesView
from nntui.tui.places.builder.form import Form
from nntui.tui.places.builder.stack import Stack

if TYPE_CHECKING:
    from nntui.nn.gradcheck import GradientCheck

_OF_THE_STACK = frozenset({"add", "duplicate", "remove", "move"})
_OF_A_LAYER = frozenset({"duplicate", "remove", "move"})


class BuildPlace(FilesView):
    """The keys of Build: every edit is a new draft, validated on a thread, and shown where it changed."""

    title = "Build"

    BINDINGS = [
        Binding("r,ctrl+r,f5", "train", "Train", tooltip="Train this model; ctrl+r and f5 also work in a field"),
        Binding("a", "add", "Add", tooltip="Add a layer under the chosen one"),
        Binding("x", "remove", "Remove", tooltip="Remove the chosen layer"),
        Binding("d", "duplicate", "Duplicate", tooltip="Duplicate the chosen layer"),
        Binding("J,shift+down", "move(1)", "Move", key_display="J K", tooltip="Move the chosen layer down"),
        Binding("K,shift+up", "move(-1)", "Move up", show=False, tooltip="Move the chosen layer up"),
        Binding("escape", "stack", "Stack", key_display="esc", tooltip="Back to the stack"),
        Binding("u", "undo", "Undo"),
        Binding("o", "open", "Open", tooltip="Open a model"),
        Binding("n", "new", "New", tooltip="Start a new model, from data or empty"),
        Binding("t", "turn_tab", "Tab", tooltip="Next tab of the form: Layers, Data, Training"),
        Binding("ctrl+s", "save", "Save", tooltip="Save the model as TOML"),
        Binding("g", "check_gradients", "Check", tooltip="Check the gradients against central differences"),
        Binding("U", "redo", "Redo"),
        Binding("f2", "tab(0, True)", "Layers tab", show=False),
        Binding("f3", "tab(1, True)", "Data tab", show=False),
        Binding("f4", "tab(2, True)", "Training tab", show=False),
    ]

    def on_form_tab_chosen(self, event: Form.TabChosen) -> None:
        event.stop()
        self.action_tab(event.index, focus=True)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that change the stack hold while it has the focus; the rest of the time they are not there."""
        in_stack = isinstance(self.screen.focused, Stack)
        if action == "stack":
            return not in_stack
        if action in _OF_THE_STACK and not in_stack:
            return False
        if action in _OF_A_LAYER:
            return bool(layers_of(self.draft))
        if action in ("undo", "redo"):
            return self.edits.can_undo if action == "undo" else self.edits.can_redo
        return True

    def action_stack(self) -> None:
        """Back to the stack."""
        self.focus_first()

    @work
    async def action_add(self) -> None:
        """Adds a layer under the chosen one, or into it where that is an empty block; its type picked from a list."""
        from nntui.nn.layers.base import Layer
        from nntui.tui.dialogs.choose import ChooseDialog
        from nntui.tui.places.builder.layer_choices import layer_choices

        path = self.next_path()
        choices = layer_choices(self.shape_at(path), is_first=path == ("layers", 0))
        kind = await self.answer_to(ChooseDialog("add a layer", choices))
        if kind is None:
            return
        is_last = path == ("layers", len(layers_of(self.draft)))
        new = {"type": kind.value, **({} if is_last else Layer.members()[kind.value].form_defaults)}
        self.edit_layer(with_layer(self.draft, path, new), path)

    def action_duplicate(self) -> None:
        """Puts a copy of the chosen layer under it."""
        layer, path = value_at(self.draft, self.chosen_path), beside(self.chosen_path, 1)
        copy = dict(layer) if isinstance(layer, dict) else layer
        self.edit_layer(with_layer(self.draft, path, copy), path)

    def action_remove(self) -> None:
        """Takes the chosen layer out."""
        path = self.chosen_path
        draft = without_layer(self.draft, path)
        # The one that moves up into its place, else the one above, else the block that is empty now.
        after = [path, beside(path, -1), path[:-2]]
        self.edit_layer(draft, next((each for each in after if each in layer_paths(draft)), ()))

    def action_move(self, by: int) -> None:
        """Moves the chosen layer down, or up; it stays at the ends."""
        draft = with_layer_moved(self.draft, self.chosen_path, by)
        if draft is not self.draft:
            self.edit_layer(draft, beside(self.chosen_path, by))

    def action_undo(self) -> None:
        """Takes the last edit back."""
        self._turn("undo")

    def action_redo(self) -> None:
        """Makes the last undone edit again."""
        self._turn("redo")

    def _turn(self, which: str) -> None:
        turn = self.edits.undo if which == "undo" else self.edits.redo
        step = turn(chosen=self.chosen)
        if step is not None:
            self.show_draft(step.layer)
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
        await self.fill_now()
        if focus:
            self.focus_form()

    @work
    async def action_check_gradients(self) -> None:
        """Compares the gradients with central differences on a few samples."""
        from nntui.tui.dialogs.gradients import GradientsDialog

        if await self._refused("The gradients cannot be checked yet"):
            return
        check = partial(_checked, self.draft, self.file.base)
        await self.answer_to(GradientsDialog(check))

    @work
    async def action_train(self) -> None:
        """Trains the draft, or says what is in the way."""
        self.take_typed()
        if not await self._refused("This cannot be trained yet"):
            self.host.train(self.draft, self.file.base)

    async def _refused(self, title: str) -> bool:
        from nntui.tui.dialogs.report import ReportDialog

        await self.settle()
        if self.problems:
            await self.answer_to(ReportDialog(title, self.problem_words()))
        return bool(self.problems)

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
