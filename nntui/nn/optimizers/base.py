"""Optimizers: how a gradient becomes a step.

Each makes a few passes over the arena's flat vectors, in blocks that stay in the cache, and allocates nothing after
`build`. Its state between steps is one vector in the arena's layout for each of its slots.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from nntui.nn.arena import Arena, aligned_zeros
from nntui.settings import Configurable, setting

_BLOCK = 32768
"""Numbers in a block: five vectors of it (640 kB) stay in a second-level cache."""
_LINE = 16
"""Numbers that blocks are multiples of: a cache line in float32."""
_MOST_FACTORS = 13
_SWEEP_STEPS = 256
_SMALLEST_DECAY = 0.9
"""Numbers that decay by a smaller factor pass through the denormal numbers in a hundred steps or so."""


def learning_rate_setting(default: float) -> float:
    """The learning rate, which every optimizer has, with a default that suits it."""
    return setting(default, above=0, maximum=1000, help="How far one step goes along the gradient.")


def weight_decay_setting(default: float) -> float:
    """The weight decay, which every optimizer has."""
    return setting(default, minimum=0, maximum=1, help="How fast weights (not biases) shrink by themselves.")


class _Block(NamedTuple):
    """A block of the vectors."""

    vectors: tuple[np.ndarray, ...]
    """The arguments of `update`."""
    decaying: np.ndarray
    """The parameters of the block that weight decay acts on: all, none, or the first ones."""
    partials: tuple[np.ndarray, ...]


def _block_length(size: int, shares: int) -> int:
    """The length of blocks that gives all shares the same number of blocks, of about equal length."""
    rounds = -(-size // (_BLOCK * shares))
    length = -(-size // max(rounds * shares, 1))
    return max(-(-length // _LINE) * _LINE, _LINE)


@dataclass
class Optimizer(Configurable):
    """A rule that turns gradients into a change of the weights.

    Weight decay is decoupled, for every rule: p = p - rate·weight_decay·p before the step, not through the gradient.
    Loshchilov and Hutter 2017, https://arxiv.org/abs/1711.05101. What PyTorch calls weight_decay in SGD, RMSprop,
    Adagrad, Adadelta, Adam and, by default, NAdam goes through the gradient: it is `training.l2` here.
    """

    slot_names: ClassVar[tuple[str, ...]] = ()
    tunable: ClassVar[tuple[str, ...]] = ("learning_rate", "weight_decay")
    """Settings that may be changed between two steps."""
    scratches: ClassVar[int] = 1
    """How many scratch blocks `update` needs."""

    learning_rate: float = learning_rate_setting(0.001)
    weight_decay: float = weight_decay_setting(0.0)

    def build(self, arena: Arena, *, shares: int = 1, partials: Sequence[np.ndarray] = ()) -> None:
        """Takes the arena and allocates slots, all zero; a step is divided into `shares`.

        `partials` are gradients of other parts of the batch: a step first adds them to the arena's.
        """
        self.steps = 0
        self.rate_factor = 1.0
        """The factor a schedule gives the learning rate in the next step."""
        self.slots = {name: arena.vector() for name in self.slot_names}
        count = 3 + len(self.slot_names) + _MOST_FACTORS
        self._factors = aligned_zeros(count, np.dtype(np.float64), shared=arena.shared)
        size = arena.learned.stop
        length = _block_length(size, shares)
        cuts = [slice(start, min(start + length, size)) for start in range(0, size, length)]
        # One for all shares: each process that works on a share has its own copy.
        scratch = aligned_zeros(self.scratches * length, arena.values.dtype).reshape(self.scratches, length)
        self._shares: list[list[_Block]] = []
        for share in range(shares):
            own_cuts = cuts[share * len(cuts) // shares : (share + 1) * len(cuts) // shares]
            self._shares.append([self._block(arena, cut, scratch, partials) for cut in own_cuts])

    def _block(self, arena: Arena, cut: slice, scratch: np.ndarray, partials: Sequence[np.ndarray]) -> _Block:
        vectors = (arena.values, arena.gradients, *self.slots.values())
        return _Block(
            vectors=(*(vector[cut] for vector in vectors), *scratch[:, : cut.stop - cut.start]),
            decaying=arena.values[cut.start : min(cut.stop, max(arena.decaying.stop, cut.start))],
            partials=tuple(vector[cut] for vector in partials),
        )

    def step(self) -> None:
        """Updates the parameters once from the arena's gradients."""
        self.begin_step()
        for share in range(len(self._shares)):
            self.step_share(share)

    @property
    def rate(self) -> float:
        """The learning rate of a step: the setting times the schedule's factor."""
        return self.learning_rate * self.rate_factor

    def tune(self, name: str, value: float) -> None:
        """Changes a `tunable` setting, from the next step on."""
        setattr(self, name, value)

    def begin_step(self) -> None:
        """The part of a step done once, before its shares: counts the step and publishes the shares' numbers."""
        self.steps += 1
        factors, decay_rates = self.factors(), self.decay_rates()
        shrink = 1 - self.rate * self.weight_decay
        decays = [decay_rates.get(name, 1.0) for name in self.slot_names]
        numbers = (self.steps % _SWEEP_STEPS == 0, shrink, len(factors), *decays, *factors)
        # In memory that all processes share: settings may have changed since they were forked.
        self._factors[: len(numbers)] = numbers

    def step_share(self, share: int) -> None:
        """One share of the step that was begun; shares touch different blocks and may be done in any order.

        Concurrently only in separate processes, forked after `build`.
        """
        sweeps, shrink, count, *numbers = self._factors.tolist()
        decays, numbers = numbers[: len(self.slot_names)], numbers[len(self.slot_names) :]
        factors = tuple(numbers[: int(count)])
        for block in self._shares[share]:
            for partial in block.partials:
                np.add(block.vectors[1], partial, out=block.vectors[1])
            if shrink != 1:
                np.multiply(block.decaying, shrink, out=block.decaying)
            self.update(factors, *block.vectors)
            if sweeps:
                _sweep(block, decays, shrink)

    def decay_rates(self) -> dict[str, float]:
        """The factor by which each slot decays in a step; slots that do not decay are left out."""
        return {}

    def factors(self) -> tuple[float, ...]:
        """The numbers `update` takes in this step, the same for all blocks."""
        return (self.rate,)

    def update(self, factors: tuple[float, ...], *block: np.ndarray) -> None:
        """One step on one block: parameters, gradients, each slot, and scratches, all 1-D of one length."""
        raise NotImplementedError


def _sweep(block: _Block, decays: Sequence[float], shrink: float) -> None:
    """Zeroes numbers that would become denormal before the next sweep; `decays` are the slots' factors per step.

    Numbers that decay by a factor per step, such as the mean gradient of a weight that no longer gets any, end at the
    smallest denormal and stay there: 0.9 of it rounds to itself. Arithmetic on denormals takes many times as long.
    Zeroed are numbers that 256 steps would bring below the smallest normal number: in float32 a mean with a decay of
    0.9 is then below 6e-27, which moves no weight that is not as small itself. Sweeps depend on the count of steps
    alone, so that a resumed run makes the same ones.
    """
    scratch = block.vectors[-1]
    for values, decay in zip(block.vectors[2:], decays, strict=False):
        _flush_small(values, decay, scratch)
    if shrink != 1:
        _flush_small(block.decaying, shrink, scratch)


def _flush_small(values: np.ndarray, decay: float, scratch: np.ndarray) -> None:
    smallest = float(np.finfo(values.dtype).tiny) / min(max(decay, _SMALLEST_DECAY), 1.0) ** _SWEEP_STEPS
    mask = scratch[: len(values)]
    np.abs(values, out=mask)
    np.greater_equal(mask, smallest, out=mask)
    np.multiply(values, mask, out=values)
