"""`nntui runs`: list the runs."""

from __future__ import annotations

import dataclasses
import json
import math
import sys
from pathlib import Path

import click

from nntui.cli.console import emit, info, is_terminal
from nntui.cli.parameters import chosen_root, json_option, runs_dir_option
from nntui.cli.tables import Column, print_table
from nntui.display.durations import age_text
from nntui.display.numbers import metric_text
from nntui.display.sizes import size_text
from nntui.display.sparkline import sparkline
from nntui.runs.directory import list_runs
from nntui.runs.summary import RunSummary, summarize

_CURVE_WIDTH = 8


@click.command("runs")
@json_option("Print one line of JSON for each run.")
@runs_dir_option
def runs_command(as_json: bool, runs_dir: Path | None) -> None:
    """List the runs, newest first.

    \b
    Example: nntui runs --json
    """
    root = chosen_root(runs_dir)
    summaries = [summarize(run) for run in list_runs(root)]
    if as_json:
        for summary in summaries:
            emit(_json(summary))
        return
    if not summaries:
        info(f"no runs in {root}: train one with 'nntui train MODEL'")
    if is_terminal(sys.stdout):
        if summaries:
            _draw(summaries)
        return
    columns = ("id", "status", "model", "data", "epochs_done", "epochs_planned", "best_metric", "best_value",
               "best_epoch", "age", "size", "verdict", "parameters")  # fmt: skip
    print_table(
        [Column(name) for name in columns],
        [[_plain(getattr(summary, name)) for name in columns] for summary in summaries],
    )


def _plain(value: str | float) -> str:
    if isinstance(value, float):
        return "" if math.isnan(value) else f"{value:.6g}"
    return str(value)


def _json(summary: RunSummary) -> str:
    record = dataclasses.asdict(summary)
    record["losses"] = [None if math.isnan(loss) else loss for loss in summary.losses]
    record["best_value"] = None if math.isnan(summary.best_value) else summary.best_value
    return json.dumps(record, allow_nan=False)


def _draw(summaries: list[RunSummary]) -> None:
    measured = {summary.best_metric for summary in summaries if summary.best_metric}
    # If all runs have the same best metric it is named once, so that a row fits 80 columns.
    metric = measured.pop() if len(measured) == 1 else ""
    columns = [
        Column("run"), Column("status"), Column("epochs", right=True), Column(f"best {metric}".rstrip()),
        Column("loss", spare=True), Column("age", right=True, spare=True), Column("size", right=True, spare=True),
    ]  # fmt: skip
    print_table(columns, [_row(summary, metric) for summary in summaries])


def _row(summary: RunSummary, metric: str) -> list[str]:
    planned = f"/{summary.epochs_planned}" if summary.epochs_planned else ""
    best = f"{summary.best_metric} {metric_text(summary.best_value)}" if summary.best_metric else ""
    best += " (guessing)" if summary.verdict else ""
    return [
        summary.id, summary.status.value, f"{summary.epochs_done}{planned}", best.removeprefix(f"{metric} "),
        _curve(summary.losses), age_text(summary.age), size_text(summary.size),
    ]  # fmt: skip


def _curve(losses: tuple[float, ...]) -> str:
    """The losses from first to last in at most 8 characters; '' where stdout cannot take them."""
    if (sys.stdout.encoding or "").lower().replace("-", "") != "utf8":
        return ""
    return sparkline(losses, _CURVE_WIDTH).rstrip()
