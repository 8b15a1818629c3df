"""Rows of the stack: what stands in each column and how wide the columns are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from nntui.display.cells import cell_len, fitted
from nntui.display.printable import printable
from nntui.tui.places.builder.drafts import DEEPEST, Path, inner_layers, layer_type

if TYPE_CHECKING:
    from nntui.modelfile.layer_rows import LayerRow


@dataclass(frozen=True, slots=True)
class StackRow:
    """A layer as the stack shows it; None where it is not known (yet)."""

    name: str
    detail: str
    output_shape: tuple[int, ...] | None = None
    parameters: int | None = None
    flops: int | None = None
    wrong: bool = False
    path: Path = ()
    """Where the layer stands in the draft."""
    is_block: bool = False
    """Whether it holds layers, though it may be empty."""

    @property
    def depth(self) -> int:
        """In how many blocks the layer is."""
        return max(len(self.path) // 2 - 1, 0)


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
        text = f"{fitted(name, self.name)} {fitted(detail, self.detail)}"
        for number, width in zip(numbers, widths, strict=True):
            if width:
                text += f" {number:>{width}}"
        return text


_NAME_STAYS = 12
"""Cells of a long name that are kept before a column is left out."""
HEADING = ("layer", "", "output", "params", "flops")


def cells(row: StackRow) -> tuple[str, str, str, str, str]:
    """The row's text for each column."""
    numbers = ("" if value is None else f"{value:,}" for value in (row.parameters, row.flops))
    shape = "" if row.output_shape is None else "×".join(map(str, row.output_shape))
    parameters, flops = numbers
    return "  " * row.depth + row.name, row.detail, shape, parameters, flops


def fit(rows: Iterable[StackRow], width: int) -> Columns:
    """Columns that fill `width` cells; what has no room goes: the end of long names, then FLOPs, then parameters."""
    table = [cells(row) for row in rows] + [HEADING]
    natural = [max(cell_len(printable(line[column])) for line in table) for column in range(5)]
    name, detail, shape, parameters, flops = natural
    detail = max(detail, 8)
    for shown in ((parameters, flops), (parameters, 0), (0, 0)):
        room = width - shape - 2 - sum(column + 1 for column in shown if column)
        if min(name, _NAME_STAYS) + min(detail, 10) <= room:
            name = min(name, room - min(detail, 10))
            return Columns(name, room - name, shape, *shown)
    room = max(width - shape - 2, 2)
    name = min(name, room)
    return Columns(name, room - name, shape, 0, 0)


def validated_rows(rows: Sequence[LayerRow], path: Path = ("layers",)) -> list[StackRow]:
    """The rows of a validated draft, those of a block's layers after the block's."""
    found = []
    for index, row in enumerate(rows):
        known, here = row.output_shape is not None, (*path, index)
        found.append(
            StackRow(
                name=row.name,
                detail=row.detail if known or not row.problems else row.detail or row.type,
                output_shape=row.output_shape,
                parameters=row.parameters if known else None,
                flops=row.flops if known else None,
                wrong=bool(row.problems),
                path=here,
                is_block=row.is_block,
            )
        )
        found += validated_rows(row.inner, (*here, "layers"))
    return found


def awaited_rows(layers: Sequence[Any], known: Mapping[int, StackRow], path: Path = ("layers",)) -> list[StackRow]:
    """Rows until the draft is validated: what is `known` of the same layers (by identity), names counted anew."""
    counts: Counter[str] = Counter()
    rows = []
    for index, layer in enumerate(layers):
        kind, here, inner = layer_type(layer), (*path, index), inner_layers(layer)
        counts[kind] += 1
        row = known.get(id(layer)) or StackRow("", _guess(layer), is_block=bool(inner))
        rows.append(replace(row, name=f"{kind}_{counts[kind]}", path=here))
        if len(here) < DEEPEST:
            rows += awaited_rows(inner, known, (*here, "layers"))
    return rows


def _guess(layer: Any) -> str:
    if not isinstance(layer, Mapping):
        return ""
    values = [value for key, value in layer.items() if key != "type" and not isinstance(value, bool)]
    return " ".join(str(value) for value in values if isinstance(value, str | int | float))
