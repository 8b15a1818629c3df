"""The runs under a root with what a table shows of them, read again only where something changed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nntui.runs.directory import RunDirectory, list_runs
from nntui.runs.lock import held
from nntui.runs.status import Status
from nntui.runs.summary import RunSummary, summarize


@dataclass(frozen=True)
class RunRow:
    """One run of the table."""

    run: RunDirectory
    summary: RunSummary
    created: float
    """Seconds since 1970."""
    version: tuple[object, ...] = ()
    """Another one once a file of the run, or its lock, has changed."""

    @property
    def damaged(self) -> bool:
        """Whether the directory does not even say what model it is of."""
        return not self.summary.model

    def matches(self, words: str) -> bool:
        """Whether each of the words is somewhere in the run's id, model, data or status."""
        summary = self.summary
        text = f"{summary.id} {summary.model} {summary.data} {summary.status}".lower()
        return all(word in text for word in words.lower().split())


class Listing:
    """Scans a root; a run whose files and lock are as they were is not opened again."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._known: dict[Path, RunRow] = {}

    def scan(self, now: float) -> list[RunRow]:
        """The runs, newest first; `now` in seconds since 1970. RunsError when the root cannot be read."""
        known, self._known = self._known, {}
        for run in list_runs(self.root):
            key = _key(run)
            before = known.get(run.path)
            if before is None or before.version != key or before.summary.status is Status.STARTING:
                summary = summarize(run, now=now)
                before = RunRow(run, summary, now - summary.age, key)
            self._known[run.path] = before
        return list(self._known.values())


def _key(run: RunDirectory) -> tuple[object, ...]:
    """What changes when anything a row shows does."""
    paths = (run.events_path, run.metrics_path, run.model_path, run.checkpoints_path, run.live_path)
    return (held(run.lock_path), *map(_version, paths))


def _version(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size
