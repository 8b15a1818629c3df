"""Tables: drawn on a terminal, tab-separated with a header elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nntui.cli.console import emit, is_terminal
from nntui.display.printable import printable

_GAP = 2


@dataclass(frozen=True, slots=True)
class Column:
    """A column's name, the same for programs, and how a terminal shows it."""

    name: str
    right: bool = False
    """Aligned to the right, as numbers are."""
    wraps: bool = False
    """Wrapped on a narrow terminal; other columns keep their width."""
    is_given: bool = False
    """Its name comes from the data and is printed unchanged; in other names underscores become spaces."""
    spare: bool = False
    """Left out on a narrow terminal, the last such column first."""


def print_table(columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> None:
    """Prints the rows; control characters in names and cells are replaced."""
    if is_terminal(sys.stdout):
        _draw(columns, [[printable(cell) for cell in row] for row in rows])
        return
    emit(*(column.name for column in columns))
    for row in rows:
        emit(*row)


def print_facts(facts: Iterable[tuple[str, str]]) -> None:
    """Prints names and values, one pair a line."""
    pairs = list(facts)
    if not is_terminal(sys.stdout):
        for name, value in pairs:
            emit(name, value)
        return
    from nntui.display.cells import cell_len, fitted

    width = max((cell_len(printable(name)) for name, _ in pairs), default=0)
    for name, value in pairs:
        emit(f"{fitted(name, width)}  {value}")


def _draw(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
    from rich import box
    from rich.cells import cell_len
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    titles = [printable(column.name if column.is_given else column.name.replace("_", " ")) for column in columns]
    widths = [max(map(cell_len, [title, *column])) for title, *column in zip(titles, *rows, strict=True)]
    shown = _fitting(columns, widths, console.width)
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, _GAP - 1, 0, 0))
    for index in shown:
        column = columns[index]
        table.add_column(
            Text(titles[index]),
            justify="right" if column.right else "left",
            no_wrap=not column.wraps,
            min_width=None if column.wraps else widths[index],
        )
    for row in rows:
        table.add_row(*(Text(row[index]) for index in shown))
    console.print(table)


def _fitting(columns: Sequence[Column], widths: Sequence[int], room: int) -> list[int]:
    """The indices of the columns that are shown."""
    shown = list(range(len(columns)))
    while sum(widths[index] + _GAP for index in shown) - _GAP > room:
        spare = [index for index in shown if columns[index].spare]
        if not spare:
            break
        shown.remove(spare[-1])
    return shown
