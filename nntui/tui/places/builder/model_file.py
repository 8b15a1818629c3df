"""Where a draft is from, and whether the disk has it."""

from __future__ import annotations

from pathlib import Path

from nntui.tui.places.builder.drafts import Draft


class ModelFile:
    """What one opened model is on the disk; every edit of it shares this, so that undoing one leaves it as it is."""

    def __init__(self, draft: Draft, *, base: Path, path: Path | None = None) -> None:
        """`draft` is the model as it was opened; `path` where saving puts it back, None for nowhere yet."""
        self.base = base
        """Where relative data paths begin."""
        self.path = path
        self._kept = draft

    def holds(self, draft: Draft) -> bool:
        """Whether nothing of this draft would be lost with it: it is as it was opened or saved last."""
        return draft is self._kept or draft == self._kept

    def saved(self, draft: Draft, path: Path) -> None:
        """The draft was written to this path."""
        self.path, self.base, self._kept = path, path.parent, draft
