"""`nntui watch`: follow a run."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from nntui.cli.console import info
from nntui.cli.failures import FAILED, INTERRUPTED
from nntui.cli.parameters import (
    chosen_root,
    chosen_run,
    command_for,
    json_option,
    run_argument,
    runs_dir_option,
    timestamps_option,
)
from nntui.runs.decimation import WHOLE_EPOCHS, spacing
from nntui.runs.directory import RunDirectory
from nntui.runs.events import RunEnded, RunStarted
from nntui.runs.lock import held

_STARTING_SECONDS = 0.05
_EPOCHS_BEFORE = 10
"""Epochs of a live run that are reported first, as many as `tail` prints lines."""


@click.command("watch")
@run_argument
@json_option("Print every event as a line of JSON, as in the run's log.")
@timestamps_option
@click.option("--all", "from_first_epoch", is_flag=True, help="Begin with the first epoch; --json always does.")
@runs_dir_option
def watch_command(run: str, as_json: bool, from_first_epoch: bool, runs_dir: Path | None) -> int:
    """Follow RUN [default: the newest] until it ends.

    Begins with the last ten epochs of a run that goes on, and with the first
    of one that is over. Ctrl+c leaves the training running.

    \b
    Example: nntui watch digits
    Exit codes: as 'nntui train'.
    """
    return watch(chosen_run(chosen_root(runs_dir), run), as_json=as_json, from_first_epoch=from_first_epoch or as_json)


def watch(run: RunDirectory, *, as_json: bool = False, from_first_epoch: bool = True) -> int:
    """Reports a run's events until it ends; of a live run only the last epochs unless asked for all; the exit code."""
    from nntui.cli.ending import report_end

    try:
        ended = asyncio.run(_follow(run, as_json, from_first_epoch))
    except KeyboardInterrupt:
        from nntui.runs.status import Status, status_of

        if held(run.lock_path):
            how = "waits, paused" if status_of(run) is Status.PAUSED else "goes on training"
            info(f"{run.id} {how}; {command_for('watch', run)} comes back, "
                f"{command_for('stop', run)} ends it")  # fmt: skip
        return INTERRUPTED
    if ended is not None:
        return report_end(run, ended)
    info(f"the worker of {run.id} is gone; {command_for('resume', run)} goes on, and {run.log_path} may say why")
    return FAILED


async def _follow(run: RunDirectory, as_json: bool, from_first_epoch: bool) -> RunEnded | None:
    """Reports until the end; None if the worker ended without logging one."""
    from nntui.cli.reports import report_for
    from nntui.runs.status import Status, status_of
    from nntui.runs.summary import summarize
    from nntui.worker.session import Session

    while status_of(run) is Status.STARTING:
        await asyncio.sleep(_STARTING_SECONDS)
    ended: RunEnded | None = None
    past = 0 if from_first_epoch or not status_of(run).alive else _epochs_past(summarize(run).epochs_done)
    if past:
        info(f"{past:,} earlier epoch{'s are' if past > 1 else ' is'} left out; --all shows them")
    with report_for(run, as_json=as_json, prints_warnings=True, from_start=True) as report:
        report.skipped_epochs = past
        async for event in Session.attach(run).events():
            report(event)
            if isinstance(event, RunEnded):
                ended = event
            elif isinstance(event, RunStarted):
                ended = None
    return ended


def _epochs_past(done: int) -> int:
    """How many epochs come before the last ten in the log."""
    return max(done - _EPOCHS_BEFORE * spacing(done, WHOLE_EPOCHS), 0)
