"""Building the loss and the meters of a spec, and evaluating both on a whole split."""

from __future__ import annotations

import dataclasses
import itertools
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
    """SpecError if a layer reads ids and the data are not ids within its vocabulary."""
    problems: list[Problem] = []
    for reader in id_readers(spec.layers):
        reasons = filter(None, (reader.why_invalid(split.x) for split in (dataset.train, dataset.val)))
        problems += [Problem(reader.path, reason) for reason in itertools.islice(reasons, 1)]
    if problems:
        raise SpecError(problems)


def refuse_undefined_monitor(spec: ModelSpec, dataset: Dataset) -> None:
    """SpecError if the monitored metric is undefined on the data as they are split, whatever the network does."""
    splits, classes = (dataset.train, dataset.val), len(dataset.classes)
    counts = [np.bincount(split.y, minlength=classes).tolist() if classes else () for split in splits]
    constant = [not classes and len(split) > 0 and bool((split.y == split.y[:1]).all()) for split in splits]
    monitor = spec.training.monitor or "loss"
    problems = list(undefined_monitor(monitor, (counts[0], counts[1]), (constant[0], constant[1])))
    if problems:
        raise SpecError(problems)


def build_loss(spec: ModelSpec, dataset: Dataset, network: Sequential, *, weighted: bool = False) -> Loss:
    """The loss of a spec, built for the network's outputs; SpecError if it cannot take the targets.

    `weighted`: with the spec's class weights, as in training. Validation and evaluation do without: their loss can be
    compared between runs with and without weights, and does not depend on the class frequencies of the data.
    """
    assert spec.training.loss is not None, "a validated spec has a loss"
    loss = dataclasses.replace(spec.training.loss)
    classes = len(dataset.classes)
    problem = None if classes else loss.why_invalid(np.concatenate([dataset.train.y, dataset.val.y]))
    if problem:
        advice = "; take data.standardize_targets out" if spec.data.standardize_targets else ""
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
    """The meter for the metrics of a spec, for batches of the network's size or of `batch_size`.

    For a split of `samples` rows that is measured as a whole, the meter of a classification also keeps the confusion
    matrix and whatever else needs all rows. 0 is for training, whose number of batches is unlimited.
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
    """The mean loss over all rows of a split, NaN without rows; resets the meter and updates it with the same rows."""
    meter.reset()
    total, size = 0.0, network.batch_size
    for start in range(0, samples, size):
        x, targets = batches.gather(np.arange(start, min(start + size, samples)))
        outputs = network.forward(x)
        total += loss.forward(outputs, targets) * len(targets)
        meter.update(outputs, targets)
    return total / samples if samples else math.nan
