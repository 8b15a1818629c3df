"""The edits made to a draft, so that each can be undone and done again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from nntui.tui.places.builder.drafts import Draft
from nntui.tui.places.builder.model_file import ModelFile

LONGEST = 1000
"""Edits remembered."""


@dataclass(frozen=True, slots=True)
class Step:
    """A draft, which layer was chosen in it, and the file it is of."""

    draft: Draft
    layer: int
    file: ModelFile


class Edits:
    """The draft as it is, those it was before and those it was made back from."""

    def __init__(self, draft: Draft, file: ModelFile | None = None) -> None:
        """`file` None: the draft is of no file, and its relative data paths begin in the working directory."""
        self._past: list[Step] = []
        self._future: list[Step] = []
        self._now = Step(draft, 0, file or ModelFile(draft, base=Path()))
        self._field: str | None = None

    @property
    def draft(self) -> Draft:
        """The draft as it is."""
        return self._now.draft

    @property
    def file(self) -> ModelFile:
        """What the draft is on the disk."""
        return self._now.file

    @property
    def can_undo(self) -> bool:
        """Whether there is an edit to undo."""
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        """Whether there is an undone edit to do again."""
        return bool(self._future)

    def make(
        self, draft: Draft, *, chosen: int, layer: int, field: str | None = None, file: ModelFile | None = None
    ) -> None:
        """Takes an edit: the layer chosen before it and after it, and the file where it is of another one.

        Edits of one `field` that follow one another are one step, until `pause`.
        """
        if field is None or field != self._field:
            self._past.append(Step(self._now.draft, chosen, self._now.file))
            del self._past[:-LONGEST]
        self._field = field
        self._future.clear()
        self._now = Step(draft, layer, file or self._now.file)

    def pause(self) -> None:
        """The field was left: the next edit of it is a step of its own."""
        self._field = None

    def change_all(self, file: ModelFile, change: Callable[[Draft], Draft]) -> None:
        """Puts a changed draft in place of each of this file, those of undone edits too; that is no edit."""
        for steps in (self._past, self._future):
            steps[:] = [_changed(step, file, change) for step in steps]
        self._now = _changed(self._now, file, change)

    def undo(self, *, chosen: int) -> Step | None:
        """Goes back one step; None where there is none."""
        return self._turn(self._past, self._future, chosen)

    def redo(self, *, chosen: int) -> Step | None:
        """Does the last undone step again; None where there is none."""
        return self._turn(self._future, self._past, chosen)

    def _turn(self, source: list[Step], other: list[Step], chosen: int) -> Step | None:
        self._field = None
        if not source:
            return None
        other.append(Step(self._now.draft, chosen, self._now.file))
        self._now = source.pop()
        return self._now


def _changed(step: Step, file: ModelFile, change: Callable[[Draft], Draft]) -> Step:
    return replace(step, draft=change(step.draft)) if step.file is file else step
