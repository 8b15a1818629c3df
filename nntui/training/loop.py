"""The training loop: a generator of events that opens no file, prints nothing and reads no clock of its own.

    order of an epoch -> batch -> forward -> loss -> backward -> regularizer -> optimizer -> Step
    after the last batch -> LayerStats -> evaluation of the validation split -> EpochEnded -> early stopping?

All randomness comes from the seed: the weights and the random layers from (seed, 2), the order of an epoch from
(seed, 3, epoch) alone, so that a resumed run has the same batches in the same order without any history.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import numpy as np

from nntui.data.batches import Batches
from nntui.data.dataset import Dataset
from nntui.modelfile.model import ModelSpec
from nntui.modelfile.settings import HIGHER_IS_BETTER
from nntui.nn.arena import Arena
from nntui.nn.metrics import ClassificationMeter
from nntui.nn.moving_average import MovingAverage
from nntui.nn.network import Sequential
from nntui.nn.regularization import Regularizer, gradient_norm
from nntui.runs.events import EpochEnded, Event, LayerStats, RunEnded, Step, Warning
from nntui.training.accumulation import AccumulatedGradient
from nntui.training.best import Best
from nntui.training.checkpoint_counts import counted
from nntui.training.divergence import advice, origin_of_divergence
from nntui.training.live_settings import LiveSettings
from nntui.training.loss_and_metrics import (
    build_loss,
    build_meter,
    check_ids,
    evaluate,
    refuse_undefined_monitor,
)
from nntui.training.parallel.batch_gradient import BatchGradient, Part
from nntui.training.parallel.worker_pool import Task, WorkerPool

Clock = Callable[[], float]
_STEP = 1
"""The worker pool's second task: the optimizer's step."""
_SHARES_EACH = 2
"""How many shares of the optimizer's step there are per worker."""


def build_network(
    spec: ModelSpec,
    dataset: Dataset,
    *,
    batch_size: int | None = None,
    worker: int = 0,
    arena: Arena | None = None,
    shared: bool = False,
) -> Sequential:
    """The network of a spec with its initial weights, drawn from the seed.

    Workers after the first have their own random layers, and an `arena` with the parameters of the first, which is
    `shared` with other processes.
    """
    size = batch_size or min(spec.training.batch_size, max(len(dataset.train), 1))
    seeds = [spec.training.seed, 2, worker] if worker else [spec.training.seed, 2]
    rng = np.random.default_rng(np.random.SeedSequence(seeds))
    return Sequential(spec.layers, dataset.input_shape, batch_size=size, rng=rng, arena=arena, shared=shared)


class Trainer:
    """A training in progress; its complete state is in `network`, `optimizer` and `progress()`.

    `clock` returns seconds, and stands still while training is paused. `spec` must come from a validation without
    problems; SpecError if the data do not suit its first layer or its loss.
    """

    def __init__(self, spec: ModelSpec, dataset: Dataset, *, clock: Clock) -> None:
        training = spec.training
        self.spec, self.dataset, self._clock = spec, dataset, clock
        self.batch_size = min(training.batch_size, len(dataset.train))
        check_ids(spec, dataset)
        refuse_undefined_monitor(spec, dataset)
        self._parts = list(self._make_parts(min(training.workers or 1, self.batch_size)))
        self.network, self.loss = self._parts[0].network, self._parts[0].loss
        self.optimizer = dataclasses.replace(training.optimizer)
        self._regularizer = Regularizer(
            self.network.arena,
            l1=training.l1,
            l2=training.l2,
            clip_value=training.clip_value,
            clip_norm=training.clip_norm,
        )
        self._val_batches = Batches(
            dataset.val, dataset.preprocessing, self.network.batch_size, beside=self._parts[0].batches
        )
        self._meter = build_meter(spec, dataset, self.network, self.loss, batch_size=self.batch_size)
        self._val_loss = build_loss(spec, dataset, self.network)
        self._val_meter = build_meter(spec, dataset, self.network, self._val_loss, samples=len(dataset.val))
        self._gradient = BatchGradient(self._parts, self._meter, batch_size=self.batch_size, labels=dataset.train.y)
        # Regularizer and accumulation need the whole gradient summed before the step. Otherwise the optimizer sums it
        # block by block, while a block is in the cache.
        self._adds_first = self._regularizer.active or training.accumulate > 1
        partials = () if self._adds_first else self._gradient.partials
        size = len(self._parts)
        # More shares than workers, so that a fast worker can take over shares of a slow one.
        shares = size * _SHARES_EACH if size > 1 else 1
        self.optimizer.build(self.network.arena, shares=shares, partials=partials)
        self._pool = WorkerPool(size, (self._gradient.task, Task(self.optimizer.step_share, shares)))
        self._accumulated: AccumulatedGradient | None = None
        if training.accumulate > 1:
            self._accumulated = AccumulatedGradient(self._gradient, self.network.arena, batch_size=self.batch_size)
        self.average = MovingAverage(self.network.arena, decay=training.ema) if training.ema else None
        """The moving average of the weights; None unless `ema` is set."""
        self.best = Best(spec.training)
        self._schedule = dataclasses.replace(training.schedule) if training.schedule else None
        if self._schedule is not None:
            self._schedule.build(
                steps=training.epochs * self.steps_per_epoch,
                steps_per_epoch=self.steps_per_epoch,
                higher_is_better=self.best.monitor in HIGHER_IS_BETTER,
            )
        self.live_settings = LiveSettings(self)
        self.step = 0
        self.epochs_done = 0
        self._position = 0
        """Steps done in the current epoch; 0 between epochs."""
        self._loss_sum = 0.0
        self._seconds = 0.0
        self._has_gradient = False
        """Whether the arena holds the gradients of the last step, which a checkpoint does not contain."""
        self._gradient_norms: dict[str, float] = {}
        """From a checkpoint after the last step of an epoch, for the statistics of that epoch."""

    def _make_parts(self, count: int) -> Iterator[Part]:
        size = math.ceil(self.batch_size / count)
        arena: Arena | None = None
        for worker in range(count):
            network = build_network(
                self.spec,
                self.dataset,
                batch_size=size,
                worker=worker,
                arena=arena.twin() if arena else None,
                shared=count > 1,
            )
            arena = arena or network.arena
            loss = build_loss(self.spec, self.dataset, network, weighted=True)
            batches = Batches(self.dataset.train, self.dataset.preprocessing, size)
            yield Part(network, loss, batches)

    @property
    def steps_per_epoch(self) -> int:
        """Updates in an epoch, including a last one with fewer samples."""
        return math.ceil(len(self.dataset.train) / self.samples_per_step)

    @property
    def samples_per_step(self) -> int:
        """Samples in a full step: one batch, or the accumulated batches."""
        return self.batch_size * self.spec.training.accumulate

    @property
    def outcome(self) -> np.ndarray:
        """The flat vector of the weights that are evaluated, saved as the network's, and final."""
        return self.network.arena.values if self.average is None else self.average.values

    @property
    def metric_names(self) -> tuple[str, ...]:
        """The metrics besides the loss: 'accuracy'."""
        return self._meter.names

    @property
    def epoch(self) -> int:
        """The epoch of the last step, from 1; 0 before the first."""
        return self.epochs_done + (self._position > 0)

    def events(self) -> Iterator[Event]:
        """Trains from the current state to the end; each event comes after the step or epoch it reports is complete.

        Between two events the state is consistent: `progress()` and the weights may be saved. The first event is a
        Warning if processes should share a batch but cannot.
        """
        with self._pool:
            if self._pool.alone:
                message = (
                    f"{len(self._parts)} workers cannot share a batch here ({self._pool.alone}; is /dev/shm "
                    "writable?): one process does the work of all, with the same result"
                )
                yield Warning(step=self.step, epoch=self.epoch, message=message)
            yield from self._epochs()

    def train_until(self, epochs: int) -> None:
        """Sets the total number of epochs; a schedule that ends with the training is stretched to it."""
        self.spec = dataclasses.replace(self.spec, training=dataclasses.replace(self.spec.training, epochs=epochs))
        if self._schedule is not None:
            self._schedule.stretch(epochs * self.steps_per_epoch)
            self.optimizer.rate_factor = self._schedule.rate_factor(max(self.step - 1, 0))

    def tune_layer(self, name: str, value: float) -> None:
        """Changes a layer's setting, 'dropout_1.rate', in all workers."""
        self._gradient.tune(name, value)

    @contextmanager
    def timing_steps(self) -> Generator[Callable[[], Any], None, None]:
        """A function that makes one step after another on the batches of the first epoch, for timing them.

        The trainer cannot be used for anything else afterwards.
        """
        order, size = self._order(), self.samples_per_step
        starts = itertools.cycle(range(0, len(order), size))

        def step() -> Step | None:
            start = next(starts)
            return self._train_step(order[start : start + size])

        with self._pool:
            yield step

    def _epochs(self) -> Iterator[Event]:
        while self.epochs_done < self.spec.training.epochs and not self.best.should_stop:
            diverged = yield from self._train_epoch()
            if diverged is not None:
                yield diverged
                return
            yield self._layer_stats()
            # Counted in the same statement that yields the event, so that every counted epoch has its event.
            yield self._count_epoch(*self._measure())
            if not np.isfinite(self.network.arena.values).all():
                yield self._diverged()
                return
        yield self._finish()

    def _order(self) -> np.ndarray:
        seeds = np.random.SeedSequence([self.spec.training.seed, 3, self.epochs_done + 1])
        return np.random.default_rng(seeds).permutation(len(self.dataset.train))

    def _train_epoch(self) -> Generator[Event, None, RunEnded | None]:
        if self._position == 0:
            self._meter.reset()
            self._loss_sum, self._seconds = 0.0, 0.0
        order, size = self._order(), self.samples_per_step
        began = self._clock()
        spent = self._seconds
        while self._position < self.steps_per_epoch:
            start = self._position * size
            event = self._train_step(order[start : start + size])
            if event is None:
                return self._diverged()
            self._seconds = spent + self._clock() - began
            yield event
        self._seconds = spent + self._clock() - began
        return None

    @np.errstate(all="ignore")  # An overflow makes the loss non-finite, which is reported as divergence.
    def _train_step(self, indices: np.ndarray) -> Step | None:
        """One optimizer update on these rows; None, and no update, if the loss is not finite."""
        gradient = self._accumulated or self._gradient
        loss = gradient.compute(indices, self._pool)
        if not math.isfinite(loss):
            return None
        if self._adds_first:
            if self._accumulated is None:
                self._gradient.add()
            self._regularizer.apply()
        else:
            self._gradient.add_statistics()
        self._has_gradient = True
        if self._schedule is not None:
            self.optimizer.rate_factor = self._schedule.rate_factor(self.step)
        self.optimizer.begin_step()
        correct = self._pool.run(_STEP, beside=gradient.count)
        self.network.arena.update_statistics()
        self.step += 1
        if self.average is not None:
            self.average.update(self.step)
        self._position += 1
        self._loss_sum += loss * len(indices)
        return Step(
            step=self.step,
            epoch=self.epochs_done + 1,
            loss=loss,
            learning_rate=self.optimizer.rate,
            accuracy=None if correct is None else correct / len(indices),
        )

    @np.errstate(all="ignore")
    def _measure(self) -> tuple[dict[str, float], list[list[int]] | None]:
        """The metrics and the confusion matrix after the last step of an epoch, which is not counted yet."""
        metrics = {"loss": self._loss_sum / len(self.dataset.train), **self._meter.result()}
        confusion = None
        if len(self.dataset.val):
            with self.average.in_place() if self.average is not None else nullcontext():
                metrics |= self._validate()
            if isinstance(self._val_meter, ClassificationMeter) and self._val_meter.confusion is not None:
                confusion = self._val_meter.confusion.tolist()
        return metrics, confusion

    def _count_epoch(self, metrics: dict[str, float], confusion: list[list[int]] | None) -> EpochEnded:
        samples = len(self.dataset.train)
        self.epochs_done += 1
        self._position = 0
        is_best = self.best.update(metrics, self.epochs_done, self.outcome)
        if self._schedule is not None and not self.best.is_undefined(metrics):
            self._schedule.observe(metrics.get(self.best.monitor, math.nan))
        return EpochEnded(
            step=self.step,
            epoch=self.epochs_done,
            metrics=metrics,
            learning_rate=self.optimizer.rate,
            seconds=self._seconds,
            samples_per_second=samples / self._seconds if self._seconds > 0 else 0.0,
            best=is_best,
            confusion=confusion,
        )

    def _validate(self) -> dict[str, float]:
        loss = evaluate(self.network, self._val_loss, self._val_batches, self._val_meter, len(self.dataset.val))
        return {"val_loss": loss} | {f"val_{name}": value for name, value in self._val_meter.result().items()}

    @np.errstate(all="ignore")
    def _layer_stats(self) -> LayerStats:
        arena = self.network.arena
        return LayerStats(
            step=self.step,
            epoch=self.epoch,
            weight_norm={name: gradient_norm(arena.value(name).reshape(-1)) for name in arena.learned_names},
            gradient_norm=self._current_gradient_norms(),
        )

    @np.errstate(all="ignore")
    def _current_gradient_norms(self) -> dict[str, float]:
        if not self._has_gradient:
            return self._gradient_norms
        arena = self.network.arena
        return {name: gradient_norm(arena.gradient(name).reshape(-1)) for name in arena.learned_names}

    def _diverged(self) -> RunEnded:
        origin = origin_of_divergence(*self._gradient.suspect(), self.step)
        what_to_try = advice(self.spec, self.dataset, self.optimizer.learning_rate)
        return origin.run_ended(epoch=self.epoch, best_epoch=self.best.epoch, advice=what_to_try)

    def _finish(self) -> RunEnded:
        message = f"trained {self.epochs_done} epoch{'' if self.epochs_done == 1 else 's'}"
        if self.best.should_stop:
            message = f"early stopping: {self.best.monitor} has not improved for {self.best.waited} epochs"
        if self.best.restore_best(self.outcome, self.epochs_done):
            message += f"; back to the weights of epoch {self.best.epoch}"
        np.copyto(self.network.arena.values, self.outcome)
        return RunEnded(
            step=self.step, epoch=self.epochs_done, reason="finished", message=message, best_epoch=self.best.epoch
        )

    def progress(self) -> dict[str, Any]:
        """The progress of the training, JSON-compatible, without weights and slots."""
        return {
            "step": self.step,
            "epochs_done": self.epochs_done,
            "position": self._position,
            "loss_sum": self._loss_sum,
            "seconds": self._seconds,
            "meter": self._meter.state(),
            "learning_rate": self.optimizer.learning_rate,
            "settings": self.live_settings.state(),
            "optimizer_steps": self.optimizer.steps,
            "random_states": self._gradient.random_states(),
            "best": self.best.state(),
            "schedule": self._schedule.state() if self._schedule is not None else {},
            "gradient_norms": self._current_gradient_norms() if self._position == self.steps_per_epoch else {},
        }

    def restore(self, progress: dict[str, Any]) -> None:
        """Restores what `progress` returned.

        KeyError, TypeError, ValueError or ArithmeticError if it is damaged or belongs to another training.
        """
        self.live_settings.restore(progress.get("settings", {}))
        self._position = counted(progress, "position", most=self.steps_per_epoch)
        self.epochs_done = counted(progress, "epochs_done", most=self.spec.training.epochs)
        self.step = counted(progress, "step", most=self.spec.training.epochs * self.steps_per_epoch)
        self._loss_sum, self._seconds = float(progress["loss_sum"]), float(progress["seconds"])
        self._meter.restore(progress["meter"])
        self.optimizer.learning_rate = float(progress["learning_rate"])
        self.optimizer.steps = counted(progress, "optimizer_steps", most=self.step)
        self._gradient.set_random_states(progress["random_states"])
        self.best.restore(progress["best"])
        norms = dict(progress.get("gradient_norms", {}))
        self._gradient_norms = {str(name): float(norm) for name, norm in norms.items()}
        if self._schedule is not None:
            self._schedule.restore(progress["schedule"])
            self.optimizer.rate_factor = self._schedule.rate_factor(max(self.step - 1, 0))


def train(spec: ModelSpec, dataset: Dataset, *, clock: Clock) -> Iterator[Event]:
    """The events of a whole training, from the first step to RunEnded."""
    yield from Trainer(spec, dataset, clock=clock).events()
