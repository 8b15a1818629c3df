"""Validator: validates drafts on a thread of its own, so that no key waits for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nntui.tui.latest_job import LatestJob
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


class Validator(LatestJob[[Draft, Path], ValidatedDraft]):
    """Validates the newest draft asked for; those asked for in between are passed over."""

    def __init__(self, answer: Callable[[ValidatedDraft], None]) -> None:
        """`answer` is called on the event loop with each result, in the order of the drafts."""
        super().__init__(lambda draft, base: _validated(draft, base), answer)


def _validated(draft: Draft, base: Path) -> ValidatedDraft:
    # NumPy and pydantic come with it: the first frame is drawn without waiting for them.
    from nntui.modelfile.document import dump_document
    from nntui.modelfile.validation import validate

    return ValidatedDraft(draft, validate(draft, base=base), dump_document(draft))
