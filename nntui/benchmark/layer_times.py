"""Layer times: where a training step spends its time, with one worker on real batches."""

from __future__ import annotations

import dataclasses
import itertools
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from nntui.data.batches import Batches
from nntui.data.dataset import Dataset
from nntui.modelfile.model import ModelSpec
from nntui.nn.layers.base import Shape
from nntui.nn.layers.plan import LayerPlan
from nntui.nn.regularization import Regularizer
from nntui.training.loop import build_network
from nntui.training.loss_and_metrics import build_loss, build_meter

_FEWEST_BATCHES = 3
FORWARD, BACKWARD = "forward", "backward"


@dataclass(frozen=True, slots=True)
class LayerTime:
    """The time of a layer in a step, in seconds per batch; a block of layers counts as one layer."""

    name: str
    output_shape: Shape
    parameters: int
    forward: float
    backward: float
    """0 for layers before the first with parameters, which have no backward pass."""


@dataclass(frozen=True, slots=True)
class StepTimes:
    """The times of a training step, as medians over batches."""

    batch_size: int
    layers: tuple[LayerTime, ...]
    rest: dict[str, float]
    """The other parts of a step, in seconds: gather, loss, metrics, regularizer (if there is one), optimizer."""


def measure_layers(spec: ModelSpec, dataset: Dataset, *, seconds: float) -> StepTimes:
    """Trains on full batches of the first epoch for about `seconds`, on weights that are discarded."""
    step = _TimedStep(spec, dataset)
    end = time.perf_counter() + seconds
    step.run()
    step.times.clear()
    batches = 0
    while batches < _FEWEST_BATCHES or time.perf_counter() < end:
        step.run()
        batches += 1
    return step.result()


class _TimedStep:
    """A training step split into timed parts."""

    def __init__(self, spec: ModelSpec, dataset: Dataset) -> None:
        training = spec.training
        self._batch_size = min(training.batch_size, len(dataset.train))
        network = build_network(spec, dataset, batch_size=self._batch_size)
        loss = build_loss(spec, dataset, network, weighted=True)
        meter = build_meter(spec, dataset, network, loss)
        self._optimizer = dataclasses.replace(training.optimizer)
        self._optimizer.build(network.arena)
        self._regularizer = Regularizer(
            network.arena,
            l1=training.l1,
            l2=training.l2,
            clip_value=training.clip_value,
            clip_norm=training.clip_norm,
        )
        self._network, self._loss, self._meter = network, loss, meter
        self._batches = Batches(dataset.train, dataset.preprocessing, self._batch_size)
        self._indices = _full_batches(spec.training.seed, len(dataset.train), self._batch_size)
        self.times: dict[tuple[str, str], list[float]] = defaultdict(list)

    def _timed(self, name: str, direction: str, work: Callable[..., Any], *arguments: Any) -> Any:
        began = time.perf_counter()
        result = work(*arguments)
        self.times[name, direction].append(time.perf_counter() - began)
        return result

    @np.errstate(all="ignore")
    def run(self) -> None:
        """Makes one training step."""
        value, targets = self._timed("gather", "", self._batches.gather, next(self._indices))
        for item in self._network.plans:
            value = self._timed(item.name, FORWARD, item.layer.forward, value, True)
        self._timed("loss", "", self._loss.forward, value, targets)
        self._timed("metrics", "", self._meter.update, value, targets)
        gradient = self._loss.backward()
        for item in reversed(self._network.plans):
            gradient = self._timed(item.name, BACKWARD, item.layer.backward, gradient)
            if not item.needs_input_gradient:
                break
        if self._regularizer.active:
            self._timed("regularizer", "", self._regularizer.apply)
        self._timed("optimizer", "", self._update)

    def _update(self) -> None:
        self._optimizer.step()
        self._network.arena.update_statistics()

    def result(self) -> StepTimes:
        """The medians of the times so far."""
        rest = {name: _median(times) for (name, direction), times in self.times.items() if not direction}
        return StepTimes(self._batch_size, tuple(self._layer(item) for item in self._network.plans), rest)

    def _layer(self, item: LayerPlan) -> LayerTime:
        forward = _median(self.times.get((item.name, FORWARD), []))
        backward = _median(self.times.get((item.name, BACKWARD), []))
        return LayerTime(item.name, item.output_shape, item.parameter_count, forward, backward)


def _full_batches(seed: int, samples: int, batch_size: int) -> Iterator[np.ndarray]:
    """The indices of the first epoch's batches, without a smaller one at its end, over and over."""
    order = np.random.default_rng(np.random.SeedSequence([seed, 3, 1])).permutation(samples)
    starts = range(0, samples - batch_size + 1, batch_size)
    return (order[start : start + batch_size] for start in itertools.cycle(starts))


def _median(seconds: list[float]) -> float:
    return statistics.median(seconds) if seconds else 0.0
