"""The gradient of a batch: by one worker, or by several that take equal parts of it.

Workers share the parameters and have gradients, buffers and random layers of their own. Their gradients are added in
the order of the workers, so that the result depends on how many there are, and not on which of them is done first,
nor on which process did a part.
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
"""The number by which a crew knows `BatchGradient.task`."""


@dataclass(slots=True)
class Part:
    """One worker's tools."""

    network: Sequential
    loss: Loss
    batches: Batches


class BatchGradient:
    """Fills each part's gradients; `add`, or an optimizer given `partials`, adds them up in the first's."""

    def __init__(self, parts: list[Part], meter: Meter, *, batch_size: int, labels: np.ndarray) -> None:
        self._parts, self._meter, self._labels = parts, meter, labels
        first = parts[0].network
        self.partials = [part.network.arena.gradients for part in parts[1:]]
        """The gradients of the parts after the first."""
        self._gradients = first.arena.gradients
        self._statistics = first.arena.statistics
        self._has_statistics = self._statistics.start < self._statistics.stop
        self._hits: int | None = None
        self._tuned: dict[str, int] = {}
        if len(parts) > 1:
            self._tuned = {name: place for place, name in enumerate(first.tunables())}
            self._settings = shared_array((max(len(self._tuned), 1),), "float64")
            self._settings[: len(self._tuned)] = list(first.tunables().values())
            self._total = shared_array((1,), "int64")
            self._rows = shared_array((batch_size,), "int64")
            self._outputs = shared_array((batch_size, *first.output_shape), first.dtype.name)
            # What each part adds to the loss.
            self._values = shared_array((len(parts),), "float64")
            self._random = [_RandomStates(part.network) for part in parts]
            self._targets = np.empty((batch_size, *labels.shape[1:]), labels.dtype)

    @property
    def task(self) -> Task:
        """What a crew does of a batch: the forward and backward pass of each part."""
        return Task(self._work, len(self._parts))

    def compute(self, indices: np.ndarray, pool: WorkerPool) -> float:
        """The mean loss over these rows, at least one; where it is not finite `suspect` tells where to look.

        `crew` knows `task` by the number `TASK`.
        """
        if len(self._parts) == 1:
            return self._alone(indices)
        self._total[0] = len(indices)
        self._rows[: len(indices)] = indices
        pool.run(TASK)
        return sum(self._values.tolist())

    def tune(self, name: str, value: float) -> None:
        """Changes a layer's setting in all parts, from the next batch on."""
        for part in self._parts:
            part.network.tune(name, value)
        if self._tuned:
            self._settings[self._tuned[name]] = value

    def count(self) -> int | None:
        """How many of the batch computed last were answered rightly, None for regression; to be called once.

        Unless a single part did so on its way, the meter takes the batch in here: other workers need not wait for it.
        """
        if len(self._parts) == 1:
            return self._hits
        total = int(self._total[0])
        targets = self._labels.take(self._rows[:total], axis=0, out=self._targets[:total], mode="clip")
        return self._meter.update(self._outputs[:total], targets)

    def _alone(self, indices: np.ndarray) -> float:
        part = self._parts[0]
        self._x, targets = part.batches.gather(indices)
        outputs = part.network.forward(self._x, training=True)
        value = part.loss.forward(outputs, targets)
        if math.isfinite(value):
            # Before the way back, which may use up what the last layer gave.
            self._hits = self._meter.update(outputs, targets)
            part.network.backward(part.loss.backward())
        return value

    def _shares(self) -> list[slice]:
        """The places in the batch that each part takes: the first are a row longer where it does not divide."""
        each, longer = divmod(int(self._total[0]), len(self._parts))
        edges = [part * each + min(part, longer) for part in range(len(self._parts) + 1)]
        return [slice(start, stop) for start, stop in pairwise(edges)]

    def _work(self, number: int) -> None:
        """One part of the batch that was handed out."""
        part, share = self._parts[number], self._shares()[number]
        arena, count = part.network.arena, share.stop - share.start
        if count == 0:
            # The last batch of an epoch may have fewer rows than there are parts.
            self._values[number] = 0.0
            arena.gradients.fill(0)
            return
        self._random[number].load()
        for name, place in self._tuned.items():
            # Changed, it may be, since this process was forked.
            part.network.tune(name, float(self._settings[place]))
        rows = self._rows[: int(self._total[0])]
        x, targets = part.batches.gather(rows[share])
        outputs = part.network.forward(x, training=True)
        self._outputs[share] = outputs
        # The loss is a mean over the part, and so is what layers see of it: what counts is the mean over the batch.
        weight = count / len(rows)
        self._values[number] = part.loss.forward(outputs, targets) * weight
        gradient = part.loss.backward()
        np.multiply(gradient, weight, out=gradient)
        part.network.backward(gradient)
        if self._has_statistics:
            arena.gradients[arena.statistics] *= weight
        self._random[number].save()

    def add_statistics(self) -> None:
        """Adds up what the layers of all parts saw, leaving the gradients alone."""
        for partial in self.partials if self._has_statistics else ():
            self._gradients[self._statistics] += partial[self._statistics]

    def add(self) -> None:
        """Adds up the gradients of all parts and what their layers saw."""
        for partial in self.partials:
            np.add(self._gradients, partial, out=self._gradients)

    def suspect(self) -> tuple[Sequential, np.ndarray]:
        """The network and the inputs of the first part whose loss is not finite; of the first part where all are."""
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

    def set_random_states(self, found: list[dict[str, object]]) -> None:
        """Puts the random layers back where `random_states` found them; ValueError for another number of parts."""
        for part, states in zip(self._parts, found, strict=True):
            part.network.set_random_states(states)
        for states in self._random if len(self._parts) > 1 else []:
            states.save()


class _RandomStates:
    """The states of a network's random layers in shared memory: whichever process does a part goes on from there."""

    def __init__(self, network: Sequential) -> None:
        self._network = network
        self._is_random = bool(network.random_states())
        text = json.dumps(network.random_states()).encode()
        # Numbers in the states may grow longer: up to 39 digits for each of the two of a generator.
        self._text = shared_array((2 * len(text) + 256,), "uint8")
        self.save()

    def load(self) -> None:
        """Puts the network's generators where the last part ended."""
        if self._is_random:
            self._network.set_random_states(json.loads(self._text.tobytes().rstrip(b"\0")))

    def save(self) -> None:
        """Notes where the network's generators stand."""
        if self._is_random:
            text = json.dumps(self._network.random_states()).encode()
            self._text[: len(text)] = np.frombuffer(text, np.uint8)
            self._text[len(text) :] = 0
