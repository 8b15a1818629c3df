"""Validation: the problems, shapes and costs of a draft, all without training it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np

from nntui.data.catalogue import Description, describe
from nntui.data.errors import DataError
from nntui.data.settings import DataSettings
from nntui.modelfile.compatibility import disagreements
from nntui.modelfile.hints import hints_of
from nntui.modelfile.keys import TOP_LEVEL
from nntui.modelfile.layer_rows import LayerRow, layer_rows, named_path, planned
from nntui.modelfile.model import ModelSpec
from nntui.modelfile.parsing import Parts, parse_parts
from nntui.modelfile.problems import Problem, SpecError
from nntui.modelfile.settings import TrainingSettings
from nntui.modelfile.tables import Draft
from nntui.nn.layers.base import Layer
from nntui.nn.layers.ids import id_readers
from nntui.nn.layers.plan import LayerPlan
from nntui.nn.losses import BinaryCrossEntropy, CrossEntropy, MeanSquaredError

_LARGEST_STEP = 2**36
"""Bytes of memory for one training step, above which building the network would only fail: 64 GiB."""


@dataclass(frozen=True, slots=True)
class Totals:
    """The costs of the whole stack."""

    parameters: int
    flops: int
    """Of one forward pass for one sample."""
    step_bytes: int
    """Memory for one training step: parameters, gradients, the optimizer's slots, and the buffers for a batch."""
    steps_per_epoch: int


@dataclass(frozen=True, slots=True)
class Validation:
    """The result of validating a draft: `spec` is complete and ready to train exactly if there are no problems."""

    spec: ModelSpec | None
    problems: tuple[Problem, ...]
    rows: tuple[LayerRow, ...]
    totals: Totals | None
    description: Description | None
    hints: tuple[str, ...] = ()
    """Suggestions for a model that is valid but could probably be better."""

    def words(self, problem: Problem) -> str:
        """The text of a problem for a screen that shows the stack: with the layer's name in place of its path."""
        return str(Problem(named_path(problem.path, self.rows), problem.message))

    def ready(self) -> ModelSpec:
        """The spec; raises SpecError with all problems if there are any."""
        if self.spec is None:
            raise SpecError(self.problems)
        return self.spec


def validate(draft: Draft, *, base: Path) -> Validation:
    """Validates a draft; relative data paths count from the folder `base`. Never raises, whatever the draft contains.

    The resulting spec is fully resolved: the last layer's units, the loss and the monitor are filled in from the data.
    Problems come in the order of the file: name, data, layers, training.
    """
    parts = parse_parts(draft)
    problems = list(parts.problems)
    description = _describe(parts, draft, base, problems)
    layers = _resolved_layers(parts.layers, description)
    shape = description.input_shape if description is not None else None
    plans, misfit = planned(layers, shape)
    if misfit is not None:
        problems.append(Problem(".".join(filter(None, (f"layers[{len(plans)}]", misfit.within))), str(misfit)))
    problems.extend(_misplaced_ids(parts))
    training = parts.training
    if training is not None and description is not None:
        training = _resolved_training(training, layers, description)
        problems.extend(disagreements(training, layers, plans, description))
    totals = _totals(plans, training, description)
    if totals is not None and totals.step_bytes > _LARGEST_STEP:
        size = totals.step_bytes / 2**30
        problems.append(Problem("layers", f"one training step needs {size:,.0f} GiB; use smaller layers or batches"))
    problems.sort(key=_position)
    spec = None
    if not problems and parts.data is not None and training is not None:
        valid = tuple(layer for layer in layers if layer is not None)
        spec = ModelSpec(parts.name, parts.data, valid, training)
    rows = layer_rows(draft.get("layers"), layers, shape, problems)
    return Validation(spec, tuple(problems), rows, totals, description, tuple(hints_of(layers, description)))


def _position(problem: Problem) -> tuple[int, int]:
    """The position of a problem in the file; stable sorting keeps the order within a table and within a layer."""
    section, _, rest = problem.path.partition(".")[0].partition("[")
    index = rest.rstrip("]")
    section_index = TOP_LEVEL.index(section) if section in TOP_LEVEL else -1
    return section_index, int(index) if index.isdecimal() else -1


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
    """What is wrong with the source itself: if a generator is misspelled, its settings are unknown too."""
    source = cast("Draft", raw).get("source") if isinstance(raw, Mapping) else None
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


def _misplaced_ids(parts: Parts) -> Iterator[Problem]:
    """Layers that take ids but get something else: standardized ids, or the outputs of another layer."""
    readers = list(id_readers(parts.layers))
    for reader in readers:
        if not reader.of_data:
            yield Problem(reader.path, f"{reader.layer.type} takes ids, which only the data hold; put it first")
    if any(reader.of_data for reader in readers) and parts.data is not None and parts.data.standardize:
        yield Problem("data.standardize", "must be off before an embedding, which needs whole ids")


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
    copies = 2 + len(training.optimizer.slot_names) + (training.ema is not None) + (training.accumulate > 1)
    penalized = 0
    if training.l1 or training.l2:
        penalized = sum(spec.size for item in plans for spec in item.parameters.values() if spec.decays)
    return Totals(
        parameters=parameters,
        flops=sum(item.flops for item in plans),
        step_bytes=dtype.itemsize * (copies * parameters + penalized) + buffers,
        steps_per_epoch=math.ceil(description.samples[0] / (batch * training.accumulate)),
    )
