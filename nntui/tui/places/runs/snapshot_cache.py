"""What was seen of runs that are over, kept so that going back to one reads nothing."""

from __future__ import annotations

from pathlib import Path

from nntui.runs.follow.follower import RunSnapshot
from nntui.tui.places.runs.listing import RunRow

_MOST_RUNS = 32
_MOST_STEPS = 400_000
"""In all of them together: some 22 MB."""


class SnapshotCache:
    """The newest of them; one of a run whose files have changed since is none."""

    def __init__(self) -> None:
        self._kept: dict[Path, tuple[tuple[object, ...], RunSnapshot]] = {}

    def of(self, row: RunRow) -> RunSnapshot | None:
        """What was seen of the run as it is; None where it is to be read."""
        version, snapshot = self._kept.get(row.run.path, ((), None))
        return snapshot if snapshot is not None and version == row.version else None

    def keep(self, row: RunRow, snapshot: RunSnapshot) -> None:
        """Keeps what was seen of a run when its files were as the row has them."""
        self._kept.pop(row.run.path, None)
        self._kept[row.run.path] = row.version, snapshot
        while len(self._kept) > _MOST_RUNS or (len(self._kept) > 1 and self._steps > _MOST_STEPS):
            del self._kept[next(iter(self._kept))]

    @property
    def _steps(self) -> int:
        return sum(len(snapshot.steps) for _, snapshot in self._kept.values())
