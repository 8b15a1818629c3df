"""Which runs are running."""

from __future__ import annotations

from pathlib import Path

from nntui.runs.directory import RunDirectory, RunsError, list_runs

_LOOKED_AT = 50
"""The newest runs; an older one that still runs is found in Runs."""


def running_runs(root: Path) -> list[RunDirectory]:
    """The runs under `root` that a worker is training or has paused, newest first; [] where it cannot be read."""
    try:
        runs = list_runs(root)[:_LOOKED_AT]
    except RunsError:
        return []
    return [run for run in runs if is_running(run)]


def is_running(run: RunDirectory) -> bool:
    """Whether a worker trains the run, or has paused it."""
    from nntui.runs.status import Status, status_of

    return status_of(run) in (Status.STARTING, Status.RUNNING, Status.PAUSED)
