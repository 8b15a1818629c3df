"""Tables: drawn on a terminal, tab-separated with a header where a program reads them."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nntui.cli.speech import is_terminal, write
from nntui.data.errors import printable


@dataclass(frozen=True, slots=True)
class Column:
    """A column's name, as it is written for programs too, and how a terminal shows it."""

    name: str
    right: bool = False
    """Set to the right, as numbers are."""
    shrinks: bool = False
    """Cut short where the terminal is narrow; other columns keep their width."""


def print_table(columns: Sequence[Column], rows: Iterable[Sequence[str]], *, title: str = "") -> None:
    """Prints the rows; control characters in a cell are replaced. The title is for people only."""
    cells = [[printable(cell) for cell in row] for row in rows]
    if is_terminal(sys.stdout):
        _draw(columns, cells, title)
        return
    write("\t".join(column.name for column in columns))
    for row in cells:
        write("\t".join(row))


def print_facts(facts: Iterable[tuple[str, str]]) -> None:
    """Prints names and values, one pair a line."""
    pairs = [(name, printable(value)) for name, value in facts]
    width = max((len(name) for name, _ in pairs), default=0)
    for name, value in pairs:
        write(f"{name:<{width}}  {value}" if is_terminal(sys.stdout) else f"{name}\t{value}")


def _draw(columns: Sequence[Column], rows: Sequence[Sequence[str]], title: str) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, title=title or None, title_justify="left", pad_edge=False)
    for column in columns:
        table.add_column(
            column.name.replace("_", " "),
            justify="right" if column.right else "left",
            no_wrap=True,
            overflow="ellipsis" if column.shrinks else "crop",
            min_width=None if column.shrinks else _width(column, rows, columns),
        )
    for row in rows:
        table.add_row(*map(Text, row))
    Console(highlight=False).print(table)


def _width(column: Column, rows: Sequence[Sequence[str]], columns: Sequence[Column]) -> int:
    index = columns.index(column)
    return max([len(column.name), *(len(row[index]) for row in rows)])
