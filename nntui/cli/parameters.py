"""Parameters that several commands share: models, runs, and the directory of runs."""

from __future__ import annotations

import contextlib
import math
import shlex
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

from nntui.cli.console import info, stamp_lines
from nntui.cli.failures import InputError
from nntui.display.message import quoted
from nntui.display.sizes import size_text
from nntui.modelfile.problems import SpecError, suggestion
from nntui.resources import models_dir
from nntui.runs.directory import RunDirectory, RunsError, find_run, list_runs, runs_root

Command = TypeVar("Command", bound=Callable[..., Any])
DEFAULT_MODEL = "digits-mlp"
_LARGE = 16_000_000
"""Bytes: reading a larger file takes seconds."""
COMPLETION_VARIABLE = "_NNTUI_COMPLETE"
"""Set by a completion script when the shell asks for completions."""


def bundled_models() -> list[str]:
    """The names of the bundled models, in alphabetical order."""
    return sorted(path.stem for path in models_dir().glob("*.toml"))


def find_model(model: str) -> Path:
    """The file at a path or of a bundled model of that name; InputError if there is none."""
    path = _expanded(model)
    if model in bundled_models() and not path.is_file():
        return models_dir() / f"{model}.toml"
    if path.exists() or path.suffix == ".toml" or len(path.parts) > 1:
        return path
    hint = suggestion(model, bundled_models())
    raise InputError(f"no model {quoted(model)}: neither a file nor a bundled model{hint}")


def base_of(model: Path) -> Path:
    """The folder of a model's relative data paths: its own; for a bundled model, the current one."""
    return Path.cwd() if model.resolve().parent == models_dir().resolve() else model.parent


class FiniteRange(click.FloatRange):
    """A range of numbers that refuses NaN, which passes all comparisons that click makes."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number, in the range."""
        number = float(super().convert(value, param, ctx))
        if math.isnan(number):
            self.fail(f"{value} is not in the range {self._describe_range()}.", param, ctx)
        return number


def read_model(path: Path, overrides: Sequence[str]) -> dict[str, Any]:
    """The draft in a model file with settings changed by PATH=VALUE; SpecError if it cannot be read.

    If a path does not exist, the error includes all other problems of the model. A line announces a large data file,
    which takes a while to read.
    """
    from nntui.modelfile.document import apply_overrides, read_document

    draft = read_document(path)
    try:
        apply_overrides(draft, overrides)
    except SpecError as error:
        from nntui.modelfile.validation import validate

        raise SpecError([*error.problems, *validate(draft, base=base_of(path)).problems]) from None
    data = draft.get("data")
    if isinstance(data, dict) and isinstance(data.get("source"), str):
        _announce(data["source"], base_of(path))
    return draft


def _announce(source: str, base: Path) -> None:
    # A problem of the path is reported when it is read.
    with contextlib.suppress(OSError, ValueError, RuntimeError):
        size = (base / Path(source).expanduser()).stat().st_size
        if size >= _LARGE:
            info(f"reading {source} ({size_text(size)})")


def _expanded(path: str) -> Path:
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise InputError(f"{path}: {error}") from None


def complete_models(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Bundled models with this beginning, and files."""
    names = [CompletionItem(name) for name in bundled_models() if incomplete and name.startswith(incomplete)]
    return names or [CompletionItem(incomplete, type="file")]


def complete_runs(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The ids of runs with this beginning, newest first."""
    try:
        runs = list_runs(runs_root(context.params.get("runs_dir")))
    except RunsError:
        return []
    names = ["latest", *(run.id for run in runs)]
    # The shell writes the names to the terminal unfiltered.
    return [CompletionItem(name) for name in names if name.startswith(incomplete) and name.isprintable()]


def runs_dir_option(command: Command) -> Command:
    """--runs-dir DIRECTORY."""
    return click.option(
        "--runs-dir", type=click.Path(path_type=Path), metavar="DIRECTORY",
        help="Where the runs are [default: $NNTUI_RUNS, else ./runs].",
    )(command)  # fmt: skip


def run_argument(command: Command) -> Command:
    """RUN, by default the newest."""
    return click.argument("run", metavar="[RUN]", default="latest", shell_complete=complete_runs)(command)


def model_argument(default: str | None = None) -> Callable[[Command], Command]:
    """MODEL, a file or a bundled model."""
    if default is None:
        return click.argument("model", metavar="MODEL", shell_complete=complete_models)
    return click.argument("model", metavar="[MODEL]", default=default, shell_complete=complete_models)


def set_option(example: str) -> Callable[[Command], Command]:
    """--set PATH=VALUE, any number of times; `example` is one for the help."""
    return click.option(
        "--set", "overrides", metavar="PATH=VALUE", multiple=True,
        help=f"Change a setting of the model first: {example}. May be repeated.",
    )  # fmt: skip


def json_option(help_text: str) -> Callable[[Command], Command]:
    """--json, for programs."""
    return click.option("--json", "as_json", is_flag=True, help=help_text)


def timestamps_option(command: Command) -> Command:
    """--timestamps, which needs no parameter of the command."""
    return click.option(
        "--timestamps", is_flag=True, expose_value=False, callback=lambda context, option, value: stamp_lines(value),
        help="Begin each line but --json's with its local time, 2026-01-31T14:05:09+01:00.",
    )(command)  # fmt: skip


def chosen_root(runs_dir: Path | None) -> Path:
    """The directory of runs: the command's own --runs-dir, else the one before the command, else the default."""
    context = click.get_current_context(silent=True)
    before = context.obj if context is not None and isinstance(context.obj, Path) else None
    chosen = runs_dir or before
    return runs_root(_expanded(str(chosen)) if chosen else None)


def chosen_run(root: Path, reference: str) -> RunDirectory:
    """The run that a reference names; InputError if there is none."""
    try:
        return find_run(root, str(_expanded(reference)) if reference.startswith("~") else reference)
    except RunsError as error:
        raise InputError(str(error)) from None


def command_for(command: str, run: RunDirectory) -> str:
    """The command line for a run, as a person would type it here: "'nntui resume ID'"."""
    words = ["nntui", command, run.id]
    if run.path.parent.resolve() != runs_root(None).resolve():
        words = ["nntui", command, str(run.path)]
    return f"'{shlex.join(words)}'"
