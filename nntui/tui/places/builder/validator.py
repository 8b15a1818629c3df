"""Validator: validates drafts on a thread of its own, so that no key waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nntui.tui.places.builder.drafts import Draft

if TYPE_CHECKING:
    from nntui.modelfile.validation import Validation


@dataclass(frozen=True, slots=True)
class ValidatedDraft:
    """A draft and all that is known about it."""

    draft: Draft
    validation: Validation
    text: str
    """The draft as the model file it would be saved as."""


class Validator:
    """Validates the newest draft asked for; those asked for in between are passed over."""

    def __init__(self, answer: Callable[[ValidatedDraft], None]) -> None:
        """`answer` is called on the event loop with each result, in the order of the drafts."""
        self._answer = answer
        self._wanted: tuple[Draft, Path] | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def idle(self) -> bool:
        """Whether every draft asked for was answered or passed over."""
        return self._task is None

    def request(self, draft: Draft, base: Path) -> None:
        """Validates this draft as soon as the one before it is done; `base` is where relative paths begin."""
        self._wanted = (draft, base)
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._work())

    async def done(self) -> None:
        """Waits until the newest draft is answered."""
        if self._task is not None:
            await self._task

    async def _work(self) -> None:
        try:
            while self._wanted is not None:
                (draft, base), self._wanted = self._wanted, None
                self._answer(await asyncio.to_thread(_validated, draft, base))
        finally:
            self._task = None


def _validated(draft: Draft, base: Path) -> ValidatedDraft:
    # NumPy and pydantic come with it: the first frame is drawn without waiting for them.
    from nntui.modelfile.document import dump_document
    from nntui.modelfile.validation import validate

    return ValidatedDraft(draft, validate(draft, base=base), dump_document(draft))
