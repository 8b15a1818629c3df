"""CSV as text: delimiter, header, and rows in blocks of columns."""

from __future__ import annotations

import csv
import io
import math
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from nntui.data.errors import shown, source_error
from nntui.display.printable import printable
from nntui.display.sizes import size_text

MAX_TABLE_BYTES = 256 * 2**20
_DELIMITERS = ",;\t|"
_SAMPLE = 2**16
_NAME_LENGTH = 200
_CELLS = 2**18


@dataclass(frozen=True, slots=True)
class Layout:
    """How the text of a table is laid out."""

    delimiter: str
    names: tuple[str, ...]
    """Unique names of the columns: column_1, column_2 ... without a header; a repeated name gets _2."""
    repeated: frozenset[str]
    """Names that occur in the header more than once."""
    has_header: bool


@dataclass(frozen=True, slots=True)
class Block:
    """Some rows of a table, column by column, cells stripped of surrounding blanks."""

    lines: list[int]
    """Line of the file each row ends on, from 1."""
    columns: list[tuple[str, ...]]


def number(cell: str) -> float:
    """The finite number in a cell; NaN where there is none."""
    try:
        value = float(cell)
    except ValueError:
        return math.nan
    # Python reads 1_000 as a number; in a table it is text.
    return value if math.isfinite(value) and "_" not in cell else math.nan


def layout_of(path: Path) -> Layout:
    """Find delimiter (from the first 64 KB) and header (from the first two rows); DataError where it is not a table."""
    size = path.stat().st_size
    if size > MAX_TABLE_BYTES:
        raise source_error(
            f"{path.name} has {size_text(size)}; tables up to {size_text(MAX_TABLE_BYTES)} are read: save it as NPZ"
        )
    sample = _sample(path)
    delimiter = max(_DELIMITERS, key=lambda candidate: _fit(_sample_rows(sample, candidate)))
    with closing(_rows(path, delimiter)) as rows:
        first_two = [row for _, row in islice(rows, 2)]
    if not first_two:
        raise source_error(f"{path.name} is empty")
    first = list(map(str.strip, first_two[0]))
    if len(first) < 2:
        raise source_error(
            f"{path.name} has one column only; columns are separated by comma, semicolon, tab or |, and at least "
            "one feature and the target are needed"
        )
    has_header = _is_header(first, first_two[1:])
    names, repeated = _names(first if has_header else [""] * len(first))
    return Layout(delimiter, names, repeated, has_header)


def blocks(path: Path, layout: Layout) -> Iterator[Block]:
    """All rows below the header, some thousands at a time; empty rows are left out.

    DataError names the first line that has more or fewer cells than the first row.
    """
    width = len(layout.names)
    lines: list[int] = []
    rows: list[list[str]] = []
    at_once = max(_CELLS // width, 1)
    for line, row in islice(_rows(path, layout.delimiter), int(layout.has_header), None):
        if len(row) != width:
            raise source_error(f"{path.name}, line {line}: {len(row)} cells, expected {width} as in the first line")
        lines.append(line)
        rows.append(row)
        if len(rows) == at_once:
            yield _block(lines, rows)
            lines, rows = [], []
    if rows:
        yield _block(lines, rows)


def _block(lines: list[int], rows: list[list[str]]) -> Block:
    return Block(lines, [tuple(map(str.strip, column)) for column in zip(*rows, strict=True)])


def _rows(path: Path, delimiter: str) -> Generator[tuple[int, list[str]], None, None]:
    """Every row that is not empty, with the line it ends on."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, delimiter=delimiter, skipinitialspace=True)
        try:
            for row in reader:
                if any(map(str.strip, row)):
                    yield reader.line_num, row
        except csv.Error as error:
            raise source_error(f"{path.name}, line {reader.line_num}: {error}; look for a quote left open") from None
        except UnicodeDecodeError as error:
            raise _not_utf8(path, error) from None


def _sample(path: Path) -> str:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            text = file.read(_SAMPLE)
    except UnicodeDecodeError as error:
        raise _not_utf8(path, error) from None
    if "\0" in text:
        raise source_error(f"{path.name} is not text: it holds zero bytes; save it as CSV in UTF-8")
    return text


def _not_utf8(path: Path, error: UnicodeDecodeError) -> Exception:
    return source_error(f"{path.name} is not UTF-8 text (byte 0x{error.object[error.start]:02x}); save it as UTF-8")


def _sample_rows(sample: str, delimiter: str) -> list[list[str]]:
    """Up to 20 whole rows of the sample."""
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter, skipinitialspace=True)
    rows: list[list[str]] = []
    # A cell beyond csv's size limit ends the sample; reading all rows reports where it is.
    with suppress(csv.Error):
        rows.extend(islice((row for row in reader if any(map(str.strip, row))), 21))
    cut = len(sample) == _SAMPLE and len(rows) <= 20
    return rows[:-1] if cut and len(rows) > 1 else rows[:20]


def _fit(rows: list[list[str]]) -> tuple[bool, int]:
    """How well a delimiter fits: rows of equal width come first, then wider rows."""
    widths = {len(row) for row in rows}
    return (len(widths) == 1 and widths != {1}, max((len(row) for row in rows[:1]), default=0))


def _is_header(first: list[str], second: list[list[str]]) -> bool:
    """Whether the first row has no numbers, or more names above numbers than numbers of its own."""
    own = [not math.isnan(number(cell)) for cell in first]
    if not any(own):
        return True
    above = sum(
        not is_number and cell != "" and not math.isnan(number(below))
        for is_number, cell, below in zip(own, first, second[0] if second else [], strict=False)
    )
    return above > sum(own)


def _names(raw: list[str]) -> tuple[tuple[str, ...], frozenset[str]]:
    named = [printable(name, _NAME_LENGTH) or f"column_{index}" for index, name in enumerate(raw, 1)]
    taken: set[str] = set(named)
    seen: set[str] = set()
    names: list[str] = []
    for name in named:
        unique, copy = name, 2
        while unique in seen or (unique != name and unique in taken):
            unique, copy = f"{name}_{copy}", copy + 1
        seen.add(unique)
        names.append(unique)
    return tuple(names), frozenset(name for name, count in Counter(named).items() if count > 1)


def quoted_columns(names: tuple[str, ...], limit: int = 12) -> str:
    """Names of columns for a message."""
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(shown(name, 30) for name in names[:limit]) + more
