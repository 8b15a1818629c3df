"""Starting the app on a terminal; without one, training the model headless."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, MutableMapping
from pathlib import Path
from typing import Protocol

from nntui.cli.commands.train import train
from nntui.cli.console import info, is_terminal
from nntui.cli.failures import FAILED
from nntui.cli.hangup import Leavable, leave_in_good_order
from nntui.cli.parameters import DEFAULT_MODEL, chosen_root, find_model

_COLOR_SYSTEMS = ("auto", "standard", "256", "truecolor")


class RunApp(Protocol):
    """Runs the app; importing what it needs takes a while."""

    def __call__(self, *, runs_root: Path, base: Path, model: Path | None, guard: Callable[[Leavable], None]) -> int:
        """The app's exit code.

        `base` is the folder of relative data paths, `model` the file to open, None for the bundled one, and `guard`
        is called with the app before it runs.
        """
        ...


def start(run_app: RunApp, *, runs_dir: Path | None, model: str | None) -> int:
    """Starts the app; without a terminal trains the model headless instead. The exit code."""
    root = chosen_root(runs_dir)
    path = find_model(model) if model else None
    if not (is_terminal(sys.stdin) and is_terminal(sys.stdout)):
        info(f"no terminal for the app; training {model or DEFAULT_MODEL} headless, as 'nntui train' does")
        return train(path or find_model(DEFAULT_MODEL), root=root)
    term = os.environ.get("TERM", "")
    if term in ("", "dumb"):
        info(f"TERM={term} cannot show the app; train headless: 'nntui train {model or DEFAULT_MODEL}'")
        return FAILED
    _insist_on_utf8()
    _correct_colors(os.environ)
    with leave_in_good_order() as leaving:
        return run_app(runs_root=root, base=Path.cwd(), model=path, guard=leaving.watch)


def _insist_on_utf8() -> None:
    """Restarts this process in UTF-8 mode if its output has another encoding, which would break the layout."""
    # Textual writes to the stderr the process was started with.
    stream = sys.__stderr__ or sys.__stdout__
    encoding = (stream.encoding if stream is not None else "utf-8").lower().replace("-", "")
    if encoding == "utf8" or os.environ.get("PYTHONUTF8") == "1":
        return
    # PYTHONIOENCODING would win over PYTHONUTF8.
    environment = {**os.environ, "PYTHONUTF8": "1", "PYTHONIOENCODING": "utf-8"}
    os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], environment)


def _correct_colors(environment: MutableMapping[str, str]) -> None:
    """Sets TEXTUAL_COLOR_SYSTEM to auto if its value would make Textual fail."""
    chosen = environment.get("TEXTUAL_COLOR_SYSTEM")
    if chosen is not None and chosen not in _COLOR_SYSTEMS:
        environment["TEXTUAL_COLOR_SYSTEM"] = "auto"
        info(f"TEXTUAL_COLOR_SYSTEM={chosen} is not known, using auto; expected one of {', '.join(_COLOR_SYSTEMS)}")
