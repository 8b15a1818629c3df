"""The columns of a table as a trained network reads them, whichever of its categories and classes they hold."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from nntui.data.errors import DataError, shown, source_error
from nntui.data.input_schema import InputSchema, are_made_up, column_order, listed
from nntui.data.readers.csv_text import Layout, blocks, number
from nntui.data.readers.targets import NAME_LENGTH, class_name
from nntui.display.printable import printable


def schema_columns(source: str, have: Sequence[str], features: Sequence[str]) -> list[tuple[int, int | dict[str, int]]]:
    """For each input column of the network its index in `have` and its input; for text the input of each category.

    Several features of the form 'city=Rome' are one column of text; DataError where the columns do not match.
    """
    names, numbers = set(have), set(features)
    columns: dict[str, dict[str, int]] = {}
    for place, feature in enumerate(features):
        column = column_of(feature, names)
        column = feature if column in numbers else column
        category = feature[len(column) + 1 :]
        if category in columns.setdefault(column, {}):
            raise source_error(f"{source}: two values of column {shown(column)} that the network knows are too alike")
        columns[column][category] = place
    inputs = [known[""] if name in numbers else known for name, known in columns.items()]
    return list(zip(column_order(source, have, tuple(columns)), inputs, strict=True))


def column_of(feature: str, names: Collection[str]) -> str:
    """The column a feature was made from; `names` decide where a '=' may be part of the column's name."""
    ends = [place for place, character in enumerate(feature) if character == "="]
    cuts = [feature, *(feature[:end] for end in reversed(ends))]
    return next((cut for cut in cuts if cut in names), cuts[-1])


def inputs_of(cells: Iterable[str], known: dict[str, int]) -> dict[str, int]:
    """The input of each cell of a column of text, without cells that the network does not know."""
    short = {cell: printable(cell, NAME_LENGTH) for cell in cells}
    return {cell: known[name] for cell, name in short.items() if name in known}


def unknown_category(path: Path, layout: Layout, index: int, known: dict[str, int]) -> DataError:
    """The DataError for the first cell of a column of text that the network does not know."""
    for block in blocks(path, layout):
        for line, cell in zip(block.lines, block.columns[index], strict=True):
            if printable(cell, NAME_LENGTH) not in known:
                where = f"{path.name}, column {shown(layout.names[index])}, line {line}"
                what = f"{where}: the network does not know {shown(cell, 30)}"
                return source_error(f"{what}; it knows {listed(tuple(known))}")
    return source_error(f"{path.name} changed while it was read")


def schema_class(cell: str, classes: Collection[str]) -> str:
    """The name of the class in a cell: the text where the network knows it, otherwise the number's name."""
    name = printable(cell, NAME_LENGTH)
    if name in classes or math.isnan(number(cell)):
        return name
    return class_name(number(cell))


def schema_target(source: str, layout: Layout, schema: InputSchema) -> str | None:
    """The target column by its name in training; None where that does not help and the last column is taken."""
    last = layout.names[-1]
    if not layout.has_header or schema.target in layout.names:
        return schema.target if layout.has_header else None
    if are_made_up(schema.features) or all(column_of(feature, {last}) != last for feature in schema.features):
        return None
    if not schema.target:
        what = f"its last column, {shown(last)}, is an input of the network"
        raise DataError("data.target", f"{source} has no target column: {what}")
    return schema.target
