"""`nntui resume`: on from a pause, a stop or a crash."""

from __future__ import annotations

from pathlib import Path

import click

from nntui.cli.failures import InputError
from nntui.cli.parameters import chosen_root, chosen_run, json_option, run_argument, runs_dir_option
from nntui.cli.speech import say
from nntui.runs.lock import held
from nntui.runs.status import Status, status_of


@click.command("resume")
@run_argument
@click.option("--detach", is_flag=True, help="Train in the background and print the run's id.")
@json_option("Print every event as a line of JSON, as in the run's log.")
@runs_dir_option
def resume_command(run: str, detach: bool, as_json: bool, runs_dir: Path | None) -> int:
    """Go on with RUN [default: the newest]: one that is paused, was stopped, failed or has crashed.

    One whose worker is gone is trained here, as by 'nntui train', from its last checkpoint on.

    \b
    Example: nntui resume digits --detach
    """
    chosen = chosen_run(chosen_root(runs_dir), run)
    if held(chosen.lock_path):
        from nntui.cli.commands.steer import ask

        return ask(chosen, lambda session: session.resume_training())
    status = status_of(chosen)
    if status is Status.FINISHED:
        say(f"{chosen.id} is finished: there is nothing to resume")
        return 0
    if status is Status.DIVERGED:
        raise InputError(f"{chosen.id} diverged, and would again: train anew, with a lower learning rate")
    from nntui.cli.background import train_detached
    from nntui.cli.foreground import train_here

    return train_detached(chosen) if detach else train_here(chosen, as_json=as_json)
