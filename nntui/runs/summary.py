"""Summaries of runs for the tables of runs: quick, and tolerant of damaged directories."""

from __future__ import annotations

import math
import os
import time
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, TypeVar

from pydantic_core import from_json

from nntui.runs.best import best_row, is_higher_better, monitored
from nntui.runs.best_in_log import newest_best_epoch
from nntui.runs.chosen_settings import settings_of
from nntui.runs.directory import RunDirectory, RunsError
from nntui.runs.disk_usage import size_of
from nntui.runs.events import Event, HyperparameterChanged, RunStarted, from_record
from nntui.runs.files import open_regular, read_small
from nntui.runs.metrics_table import read_metrics, row_of
from nntui.runs.status import Status, status_of
from nntui.runs.tailing import blocks_from_end
from nntui.runs.verdict import verdict_of_run

_LARGEST_MODEL = 1 << 20
_HEAD = 1 << 16
_SPARKLINE = 60
E = TypeVar("E", bound=Event)


@dataclass(frozen=True)
class RunSummary:
    """One run as a table of runs shows it."""

    id: str
    status: Status
    model: str
    """The model's name; '' when unknown."""
    data: str
    """The data source; '' when unknown."""
    epochs_done: int
    epochs_planned: int
    """0 when unknown."""
    best_metric: str
    """The monitored metric, which decides which epoch is best: 'val_loss'; '' before an epoch has ended."""
    best_value: float
    """The monitored metric in the best epoch; NaN when there is none."""
    best_epoch: int
    """The best epoch according to the run; 0 when there is none."""
    verdict: str
    """'no better than guessing ...' for a finished run that learned nothing, else ''."""
    losses: tuple[float, ...]
    """Training loss over the epochs, at most 60 means of neighbouring epochs, NaN where none was finite."""
    age: float
    """Seconds since the run was created; 0 when unknown."""
    size: int
    """Bytes on disk."""
    parameters: int = 0
    """Of the network; 0 when unknown."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """By name, from `settings_of`; {} when the model file cannot be read."""


def summarize(run: RunDirectory, *, now: float | None = None) -> RunSummary:
    """The summary of a run; never raises for a damaged directory: what cannot be read is unknown.

    `now` is in seconds since 1970 (default: the clock).
    """
    now = time.time() if now is None else now
    model = _model(run)
    metrics = read_metrics(run.metrics_path).columns
    first, last, planned = _starts(run)
    training = _table(model, "training")
    # The worker also updates the model file, but that may be damaged.
    planned = planned or training.get("epochs") or (last.epochs if last is not None else 0)
    best_metric, best_value, best_epoch = _best(run, metrics, last, training)
    name, source = model.get("name"), _table(model, "data").get("source")
    status = status_of(run, now=now)
    return RunSummary(
        id=run.id,
        status=status,
        model=name if isinstance(name, str) else last.model if last is not None else "",
        data=source if isinstance(source, str) else "",
        epochs_done=_epochs_done(metrics),
        epochs_planned=planned if type(planned) is int and planned > 0 else 0,
        best_metric=best_metric,
        best_value=best_value,
        best_epoch=best_epoch,
        verdict=verdict_of_run(run) if status is Status.FINISHED else "",
        losses=_sparkline(metrics.get("loss", [])),
        age=_age(run, first, now),
        size=size_of(run.path),
        parameters=last.parameters if last is not None else 0,
        settings=settings_of(model),
    )


def _model(run: RunDirectory) -> dict[str, Any]:
    try:
        return tomllib.loads(read_small(run.model_path, _LARGEST_MODEL).decode())
    except (ValueError, RecursionError):
        return {}


def _table(model: dict[str, Any], name: str) -> dict[str, Any]:
    table = model.get(name)
    return table if isinstance(table, dict) else {}


def _epochs_done(metrics: dict[str, list[float]]) -> int:
    epochs = [epoch for epoch in metrics.get("epoch", []) if 0 < epoch < 2**53]
    return int(epochs[-1]) if epochs else 0


def _best(
    run: RunDirectory, metrics: dict[str, list[float]], started: RunStarted | None, training: dict[str, Any]
) -> tuple[str, float, int]:
    """The monitored metric, its value in the best epoch, and that epoch, as named by the log.

    If the log does not name it, the rows that are read decide, by the same rule as in training.
    """
    monitor = monitored(started, training.get("monitor"), [name for name, cells in metrics.items() if _any(cells)])
    if not monitor:
        return "", math.nan, 0
    epoch = newest_best_epoch(run.events_path, up_to=_epochs_done(metrics))
    value = row_of(run.metrics_path, epoch).get(monitor, math.nan) if epoch else math.nan
    if not math.isnan(value):
        return monitor, value, epoch
    return _best_row(metrics, monitor, started, training)


def _best_row(
    metrics: dict[str, list[float]], monitor: str, started: RunStarted | None, training: dict[str, Any]
) -> tuple[str, float, int]:
    higher_is_better = started.higher_is_better if started is not None else None
    if higher_is_better is None and not monitor.endswith("loss"):
        # An old log does not say in which direction this metric improves; for a loss it is known.
        monitor = next((name for name in ("val_loss", "loss") if _any(metrics.get(name, []))), "")
    min_delta = _table(training, "early_stopping").get("min_delta", 0.0)
    index = best_row(
        metrics.get(monitor, []),
        higher_is_better=is_higher_better(monitor, higher_is_better or ()),
        min_delta=float(min_delta) if type(min_delta) in (int, float) else 0.0,
    )
    if index is None:
        return monitor, math.nan, 0
    epoch = metrics["epoch"][index] if "epoch" in metrics else 0.0
    return monitor, metrics[monitor][index], int(epoch) if 0 < epoch < 2**53 else 0


def _any(cells: list[float]) -> bool:
    return not all(map(math.isnan, cells))


def _sparkline(losses: list[float]) -> tuple[float, ...]:
    buckets = min(len(losses), _SPARKLINE)
    edges = [len(losses) * bucket // buckets for bucket in range(buckets + 1)] if buckets else []
    means = []
    for start, end in pairwise(edges):
        finite = [loss for loss in losses[start:end] if not math.isnan(loss)]
        means.append(math.fsum(loss / len(finite) for loss in finite) if finite else math.nan)
    return tuple(means)


def _starts(run: RunDirectory) -> tuple[RunStarted | None, RunStarted | None, int]:
    """The run's first start, its last one, and its number of epochs.

    The first start is read from the log's head (None if it is not there), the last from the tail (else the first
    again), the epochs from the tail (0 if it does not name them).
    """
    try:
        descriptor = open_regular(run.events_path)
    except RunsError:
        return None, None, 0
    if descriptor is None:
        return None, None, 0
    try:
        head = os.pread(descriptor, _HEAD, 0)
        tail = next(blocks_from_end(descriptor, _HEAD), b"")
    except OSError:
        return None, None, 0
    finally:
        os.close(descriptor)
    first = next(_started(head.split(b"\n")[:-1]), None)
    newest_first = tail.split(b"\n")[::-1]
    epochs = (
        event.epochs if isinstance(event, RunStarted) else int(event.new)
        for event in _events(newest_first, RunStarted, HyperparameterChanged)
        if isinstance(event, RunStarted) or event.setting == "epochs"
    )
    return first, next(_started(newest_first), first), next(epochs, 0)


def _started(lines: list[bytes]) -> Iterator[RunStarted]:
    return _events(lines, RunStarted)


def _events(lines: list[bytes], *kinds: type[E]) -> Iterator[E]:
    markers = tuple(f'"{kind.name}"'.encode() for kind in kinds)
    for line in lines:
        if any(marker in line for marker in markers):
            try:
                record = from_json(line, allow_inf_nan=False)
            except ValueError:
                continue
            event = from_record(record) if isinstance(record, dict) else None
            if isinstance(event, kinds):
                yield event


def _age(run: RunDirectory, first: RunStarted | None, now: float) -> float:
    try:
        created = first.time if first is not None and first.time > 0 else run.path.stat().st_mtime
    except OSError:
        return 0.0
    return max(0.0, now - created)
