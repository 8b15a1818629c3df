"""Examination: everything that can be told of a draft without training it, its problems among it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nntui.data.catalogue import Description, describe
from nntui.data.errors import DataError
from nntui.data.settings import DataSettings
from nntui.nn.layers.base import Layer, Shape, ShapeError
from nntui.nn.losses import BinaryCrossEntropy, CrossEntropy, MeanSquaredError
from nntui.nn.network import LayerPlan, layer_names, plan
from nntui.spec.agreement import disagreements
from nntui.spec.model import ModelSpec
from nntui.spec.parsing import TOP_LEVEL, Parts, parse_parts
from nntui.spec.problems import Problem, SpecError, one_line
from nntui.spec.settings import TrainingSettings
from nntui.spec.tables import Draft

_LARGEST_STEP = 2**36
"""Bytes of one training step above which building would only fail: 64 GiB."""
_LONGEST_TYPE = 30


@dataclass(frozen=True, slots=True)
class LayerRow:
    """One line under the stack."""

    name: str
    """'dense_1', also for one that is wrong; 'layer_1' where the type is not known."""
    type: str
    detail: str
    output_shape: Shape | None
    """None from the first layer on that does not fit."""
    parameters: int
    flops: int
    """Of one forward pass for one sample."""
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Totals:
    """What the whole stack costs."""

    parameters: int
    flops: int
    """Of one forward pass for one sample."""
    step_bytes: int
    """Memory of one training step: parameters, gradients, the optimizer's slots, and what a batch leaves behind."""
    steps_per_epoch: int


@dataclass(frozen=True, slots=True)
class Examination:
    """A draft, examined: `spec` is whole and ready to train exactly when there are no problems."""

    spec: ModelSpec | None
    problems: tuple[Problem, ...]
    rows: tuple[LayerRow, ...]
    totals: Totals | None
    description: Description | None

    def ready(self) -> ModelSpec:
        """The spec; raises SpecError with all problems where there are any."""
        if self.spec is None:
            raise SpecError(self.problems)
        return self.spec


def examine(draft: Draft, *, base: Path) -> Examination:
    """Examines a draft; relative data paths count from the folder `base`. Never raises for what a draft may hold.

    In the spec that comes out nothing is left to choose: the last layer's units, the loss and the monitor are filled
    in from the data. Problems come in the order of the file: name, data, layers, training.
    """
    parts = parse_parts(draft)
    problems = list(parts.problems)
    description = _describe(parts, draft, base, problems)
    layers = _resolved_layers(parts.layers, description)
    plans = list(_plans(layers, description, problems))
    training = parts.training
    if training is not None and description is not None:
        training = _resolved_training(training, layers, description)
        problems.extend(disagreements(training, layers, plans, description))
    totals = _totals(plans, training, description)
    if totals is not None and totals.step_bytes > _LARGEST_STEP:
        size = totals.step_bytes / 2**30
        problems.append(Problem("layers", f"one training step needs {size:,.0f} GiB; use smaller layers or batches"))
    problems.sort(key=_place)
    spec = None
    if not problems and parts.data is not None and training is not None:
        whole = tuple(layer for layer in layers if layer is not None)
        spec = ModelSpec(parts.name, parts.data, whole, training)
    rows = tuple(_rows(draft, layers, plans, problems))
    return Examination(spec, tuple(problems), rows, totals, description)


def _place(problem: Problem) -> tuple[int, int]:
    """Where in the file a problem is; stable sorting keeps the order within a table and within a layer."""
    section, _, rest = problem.path.partition(".")[0].partition("[")
    index = rest.rstrip("]")
    where = TOP_LEVEL.index(section) if section in TOP_LEVEL else -1
    return where, int(index) if index.isdecimal() else -1


def _describe(parts: Parts, draft: Draft, base: Path, problems: list[Problem]) -> Description | None:
    if parts.data is None:
        problems.extend(_source_problem(draft.get("data"), base))
        return None
    try:
        return describe(parts.data, base=base)
    except DataError as error:
        problems.append(Problem(error.path, error.message))
        return None


def _source_problem(raw: Any, base: Path) -> Iterator[Problem]:
    """What is wrong with the source by itself: a misspelled generator is why its settings are not known."""
    source = raw.get("source") if isinstance(raw, Mapping) else None
    if not isinstance(source, str):
        return
    try:
        describe(DataSettings(source=source), base=base)
    except DataError as error:
        if error.path == "data.source":
            yield Problem(error.path, error.message)


def _resolved_layers(layers: list[Layer | None], description: Description | None) -> list[Layer | None]:
    if description is None or not layers:
        return layers
    last = layers[-1]
    if last is not None and getattr(last, "units", 0) is None:
        return [*layers[:-1], dataclasses.replace(last, units=description.outputs)]  # type: ignore[call-arg]
    return layers


def _plans(layers: list[Layer | None], description: Description | None, problems: list[Problem]) -> Iterator[LayerPlan]:
    whole: list[Layer] = []
    for layer in layers:
        if layer is None:
            break
        whole.append(layer)
    if description is None:
        return
    done = 0
    try:
        for item in plan(whole, description.input_shape):
            yield item
            done += 1
    except ShapeError as error:
        problems.append(Problem(f"layers[{done}]", str(error)))


def _resolved_training(
    training: TrainingSettings, layers: list[Layer | None], description: Description
) -> TrainingSettings:
    loss = training.loss
    if loss is None:
        single = bool(layers) and getattr(layers[-1], "units", None) == 1
        if description.task == "regression":
            loss = MeanSquaredError()
        else:
            loss = BinaryCrossEntropy() if single else CrossEntropy()
    monitor = training.monitor or ("val_loss" if description.samples[1] else "loss")
    return dataclasses.replace(training, loss=loss, monitor=monitor)


def _totals(
    plans: list[LayerPlan], training: TrainingSettings | None, description: Description | None
) -> Totals | None:
    if not plans or training is None or description is None:
        return None
    parameters = sum(item.parameter_count for item in plans)
    batch = min(training.batch_size, description.samples[0])
    dtype = np.dtype(np.float32)
    buffers = batch * math.prod(description.input_shape) * dtype.itemsize
    buffers += sum(item.buffer_bytes(batch, dtype) for item in plans)
    copies = 2 + len(training.optimizer.slot_names)
    return Totals(
        parameters=parameters,
        flops=sum(item.flops for item in plans),
        step_bytes=dtype.itemsize * copies * parameters + buffers,
        steps_per_epoch=math.ceil(description.samples[0] / training.batch_size),
    )


def _rows(
    draft: Draft, layers: list[Layer | None], plans: list[LayerPlan], problems: list[Problem]
) -> Iterator[LayerRow]:
    told = [layer.type if layer else _told_type(draft.get("layers"), index) for index, layer in enumerate(layers)]
    names = layer_names(kind if kind in Layer.members() else "layer" for kind in told)
    for index, (name, kind, layer) in enumerate(zip(names, told, layers, strict=True)):
        mine = tuple(p for p in problems if p.path == f"layers[{index}]" or p.path.startswith(f"layers[{index}]."))
        if layer is None:
            yield LayerRow(name, kind, "", None, 0, 0, mine)
            continue
        known = plans[index] if index < len(plans) else None
        yield LayerRow(
            name=name,
            type=kind,
            detail=layer.detail(),
            output_shape=known.output_shape if known else None,
            parameters=known.parameter_count if known else 0,
            flops=known.flops if known else 0,
            problems=mine,
        )


def _told_type(raw: Any, index: int) -> str:
    """The type a layer that cannot be read says it has, printable; '?' where it says none."""
    item = raw[index] if isinstance(raw, list) else None
    kind = item.get("type") if isinstance(item, Mapping) else item
    return one_line(kind, _LONGEST_TYPE) if isinstance(kind, str) else "?"
