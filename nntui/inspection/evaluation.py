"""Evaluation: how well a checkpoint of a run does on its own validation split, or on other data."""

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
from nntui.nn.metrics import ClassificationMeter, precision_recall_f1
from nntui.runs.checkpoints import CheckpointError
from nntui.runs.directory import RunDirectory
from nntui.training.checkpoint_content import load_weights
from nntui.training.loop import build_network
from nntui.training.loss_and_metrics import build_loss, build_meter, evaluate
from nntui.training.parallel.blas_threads import one_matrix_thread
from nntui.training.trained_model import TrainedModel, checkpoint_path, read_trained_model


@dataclass(frozen=True, slots=True)
class ClassScore:
    """The scores of one class; 0 / 0 counts as 0, but as NaN for a class that neither occurs nor is predicted."""

    name: str
    samples: int
    precision: float
    """The fraction of the predictions of this class that are correct."""
    recall: float
    """The fraction of the samples of this class that are predicted as such."""
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
    """val, train (if nothing is held out), or all (the rows of other data)."""
    samples: int
    loss: float
    metrics: dict[str, float]
    classes: tuple[str, ...]
    confusion: tuple[tuple[int, ...], ...]
    """Row = true class, column = predicted class; () for regression."""

    @property
    def scores(self) -> tuple[ClassScore, ...]:
        """Precision, recall and F1 of each class, in the order of `classes`."""
        if not self.classes:
            return ()
        counts = np.array(self.confusion)
        samples = counts.sum(axis=1)
        columns = precision_recall_f1(counts.diagonal(), samples, counts.sum(axis=0))
        rows = zip(self.classes, samples.tolist(), *(column.tolist() for column in columns), strict=True)
        return tuple(ClassScore(*row) for row in rows)


def evaluate_run(
    run: RunDirectory, *, checkpoint: str | None = None, source: str | None = None, base: Path = Path()
) -> Evaluation:
    """Evaluates a checkpoint of a run: 'best', 'last', an epoch ('7'), or for None the best or else the last.

    It is evaluated on the run's validation split (the training split if there is none), or on other data: `source`, a
    path relative to `base`, loaded with the run's preprocessing. Of other data all rows count, or only the validation
    split if the source brings its own. Raises CheckpointError, DataError or SpecError.
    """
    path = checkpoint_path(run, checkpoint)
    trained = read_trained_model(path)
    dataset = _own_data(trained, run) if source is None else _other_data(trained, source, base)
    dataset = _as_trained(dataset, trained)
    for reader in id_readers(trained.spec.layers):
        why_invalid = next(filter(None, (reader.why_invalid(split.x) for split in (dataset.train, dataset.val))), None)
        if why_invalid is not None:
            raise DataError("data.source", f"{shown(dataset.name)} is not for {reader.path}: {why_invalid}")
    split, split_name = (dataset.val, "val") if len(dataset.val) else (dataset.train, "all" if source else "train")
    try:
        with one_matrix_thread():
            loss, metrics, confusion = _measure(trained, dataset, split)
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
        split=split_name,
        samples=len(split),
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
    """All rows of another source, with nothing held out and no preprocessing fitted to it."""
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
        # The network's own preprocessing standardizes, whatever the task.
        standardize_targets=False,
        generator=own.generator if source == own.source else None,
    )
    schema = InputSchema(trained.features, trained.classes, trained.target or "".join(trained.targets[:1]))
    if own.generator is not None:
        # The columns of a generator are matched by position, whatever their names.
        schema = dataclasses.replace(schema, features=(), target="")
    # Another seed, so that a generator's points are not those of the training.
    seed = trained.spec.training.seed + 1
    return load_data(settings, base=base, seed=seed, schema=schema, preprocessing=trained.preprocessing)


def _as_trained(dataset: Dataset, trained: TrainedModel) -> Dataset:
    """The dataset with labels that refer to the network's classes."""
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
    """The network's label for each class of the data, matched by name."""
    numbers = {name: number for number, name in enumerate(classes)}
    unknown = [name for name in dataset.classes if name not in numbers]
    if unknown:
        known = ", ".join(classes[:10]) + (", ..." if len(classes) > 10 else "")
        what = f"{shown(dataset.name)} has the class {shown(unknown[0])}"
        raise DataError("data.source", f"{what}, which the network does not know; it knows {known}")
    return np.array([numbers[name] for name in dataset.classes], np.int64)


def _measure(
    trained: TrainedModel, dataset: Dataset, split: Split
) -> tuple[float, dict[str, float], tuple[tuple[int, ...], ...]]:
    network = build_network(trained.spec, dataset)
    load_weights(network.arena, trained.tensors)
    if network.output_shape not in ((dataset.outputs,), (1,)):
        raise ShapeError(f"its outputs are {network.output_shape}, the data need {dataset.outputs}")
    loss = build_loss(trained.spec, dataset, network)
    meter = build_meter(trained.spec, dataset, network, loss, samples=len(split))
    batches = Batches(split, dataset.preprocessing, network.batch_size)
    value = evaluate(network, loss, batches, meter, len(split))
    confusion: tuple[tuple[int, ...], ...] = ()
    if isinstance(meter, ClassificationMeter) and meter.confusion is not None:
        confusion = tuple(tuple(row) for row in meter.confusion.tolist())
    return value, meter.result(), confusion
