"""`nntui resume`: continue after a pause, a stop or a crash."""

from __future__ import annotations

from pathlib import Path

import click

from nntui.cli.console import info
from nntui.cli.failures import InputError
from nntui.cli.parameters import (
    chosen_root,
    chosen_run,
    command_for,
    json_option,
    run_argument,
    runs_dir_option,
    timestamps_option,
)
from nntui.runs.directory import RunDirectory
from nntui.runs.lock import held
from nntui.runs.status import Status, status_of


@click.command("resume")
@run_argument
@click.option(
    "--epochs", metavar="N", help="Train to N epochs in all, +N for as many more; a finished run goes on for them."
)
@click.option("--detach", is_flag=True, help="Train in the background and print the run's id.")
@json_option("Print every event as a line of JSON, as in the run's log.")
@timestamps_option
@runs_dir_option
def resume_command(run: str, epochs: str | None, detach: bool, as_json: bool, runs_dir: Path | None) -> int:
    """Go on with RUN [default: the newest]: one that is paused, was stopped, failed or has crashed.

    One whose worker is gone is trained here, as by 'nntui train', from its newest whole checkpoint on. A finished one
    goes on for more --epochs; without, one whose best or last checkpoint is damaged gets it back from the others.

    \b
    Example: nntui resume digits --epochs +100
    """
    chosen = chosen_run(chosen_root(runs_dir), run)
    if held(chosen.lock_path):
        return _go_on(chosen, epochs)
    total = None
    if epochs is not None:
        from nntui.worker.changes import extension

        total = extension(chosen).total(epochs)
    status = status_of(chosen)
    if total is None and status is Status.FINISHED and not _can_be_mended(chosen):
        more = command_for("resume", chosen).removesuffix("'")
        info(f"{chosen.id} is finished: there is nothing to resume; {more} --epochs +100' trains on")
        return 0
    if status.why_final:
        raise InputError(f"{chosen.id} {status.why_final}")
    from nntui.cli.background import train_detached
    from nntui.cli.foreground import train_here

    return train_detached(chosen, epochs=total) if detach else train_here(chosen, as_json=as_json, epochs=total)


def _go_on(run: RunDirectory, epochs: str | None) -> int:
    """Ends the pause of a run that has a worker, after changing its total number of epochs; the exit code."""
    from nntui.cli.commands.steer import ask, change

    if epochs is not None:
        code = change(run, {"epochs": epochs})
        if code or status_of(run) is not Status.PAUSED:
            return code
    return ask(run, lambda session: session.resume_training())


def _can_be_mended(run: RunDirectory) -> bool:
    """Whether a finished run lacks a checkpoint that can be restored from its others."""
    from nntui.runs.checkpoints import CheckpointStore
    from nntui.runs.last_record import last_record

    ended = last_record(run.events_path, ("run_ended",)) or {}
    return CheckpointStore(run.checkpoints_path).can_be_mended(epoch=ended.get("epoch", 0))
