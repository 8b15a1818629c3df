"""`nntui evaluate`: how good is a trained model?"""

from __future__ import annotations

import dataclasses
import json
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nntui.cli.console import emit, info, is_terminal
from nntui.cli.failures import InputError
from nntui.cli.parameters import chosen_root, chosen_run, json_option, run_argument, runs_dir_option
from nntui.cli.tables import Column, print_facts, print_table
from nntui.display.numbers import metric_text

if TYPE_CHECKING:
    from nntui.inspection.evaluation import Evaluation

_MOST_COLUMNS = 20


@click.command("evaluate")
@run_argument
@click.option("--checkpoint", metavar="best|last|EPOCH", help="Which weights [default: best, or last without a best].")
@click.option("--data", "source", metavar="SOURCE",
              help="Other data: a file, a folder or a bundled set; the run's own preprocessing is kept.")  # fmt: skip
@json_option("Print everything as one line of JSON.")
@runs_dir_option
def evaluate_command(
    run: str, checkpoint: str | None, source: str | None, as_json: bool, runs_dir: Path | None
) -> None:
    """Measure RUN [default: the newest] on the validation split of its own data, or on other data.

    \b
    Example: nntui evaluate digits --checkpoint last
    """
    from nntui.inspection.evaluation import evaluate_run
    from nntui.runs.checkpoints import CheckpointError
    from nntui.training.trained_model import checkpoint_path

    chosen = chosen_run(chosen_root(runs_dir), run)
    try:
        path = checkpoint_path(chosen, checkpoint)
    except CheckpointError as error:
        raise InputError(str(error)) from None
    if checkpoint is None and path.stem == "last":
        info(f"{chosen.id} has no best checkpoint; measuring the last one")
    evaluation = evaluate_run(chosen, checkpoint=checkpoint, source=source, base=Path.cwd())
    if as_json:
        emit(_json(evaluation))
        return
    _print(evaluation)


def _json(evaluation: Evaluation) -> str:
    record = dataclasses.asdict(evaluation)
    record["loss"] = _or_null(evaluation.loss)
    record["metrics"] = {name: _or_null(value) for name, value in evaluation.metrics.items()}
    scores = [dataclasses.asdict(score) for score in evaluation.scores]
    record["scores"] = [{name: _or_null(value) for name, value in score.items()} for score in scores]
    return json.dumps(record, allow_nan=False)


def _or_null(value: float | str) -> float | str | None:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _print(evaluation: Evaluation) -> None:
    ending = "" if evaluation.samples == 1 else "s"
    rows = f"row{ending}" if evaluation.split == "all" else f"sample{ending} of the {evaluation.split} split"
    print_facts(
        [
            ("run", evaluation.run),
            ("checkpoint", f"{evaluation.checkpoint} (epoch {evaluation.epoch}, step {evaluation.step})"),
            ("data", f"{evaluation.data}: {evaluation.samples:,} {rows}"),
            ("loss", metric_text(evaluation.loss)),
            *((name, metric_text(value)) for name, value in evaluation.metrics.items()),
        ]
    )
    if not evaluation.classes:
        return
    emit("")
    names = ("precision", "recall", "f1")
    print_table(
        [Column("class"), Column("samples", right=True), *(Column(name, right=True) for name in names)],
        [[s.name, str(s.samples), *(metric_text(getattr(s, name)) for name in names)] for s in evaluation.scores],
    )
    _print_confusion(evaluation)


def _print_confusion(evaluation: Evaluation) -> None:
    if is_terminal(sys.stdout) and len(evaluation.classes) > _MOST_COLUMNS:
        info(f"the confusion matrix of {len(evaluation.classes)} classes is too wide for a terminal; --json has it")
        return
    emit("")
    if is_terminal(sys.stdout):
        emit("true class in rows, predicted class in columns")
    columns = [Column("true"), *(Column(name, right=True, is_given=True) for name in evaluation.classes)]
    rows = [[name, *map(str, row)] for name, row in zip(evaluation.classes, evaluation.confusion, strict=True)]
    print_table(columns, rows)
