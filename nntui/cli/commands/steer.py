"""`nntui pause`, `stop` and `set`: what a viewer may ask of a worker, and what the worker answers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nntui.cli.ending import tell_end
from nntui.cli.event_text import talk_of
from nntui.cli.failures import FAILED, WRONG_INPUT, InputError
from nntui.cli.parameters import chosen_root, chosen_run, complete_runs, run_argument, runs_dir_option
from nntui.cli.speech import say
from nntui.display.message import quoted
from nntui.runs.directory import RunDirectory
from nntui.runs.events import Event, RunEnded, Warning
from nntui.spec.problems import Problem, SpecError, suggestion

if TYPE_CHECKING:
    from nntui.training.session import Session

_SETTINGS = ("learning_rate",)


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
    return ask(chosen_run(chosen_root(runs_dir), run), lambda session: session.stop(), end_is_answer=True)


@click.command("set")
@click.argument("arguments", metavar="[RUN] learning_rate=VALUE", nargs=-1, required=True, shell_complete=complete_runs)
@runs_dir_option
def set_command(arguments: tuple[str, ...], runs_dir: Path | None) -> int:
    """Change the learning rate of RUN [default: the newest] from its next step on.

    \b
    Example: nntui set digits learning_rate=0.001
    """
    *run, assignment = arguments
    name, equals, text = assignment.partition("=")
    if len(run) > 1 or not equals:
        raise click.UsageError("expected [RUN] learning_rate=VALUE", click.get_current_context())
    if name not in _SETTINGS:
        raise InputError(f"{quoted(name)} cannot be changed while training{suggestion(name, _SETTINGS)}")
    value = _learning_rate(text)
    chosen = chosen_run(chosen_root(runs_dir), run[0] if run else "latest")
    return ask(chosen, lambda session: session.set_learning_rate(value))


def _learning_rate(text: str) -> float:
    """The rate a text stands for; SpecError, in the words of a model file, where it is none."""
    from nntui.nn.optimizers import Optimizer
    from nntui.spec.tables import parse_table
    from nntui.spec.typed_number import typed_number

    problems: list[Problem] = []
    value = typed_number(text, whole=True)
    parse_table(next(iter(Optimizer.members().values())), {"learning_rate": value}, "", problems)
    if problems or not isinstance(value, (int, float)):
        raise SpecError(problems)
    return float(value)


def ask(run: RunDirectory, request: Callable[[Session], Awaitable[Event]], *, end_is_answer: bool = False) -> int:
    """Sends a command, waits for the worker's answer and says it; the exit code."""
    from nntui.training.session import Session

    async def answer() -> Event:
        return await request(Session.attach(run))

    event = asyncio.run(answer())
    if isinstance(event, RunEnded):
        tell_end(run, event)
        return 0 if end_is_answer else FAILED
    say(f"{run.id}: {talk_of(event)}")
    return WRONG_INPUT if isinstance(event, Warning) else 0
