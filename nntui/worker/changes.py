"""Changing a run while it trains, or its epochs when it is over: what can change, and parsing typed values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from nntui.modelfile.document import read_document
from nntui.modelfile.parsing import parse
from nntui.modelfile.problems import Problem, SpecError
from nntui.modelfile.tunable import Tunable, tunables, why_not
from nntui.modelfile.typed_number import typed_number
from nntui.runs.checkpoints import CheckpointStore, load_metadata
from nntui.runs.directory import RunDirectory, RunsError
from nntui.runs.status import status_of

_ADDITIONAL = re.compile(r"\+[0-9]{1,12}")


def changeable(run: RunDirectory) -> dict[str, Tunable]:
    """The settings of a run that can be changed while it trains, by name; SpecError if its model cannot be read.

    The values are those of the model file: the ones the run began with, except for the epochs, which are current.
    """
    return tunables(parse(read_document(run.model_path, follow=False)))


def typed_value(tunable: Tunable, text: str) -> int | float | str:
    """The value typed for a setting, the text itself if it is not a number; '+100' means 100 more epochs."""
    if tunable.name == "epochs" and _ADDITIONAL.fullmatch(text.strip()):
        return int(tunable.value) + int(text)
    return typed_number(text.strip(), whole=True)


def typed_changes(texts: Mapping[str, str], known: Mapping[str, Tunable], *, epoch: int = 0) -> dict[str, float]:
    """The values typed for several settings, by name; SpecError with every problem."""
    problems: list[Problem] = []
    values: dict[str, float] = {}
    for name, text in texts.items():
        if name not in known:
            problems.append(Problem("", why_not(name, known)))
            continue
        value = typed_value(known[name], text)
        message = known[name].problem(value, epoch=epoch)
        if message or isinstance(value, str):
            problems.append(Problem(name, message))
        else:
            values[name] = value
    if problems:
        raise SpecError(problems)
    return values


@dataclass(frozen=True, slots=True)
class Extension:
    """A run without a worker, which may be trained for more epochs."""

    epochs: Tunable
    done: int
    """Completed epochs."""
    within: bool
    """Whether it ended in the middle of the next epoch."""

    def total(self, text: str) -> int:
        """The total number of epochs typed as '+100' or '200'; SpecError if it is invalid."""
        total = typed_value(self.epochs, text)
        message = self.epochs.problem(total, epoch=self.done + 1 if self.within else 0)
        if not message and isinstance(total, int) and total <= self.done and not self.within:
            message = f"must be at least {self.done + 1}, as {self.done} are trained, got {total}"
        if message or not isinstance(total, int):
            raise SpecError([Problem("epochs", message)])
        return total


def extension(run: RunDirectory) -> Extension:
    """The state of a run without a worker; RunsError if it cannot continue, SpecError if its model is invalid."""
    spec = parse(read_document(run.model_path, follow=False))
    progress = _progress(run)
    if final := status_of(run).why_final:
        raise RunsError(f"{run.id} {final}")
    stopping, best = spec.training.early_stopping, progress.get("best", {})
    waited = cast("dict[str, Any]", best).get("waited", 0) if isinstance(best, dict) else 0
    if stopping is not None and waited >= stopping.patience:
        raise RunsError(
            f"{run.id} was ended by early stopping, which no more epochs change: train anew, with more "
            f"training.early_stopping.patience than {stopping.patience}"
        )
    return Extension(tunables(spec)["epochs"], progress.get("epochs_done", 0), progress.get("position", 0) > 0)


def _progress(run: RunDirectory) -> dict[str, Any]:
    """The progress in the newest checkpoint; empty without one."""
    path = CheckpointStore(run.checkpoints_path).latest()
    progress = load_metadata(path).get("progress") if path is not None else None
    return cast("dict[str, Any]", progress) if isinstance(progress, dict) else {}
