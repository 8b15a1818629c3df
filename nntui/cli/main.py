"""The `nntui` command: the app, or one of the commands, which are imported when they are called."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

import nntui
from nntui.cli.console import stamp_lines, survive_any_text
from nntui.cli.failures import exit_code_of
from nntui.cli.lazy import LazyGroup
from nntui.cli.parameters import COMPLETION_VARIABLE, complete_models, runs_dir_option
from nntui.cli.start import RunApp, start


@click.group(cls=LazyGroup, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@runs_dir_option
@click.option("--model", metavar="MODEL", shell_complete=complete_models, help="Open the app with this model.")
@click.version_option(nntui.__version__, prog_name="nntui", message="%(prog)s %(version)s")
@click.pass_context
def group(context: click.Context, runs_dir: Path | None, model: str | None) -> int | None:
    """A laboratory for neural networks in the terminal.

    Without a command it starts the app, and where there is no terminal it trains digits-mlp headless.
    MODEL is a model file or the name of a bundled one; RUN is an id, the beginning of one, a path, or latest.

    \b
    Example: nntui train digits-mlp
    """
    if context.invoked_subcommand is None:
        return start(context.obj, runs_dir=runs_dir, model=model)
    context.obj = runs_dir
    return None


def run(arguments: Sequence[str], *, run_app: RunApp) -> int:
    """Runs a command line; the exit code: 0 done, 1 failed, 2 wrong input, 3 diverged, 130 interrupted."""
    survive_any_text()
    stamp_lines(False)
    return exit_code_of(lambda: _invoke(list(arguments), run_app))


def _invoke(arguments: list[str], run_app: RunApp) -> int:
    instruction = os.environ.get(COMPLETION_VARIABLE)
    if instruction:
        from click.shell_completion import shell_complete

        return shell_complete(group, {}, "nntui", COMPLETION_VARIABLE, instruction)
    with group.make_context("nntui", arguments, obj=run_app) as context:
        code = group.invoke(context)
    if sys.stdout is not None:
        sys.stdout.flush()
    return code or 0
