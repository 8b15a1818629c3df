"""The gradient of a batch, computed by one worker or by several that take equal parts of it.

Workers share the parameters, and each has its own gradients, buffers and random layers. The gradients are summed in
the order of the workers, so that the result depends on their number, but neither on which finishes first nor on which
process computed a part.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from nntui.data.batches import Batches
from nntui.nn.losses import Loss
from nntui.nn.metrics import Meter
from nntui.nn.network import Sequential
from nntui.training.parallel.worker_pool import Task, WorkerPool, shared_array

TASK = 0
"""The index of `BatchGradient.task` among the tasks of the worker pool."""


@dataclass(slots=True)
class Part:
    """The network, loss and batches of one worker."""

    network: Sequential
    loss: Loss
    batches: Batches


class BatchGradient:
    """Computes the gradients of each part; `add`, or an optimizer given `partials`, sums them in those of the first."""

    def __init__(self, parts: list[Part], meter: Meter, *, batch_size: int, labels: np.ndarray) -> None:
        self._parts, self._meter, self._labels = parts, meter, labels
        first = parts[0].network
        self.partials = [part.network.arena.gradients for part in parts[1:]]
        """The gradients of the parts after the first."""
        self._gradients = first.arena.gradients
        self._statistics = first.arena.statistics
        self._has_statistics = self._statistics.start < self._statistics.stop
        self._correct: int | None = None
        self._tunable_index: dict[str, int] = {}
        if len(parts) > 1:
            self._tunable_index = {name: index for index, name in enumerate(first.tunables())}
            self._settings = shared_array((max(len(self._tunable_index), 1),), "float64")
            self._settings[: len(self._tunable_index)] = list(first.tunables().values())
            self._total = shared_array((1,), "int64")
            self._rows = shared_array((batch_size,), "int64")
            self._outputs = shared_array((batch_size, *first.output_shape), first.dtype.name)
            # The contribution of each part to the loss.
            self._values = shared_array((len(parts),), "float64")
            self._random = [_RandomStates(part.network) for part in parts]
            self._targets = np.empty((batch_size, *labels.shape[1:]), labels.dtype)

    @property
    def task(self) -> Task:
        """The worker pool's task for a batch: the forward and backward pass of each part."""
        return Task(self._work, len(self._parts))

    def compute(self, indices: np.ndarray, pool: WorkerPool) -> float:
        """The mean loss over these rows, at least one; if it is not finite, `suspect` returns where to look.

        `task` must be number `TASK` of the pool.
        """
        if len(self._parts) == 1:
            return self._alone(indices)
        self._total[0] = len(indices)
        self._rows[: len(indices)] = indices
        pool.run(TASK)
        return sum(self._values.tolist())

    def tune(self, name: str, value: float) -> None:
        """Changes a layer's setting in all parts, with effect from the next batch."""
        for part in self._parts:
            part.network.tune(name, value)
        if self._tunable_index:
            self._settings[self._tunable_index[name]] = value

    def count(self) -> int | None:
        """How many samples of the last batch were classified correctly; None for regression. Call it once per batch.

        With several parts this updates the meter, so that other workers need not wait for it; a single part has
        updated it already.
        """
        if len(self._parts) == 1:
            return self._correct
        total = int(self._total[0])
        targets = self._labels.take(self._rows[:total], axis=0, out=self._targets[:total], mode="clip")
        return self._meter.update(self._outputs[:total], targets)

    def _alone(self, indices: np.ndarray) -> float:
        part = self._parts[0]
        self._x, targets = part.batches.gather(indices)
        outputs = part.network.forward(self._x, training=True)
        value = part.loss.forward(outputs, targets)
        if math.isfinite(value):
            # Before the backward pass, which may overwrite the outputs.
            self._correct = self._meter.update(outputs, targets)
            part.network.backward(part.loss.backward())
        return value

    def _shares(self) -> list[slice]:
        """The rows of the batch for each part; the first parts have one more if the batch does not divide evenly."""
        size, longer = divmod(int(self._total[0]), len(self._parts))
        edges = [part * size + min(part, longer) for part in range(len(self._parts) + 1)]
        return [slice(start, stop) for start, stop in pairwise(edges)]

    def _work(self, number: int) -> None:
        """Computes one part of the current batch."""
        part, share = self._parts[number], self._shares()[number]
        arena, count = part.network.arena, share.stop - share.start
        if count == 0:
            # The last batch of an epoch may have fewer rows than there are parts.
            self._values[number] = 0.0
            arena.gradients.fill(0)
            return
        self._random[number].load()
        for name, index in self._tunable_index.items():
            # It may have changed since this process was forked.
            part.network.tune(name, float(self._settings[index]))
        rows = self._rows[: int(self._total[0])]
        x, targets = part.batches.gather(rows[share])
        outputs = part.network.forward(x, training=True)
        self._outputs[share] = outputs
        # The loss and the layers' statistics are means over the part; the weight turns them into means over the batch.
        weight = count / len(rows)
        self._values[number] = part.loss.forward(outputs, targets) * weight
        gradient = part.loss.backward()
        np.multiply(gradient, weight, out=gradient)
        part.network.backward(gradient)
        if self._has_statistics:
            arena.gradients[arena.statistics] *= weight
        self._random[number].save()

    def add_statistics(self) -> None:
        """Sums the statistics of all parts, without the gradients."""
        for partial in self.partials if self._has_statistics else ():
            self._gradients[self._statistics] += partial[self._statistics]

    def add(self) -> None:
        """Sums the gradients and the statistics of all parts."""
        for partial in self.partials:
            np.add(self._gradients, partial, out=self._gradients)

    def suspect(self) -> tuple[Sequential, np.ndarray]:
        """The network and the inputs of the first part with a non-finite loss; of the very first if all are finite."""
        if len(self._parts) == 1:
            return self._parts[0].network, self._x
        worker = next((k for k in range(len(self._parts)) if not math.isfinite(self._values[k])), 0)
        part = self._parts[worker]
        return part.network, part.batches.gather(self._rows[self._shares()[worker]])[0]

    def random_states(self) -> list[dict[str, object]]:
        """The states of each part's random layers."""
        if len(self._parts) == 1:
            return [self._parts[0].network.random_states()]
        for states in self._random:
            states.load()
        return [part.network.random_states() for part in self._parts]

    def set_random_states(self, states_of_parts: list[dict[str, object]]) -> None:
        """Restores what `random_states` returned; ValueError for another number of parts."""
        for part, part_states in zip(self._parts, states_of_parts, strict=True):
            part.network.set_random_states(part_states)
        for states in self._random if len(self._parts) > 1 else []:
            states.save()


class _RandomStates:
    """The states of a network's random layers in shared memory, from where any process can continue."""

    def __init__(self, network: Sequential) -> None:
        self._network = network
        self._is_random = bool(network.random_states())
        text = json.dumps(network.random_states()).encode()
        # The numbers in a state may grow longer: each generator has two of up to 39 digits.
        self._text = shared_array((2 * len(text) + 256,), "uint8")
        self.save()

    def load(self) -> None:
        """Sets the network's generators to the state after the last batch."""
        if self._is_random:
            self._network.set_random_states(json.loads(self._text.tobytes().rstrip(b"\0")))

    def save(self) -> None:
        """Saves the state of the network's generators."""
        if self._is_random:
            text = json.dumps(self._network.random_states()).encode()
            self._text[: len(text)] = np.frombuffer(text, np.uint8)
            self._text[len(text) :] = 0
