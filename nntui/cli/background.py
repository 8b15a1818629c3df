"""Training in a separate process, which continues when this one ends."""

from __future__ import annotations

import asyncio

from nntui.cli.console import emit, info
from nntui.cli.failures import FAILED
from nntui.cli.parameters import command_for
from nntui.runs.directory import RunDirectory
from nntui.runs.events import RunEnded
from nntui.runs.status import Status, status_of
from nntui.worker.launch import REFUSED, discard_unstarted
from nntui.worker.session import Session


def train_detached(run: RunDirectory, *, epochs: int | None = None) -> int:
    """Starts the worker of a new or resumed run and prints the run's id once it trains; the exit code.

    `epochs` replaces the total number of epochs.
    """
    failure = asyncio.run(_start(run, epochs))
    if failure is not None:
        info(failure)
        return FAILED
    emit(run.id)
    info(f"training in the background; {command_for('watch', run)} follows it, {command_for('stop', run)} ends it")
    return 0


async def _start(run: RunDirectory, epochs: int | None) -> str | None:
    """Starts the worker; the reason if it could not start, else None."""
    async with Session(run, start=True, epochs=epochs) as session:
        if status_of(run) is not Status.FAILED:
            return None
        ended = None
        async for event in session.events():
            ended = event if isinstance(event, RunEnded) else ended
        # A refused new run leaves no directory; one that failed because of a bug does, with the worker's log.
        if await session.exit_code() == REFUSED:
            discard_unstarted(run)
        return ended.message if ended else f"the worker failed; see {run.log_path}"
