"""Optimizers: how a gradient becomes a step.

Each is a few passes over the arena's flat vectors, in blocks that stay in the cache, and allocates nothing after
`build`. What it remembers between steps ('slots') is one vector of the arena's layout for each name.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nntui.nn.arena import Arena
from nntui.nn.settings import Configurable, setting

_BLOCK = 32768
"""Numbers in a block: five vectors of it (640 kB) stay in a second-level cache."""


def _learning_rate(default: float) -> float:
    return setting(default, above=0, maximum=1000, help="How far one step goes along the gradient.")


@dataclass
class Optimizer(Configurable):
    """A rule that turns gradients into a change of the weights."""

    slot_names: ClassVar[tuple[str, ...]] = ()

    learning_rate: float = _learning_rate(0.001)

    def build(self, arena: Arena, *, workers: int = 1) -> None:
        """Takes the arena it works on and allocates its slots, all zero; `workers` threads may share its steps."""
        self.steps = 0
        self.slots = {name: np.zeros_like(arena.values) for name in self.slot_names}
        self._decaying = arena.values[arena.decaying]
        vectors = (arena.values, arena.gradients, *self.slots.values())
        size = arena.learned.stop
        cuts = [slice(start, min(start + _BLOCK, size)) for start in range(0, size, _BLOCK)]
        self._shares = []
        for worker in range(workers):
            scratch = np.zeros(min(_BLOCK, size), arena.values.dtype)
            blocks = [
                (*(vector[cut] for vector in vectors), scratch[: cut.stop - cut.start]) for cut in cuts[worker::workers]
            ]
            self._shares.append(blocks)

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
        self._factors = self.factors()

    def step_share(self, worker: int) -> None:
        """One worker's share of the step that was begun; the shares touch different blocks, in any order."""
        for block in self._shares[worker]:
            self.update(self._factors, *block)

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


@dataclass
class SGD(Optimizer):
    """Steps straight down the gradient; with momentum it keeps some of its last direction, as a ball does.

    v = momentum·v + g; p = p - learning_rate·v, or with nesterov p = p - learning_rate·(g + momentum·v).
    Sutskever et al. 2013, http://proceedings.mlr.press/v28/sutskever13.html, with the rate outside v as PyTorch has it.
    """

    type = "sgd"
    slot_names = ("velocity",)

    learning_rate: float = _learning_rate(0.01)
    momentum: float = setting(0.0, minimum=0, below=1, help="The share of the last direction that is kept.")
    nesterov: bool = setting(False, help="Look at the slope ahead, where the momentum is about to carry.")

    def factors(self) -> tuple[float, ...]:
        return (self.learning_rate, self.momentum)

    def update(self, factors: tuple[float, ...], *block: np.ndarray) -> None:
        rate, momentum = factors
        parameters, gradients, velocity, scratch = block
        if momentum == 0:
            np.multiply(gradients, rate, out=scratch)
        else:
            np.multiply(velocity, momentum, out=velocity)
            np.add(velocity, gradients, out=velocity)
            if self.nesterov:
                np.multiply(velocity, momentum, out=scratch)
                np.add(scratch, gradients, out=scratch)
                np.multiply(scratch, rate, out=scratch)
            else:
                np.multiply(velocity, rate, out=scratch)
        np.subtract(parameters, scratch, out=parameters)


@dataclass
class RMSprop(Optimizer):
    """Divides each step by the recent size of that weight's gradient, so that all weights move at one pace.

    s = rho·s + (1 - rho)·g²; p = p - learning_rate·g / (√s + epsilon), epsilon outside the root as PyTorch has it.
    Hinton 2012, https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf
    """

    type = "rmsprop"
    slot_names = ("square",)

    rho: float = setting(0.99, minimum=0, below=1, help="The share of the remembered squares that is kept.")
    epsilon: float = setting(1e-8, above=0, help="Keeps the division from zero.")

    def factors(self) -> tuple[float, ...]:
        return (self.learning_rate, self.rho, self.epsilon)

    def update(self, factors: tuple[float, ...], *block: np.ndarray) -> None:
        rate, rho, epsilon = factors
        parameters, gradients, square, scratch = block
        np.multiply(square, rho, out=square)
        np.multiply(gradients, gradients, out=scratch)
        np.multiply(scratch, 1 - rho, out=scratch)
        np.add(square, scratch, out=square)
        np.sqrt(square, out=scratch)
        np.add(scratch, epsilon, out=scratch)
        np.divide(gradients, scratch, out=scratch)
        np.multiply(scratch, rate, out=scratch)
        np.subtract(parameters, scratch, out=parameters)


@dataclass
class Adagrad(Optimizer):
    """Slows each weight down by all the gradient it has ever seen: rare features keep learning.

    s = s + g²; p = p - learning_rate·g / (√s + epsilon). Duchi et al. 2011, https://jmlr.org/papers/v12/duchi11a.html
    """

    type = "adagrad"
    slot_names = ("square",)

    learning_rate: float = _learning_rate(0.01)
    epsilon: float = setting(1e-10, above=0, help="Keeps the division from zero.")

    def factors(self) -> tuple[float, ...]:
        return (self.learning_rate, self.epsilon)

    def update(self, factors: tuple[float, ...], *block: np.ndarray) -> None:
        rate, epsilon = factors
        parameters, gradients, square, scratch = block
        np.multiply(gradients, gradients, out=scratch)
        np.add(square, scratch, out=square)
        np.sqrt(square, out=scratch)
        np.add(scratch, epsilon, out=scratch)
        np.divide(gradients, scratch, out=scratch)
        np.multiply(scratch, rate, out=scratch)
        np.subtract(parameters, scratch, out=parameters)


@dataclass
class Adam(Optimizer):
    """Momentum and a pace for each weight at once: a good first choice.

    m = β1·m + (1 - β1)·g; v = β2·v + (1 - β2)·g²; p = p - learning_rate·m̂ / (√v̂ + epsilon), with m̂ = m / (1 - β1ᵗ) and
    v̂ = v / (1 - β2ᵗ). Kingma and Ba 2014, https://arxiv.org/abs/1412.6980
    """

    type = "adam"
    slot_names = ("mean", "square")

    beta1: float = setting(0.9, minimum=0, below=1, help="The share of the remembered direction that is kept.")
    beta2: float = setting(0.999, minimum=0, below=1, help="The share of the remembered squares that is kept.")
    epsilon: float = setting(1e-8, above=0, help="Keeps the division from zero.")

    def factors(self) -> tuple[float, ...]:
        # The slots hold m / (1 - β1) and v / (1 - β2), which saves two passes: their factors, and those of the bias
        # correction, are pulled out of the fraction into one rate and one epsilon.
        mean_scale = (1 - self.beta1) / (1 - self.beta1**self.steps)
        root_scale = math.sqrt((1 - self.beta2) / (1 - self.beta2**self.steps))
        return (self.learning_rate * mean_scale / root_scale, self.beta1, self.beta2, self.epsilon / root_scale)

    def update(self, factors: tuple[float, ...], *block: np.ndarray) -> None:
        rate, beta1, beta2, epsilon = factors
        parameters, gradients, mean, square, scratch = block
        np.multiply(mean, beta1, out=mean)
        np.add(mean, gradients, out=mean)
        np.multiply(square, beta2, out=square)
        np.multiply(gradients, gradients, out=scratch)
        np.add(square, scratch, out=square)
        np.sqrt(square, out=scratch)
        np.add(scratch, epsilon, out=scratch)
        np.divide(mean, scratch, out=scratch)
        np.multiply(scratch, rate, out=scratch)
        np.subtract(parameters, scratch, out=parameters)


@dataclass
class AdamW(Adam):
    """Adam whose weights also shrink a little at each step, which keeps them small; biases do not.

    p = p - learning_rate·weight_decay·p before each step of Adam. Loshchilov and Hutter 2017,
    https://arxiv.org/abs/1711.05101
    """

    type = "adamw"

    weight_decay: float = setting(0.01, minimum=0, maximum=1, help="How fast weights shrink by themselves.")

    @property
    def decay(self) -> float:
        return self.weight_decay
