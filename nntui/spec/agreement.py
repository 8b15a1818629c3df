"""Agreement: whether the loss, the monitor and the last layers go together with the data."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from nntui.data.catalogue import Description
from nntui.nn.layers.base import Layer
from nntui.nn.losses import CrossEntropy, Loss
from nntui.nn.network import LayerPlan
from nntui.spec.problems import Problem
from nntui.spec.settings import RISING, TrainingSettings


def disagreements(
    training: TrainingSettings, layers: Sequence[Layer | None], plans: Sequence[LayerPlan], description: Description
) -> Iterator[Problem]:
    """What does not go together; `plans` is shorter than `layers` where a layer does not fit, and judged only whole.

    Loss and monitor must be resolved.
    """
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
        yield from _check_output(loss, plans, description)


def _check_output(loss: Loss, plans: Sequence[LayerPlan], description: Description) -> Iterator[Problem]:
    if len(plans[-1].output_shape) != 1:
        message = "the last layer must give a flat row of outputs; add a flatten and a dense layer"
        yield Problem(f"layers[{len(plans) - 1}]", message)
        return
    first = _first_of_outputs(plans)
    if loss.on_logits:
        yield from _check_linear(loss, plans, first)
    outputs, expected = plans[-1].output_shape[0], description.outputs
    one_for_two = expected == 2 and description.task == "classification" and not isinstance(loss, CrossEntropy)
    if outputs != expected and not (outputs == 1 and one_for_two):
        what = "classes" if description.task == "classification" else "targets"
        or_one = " or 1" if one_for_two else ""
        if hasattr(plans[first].layer, "units"):
            path, must = f"layers[{first}].units", "must be"
        else:
            path, must = f"layers[{len(plans) - 1}]", "the outputs must be"
        yield Problem(path, f"{must} {expected}{or_one}, one for each of the {what}, got {outputs}")


def _first_of_outputs(plans: Sequence[LayerPlan]) -> int:
    """Index of the layer that makes the outputs: the last but for those that only pass each number on."""
    for index in range(len(plans) - 1, 0, -1):
        item = plans[index]
        if item.parameters or math.prod(item.input_shape) != math.prod(item.output_shape):
            return index
    return 0


def _check_linear(loss: Loss, plans: Sequence[LayerPlan], first: int) -> Iterator[Problem]:
    own = "softmax" if isinstance(loss, CrossEntropy) else "sigmoid"
    for index in range(first, len(plans)):
        for field in ("activation", "function"):
            function = getattr(plans[index].layer, field, "linear")
            if function != "linear":
                message = f"must be linear in the last layer, got '{function}': {loss.type} applies {own} itself"
                yield Problem(f"layers[{index}].{field}", message)
