"""The columns of the epoch table: which of them fit a width, and an epoch as a line of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from nntui.display.cells import cell_len, fitted, set_cell_size
from nntui.display.printable import printable
from nntui.modelfile.settings import HIGHER_IS_BETTER
from nntui.runs.events import EpochEnded
from nntui.tui.plots.column_format import ColumnFormat, Extents, format_of

_SHORT = {"accuracy": "acc", "mean_absolute_error": "mae", "mean_squared_error": "mse", "precision": "prec",
          "roc_auc": "auc"}  # fmt: skip
EPOCH, LEARNING_RATE, SECONDS = "epoch", "learning_rate", "seconds"
"""The columns around the metrics, by names that no metric in a log has."""
_HEADINGS = {EPOCH: "epoch", LEARNING_RATE: "lr", SECONDS: "sec"}
_ROUND = frozenset({LEARNING_RATE, SECONDS})
_MEASURED_DIGITS = 4
_HEADING = 8
_NARROWEST = 3
"""Cells of a column: 'nan' has room."""
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


def fitting(width: int, metric: str | None, names: Collection[str], formats: Mapping[str, ColumnFormat]) -> Columns:
    """The columns that fit `width` cells, a star's two left free at the end; from the first that does not, none.

    Epoch, loss, val_loss, `metric` in training and in validation, the other `names` there are, learning rate, seconds;
    at least the first. `formats` has one for each but the epoch.
    """
    wanted = [EPOCH, *in_order(names, metric), LEARNING_RATE, SECONDS]
    columns: list[Column] = []
    for name in wanted:
        columns.append(_column(name, formats.get(name, ColumnFormat(0))))
        if _size(columns, 1) > width and len(columns) > 1:
            columns.pop()
            break
    gap = 1
    while gap < _WIDEST_GAP and _size(columns, gap + 1) <= width:
        gap += 1
    return Columns(tuple(columns), gap)


def value_of(epoch: EpochEnded, name: str) -> float | None:
    """What stands in a column; None where the epoch has no such metric."""
    if name == EPOCH:
        return epoch.epoch
    if name == LEARNING_RATE:
        return epoch.learning_rate
    return epoch.seconds if name == SECONDS else epoch.metrics.get(name)


class Formats:
    """A format for each column, from the numbers that were on the screen so far: it stays when a table is scrolled."""

    def __init__(self) -> None:
        self._extents: dict[str, Extents] = {}

    def take_in(self, epochs: Sequence[EpochEnded], names: Collection[str]) -> None:
        """These are shown, in the columns of these metrics."""
        for name in (EPOCH, *names, LEARNING_RATE, SECONDS):
            values = [value for epoch in epochs if (value := value_of(epoch, name)) is not None]
            self._extents[name] = self._extents.get(name, Extents()).including(values)

    def formats(self) -> dict[str, ColumnFormat]:
        """The format of each column."""
        found = {
            # What is set, and seconds, are often round numbers; what is measured is not.
            name: format_of(
                extents, is_share=name in HIGHER_IS_BETTER, digits=0 if name in _ROUND else _MEASURED_DIGITS
            )
            for name, extents in self._extents.items()
        }
        whole = int(self._extents[EPOCH].largest) if EPOCH in self._extents else 0
        return found | {EPOCH: ColumnFormat(0, width=len(str(whole)))}


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


def _column(name: str, number: ColumnFormat) -> Column:
    def text(epoch: EpochEnded) -> str:
        value = value_of(epoch, name)
        return "-" if value is None else number.text(value)

    heading = _HEADINGS.get(name) or short(name)
    return Column(heading, max(cell_len(heading), number.width, _NARROWEST), text)
