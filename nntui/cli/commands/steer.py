"""`nntui pause`, `stop` and `set`: send a command to a worker and print its answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nntui.cli.console import info
from nntui.cli.ending import report_end
from nntui.cli.event_text import message_of
from nntui.cli.failures import FAILED, WRONG_INPUT
from nntui.cli.parameters import chosen_root, chosen_run, complete_runs, run_argument, runs_dir_option
from nntui.runs.directory import RunDirectory
from nntui.runs.events import Event, RunEnded, Warning

if TYPE_CHECKING:
    from nntui.worker.session import Session


@click.command("pause")
@run_argument
@runs_dir_option
def pause_command(run: str, runs_dir: Path | None) -> int:
    """Pause RUN [default: the newest] after the step it is making, and wait until it has.

    \b
    Example: nntui pause digits
    """
    return ask(chosen_run(chosen_root(runs_dir), run), lambda session: session.pause())


@click.command("stop")
@run_argument
@runs_dir_option
def stop_command(run: str, runs_dir: Path | None) -> int:
    """End RUN [default: the newest] after the step it is making; what is trained so far is saved.

    \b
    Example: nntui stop digits
    """
    return ask(chosen_run(chosen_root(runs_dir), run), lambda session: session.stop(), end_expected=True)


@click.command("set")
@click.argument("arguments", metavar="[RUN] NAME=VALUE...", nargs=-1, required=True, shell_complete=complete_runs)
@runs_dir_option
def set_command(arguments: tuple[str, ...], runs_dir: Path | None) -> int:
    """Change settings of RUN [default: the newest] from its next step on, all from the same one.

    NAME is learning_rate, weight_decay, momentum (of sgd), epochs (the run's
    total; +100 is as many more), or a layer's: dropout_1.rate.

    \b
    Example: nntui set digits learning_rate=0.001 epochs=200
    """
    run, assignments = (arguments[:1], arguments[1:]) if "=" not in arguments[0] else ((), arguments)
    texts = {name: text for name, equals, text in (word.partition("=") for word in assignments) if equals and name}
    if not texts or len(texts) < len(assignments):
        raise click.UsageError(
            "expected [RUN] NAME=VALUE, each NAME once, such as learning_rate=0.001", click.get_current_context()
        )
    return change(chosen_run(chosen_root(runs_dir), *(run or ("latest",))), texts)


def change(run: RunDirectory, texts: Mapping[str, str]) -> int:
    """Changes settings of a run to the values typed, and prints the worker's answers; the exit code."""
    from nntui.worker.changes import changeable, typed_changes

    values = typed_changes(texts, changeable(run))
    return _ask_all(run, lambda session: session.change(values))


def ask(run: RunDirectory, request: Callable[[Session], Awaitable[Event]], *, end_expected: bool = False) -> int:
    """Sends a command, waits for the worker's answer and prints it; the exit code."""

    async def answers(session: Session) -> list[Event]:
        return [await request(session)]

    return _ask_all(run, answers, end_expected=end_expected)


def _ask_all(
    run: RunDirectory, request: Callable[[Session], Awaitable[list[Event]]], *, end_expected: bool = False
) -> int:
    from nntui.worker.session import Session

    async def answers() -> list[Event]:
        return await request(Session.attach(run))

    events = asyncio.run(answers())
    for event in events:
        if isinstance(event, RunEnded):
            report_end(run, event)
            return 0 if end_expected else FAILED
        info(f"{run.id}: {message_of(event)}", at=event.time)
    return WRONG_INPUT if any(isinstance(event, Warning) for event in events) else 0
