"""Compatibility: whether the loss, the metrics, the monitor and the last layers suit the data."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from nntui.data.catalogue import Description
from nntui.modelfile.problems import Problem, shown, suggestion
from nntui.modelfile.settings import TrainingSettings
from nntui.nn.layers.base import Layer
from nntui.nn.layers.plan import LayerPlan
from nntui.nn.losses import Loss
from nntui.nn.metrics import Metric, chosen_metrics


def disagreements(
    training: TrainingSettings, layers: Sequence[Layer | None], plans: Sequence[LayerPlan], description: Description
) -> Iterator[Problem]:
    """What does not go together; the loss and the monitor must be resolved.

    `plans` is shorter than `layers` if a layer does not fit; the output is checked only if all of them fit.
    """
    loss, task = training.loss, description.task
    assert loss is not None
    if task not in loss.tasks:
        yield Problem("training.loss", f"{loss.type} is for {loss.tasks[0]}, and this data is a {task}")
    elif loss.applies == "softmax" and description.outputs < 2:
        yield Problem("training.loss", f"{loss.type} is for several {_outputs(description)}, and this data has one")
    if training.class_weights and task != "classification":
        yield Problem("training.class_weights", f"is for classification, and this data is a {task}")
    metric_problems = list(_check_metrics(training, description))
    yield from metric_problems
    if not metric_problems:
        yield from _check_monitor(training, description)
    if plans and len(plans) == len(layers):
        yield from _check_output(loss, plans, description)


def _check_metrics(training: TrainingSettings, description: Description) -> Iterator[Problem]:
    path, known = "training.metrics", Metric.members()
    fitting = tuple(name for name, metric in known.items() if metric.task == description.task)
    names = chosen_metrics(training.metrics, description.task)
    for index, name in enumerate(names):
        metric = known.get(name)
        if metric is None:
            yield Problem(path, f"got {shown(name)}, which is not a metric{suggestion(name, fitting)}")
        elif name in names[:index]:
            yield Problem(path, f"{name} is named twice")
        elif name not in fitting:
            yield Problem(path, f"{name} is not for a {description.task}; expected one of {', '.join(fitting)}")
        elif metric.whole_split and not description.samples[1]:
            yield Problem(path, f"{name} needs validation samples, and data.validation leaves none")
        elif description.task == "classification" and description.outputs < metric.fewest_classes:
            yield Problem(path, f"{name} needs at least {metric.fewest_classes} classes, got {description.outputs}")


def _check_monitor(training: TrainingSettings, description: Description) -> Iterator[Problem]:
    path, monitor = "training.monitor", training.monitor or ""
    if monitor.startswith("val_") and not description.samples[1]:
        yield Problem(path, f"{monitor} needs validation samples, and data.validation leaves none")
    name = monitor.removeprefix("val_")
    measured = chosen_metrics(training.metrics, description.task)
    if name == "loss":
        return
    if name in measured:
        counts = (description.class_counts, description.val_class_counts)
        yield from undefined_monitor(monitor, counts, description.constant_targets)
        return
    if Metric.members()[name].task != description.task:
        yield Problem(path, f"{monitor} is not measured for a {description.task}")
        return
    names = ", ".join([*measured, name])
    yield Problem(path, f"{monitor} is not measured; name it in training.metrics, such as '{names}'")


def undefined_monitor(
    monitor: str, class_counts: tuple[Sequence[int], Sequence[int]], constant_targets: tuple[bool, bool]
) -> Iterator[Problem]:
    """The problem of a monitor that never has a value, whatever the network does, given the targets of train and val.

    Both arguments are pairs (train, val).
    """
    metric = Metric.members().get(monitor.removeprefix("val_"))
    if metric is None:
        return
    split = int(monitor.startswith("val_"))
    why = metric.why_undefined(class_counts[split], constant_targets=constant_targets[split])
    if why is not None:
        name, instead = ("validation", "val_loss") if split else ("training", "loss")
        message = f"{monitor} is not defined on the {name} split: {why}; expected another metric, such as {instead}"
        yield Problem("training.monitor", message)


def _check_output(loss: Loss, plans: Sequence[LayerPlan], description: Description) -> Iterator[Problem]:
    if len(plans[-1].output_shape) != 1:
        message = "the last layer must give a flat row of outputs; add a flatten and a dense layer"
        yield Problem(f"layers[{len(plans) - 1}]", message)
        return
    first = _output_layer(plans)
    if loss.applies:
        yield from _check_linear(loss, plans, first)
    outputs, expected = plans[-1].output_shape[0], description.outputs
    one_for_two = expected == 2 and description.task == "classification" and loss.applies != "softmax"
    if outputs != expected and not (outputs == 1 and one_for_two):
        what = _outputs(description)
        or_one = " or 1" if one_for_two else ""
        if hasattr(plans[first].layer, "units"):
            path, must = f"layers[{first}].units", "must be"
        else:
            path, must = f"layers[{len(plans) - 1}]", "the outputs must be"
        yield Problem(path, f"{must} {expected}{or_one}, one for each of the {what}, got {outputs}")


def _outputs(description: Description) -> str:
    return "classes" if description.task == "classification" else "targets"


def _output_layer(plans: Sequence[LayerPlan]) -> int:
    """Index of the layer that computes the outputs: the last one that is not merely elementwise."""
    for index in range(len(plans) - 1, 0, -1):
        layer_plan = plans[index]
        if layer_plan.parameters or math.prod(layer_plan.input_shape) != math.prod(layer_plan.output_shape):
            return index
    return 0


def _check_linear(loss: Loss, plans: Sequence[LayerPlan], first: int) -> Iterator[Problem]:
    for index in range(first, len(plans)):
        for field in ("activation", "function"):
            function = getattr(plans[index].layer, field, "linear")
            if function != "linear":
                why = f"{loss.type} applies {loss.applies} itself"
                yield Problem(f"layers[{index}].{field}", f"must be linear in the last layer, got '{function}': {why}")
