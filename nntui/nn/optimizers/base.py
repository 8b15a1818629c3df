"""Optimizers: how a gradient becomes a step.

Each is a few passes over the arena's flat vectors, in blocks that stay in the cache, and allocates nothing after
`build`. What it remembers between steps ('slots') is one vector of the arena's layout for each name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nntui.nn.arena import Arena, aligned_zeros
from nntui.nn.settings import Configurable, setting

_BLOCK = 32768
"""Numbers in a block: five vectors of it (640 kB) stay in a second-level cache."""
_MOST_FACTORS = 15


def learning_rate_setting(default: float) -> float:
    """The setting every optimizer has, with the default that suits it."""
    return setting(default, above=0, maximum=1000, help="How far one step goes along the gradient.")


@dataclass
class Optimizer(Configurable):
    """A rule that turns gradients into a change of the weights."""

    slot_names: ClassVar[tuple[str, ...]] = ()

    learning_rate: float = learning_rate_setting(0.001)

    def build(self, arena: Arena, *, workers: int = 1, partials: Sequence[np.ndarray] = ()) -> None:
        """Takes the arena it works on and allocates its slots, all zero; `workers` may share its steps.

        `partials` are gradients of other parts of the batch: a step first adds them to the arena's.
        """
        self.steps = 0
        self.slots = {name: arena.vector() for name in self.slot_names}
        self._decaying = arena.values[arena.decaying]
        vectors = (arena.values, arena.gradients, *self.slots.values())
        size = arena.learned.stop
        cuts = [slice(start, min(start + _BLOCK, size)) for start in range(0, size, _BLOCK)]
        self._factors = aligned_zeros(1 + _MOST_FACTORS, np.dtype(np.float64), shared=arena.shared)
        self._shares = []
        for worker in range(workers):
            scratch = np.zeros(min(_BLOCK, size), arena.values.dtype)
            mine = cuts[worker * len(cuts) // workers : (worker + 1) * len(cuts) // workers]
            blocks = [(*(vector[cut] for vector in vectors), scratch[: cut.stop - cut.start]) for cut in mine]
            others = [tuple(vector[cut] for vector in partials) for cut in mine]
            self._shares.append(list(zip(blocks, others, strict=True)))

    def step(self) -> None:
        """Moves the parameters once along the gradients the arena holds."""
        self.begin_step()
        for worker in range(len(self._shares)):
            self.step_share(worker)

    def begin_step(self) -> None:
        """What a step does once, before its shares: counts it, and lets the weights decay."""
        self.steps += 1
        if self.decay:
            # Decoupled: the weights shrink by themselves, not through the gradient. https://arxiv.org/abs/1711.05101
            np.multiply(self._decaying, 1 - self.learning_rate * self.decay, out=self._decaying)
        factors = self.factors()
        # In memory that all workers see: their count, and themselves.
        self._factors[: 1 + len(factors)] = (len(factors), *factors)

    def step_share(self, worker: int) -> None:
        """One worker's share of the step that was begun; the shares touch different blocks, in any order."""
        count, *numbers = self._factors.tolist()
        factors = tuple(numbers[: int(count)])
        for block, partials in self._shares[worker]:
            for partial in partials:
                np.add(block[1], partial, out=block[1])
            self.update(factors, *block)

    @property
    def decay(self) -> float:
        """Share of each weight that is lost in a step, before the learning rate; 0 for optimizers without."""
        return 0.0

    def factors(self) -> tuple[float, ...]:
        """The numbers this step's `update` needs, the same for all blocks."""
        return (self.learning_rate,)

    def update(self, factors: tuple[float, ...], *block: np.ndarray) -> None:
        """One step on one block: parameters, gradients, each slot, and scratch, all 1-D of one length."""
        raise NotImplementedError
