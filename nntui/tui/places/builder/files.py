"""Opening and saving models, and the question before edits are lost."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

from textual import work

from nntui.tui.places.builder.view import BuildView


class FilesView(BuildView):
    """Build with the actions that open and save model files."""

    @work
    async def action_open(self) -> None:
        """Opens a model in place of this one; that can be undone."""
        from nntui.modelfile.document import read_document
        from nntui.tui.dialogs.open_model import OpenDialog, found_models

        base = self.file.base
        models = await asyncio.to_thread(found_models, base)
        opened = await self.answer_to(OpenDialog(models, base=base, read=read_document))
        if opened is not None and await self._may_leave("Undo brings them back until the app is quit."):
            self.open(opened)

    @work
    async def action_new(self) -> None:
        """Starts a new model in place of this one, with a stack that fits its data or empty; that can be undone."""
        from nntui.modelfile.first_stack import first_draft
        from nntui.tui.dialogs.new_model import NewDialog
        from nntui.tui.dialogs.open_model import Opened
        from nntui.tui.places.builder.source_field import A_PATH, source_choices

        base = self.file.base
        empty = {"name": "model", "data": self.draft.get("data", {"source": "digits"}), "layers": []}
        dialog = NewDialog(source_choices(), free=A_PATH, empty=empty, draft_for=partial(first_draft, base=base))
        draft = await self.answer_to(dialog)
        if draft is not None and await self._may_leave("Undo brings them back until the app is quit."):
            self.open(Opened(draft, None, base))

    @work
    async def action_save(self) -> None:
        """Saves the draft as a model file."""
        self.take_typed()
        await self._save_as()

    async def may_quit(self) -> bool:
        """Asks where there are unsaved edits."""
        return await self._may_leave("Quitting loses them.")

    async def _may_leave(self, loss: str) -> bool:
        """Whether the draft may be left: it is saved, or the person does not want it; `loss` says what leaving does."""
        from nntui.tui.dialogs.unsaved import Unsaved, UnsavedDialog

        if self.file.holds(self.draft):
            return True
        answer = await self.answer_to(UnsavedDialog(self.name_words(), loss))
        if answer is Unsaved.SAVE:
            return await self._save()
        return answer is Unsaved.DISCARD

    async def _save(self) -> bool:
        """Saves where the draft is from, or asks where; whether it was saved."""
        from nntui.modelfile.document import write_document

        draft, file = self.draft, self.file
        if file.path is None:
            return await self._save_as()
        try:
            await asyncio.to_thread(write_document, draft, file.path)
        except OSError as error:
            self.app.notify(f"{file.path} cannot be written: {error.strerror or error}", severity="error", markup=False)
            return False
        file.saved(draft, file.path)
        self.tell_headline()
        return True

    async def _save_as(self) -> bool:
        """Asks for a path and saves there; whether it did."""
        from nntui.modelfile.document import write_document
        from nntui.tui.dialogs.save_model import SaveDialog
        from nntui.tui.places.builder.relocation import relocated

        draft, file = self.draft, self.file

        def write(path: Path) -> None:
            write_document(relocated(draft, file.base, path.parent), path)

        saved = await self.answer_to(SaveDialog(self.save_path(), write=write))
        if saved is None:
            return False
        draft = relocated(draft, file.base, saved.parent)
        if saved.parent != file.base:
            self.moved(saved.parent)
        file.saved(draft, saved)
        self.tell_headline()
        self.app.notify(f"Saved {saved}", markup=False)
        return True
