"""Listing running runs, and stopping them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path

from nntui.runs.directory import RunDirectory, RunsError, list_runs

_MOST_CHECKED = 50
"""How many of the newest runs are checked; older ones that still run are shown in Runs."""


def running_runs(root: Path) -> list[RunDirectory]:
    """The runs under `root` that a worker is training or has paused, newest first; [] if it cannot be read."""
    try:
        runs = list_runs(root)[:_MOST_CHECKED]
    except RunsError:
        return []
    return [run for run in runs if is_running(run)]


async def stop_runs(runs: Iterable[RunDirectory]) -> None:
    """Stops these runs and waits until each is over; RunsError if one cannot be asked to stop."""
    from nntui.worker.session import Session

    async def stop(run: RunDirectory) -> None:
        try:
            await Session.attach(run).stop()
        except RunsError:
            # A run that ended by itself in the meantime needs no stop.
            if await asyncio.to_thread(is_running, run):
                raise

    await asyncio.gather(*map(stop, runs))


def is_running(run: RunDirectory) -> bool:
    """Whether a worker is training the run, or has paused it."""
    from nntui.runs.status import Status, status_of

    return status_of(run) in (Status.STARTING, Status.RUNNING, Status.PAUSED)
