"""Evaluation: how well a checkpoint of a run answers on its own validation split, or on other data."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nntui.data.batches import Batches
from nntui.data.catalogue import load as load_data
from nntui.data.dataset import Dataset, Split
from nntui.data.errors import DataError, shown
from nntui.data.generators.base import Generator
from nntui.data.input_schema import InputSchema
from nntui.nn.layers.base import ShapeError
from nntui.nn.layers.ids import id_readers
from nntui.nn.metrics import ClassificationMeter, class_shares
from nntui.runs.checkpoints import CheckpointError
from nntui.runs.directory import RunDirectory
from nntui.training.checkpointing import load_weights
from nntui.training.loop import build_network
from nntui.training.loss_and_metrics import build_loss, build_meter, evaluate
from nntui.training.parallel.blas_threads import one_matrix_thread
from nntui.training.trained_model import TrainedModel, checkpoint_path, read_trained_model


@dataclass(frozen=True, slots=True)
class ClassScore:
    """How one class fares; a share of nothing is 0, and NaN for a class that neither occurs nor is answered."""

    name: str
    samples: int
    precision: float
    """Of those taken for the class, the share that is of it."""
    recall: float
    """Of those of the class, the share taken for it."""
    f1: float
    """The harmonic mean of both."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The loss and metrics of a checkpoint on a split."""

    run: str
    checkpoint: str
    """The checkpoint's file name."""
    step: int
    epoch: int
    data: str
    split: str
    """val, train (where there is nothing held out), or all (the rows of other data)."""
    samples: int
    loss: float
    metrics: dict[str, float]
    classes: tuple[str, ...]
    confusion: tuple[tuple[int, ...], ...]
    """Row = true class, column = predicted class; () for regression."""

    @property
    def scores(self) -> tuple[ClassScore, ...]:
        """Each class's share of right answers, in the order of `classes`."""
        if not self.classes:
            return ()
        counts = np.array(self.confusion)
        samples = counts.sum(axis=1)
        shares = class_shares(counts.diagonal(), samples, counts.sum(axis=0))
        rows = zip(self.classes, samples.tolist(), *(share.tolist() for share in shares), strict=True)
        return tuple(ClassScore(*row) for row in rows)


def evaluate_run(
    run: RunDirectory, *, checkpoint: str | None = None, source: str | None = None, base: Path = Path()
) -> Evaluation:
    """Evaluates the checkpoint 'best', 'last' or of an epoch ('7') of a run.

    For None it is the best, or the last where there is no best. On the run's validation split (its training split where
    it has none), or on all rows of the data `source`, a path relative to `base`, taken in with the run's own
    preprocessing; where that source brings its own validation split, on that. Raises CheckpointError, DataError or
    SpecError.
    """
    path = checkpoint_path(run, checkpoint)
    trained = read_trained_model(path)
    dataset = _own_data(trained, run) if source is None else _other_data(trained, source, base)
    dataset = _as_trained(dataset, trained)
    for reader in id_readers(trained.spec.layers):
        why_invalid = next(filter(None, (reader.why_invalid(each.x) for each in (dataset.train, dataset.val))), None)
        if why_invalid is not None:
            raise DataError("data.source", f"{shown(dataset.name)} is not for {reader.path}: {why_invalid}")
    part, name = (dataset.val, "val") if len(dataset.val) else (dataset.train, "all" if source else "train")
    try:
        with one_matrix_thread():
            loss, metrics, confusion = _measure(trained, dataset, part)
    except (ShapeError, CheckpointError) as error:
        if source is None:
            raise CheckpointError(f"{path}: the checkpoint does not fit its own model: {error}") from None
        what = f"{shown(dataset.name)} with inputs of shape {dataset.input_shape}"
        raise DataError("data.source", f"{what} does not fit the network: {error}") from None
    return Evaluation(
        run=run.id,
        checkpoint=path.name,
        step=trained.step,
        epoch=trained.epoch,
        data=dataset.name,
        split=name,
        samples=len(part),
        loss=loss,
        metrics=metrics,
        classes=dataset.classes,
        confusion=confusion,
    )


def _own_data(trained: TrainedModel, run: RunDirectory) -> Dataset:
    spec = trained.spec
    dataset = load_data(spec.data, base=run.path, seed=spec.training.seed, preprocessing=trained.preprocessing)
    if dataset.fingerprint != trained.fingerprint:
        raise DataError("data.source", f"{shown(spec.data.source)} has changed since the run; name data to evaluate on")
    return dataset


def _other_data(trained: TrainedModel, source: str, base: Path) -> Dataset:
    """All of another source as it is, none of it held out and nothing fitted on it."""
    own = trained.spec.data
    generator = Generator.members().get(source)
    task = "classification" if trained.classes else "regression"
    settings = dataclasses.replace(
        own,
        source=source,
        target=None if generator else own.target,
        task=None if generator else task,
        validation=0.0,
        standardize=False,
        # It is the network's preprocessing that standardizes, whatever the task.
        standardize_targets=False,
        generator=own.generator if source == own.source else None,
    )
    schema = InputSchema(trained.features, trained.classes, trained.target or "".join(trained.targets[:1]))
    if own.generator is not None:
        # The columns of a generator are a place, whatever they are called.
        schema = dataclasses.replace(schema, features=(), target="")
    # Another seed: a generator's points are then not those it was trained on.
    seed = trained.spec.training.seed + 1
    return load_data(settings, base=base, seed=seed, schema=schema, preprocessing=trained.preprocessing)


def _as_trained(dataset: Dataset, trained: TrainedModel) -> Dataset:
    """The dataset, its inputs being the network's, with the labels of the network's classes."""
    classes, targets = trained.classes, trained.targets
    if bool(classes) != (dataset.task == "classification") or len(dataset.targets) != len(targets):
        expected = f"{len(classes)} classes" if classes else f"{len(targets)} targets"
        got = f"{len(dataset.classes)} classes" if dataset.classes else f"{len(dataset.targets)} targets"
        raise DataError("data.source", f"{shown(dataset.name)} has {got}; the network was trained on {expected}")
    train, val = dataset.train, dataset.val
    if classes:
        labels = _label_numbers(dataset, classes)
        train, val = Split(train.x, labels[train.y]), Split(val.x, labels[val.y])
    return dataclasses.replace(dataset, train=train, val=val, classes=classes, targets=targets)


def _label_numbers(dataset: Dataset, classes: tuple[str, ...]) -> np.ndarray:
    """For each class of the data its number in the network, by name."""
    numbers = {name: number for number, name in enumerate(classes)}
    unknown = [name for name in dataset.classes if name not in numbers]
    if unknown:
        known = ", ".join(classes[:10]) + (", ..." if len(classes) > 10 else "")
        what = f"{shown(dataset.name)} has the class {shown(unknown[0])}"
        raise DataError("data.source", f"{what}, which the network does not know; it knows {known}")
    return np.array([numbers[name] for name in dataset.classes], np.int64)


def _measure(
    trained: TrainedModel, dataset: Dataset, part: Split
) -> tuple[float, dict[str, float], tuple[tuple[int, ...], ...]]:
    network = build_network(trained.spec, dataset)
    load_weights(network.arena, trained.tensors)
    if network.output_shape not in ((dataset.outputs,), (1,)):
        raise ShapeError(f"its outputs are {network.output_shape}, the data need {dataset.outputs}")
    loss = build_loss(trained.spec, dataset, network)
    meter = build_meter(trained.spec, dataset, network, loss, samples=len(part))
    batches = Batches(part, dataset.preprocessing, network.batch_size)
    value = evaluate(network, loss, batches, meter, len(part))
    confusion: tuple[tuple[int, ...], ...] = ()
    if isinstance(meter, ClassificationMeter) and meter.confusion is not None:
        confusion = tuple(tuple(row) for row in meter.confusion.tolist())
    return value, meter.result(), confusion
