"""Layer rows: a stack line by line, with the layers of a block below it, as far as each is valid."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from nntui.display.printable import cut, escaped
from nntui.modelfile.problems import Problem
from nntui.modelfile.tables import DEEPEST_LIST, parse_member
from nntui.nn.layers.base import Layer, Shape, ShapeError
from nntui.nn.layers.plan import LayerPlan, layer_names, plan
from nntui.settings import settings_of

BLOCK = "layers"
"""The setting that holds the layers of a block, under the same name as in the model."""
_LONGEST_TYPE = 30
_LAYER_STEP = re.compile(rf"{BLOCK}\[([0-9]{{1,6}})\](?:\.|$)")


@dataclass(frozen=True, slots=True)
class LayerRow:
    """One layer of the stack as a line of text."""

    name: str
    """'dense_1', even for an invalid layer; 'layer_1' if the type is unknown. Numbered afresh within a block."""
    type: str
    detail: str
    output_shape: Shape | None
    """None from the first layer that does not fit."""
    parameters: int
    flops: int
    """Of one forward pass for one sample."""
    problems: tuple[Problem, ...]
    """Including those of the layers in a block."""
    inner: tuple[LayerRow, ...] = ()
    """The layers of a block, whose parameters and FLOPs are included."""
    is_block: bool = False
    """Whether its type is a block of layers, of which there may be none yet."""


def layer_rows(
    raw: Any, layers: Sequence[Layer | None], input_shape: Shape | None, problems: Sequence[Problem]
) -> tuple[LayerRow, ...]:
    """A row for each of `layers`, which are None where the draft's list `raw` is invalid.

    `input_shape` is None if the data are unknown.
    """
    return tuple(_rows(raw, layers, input_shape, "layers", problems))


def named_path(path: str, rows: Sequence[LayerRow]) -> str:
    """A path of the file with layer names in place of indices: 'layers[1].units' becomes 'dense_1.units'."""
    match = _LAYER_STEP.match(path)
    if match is None or int(match[1]) >= len(rows):
        return path
    row, rest = rows[int(match[1])], path[match.end() :]
    return f"{row.name}.{named_path(rest, row.inner)}" if rest else row.name


def planned(layers: Sequence[Layer | None], input_shape: Shape | None) -> tuple[list[LayerPlan], ShapeError | None]:
    """The plans of the layers before the first that is invalid or does not fit, and why it does not fit."""
    valid: list[Layer] = []
    for layer in layers:
        if layer is None:
            break
        valid.append(layer)
    plans: list[LayerPlan] = []
    try:
        if input_shape is not None:
            for layer_plan in plan(valid, input_shape):
                plans.append(layer_plan)  # noqa: PERF402
    except ShapeError as error:
        return plans, error
    return plans, None


def _rows(
    raw: Any, layers: Sequence[Layer | None], shape: Shape | None, path: str, problems: Sequence[Problem]
) -> Iterator[LayerRow]:
    items = cast("list[Any]", raw) if isinstance(raw, list) else []
    types = [layer.type if layer else _raw_type(items[index]) for index, layer in enumerate(layers)]
    names = layer_names(kind if kind in Layer.members() else "layer" for kind in types)
    plans, _ = planned(layers, shape)
    inputs = [shape, *(layer_plan.output_shape for layer_plan in plans)]
    for index, (name, kind, layer) in enumerate(zip(names, types, layers, strict=True)):
        layer_path = f"{path}[{index}]"
        layer_plan = plans[index] if index < len(plans) else None
        layer_input = inputs[index] if index < len(inputs) else None
        yield LayerRow(
            name=name,
            type=kind,
            detail=layer.detail() if layer else "",
            output_shape=layer_plan.output_shape if layer_plan else None,
            parameters=layer_plan.parameter_count if layer_plan else 0,
            flops=layer_plan.flops if layer_plan else 0,
            problems=tuple(p for p in problems if p.path == layer_path or p.path.startswith(f"{layer_path}.")),
            inner=tuple(_inner(items[index], layer, layer_input, layer_path, problems)) if _is_block(kind) else (),
            is_block=_is_block(kind),
        )


def _inner(
    raw: Any, layer: Layer | None, shape: Shape | None, path: str, problems: Sequence[Problem]
) -> Iterator[LayerRow]:
    """The rows of a block's layers, even if one of them makes the block invalid."""
    items = cast("Mapping[str, Any]", raw).get(BLOCK) if isinstance(raw, Mapping) else None
    block_path = f"{path}.{BLOCK}"
    if isinstance(items, list) and block_path.count(".") < DEEPEST_LIST:
        items = cast("list[Any]", items)
        layers = getattr(layer, BLOCK) if layer else [parse_member(Layer, item, "", []) for item in items]
        yield from _rows(items, layers, shape, block_path, problems)


def _is_block(kind: str) -> bool:
    member = Layer.members().get(kind)
    return member is not None and BLOCK in settings_of(member)


def _raw_type(item: Any) -> str:
    """The type given for an invalid layer, printable; '?' if none is given."""
    kind = cast("Mapping[str, Any]", item).get("type") if isinstance(item, Mapping) else item
    return escaped(cut(kind, _LONGEST_TYPE)) if isinstance(kind, str) else "?"
