"""Rows of the stack: what stands in each column and how wide the columns are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from nntui.tui.screens.build.drafts import layer_type

if TYPE_CHECKING:
    from nntui.spec.examine import LayerRow


@dataclass(frozen=True, slots=True)
class StackRow:
    """A layer as the stack shows it; None where it is not known (yet)."""

    name: str
    detail: str
    output_shape: tuple[int, ...] | None = None
    parameters: int | None = None
    flops: int | None = None
    wrong: bool = False


@dataclass(frozen=True, slots=True)
class Columns:
    """Cells for each column; 0 leaves it out."""

    name: int
    detail: int
    shape: int
    parameters: int
    flops: int

    def line(self, cells: Sequence[str]) -> str:
        """Name and detail to the left, the numbers to the right."""
        name, detail, *numbers = cells
        widths = (self.shape, self.parameters, self.flops)
        text = f"{_cut(name, self.name)} {_cut(detail, self.detail)}"
        for number, width in zip(numbers, widths, strict=True):
            if width:
                text += f" {number:>{width}}"
        return text


HEADING = ("layer", "", "output", "params", "flops")


def _cut(text: str, width: int) -> str:
    return text.ljust(width) if len(text) <= width else text[: max(width - 1, 0)] + "…"[:width]


def cells(row: StackRow) -> tuple[str, str, str, str, str]:
    """The row's text for each column."""
    numbers = ("" if value is None else f"{value:,}" for value in (row.parameters, row.flops))
    shape = "" if row.output_shape is None else "×".join(map(str, row.output_shape))
    parameters, flops = numbers
    return row.name, row.detail, shape, parameters, flops


def fit(rows: Iterable[StackRow], width: int) -> Columns:
    """Columns that fill `width` cells; what has no room goes: FLOPs, then parameters, then what a name is too long."""
    table = [cells(row) for row in rows] + [HEADING]
    natural = [max(len(line[column]) for line in table) for column in range(5)]
    name, detail, shape, parameters, flops = natural
    detail = max(detail, 8)
    for shown in ((parameters, flops), (parameters, 0), (0, 0)):
        used = name + 1 + shape + 1 + sum(column + 1 for column in shown if column)
        if used + min(detail, 10) <= width:
            return Columns(name, width - used, shape, *shown)
    room = max(width - shape - 2, 2)
    name = min(name, room)
    return Columns(name, room - name, shape, 0, 0)


def examined_rows(rows: Sequence[LayerRow]) -> list[StackRow]:
    """The rows of an examination."""
    return [
        StackRow(
            name=row.name,
            detail=row.detail if row.output_shape is not None or not row.problems else row.detail or row.type,
            output_shape=row.output_shape,
            parameters=None if row.output_shape is None else row.parameters,
            flops=None if row.output_shape is None else row.flops,
            wrong=bool(row.problems),
        )
        for row in rows
    ]


def awaited_rows(layers: Sequence[Any], known: Mapping[int, StackRow]) -> list[StackRow]:
    """Rows until the examination answers: what is `known` of the same layers (by identity), names counted anew."""
    counts: Counter[str] = Counter()
    rows = []
    for layer in layers:
        kind = layer_type(layer)
        counts[kind] += 1
        name = f"{kind}_{counts[kind]}"
        row = known.get(id(layer))
        rows.append(replace(row, name=name) if row is not None else StackRow(name, _guess(layer)))
    return rows


def _guess(layer: Any) -> str:
    if not isinstance(layer, Mapping):
        return ""
    return " ".join(str(value) for key, value in layer.items() if key != "type" and not isinstance(value, bool))
