"""The history of a run so far, from its log, as the charts and tables need it, in bounded memory."""

from __future__ import annotations

import dataclasses
from bisect import bisect_left
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any

import numpy as np

from nntui.display.numbers import setting_number
from nntui.runs.decimation import EpochDecimator, keeps_epoch
from nntui.runs.events import (
    LARGEST,
    EpochEnded,
    Event,
    HyperparameterChanged,
    LayerStats,
    Paused,
    Resumed,
    RunEnded,
    RunStarted,
    Step,
    Warning,
    from_record,
)
from nntui.runs.gradient_norms import GradientNorms
from nntui.runs.step_lines import StepTable

_COLUMNS = {
    "step": np.int64,
    "epoch": np.int64,
    "loss": np.float64,
    "accuracy": np.float64,
    "learning_rate": np.float64,
    "time": np.float64,
    "count": np.int64,
}
_ABSENT = {"accuracy": np.nan, "count": 1}
"""Defaults of columns that a log omits; 0 for the others."""
_KEPT_BESTS = 8
"""How many of the latest best epochs are kept beyond decimation: a resumed run may go back behind some of them."""
_NUMBER = attrgetter("epoch")
_INTEGERS = ("step", "epoch", "count")


@dataclass(frozen=True)
class Steps:
    """The step records as columns of equal length, in log order; views that later updates do not change."""

    step: np.ndarray
    """int64, ascending in an undamaged log."""
    epoch: np.ndarray
    """int64."""
    loss: np.ndarray
    """float64, NaN where it was not finite."""
    accuracy: np.ndarray
    """float64, from 0 to 1, NaN where there is none."""
    learning_rate: np.ndarray
    """float64."""
    time: np.ndarray
    """float64, seconds since 1970."""
    count: np.ndarray
    """int64, the number of optimizer steps averaged in the record."""

    def __len__(self) -> int:
        return len(self.step)


MOST_STEPS = 1 << 17
"""Rows, some 8 MB; above it they are merged into half as many."""


class _Columns:
    def __init__(self) -> None:
        self._arrays = {name: np.empty(1024, dtype) for name, dtype in _COLUMNS.items()}
        self._length = 0

    def view(self) -> Steps:
        return Steps(**{name: array[: self._length] for name, array in self._arrays.items()})

    def append(self, columns: Mapping[str, np.ndarray], rows: int) -> None:
        """Add `rows` rows; `accuracy` (default NaN), `count` (1) and `time` (0) may be omitted."""
        end = self._length + rows
        for name, array in self._arrays.items():
            if end > len(array):
                grown = np.empty(max(end, len(array) * 4), array.dtype)
                grown[: self._length] = array[: self._length]
                self._arrays[name] = array = grown
            array[self._length : end] = columns.get(name, _ABSENT.get(name, 0))
        self._length = end
        if end > MOST_STEPS:
            self._merge()

    def _merge(self) -> None:
        """Merges into at most half as many rows, evenly spaced over the steps, each the mean of those it replaces."""
        old = {name: array[: self._length] for name, array in self._arrays.items()}
        step = old["step"]
        if (np.diff(step) > 0).all():
            width = 1
            while (step[-1] - step[0]) // width >= MOST_STEPS // 2 - 1:
                width *= 2
            groups = (step - 1) // width
        else:
            groups = np.arange(self._length) // 2
        starts = np.flatnonzero(np.diff(groups, prepend=groups[0] - 1))
        ends = np.append(starts[1:], self._length) - 1
        weights = np.maximum(old["count"], 1)
        # Into new arrays, as in `drop_after`.
        merged = {name: column[ends] for name, column in old.items()}
        merged["count"] = np.add.reduceat(old["count"], starts)
        for name in ("loss", "accuracy"):
            merged[name] = np.add.reduceat(old[name] * weights, starts) / np.add.reduceat(weights, starts)
        self._arrays, self._length = merged, len(ends)

    def drop_after(self, step: int) -> None:
        keep = self._arrays["step"][: self._length] <= step
        if not keep.all():
            # Into new arrays, so that earlier views keep their contents.
            for name, array in self._arrays.items():
                self._arrays[name] = array[: self._length][keep]
            self._length = int(np.count_nonzero(keep))


@dataclass
class History:
    """A run as recorded in its log, updated record by record; what a resumed run went back behind is removed.

    Start a new one when the reader has `restarted`.
    """

    epochs: list[EpochEnded] = field(default_factory=list)
    """Those that a log keeps (`runs.decimation`): the first 4,096, fewer of the later ones, the best and the newest.

    Only the newest has its confusion matrix. When a run is resumed, a new list replaces this one.
    """
    best: EpochEnded | None = None
    """The last epoch that was the best so far, as it was logged."""
    started: RunStarted | None = None
    """The last start or resumption, with later changes of the number of epochs applied."""
    ended: RunEnded | None = None
    """How the run ended; None while it trains, also after it was resumed."""
    marks: list[tuple[int, str]] = field(default_factory=list)
    """(step, text) of each changed hyperparameter and warning."""
    changes: list[HyperparameterChanged] = field(default_factory=list)
    """The changes in force, without those that a resumed run went back behind."""
    layer_stats: LayerStats | None = None
    """The newest."""
    gradient_norms: GradientNorms = field(default_factory=GradientNorms)
    """Of the whole network at the end of each logged epoch, from `layer_stats`."""
    paused: bool = False
    skipped: int = 0
    """How many records were skipped as unknown or invalid."""
    _columns: _Columns = field(default_factory=_Columns, repr=False)
    _bests: deque[int] = field(default_factory=deque, repr=False)
    _decimator: EpochDecimator[EpochEnded] = field(default_factory=EpochDecimator, repr=False)

    @property
    def steps(self) -> Steps:
        """The step records so far."""
        return self._columns.view()

    @property
    def best_epoch(self) -> int:
        """The last epoch that was the best so far; 0 before there is one."""
        return self.best.epoch if self.best is not None else 0

    def update(self, records: Sequence[Mapping[str, Any]] | StepTable) -> None:
        """Add what a reader returned: records in log order, or a table of steps."""
        if isinstance(records, StepTable):
            self._add_table(records)
            return
        for is_step, group in groupby(records, key=_is_step):
            if is_step:
                self._add_steps(list(group))
            else:
                for record in group:
                    self._add(from_record(record))

    def _add(self, event: Event | None) -> None:
        match event:
            case None:
                self.skipped += 1
            case RunStarted():
                self._begin(event)
            case EpochEnded():
                self._add_epoch(event)
            case LayerStats():
                self.layer_stats = event
                self.gradient_norms.add(event.step, event.gradient_norm)
            case Paused():
                self.paused = True
            case Resumed():
                self.paused = False
            case HyperparameterChanged():
                self.marks.append(
                    (event.step, f"{event.setting} {setting_number(event.old, 4)} to {setting_number(event.new, 4)}")
                )
                self.changes.append(event)
                self.started = self.started.after(event) if self.started is not None else None
            case Warning():
                self.marks.append((event.step, event.message))
            case RunEnded():
                self.ended, self.paused = event, False
            case _:
                pass

    def _add_epoch(self, event: EpochEnded) -> None:
        epochs, decimator = self.epochs, self._decimator
        del epochs[len(epochs) - len(decimator.waiting) :]
        epochs += decimator.add(event, epoch=event.epoch, best=event.best)
        epochs += decimator.waiting
        # The matrix takes most of an epoch's memory. Earlier epochs have lost theirs already.
        for index in range(max(len(epochs) - 3, 0), len(epochs) - 1):
            if epochs[index].confusion is not None:
                epochs[index] = dataclasses.replace(epochs[index], confusion=None)
        if event.best:
            self.best = event
            self._bests.append(event.epoch)
            if len(self._bests) > _KEPT_BESTS:
                self._remove_former_best(self._bests.popleft())

    def _remove_former_best(self, epoch: int) -> None:
        """Removes an epoch that was kept only because it was the best."""
        if not keeps_epoch(epoch):
            index = bisect_left(self.epochs, epoch, key=_NUMBER)
            if index < len(self.epochs) and self.epochs[index].epoch == epoch:
                del self.epochs[index]

    def _begin(self, event: RunStarted) -> None:
        step = event.from_step
        self._columns.drop_after(step)
        self.gradient_norms.drop_after(step)
        self.epochs = [epoch for epoch in self.epochs if epoch.step <= step]
        self.best = next((epoch for epoch in reversed(self.epochs) if epoch.best), None)
        self._bests = deque(epoch.epoch for epoch in self.epochs[-_KEPT_BESTS:] if epoch.best)
        self._decimator.clear()
        self.marks = [mark for mark in self.marks if mark[0] <= step]
        self.changes = [change for change in self.changes if change.step <= step]
        if self.layer_stats is not None and self.layer_stats.step > step:
            self.layer_stats = None
        self.started, self.ended, self.paused = event, None, False

    def _add_table(self, table: StepTable) -> None:
        width = len(table.fields)
        try:
            numbers = np.array(table.negated, dtype=np.float64).reshape(table.rows, width)
        except OverflowError:
            self._add_one_by_one(_records(table))
            return
        np.negative(numbers, out=numbers)
        columns = {name: numbers[:, index] for index, name in enumerate(table.fields)}
        whole = all(
            set(map(type, table.negated[table.fields.index(name) :: width])) == {int}
            for name in _INTEGERS
            if name in columns
        )
        if whole and _are_in_range(columns):
            self._columns.append(columns, table.rows)
        else:
            self._add_one_by_one(_records(table))

    def _add_steps(self, records: list[Mapping[str, Any]]) -> None:
        columns = _as_columns(records)
        if columns is not None and _are_in_range(columns):
            self._columns.append(columns, len(records))
        else:
            self._add_one_by_one(records)

    def _add_one_by_one(self, records: Sequence[Mapping[str, Any]]) -> None:
        steps = [event for event in map(from_record, records) if isinstance(event, Step)]
        self.skipped += len(records) - len(steps)
        if steps:
            columns = {name: [getattr(event, name) for event in steps] for name in _COLUMNS}
            self._columns.append(
                {name: np.array(column, dtype=_COLUMNS[name]) for name, column in columns.items()}, len(steps)
            )


def _is_step(record: Mapping[str, Any]) -> bool:
    return record.get("event") == "step"


def _as_columns(records: list[Mapping[str, Any]]) -> dict[str, np.ndarray] | None:
    """The columns of records that all have the first one's keys and plain numbers; else None."""
    names = [name for name in _COLUMNS if name in records[0]]
    if len(records) < 2 or set(map(len, records)) != {len(names) + 1}:
        return None
    columns: dict[str, np.ndarray] = {}
    try:
        for name in names:
            column = list(map(itemgetter(name), records))
            kinds = set(map(type, column))
            if kinds != {int} and (name in _INTEGERS or not kinds <= {int, float}):
                return None
            columns[name] = np.array(column, dtype=np.float64)
    except (KeyError, OverflowError):
        return None
    return columns if {"step", "epoch", "loss", "learning_rate"} <= columns.keys() else None


def _are_in_range(columns: Mapping[str, np.ndarray]) -> bool:
    for name, column in columns.items():
        low, high = column.min(), column.max()
        if name in _INTEGERS:
            if low < 0 or high > LARGEST:
                return False
        elif not (np.isfinite(low) and np.isfinite(high)):
            return False
    return True


def _records(table: StepTable) -> list[dict[str, Any]]:
    width = len(table.fields)
    rows = (table.negated[start : start + width] for start in range(0, table.rows * width, width))
    return [{"event": "step", **{name: -value for name, value in zip(table.fields, row, strict=True)}} for row in rows]
