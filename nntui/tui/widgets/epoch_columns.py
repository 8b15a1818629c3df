"""The columns of the epoch table: which of them fit a width, and an epoch as a line of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass

from nntui.display.cells import cell_len, fitted, set_cell_size
from nntui.display.printable import printable
from nntui.runs.events import EpochEnded
from nntui.tui.plots.labels import compact, fixed

_SHORT = {"accuracy": "acc", "mean_absolute_error": "mae", "mean_squared_error": "mse", "precision": "prec",
          "roc_auc": "auc"}  # fmt: skip
_HEADING = 8
_WIDEST_GAP = 4
_STAR = 2


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, its width in cells and the text of an epoch in it."""

    heading: str
    width: int
    text: Callable[[EpochEnded], str]


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns that fit, with the spaces between them."""

    columns: tuple[Column, ...]
    gap: int

    def heading(self) -> str:
        """The line above the epochs."""
        return self._joined([fitted(column.heading, column.width, right=True) for column in self.columns])

    def line(self, epoch: EpochEnded) -> str:
        """The epoch as a line; a star at the end when it is the best so far of its run."""
        return self._joined([column.text(epoch).rjust(column.width)[-column.width :] for column in self.columns])

    def _joined(self, cells: list[str]) -> str:
        return (" " * self.gap).join(cells)


def fitting(width: int, metric: str | None, names: Collection[str] = ()) -> Columns:
    """The columns for `width` cells, a star's two left free at the end; `metric` is one besides the loss, or None.

    `names` are the metrics there are: where room is left, more of them are shown. Where not all fit, these go in turn:
    the further metrics, seconds, the training metric, its validation, val_loss, loss.
    """
    others = [name for name in bases(names) if name != metric]
    wanted = _first_that_fit(_by_importance(metric, others, names), width)
    pairs = [(name, f"val_{name}") for name in ("loss", metric, *others)]
    places = ["epoch", *(name for pair in pairs for name in pair), "seconds"]
    columns = [_column(name) for name in places if name in wanted]
    gap = 1
    while gap < _WIDEST_GAP and _size(columns, gap + 1) <= width:
        gap += 1
    return Columns(tuple(columns), gap)


def bases(names: Collection[str]) -> list[str]:
    """The metrics besides the loss, each once, whether measured in training, in validation or in both."""
    return [name for name in dict.fromkeys(name.removeprefix("val_") for name in names) if name != "loss"]


def in_order(names: Collection[str], metric: str | None) -> list[str]:
    """The logged metrics as a person wants them: loss, val_loss, `metric` in training and validation, then others."""
    pairs = [(name, f"val_{name}") for name in ("loss", metric, *bases(names)) if name is not None]
    return [name for name in dict.fromkeys(name for pair in pairs for name in pair) if name in names]


def first_metric(epoch: EpochEnded) -> str | None:
    """The first metric besides the loss; None when there is none."""
    return next(iter(bases(epoch.metrics)), None)


def short(metric: str) -> str:
    """A metric's name as a heading: 'val_acc' for val_accuracy, others cut to eight cells."""
    prefix, base = ("val_", metric[4:]) if metric.startswith("val_") else ("", metric)
    return prefix + _SHORT.get(base, set_cell_size(printable(base[: 8 * _HEADING]), _HEADING).rstrip())


def _size(columns: list[Column], gap: int) -> int:
    return sum(column.width for column in columns) + gap * (len(columns) - 1) + _STAR


def _first_that_fit(names: list[str], width: int) -> list[str]:
    """As many of the names as have room with one space between, at least one."""
    used = _STAR - 1
    for count, name in enumerate(names):
        used += _column(name).width + 1
        if used > width:
            return names[: max(count, 1)]
    return names


def _by_importance(metric: str | None, others: list[str], names: Collection[str]) -> list[str]:
    wanted = ["epoch", "loss", "val_loss"]
    if metric is not None:
        held_out_only = f"val_{metric}" in names and metric not in names
        wanted += [f"val_{metric}"] if held_out_only else [f"val_{metric}", metric]
    wanted.append("seconds")
    return wanted + [each for name in others for each in (f"val_{name}", name) if each in names]


def _column(name: str) -> Column:
    if name == "epoch":
        return Column("epoch", 5, _epoch)
    if name == "seconds":
        return Column("sec", 5, _seconds)
    return _metric(name, 6 if name.endswith("loss") else 5)


def _metric(name: str, width: int) -> Column:
    heading = short(name)
    digits = max(width, cell_len(heading))

    def text(epoch: EpochEnded) -> str:
        value = epoch.metrics.get(name)
        if value is None:
            return "-"
        return "nan" if math.isnan(value) else fixed(value, min(digits, 7)).strip()

    return Column(heading, digits, text)


def _epoch(epoch: EpochEnded) -> str:
    return compact(epoch.epoch, 5)


def _seconds(epoch: EpochEnded) -> str:
    return fixed(epoch.seconds, 5).strip()
