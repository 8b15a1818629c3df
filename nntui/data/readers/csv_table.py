"""Tables: CSV files with a target column; columns of text are one-hot encoded, one input per value."""

from __future__ import annotations

import difflib
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nntui.data.errors import DataError, shown, source_error
from nntui.data.input_schema import InputSchema
from nntui.data.readers.columns import Column, Missing, block_numbers
from nntui.data.readers.csv_text import Block, Layout, blocks, layout_of, number, quoted_columns
from nntui.data.readers.file_cache import cached_by_file, unreadable
from nntui.data.readers.outline import MAX_BYTES, Outline, RawData
from nntui.data.readers.schema_columns import (
    inputs_of,
    schema_class,
    schema_columns,
    schema_target,
    unknown_category,
)
from nntui.data.readers.targets import MANY, NAME_LENGTH, class_name, looks_like_classes, too_many_classes
from nntui.display.printable import printable

MAX_CATEGORIES = 50
"""A column of text with more different values than this is refused as an input."""

WIDE = 100
"""In a table with more columns only the last may have more than 50 classes: values are not counted for all of them."""

Inputs = tuple[tuple[int, int | dict[str, int]], ...]
"""The index of each input column and of its input; for text the input of each value."""


@dataclass(frozen=True, slots=True)
class Scan:
    """The statistics of a table, column by column."""

    layout: Layout
    columns: tuple[Column, ...]
    rows: int
    missing: Missing


@dataclass(frozen=True, slots=True)
class TableEncoding:
    """How the columns of a table become inputs and targets."""

    outline: Outline
    target: int
    """Index of the target column."""
    inputs: Inputs
    labels: dict[str, int] | None
    """The label of each cell of the target column; None for regression."""


@cached_by_file
def scan(path: Path) -> Scan:
    """Read the whole text once."""
    layout = layout_of(path)
    wide = len(layout.names) > WIDE
    columns = tuple(Column(name, MAX_CATEGORIES if wide else MANY) for name in layout.names)
    columns[-1].most = MANY
    rows, missing = 0, Missing()
    for block in blocks(path, layout):
        rows += len(block.lines)
        before = sum(column.missing for column in columns)
        for column, cells in zip(columns, block.columns, strict=True):
            column.add(block.lines, cells)
        if sum(column.missing for column in columns) > before:
            missing.add(block.lines, block.columns)
    return Scan(layout, columns, rows, missing)


def outline(path: Path, target: str | None, task: str | None, schema: InputSchema | None = None) -> Outline:
    """From a scan of the text, which is cached whatever the target."""
    return _encoding(path, scan(path), target, task, schema).outline


def read(path: Path, target: str | None, task: str | None, schema: InputSchema | None = None) -> RawData:
    """x float64 (n, features) and y int64 (n,) or float64 (n, 1)."""
    table = scan(path)
    encoding = _encoding(path, table, target, task, schema)
    x = np.zeros((table.rows, *encoding.outline.input_shape))
    y = np.zeros((table.rows, 1)) if encoding.labels is None else np.zeros(table.rows, np.int64)
    start = 0
    try:
        for block in blocks(path, table.layout):
            stop = start + len(block.lines)
            _fill(encoding, block, x[start:stop], y[start:stop])
            start = stop
    except OSError as error:
        raise unreadable(path, error) from error
    except (KeyError, ValueError, IndexError):
        raise source_error(f"{path.name} changed while it was read") from None
    return RawData(x, y)


def _fill(encoding: TableEncoding, block: Block, x: np.ndarray, y: np.ndarray) -> None:
    rows = np.arange(len(block.lines))
    for index, place in encoding.inputs:
        cells = block.columns[index]
        if isinstance(place, int):
            x[:, place] = _numbers(cells)
        else:
            x[rows, [place[cell] for cell in cells]] = 1.0
    cells = block.columns[encoding.target]
    if encoding.labels is None:
        y[:, 0] = _numbers(cells)
    else:
        y[:] = [encoding.labels[cell] for cell in cells]


def _numbers(cells: tuple[str, ...]) -> np.ndarray:
    values = block_numbers(cells)
    if values is None:
        raise ValueError("not numbers")
    return np.frombuffer(values)


def _encoding(
    path: Path, table: Scan, target: str | None, task: str | None, schema: InputSchema | None
) -> TableEncoding:
    if not table.rows:
        raise source_error(f"{path.name} has a header and no rows")
    _refuse_missing(path, table)
    target_index = _target_index(path, table.layout, target, schema)
    column = table.columns[target_index]
    where = _where(path, column)
    labels = _labels(where, column, task, schema.classes if schema else ())
    sources = [index for index in range(len(table.columns)) if index != target_index]
    if schema is not None and schema.features:
        features, inputs = schema.features, _schema_inputs(path, table, sources, schema.features)
    else:
        features, inputs = _own_inputs(path, table, sources)
    if table.rows * len(features) * 8 > MAX_BYTES:
        raise source_error(f"{path.name}: {table.rows:,} rows of {len(features):,} inputs do not fit in memory")
    names, of_cell = labels or ((), None)
    numbers = [table.columns[index] for index, place in inputs if isinstance(place, int)]
    outline = Outline(
        task="regression" if of_cell is None else "classification",
        input_shape=(len(features),),
        rows=table.rows,
        classes=names,
        class_counts=_class_counts(column, of_cell, len(names)) if of_cell is not None else (),
        targets=() if of_cell is not None else (column.name,),
        features=features,
        target=column.name,
        constant_targets=(
            of_cell is None and column.low == column.high,
            False,
        ),
        spread=_spread(numbers),
        merged=_merged(numbers),
        merged_target=_merged([column]) if of_cell is None else None,
    )
    return TableEncoding(outline, target_index, inputs, of_cell)


def _own_inputs(path: Path, table: Scan, sources: list[int]) -> tuple[tuple[str, ...], Inputs]:
    """The names of the inputs, and where they come from, decided by the columns' own values."""
    inputs: list[tuple[int, int | dict[str, int]]] = []
    features: list[str] = []
    for index in sources:
        column, place = table.columns[index], len(features)
        values = _categories(path, column)
        if values is None:
            inputs.append((index, place))
            features.append(column.name)
        else:
            inputs.append((index, {value: number for number, value in enumerate(values, place)}))
            features += [f"{column.name}={_short(value)}" for value in values]
    return tuple(features), tuple(inputs)


def _schema_inputs(path: Path, table: Scan, sources: list[int], features: tuple[str, ...]) -> Inputs:
    """The inputs of a trained network that each column feeds."""
    inputs: list[tuple[int, int | dict[str, int]]] = []
    names = [table.columns[index].name for index in sources]
    for source, place in schema_columns(path.name, names, features):
        index = sources[source]
        column = table.columns[index]
        if isinstance(place, int):
            _refuse_text(_where(path, column), column, "data.source")
            inputs.append((index, place))
            continue
        of_cell = inputs_of(column.values or (), place)
        if column.values is None or len(of_cell) < len(column.values):
            raise unknown_category(path, table.layout, index, place)
        inputs.append((index, of_cell))
    return tuple(inputs)


def _refuse_missing(path: Path, table: Scan) -> None:
    missing = table.missing
    if missing.first is None:
        return
    line, column = missing.first
    cells = (
        "1 cell is" if missing.cells == 1 else f"{missing.cells:,} cells in {missing.rows:,} of {table.rows:,} rows are"
    )
    place = f"{'' if missing.cells == 1 else 'the first '}in line {line}, column {shown(table.layout.names[column])}"
    raise source_error(f"{path.name}: {cells} empty, {place}; fill them or remove their rows")


def _spread(numbers: list[Column]) -> float:
    """The widest range of the columns divided by the narrowest that is not 0; 1 where there are none."""
    ranges = [column.high - column.low for column in numbers if column.high > column.low]
    return max(ranges) / min(ranges) if ranges else 1.0


def _merged(numbers: list[Column]) -> tuple[str, float, float] | None:
    """The first column with values that are equal in 32 bits, and two of them."""
    return next(((column.name, *column.merged) for column in numbers if column.merged is not None), None)


def _class_counts(column: Column, of_cell: dict[str, int], classes: int) -> tuple[int, ...]:
    counts = [0] * classes
    for cell, count in (column.values or {}).items():
        counts[of_cell[cell]] += count
    return tuple(counts)


def _where(path: Path, column: Column) -> str:
    return f"{path.name}, column {shown(column.name)}"


def _target_index(path: Path, layout: Layout, target: str | None, schema: InputSchema | None) -> int:
    target = target or (schema and schema_target(path.name, layout, schema))
    if not target:
        return len(layout.names) - 1
    if target in layout.repeated:
        raise DataError("data.target", f"{path.name} has more than one column {shown(target)}; rename them")
    if target in layout.names:
        return layout.names.index(target)
    near = difflib.get_close_matches(target, layout.names, 1)
    hint = f"did you mean {shown(near[0])}?" if near else f"its columns are {quoted_columns(layout.names)}"
    what = "column" if schema is None else "target column"
    raise DataError("data.target", f"{path.name} has no {what} {shown(target)}; {hint}")


def _labels(
    where: str, column: Column, task: str | None, schema: tuple[str, ...]
) -> tuple[tuple[str, ...], dict[str, int]] | None:
    """The class names and the label of each cell of the target column; None for regression.

    With the classes of a trained network's schema the cells are read as in its training.
    """
    as_text = column.is_text or (column.first_text is not None and task == "classification")
    if not as_text or task == "regression":
        _refuse_text(where, column, "data.task" if column.is_text else "data.source")
        few = column.whole and column.values is not None
        if task == "regression" or (task is None and not (few and _looks_like_classes(column))):
            return None
    if column.values is None:
        raise too_many_classes(where, column.most)
    values = list(column.values)
    if schema:
        name_of = {value: schema_class(value, schema) for value in values}
        label_of = {name: label for label, name in enumerate(sorted(set(name_of.values())))}
        return tuple(label_of), {value: label_of[name] for value, name in name_of.items()}
    if as_text and any(math.isnan(number(value)) for value in values):
        names = sorted(values)
        return tuple(printable(name, NAME_LENGTH) for name in names), {
            value: label for label, value in enumerate(names)
        }
    ordered = sorted({float(value) for value in values})
    of_number = {value: label for label, value in enumerate(ordered)}
    return tuple(map(class_name, ordered)), {value: of_number[float(value)] for value in values}


def _looks_like_classes(column: Column) -> bool:
    distinct = {float(value) for value in column.values or ()}
    return looks_like_classes(len(distinct), column.rows)


def _refuse_text(where: str, column: Column, path: str) -> None:
    if column.first_text is not None:
        line, cell = column.first_text
        hint = "; decimals are written with a point" if "," in cell else ""
        if column.marks:
            cells = "1 cell of the column is" if column.marks == 1 else f"{column.marks:,} cells of the column are"
            hint = f"; {cells} missing: fill them or remove their rows"
        raise DataError(path, f"{where}, line {line}: {shown(cell, 30)} is not a finite 32-bit number{hint}")


def _categories(path: Path, column: Column) -> list[str] | None:
    """The different values of a text column in their order; None for a column of numbers."""
    where = _where(path, column)
    if not column.is_text:
        _refuse_text(where, column, "data.source")
        return None
    if column.values is None or len(column.values) > MAX_CATEGORIES:
        line, cell = column.first_text or (1, "")
        raise source_error(
            f"{where} holds text with more than {MAX_CATEGORIES} different values (line {line}: {shown(cell, 30)}); "
            "remove the column, or turn it into numbers"
        )
    return sorted(column.values)


def _short(name: str) -> str:
    return printable(name, NAME_LENGTH)
