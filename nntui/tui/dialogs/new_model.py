"""Starting a new model: from data, with a stack that fits them, or empty."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from textual import work

from nntui.display.printable import printable
from nntui.tui.dialogs.choice import Choice
from nntui.tui.dialogs.choose import Chooser

_EMPTY = Choice(None, "empty", "No layers yet, on the data of the model that is open.")


class NewDialog(Chooser[dict[str, Any]]):
    """Answers with a draft; why data cannot be read is said in the dialog, which stays."""

    def __init__(
        self,
        sources: Sequence[Choice],
        *,
        free: str,
        empty: dict[str, Any],
        draft_for: Callable[[str], dict[str, Any]],
    ) -> None:
        """`free` says which paths may be typed; `draft_for` a source is called on a thread, and may raise DataError."""
        first = sources[0].value if sources else None
        super().__init__("new model: from which data?", [_EMPTY, *sources], chosen=first, free=free)
        self._empty, self._draft_for = empty, draft_for

    def take(self, choice: Choice) -> None:
        """Closes with the empty draft, or once the data are read with theirs."""
        if choice.value is None:
            self.dismiss(self._empty)
        else:
            self._read(choice.value)

    @work(group="read", exclusive=True)
    async def _read(self, source: str) -> None:
        from nntui.data.errors import DataError

        self.say(f"reading {printable(source)} …")
        try:
            draft = await asyncio.to_thread(self._draft_for, source)
        except (DataError, MemoryError) as error:
            self.say(getattr(error, "message", "") or "Not enough memory to read these data.")
            return
        self.dismiss(draft)
