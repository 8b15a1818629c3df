"""Rows: a stack line by line, the layers of a block under it, as far as each can be read and fits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nntui.display.printable import cut, escaped
from nntui.modelfile.problems import Problem
from nntui.modelfile.tables import DEEPEST_LIST, parse_member
from nntui.nn.layers.base import Layer, Shape, ShapeError
from nntui.nn.layers.plan import LayerPlan, layer_names, plan
from nntui.settings import settings_of

BLOCK = "layers"
"""The setting under which a layer that is a block of layers has them, as the model has its own."""
_LONGEST_TYPE = 30
_LAYER_STEP = re.compile(rf"{BLOCK}\[([0-9]{{1,6}})\](?:\.|$)")


@dataclass(frozen=True, slots=True)
class LayerRow:
    """One line under the stack."""

    name: str
    """'dense_1', also for one that is wrong; 'layer_1' where the type is not known. In a block counted anew."""
    type: str
    detail: str
    output_shape: Shape | None
    """None from the first layer on that does not fit."""
    parameters: int
    flops: int
    """Of one forward pass for one sample."""
    problems: tuple[Problem, ...]
    """With those of the layers in it."""
    inner: tuple[LayerRow, ...] = ()
    """The layers of a block, which its numbers include."""
    is_block: bool = False
    """Whether it is of a type that has layers, though there may be none yet."""


def layer_rows(
    raw: Any, layers: Sequence[Layer | None], input_shape: Shape | None, problems: Sequence[Problem]
) -> tuple[LayerRow, ...]:
    """A row for each of `layers`, None for those that could not be read from the draft's list `raw`.

    No `input_shape` where the data are not known.
    """
    return tuple(_rows(raw, layers, input_shape, "layers", problems))


def named_path(path: str, rows: Sequence[LayerRow]) -> str:
    """A path of the file with the names of the layers on it: 'layers[1].units' is 'dense_1.units'."""
    match = _LAYER_STEP.match(path)
    if match is None or int(match[1]) >= len(rows):
        return path
    row, rest = rows[int(match[1])], path[match.end() :]
    return f"{row.name}.{named_path(rest, row.inner)}" if rest else row.name


def planned(layers: Sequence[Layer | None], input_shape: Shape | None) -> tuple[list[LayerPlan], ShapeError | None]:
    """The arithmetic of the layers up to the first that cannot be read or does not fit, and why that one does not."""
    whole: list[Layer] = []
    for layer in layers:
        if layer is None:
            break
        whole.append(layer)
    found: list[LayerPlan] = []
    try:
        if input_shape is not None:
            for item in plan(whole, input_shape):
                found.append(item)  # noqa: PERF402
    except ShapeError as error:
        return found, error
    return found, None


def _rows(
    raw: Any, layers: Sequence[Layer | None], shape: Shape | None, path: str, problems: Sequence[Problem]
) -> Iterator[LayerRow]:
    items = raw if isinstance(raw, list) else []
    told = [layer.type if layer else _told_type(items[index]) for index, layer in enumerate(layers)]
    names = layer_names(kind if kind in Layer.members() else "layer" for kind in told)
    plans, _ = planned(layers, shape)
    inputs = [shape, *(item.output_shape for item in plans)]
    for index, (name, kind, layer) in enumerate(zip(names, told, layers, strict=True)):
        here = f"{path}[{index}]"
        mine = tuple(p for p in problems if p.path == here or p.path.startswith(f"{here}."))
        known = plans[index] if index < len(plans) else None
        goes_in = inputs[index] if index < len(inputs) else None
        yield LayerRow(
            name=name,
            type=kind,
            detail=layer.detail() if layer else "",
            output_shape=known.output_shape if known else None,
            parameters=known.parameter_count if known else 0,
            flops=known.flops if known else 0,
            problems=mine,
            inner=tuple(_inner(items[index], layer, goes_in, here, problems)) if _is_block(kind) else (),
            is_block=_is_block(kind),
        )


def _inner(
    raw: Any, layer: Layer | None, shape: Shape | None, path: str, problems: Sequence[Problem]
) -> Iterator[LayerRow]:
    """The rows of a block's layers, also where one of them keeps the block from being read."""
    items = raw.get(BLOCK) if isinstance(raw, Mapping) else None
    here = f"{path}.{BLOCK}"
    if isinstance(items, list) and here.count(".") < DEEPEST_LIST:
        layers = getattr(layer, BLOCK) if layer else [parse_member(Layer, item, "", []) for item in items]
        yield from _rows(items, layers, shape, here, problems)


def _is_block(kind: str) -> bool:
    member = Layer.members().get(kind)
    return member is not None and BLOCK in settings_of(member)


def _told_type(item: Any) -> str:
    """The type a layer that cannot be read says it has, printable; '?' where it says none."""
    kind = item.get("type") if isinstance(item, Mapping) else item
    return escaped(cut(kind, _LONGEST_TYPE)) if isinstance(kind, str) else "?"
