"""Optimizers: how a gradient becomes a step.

Each is a few passes over the arena's flat vectors, in blocks that stay in the cache, and allocates nothing after
`build`. What it remembers between steps ('slots') is one vector of the arena's layout for each name.
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
_LEAST_KEPT = 0.9
"""What keeps less than this of itself in a step passes through the denormal numbers in a hundred steps or so."""


def learning_rate_setting(default: float) -> float:
    """The setting every optimizer has, with the default that suits it."""
    return setting(default, above=0, maximum=1000, help="How far one step goes along the gradient.")


def weight_decay_setting(default: float) -> float:
    """The other setting every optimizer has."""
    return setting(default, minimum=0, maximum=1, help="How fast weights, not biases, shrink by themselves.")


class _Block(NamedTuple):
    """A stretch of the vectors."""

    vectors: tuple[np.ndarray, ...]
    """What `update` takes."""
    decaying: np.ndarray
    """The part of the parameters that decays: all, none, or the beginning."""
    partials: tuple[np.ndarray, ...]


def _block_length(size: int, shares: int) -> int:
    """Numbers in a block such that each share has as many blocks as the others, all of about one length."""
    rounds = -(-size // (_BLOCK * shares))
    length = -(-size // max(rounds * shares, 1))
    return max(-(-length // _LINE) * _LINE, _LINE)


@dataclass
class Optimizer(Configurable):
    """A rule that turns gradients into a change of the weights.

    Weight decay is decoupled, for every rule: p = p - rate·weight_decay·p before the step, not through the gradient.
    Loshchilov and Hutter 2017, https://arxiv.org/abs/1711.05101. What PyTorch calls weight_decay in SGD, RMSprop,
    Adagrad, Adadelta, Adam and, unless told otherwise, NAdam goes through the gradient: it is `training.l2` here.
    """

    slot_names: ClassVar[tuple[str, ...]] = ()
    tunable: ClassVar[tuple[str, ...]] = ("learning_rate", "weight_decay")
    """Settings that may be changed between two steps."""
    scratches: ClassVar[int] = 1
    """How many blocks `update` needs to put numbers in."""

    learning_rate: float = learning_rate_setting(0.001)
    weight_decay: float = weight_decay_setting(0.0)

    def build(self, arena: Arena, *, shares: int = 1, partials: Sequence[np.ndarray] = ()) -> None:
        """Takes the arena it works on and allocates its slots, all zero; a step is made in so many `shares`.

        `partials` are gradients of other parts of the batch: a step first adds them to the arena's.
        """
        self.steps = 0
        self.rate_factor = 1.0
        """What a schedule makes of the learning rate in the next step."""
        self.slots = {name: arena.vector() for name in self.slot_names}
        count = 3 + len(self.slot_names) + _MOST_FACTORS
        self._factors = aligned_zeros(count, np.dtype(np.float64), shared=arena.shared)
        size = arena.learned.stop
        length = _block_length(size, shares)
        cuts = [slice(start, min(start + length, size)) for start in range(0, size, length)]
        # One for all shares: those of other processes have theirs in their own memory.
        scratch = aligned_zeros(self.scratches * length, arena.values.dtype).reshape(self.scratches, length)
        self._shares = []
        for share in range(shares):
            part = cuts[share * len(cuts) // shares : (share + 1) * len(cuts) // shares]
            self._shares.append([self._block(arena, cut, scratch, partials) for cut in part])

    def _block(self, arena: Arena, cut: slice, scratch: np.ndarray, partials: Sequence[np.ndarray]) -> _Block:
        vectors = (arena.values, arena.gradients, *self.slots.values())
        return _Block(
            vectors=(*(vector[cut] for vector in vectors), *scratch[:, : cut.stop - cut.start]),
            decaying=arena.values[cut.start : min(cut.stop, max(arena.decaying.stop, cut.start))],
            partials=tuple(vector[cut] for vector in partials),
        )

    def step(self) -> None:
        """Moves the parameters once along the gradients the arena holds."""
        self.begin_step()
        for share in range(len(self._shares)):
            self.step_share(share)

    @property
    def rate(self) -> float:
        """The learning rate as a schedule has made it, which is what a step goes by."""
        return self.learning_rate * self.rate_factor

    def tune(self, name: str, value: float) -> None:
        """Changes a setting that is `tunable`, from the next step on."""
        setattr(self, name, value)

    def begin_step(self) -> None:
        """What a step does once, before its shares: counts it, and says what the shares need to know."""
        self.steps += 1
        factors, fading = self.factors(), self.fading()
        shrink = 1 - self.rate * self.weight_decay
        kept = [fading.get(name, 1.0) for name in self.slot_names]
        numbers = (self.steps % _SWEEP_STEPS == 0, shrink, len(factors), *kept, *factors)
        # In memory that all processes see: settings may have changed since they were forked.
        self._factors[: len(numbers)] = numbers

    def step_share(self, share: int) -> None:
        """One share of the step that was begun; they touch different blocks, and may be done in any order.

        At once only in processes of their own, forked after `build`.
        """
        sweeps, shrink, count, *numbers = self._factors.tolist()
        kept, numbers = numbers[: len(self.slot_names)], numbers[len(self.slot_names) :]
        factors = tuple(numbers[: int(count)])
        for block in self._shares[share]:
            for partial in block.partials:
                np.add(block.vectors[1], partial, out=block.vectors[1])
            if shrink != 1:
                np.multiply(block.decaying, shrink, out=block.decaying)
            self.update(factors, *block.vectors)
            if sweeps:
                _sweep(block, kept, shrink)

    def fading(self) -> dict[str, float]:
        """For each slot that forgets, the share of it that is kept in a step."""
        return {}

    def factors(self) -> tuple[float, ...]:
        """The numbers this step's `update` needs, the same for all blocks."""
        return (self.rate,)

    def update(self, factors: tuple[float, ...], *block: np.ndarray) -> None:
        """One step on one block: parameters, gradients, each slot, and scratches, all 1-D of one length."""
        raise NotImplementedError


def _sweep(block: _Block, kept: Sequence[float], shrink: float) -> None:
    """Sets to zero what would become a denormal number before the next sweep; `kept` is each slot's share a step.

    What fades by a factor a step, as the remembered gradient of a weight that gets none any more, ends at the
    smallest of all numbers and stays: 0.9 of it rounds to itself. Arithmetic with those takes many times as long.
    Cut off is what 256 steps would bring below the smallest normal number: in float32 a mean that is remembered by
    0.9 a step is below 6e-27, which moves no weight that is not as small itself. By the count of steps alone, so
    that a run that is resumed does the same.
    """
    scratch = block.vectors[-1]
    for values, share in zip(block.vectors[2:], kept, strict=False):
        _cut_off(values, share, scratch)
    if shrink != 1:
        _cut_off(block.decaying, shrink, scratch)


def _cut_off(values: np.ndarray, kept: float, scratch: np.ndarray) -> None:
    smallest = float(np.finfo(values.dtype).tiny) / min(max(kept, _LEAST_KEPT), 1.0) ** _SWEEP_STEPS
    whole = scratch[: len(values)]
    np.abs(values, out=whole)
    np.greater_equal(whole, smallest, out=whole)
    np.multiply(values, whole, out=values)
