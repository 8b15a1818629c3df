"""Measuring: the loss and the meters a spec asks for, and both over a whole split."""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from nntui.data.batches import Batches
from nntui.data.dataset import Dataset
from nntui.modelfile.compatibility import undefined_monitor
from nntui.modelfile.model import ModelSpec
from nntui.modelfile.problems import Problem, SpecError
from nntui.nn.layers.ids import id_readers
from nntui.nn.losses import Loss, balanced_weights
from nntui.nn.metrics import ClassificationMeter, Meter, RegressionMeter, chosen_metrics
from nntui.nn.network import Sequential


def check_ids(spec: ModelSpec, dataset: Dataset) -> None:
    """SpecError where a layer reads ids and the data hold none that it knows."""
    problems = []
    for reader in id_readers(spec.layers):
        found = [why_invalid for split in (dataset.train, dataset.val) if (why_invalid := reader.why_invalid(split.x))]
        problems += [Problem(reader.path, why_invalid) for why_invalid in found[:1]]
    if problems:
        raise SpecError(problems)


def refuse_undefined_monitor(spec: ModelSpec, dataset: Dataset) -> None:
    """SpecError where the monitored metric has no value on the data as they are split, whatever the network does."""
    splits, classes = (dataset.train, dataset.val), len(dataset.classes)
    counts = [np.bincount(split.y, minlength=classes).tolist() if classes else () for split in splits]
    constant = [not classes and len(split) > 0 and bool((split.y == split.y[:1]).all()) for split in splits]
    monitor = spec.training.monitor or "loss"
    problems = list(undefined_monitor(monitor, (counts[0], counts[1]), (constant[0], constant[1])))
    if problems:
        raise SpecError(problems)


def build_loss(spec: ModelSpec, dataset: Dataset, network: Sequential, *, weighted: bool = False) -> Loss:
    """The loss of a spec, ready for the network's outputs; SpecError where the targets are not what it takes.

    `weighted`: with the spec's class weights, as in training. Validation and evaluation go without: their loss can be
    compared between runs with and without weights, and does not change with the data it is measured on.
    """
    assert spec.training.loss is not None, "an examined spec has a loss"
    loss = dataclasses.replace(spec.training.loss)
    classes = len(dataset.classes)
    problem = None if classes else loss.why_invalid(np.concatenate([dataset.train.y, dataset.val.y]))
    if problem:
        advice = "; take data.standardize_targets out" * spec.data.standardize_targets
        raise SpecError([Problem("training.loss", problem + advice)])
    balanced = weighted and spec.training.class_weights == "balanced"
    loss.build(
        batch_size=network.batch_size,
        outputs=network.output_shape[0],
        classes=classes,
        dtype=network.dtype,
        class_weights=balanced_weights(dataset.train.y, classes) if balanced else None,
    )
    return loss


def build_meter(
    spec: ModelSpec,
    dataset: Dataset,
    network: Sequential,
    loss: Loss,
    *,
    batch_size: int | None = None,
    samples: int = 0,
) -> Meter:
    """What counts the metrics of a spec, for the network's batches or larger ones.

    For a split of `samples` rows that is measured as a whole, a classification's meter keeps the confusion matrix and
    whatever else takes all rows; 0 is for training, whose batches come in without end.
    """
    size = batch_size or network.batch_size
    metrics = chosen_metrics(spec.training.metrics, dataset.task)
    outputs = network.output_shape[0]
    if dataset.task == "classification":
        return ClassificationMeter(
            batch_size=size,
            classes=len(dataset.classes),
            threshold=loss.threshold,
            metrics=metrics,
            outputs=outputs,
            dtype=network.dtype,
            ranking=loss.ranking,
            samples=samples,
            confusion=samples > 0,
        )
    scale = 1 / dataset.preprocessing.target_scale
    return RegressionMeter(batch_size=size, outputs=outputs, scale=scale, metrics=metrics)


def evaluate(network: Sequential, loss: Loss, batches: Batches, meter: Meter, samples: int) -> float:
    """The mean loss over all rows of a split; what the meter counts starts anew. NaN where there are no rows."""
    meter.reset()
    total, size = 0.0, network.batch_size
    for start in range(0, samples, size):
        x, targets = batches.gather(np.arange(start, min(start + size, samples)))
        outputs = network.forward(x)
        total += loss.forward(outputs, targets) * len(targets)
        meter.update(outputs, targets)
    return total / samples if samples else math.nan
