"""The gradient of a batch: by one worker, or by several that take equal parts of it.

Workers share the parameters and have gradients, buffers and random layers of their own. Their gradients are added in
the order of the workers, so that the result depends on how many there are, and not on which of them is done first.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nntui.data.batches import Batches
from nntui.nn.losses import Loss
from nntui.nn.metrics import Meter
from nntui.nn.network import Sequential
from nntui.nn.team import Team


@dataclass(slots=True)
class Part:
    """One worker's tools, and what it found for its part of the last batch."""

    network: Sequential
    loss: Loss
    batches: Batches
    x: np.ndarray
    truth: np.ndarray
    outputs: np.ndarray
    value: float = 0.0
    """The mean loss of the part."""


class BatchGradient:
    """Fills the gradients of the first part's arena, which is the network's own."""

    def __init__(self, parts: list[Part], meter: Meter, team: Team) -> None:
        self._parts, self._meter, self._team = parts, meter, team
        self._gradients = [part.network.arena.gradients for part in parts]
        self._shares: list[np.ndarray] = []

    def compute(self, indices: np.ndarray) -> tuple[float, int | None]:
        """The mean loss over these rows, at least one, and how many were answered rightly (None for regression).

        Where the loss is not finite nothing is counted, and `suspect` tells where to look.
        """
        parts = self._parts
        if len(parts) == 1:
            self._forward(parts[0], indices)
            if math.isfinite(parts[0].value):
                hits = self._meter.update(parts[0].outputs, parts[0].truth)
                parts[0].network.backward(parts[0].loss.backward())
                return parts[0].value, hits
            return parts[0].value, None
        self._shares = np.array_split(indices, len(parts))
        self._team.run(self._work)
        loss = sum(part.value * len(share) for part, share in zip(parts, self._shares, strict=True)) / len(indices)
        if not math.isfinite(loss):
            return loss, None
        for gradients in self._gradients[1:]:
            np.add(self._gradients[0], gradients, out=self._gradients[0])
        counts = [self._meter.update(part.outputs, part.truth) for part in parts if len(part.truth)]
        return loss, None if counts[0] is None else sum(count or 0 for count in counts)

    def suspect(self) -> tuple[Sequential, np.ndarray]:
        """The network and the inputs of the first part whose loss is not finite; of the first part where all are."""
        part = next((part for part in self._parts if not math.isfinite(part.value)), self._parts[0])
        return part.network, part.x

    @np.errstate(all="ignore")
    def _work(self, worker: int) -> None:
        part, share = self._parts[worker], self._shares[worker]
        if not len(share):
            # The last batch of an epoch may have fewer rows than there are workers.
            part.value, part.truth = 0.0, part.truth[:0]
            part.network.arena.gradients.fill(0)
            return
        self._forward(part, share)
        gradient = part.loss.backward()
        # The loss is a mean over the part: what counts is the mean over the batch.
        total = sum(map(len, self._shares))
        np.multiply(gradient, len(share) / total, out=gradient)
        part.network.backward(gradient)
        arena = part.network.arena
        # What is seen is a mean over the part too, and the parts' means are added.
        arena.gradients[arena.following] *= len(share) / total

    def _forward(self, part: Part, indices: np.ndarray) -> None:
        part.x, part.truth = part.batches.gather(indices)
        part.outputs = part.network.forward(part.x, training=True)
        part.value = part.loss.forward(part.outputs, part.truth)
