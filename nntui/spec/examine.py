"""Examination: everything that can be told of a draft without training it, its problems among it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nntui.data.catalogue import Description, describe
from nntui.data.errors import DataError
from nntui.nn.layers.base import Layer, Shape, ShapeError
from nntui.nn.losses import BinaryCrossEntropy, CrossEntropy, Loss, MeanSquaredError
from nntui.nn.network import LayerPlan, layer_names, plan
from nntui.spec.model import ModelSpec
from nntui.spec.parsing import Parts, parse_parts
from nntui.spec.problems import Problem, SpecError
from nntui.spec.settings import RISING, TrainingSettings
from nntui.spec.tables import Draft

_FLOAT_BYTES = 4
_LARGEST_STEP = 2**36
"""Bytes of one training step above which building would only fail: 64 GiB."""


@dataclass(frozen=True, slots=True)
class LayerRow:
    """One line under the stack."""

    name: str
    """'dense_1'; 'layer_1' where the type is not known."""
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
    in from the data.
    """
    parts = parse_parts(draft)
    problems = list(parts.problems)
    description = _describe(parts, base, problems)
    layers = _resolved_layers(parts.layers, description)
    plans = list(_plans(layers, description, problems))
    training = parts.training
    if training is not None and description is not None:
        training = _resolved_training(training, layers, description)
        problems.extend(_check_training(training, layers, plans, description))
    totals = _totals(plans, training, description)
    if totals is not None and totals.step_bytes > _LARGEST_STEP:
        size = totals.step_bytes / 2**30
        problems.append(Problem("layers", f"one training step needs {size:,.0f} GiB; use smaller layers or batches"))
    spec = None
    if not problems and parts.data is not None and training is not None:
        whole = tuple(layer for layer in layers if layer is not None)
        spec = ModelSpec(parts.name, parts.data, whole, training)
    rows = tuple(_rows(draft, layers, plans, problems))
    return Examination(spec, tuple(problems), rows, totals, description)


def _describe(parts: Parts, base: Path, problems: list[Problem]) -> Description | None:
    if parts.data is None:
        return None
    try:
        description = describe(parts.data, base=base)
    except DataError as error:
        problems.append(Problem(error.path, error.message))
        return None
    if description.samples[0] < 1:
        problems.append(Problem("data.validation", "leaves no sample to train on; use a smaller share"))
        return None
    return description


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


def _check_training(
    training: TrainingSettings, layers: list[Layer | None], plans: list[LayerPlan], description: Description
) -> Iterator[Problem]:
    loss, monitor = training.loss, training.monitor or ""
    assert loss is not None
    if description.task not in loss.tasks:
        yield Problem("training.loss", f"{loss.type} is for {loss.tasks[0]}, and this data is a {description.task}")
    if monitor.startswith("val_") and not description.samples[1]:
        yield Problem("training.monitor", f"{monitor} needs validation samples, and data.validation leaves none")
    metric = monitor.removeprefix("val_")
    if metric != "loss" and (metric in RISING and metric == "accuracy") != (description.task == "classification"):
        yield Problem("training.monitor", f"{monitor} is not measured for a {description.task}")
    if plans and len(plans) == len(layers):
        yield from _check_output(loss, plans[-1], len(plans) - 1, description)


def _check_output(loss: Loss, last: LayerPlan, index: int, description: Description) -> Iterator[Problem]:
    path = f"layers[{index}]"
    if len(last.output_shape) != 1:
        yield Problem(path, "the last layer must give a flat row of outputs; add a flatten and a dense layer")
        return
    activation = getattr(last.layer, "activation", getattr(last.layer, "function", "linear"))
    if loss.on_logits and activation != "linear":
        own = "softmax" if isinstance(loss, CrossEntropy) else "sigmoid"
        field = "activation" if hasattr(last.layer, "activation") else "function"
        yield Problem(
            f"{path}.{field}",
            f"must be linear in the last layer, got '{activation}': {loss.type} applies {own} itself",
        )
    outputs, expected = last.output_shape[0], description.outputs
    one_for_two = expected == 2 and description.task == "classification" and not isinstance(loss, CrossEntropy)
    if outputs != expected and not (outputs == 1 and one_for_two):
        what = "classes" if description.task == "classification" else "targets"
        or_one = " or 1" if one_for_two else ""
        yield Problem(f"{path}.units", f"must be {expected}{or_one}, one for each of the {what}, got {outputs}")


def _totals(
    plans: list[LayerPlan], training: TrainingSettings | None, description: Description | None
) -> Totals | None:
    if not plans or training is None or description is None:
        return None
    parameters = sum(item.parameter_count for item in plans)
    batch = min(training.batch_size, description.samples[0])
    each_sample = math.prod(description.input_shape) + sum(item.buffer_size for item in plans)
    copies = 2 + len(training.optimizer.slot_names)
    return Totals(
        parameters=parameters,
        flops=sum(item.flops for item in plans),
        step_bytes=_FLOAT_BYTES * (copies * parameters + batch * each_sample),
        steps_per_epoch=math.ceil(description.samples[0] / training.batch_size),
    )


def _rows(
    draft: Draft, layers: list[Layer | None], plans: list[LayerPlan], problems: list[Problem]
) -> Iterator[LayerRow]:
    raw = draft.get("layers")
    names = iter(layer_names(layer for layer in layers if layer is not None))
    for index, layer in enumerate(layers):
        mine = tuple(p for p in problems if p.path == f"layers[{index}]" or p.path.startswith(f"layers[{index}]."))
        if layer is None:
            item = raw[index] if isinstance(raw, list) else None
            kind = str(item.get("type", "?")) if isinstance(item, dict) else str(item)
            yield LayerRow(f"layer_{index + 1}", kind, "", None, 0, 0, mine)
            continue
        known = plans[index] if index < len(plans) else None
        yield LayerRow(
            name=next(names),
            type=layer.type,
            detail=layer.detail(),
            output_shape=known.output_shape if known else None,
            parameters=known.parameter_count if known else 0,
            flops=known.flops if known else 0,
            problems=mine,
        )
