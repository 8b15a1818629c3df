"""Schedules: how the learning rate changes during training.

A schedule gives the factor of the optimizer's learning rate in each step, from the number of the step alone: a rate
changed by hand keeps its curve, and a resumed run its rates. A schedule that depends on results keeps what it needs of
the epochs so far. Where PyTorch's schedulers move once an epoch, these move with every step, along the same curve.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nntui.settings import Configurable, setting

_LONGEST = 10_000_000


def _factor_setting(default: float, help_text: str) -> float:
    return setting(default, above=0, maximum=1, help=help_text)


def _floor_setting() -> float:
    return setting(0.0, minimum=0, maximum=1, help="The rate never falls below this share of its peak.")


@dataclass
class Schedule(Configurable):
    """A rule that changes the learning rate during training.

    With `warmup` the rate first rises in equal steps, the last of which reaches its peak; the curve starts after that.
    Goyal et al. 2017, https://arxiv.org/abs/1706.02677
    """

    warmup: float = setting(
        0.0, minimum=0, maximum=_LONGEST, help="How long the rate rises at the start, before the curve begins."
    )
    unit: str = setting(
        "epochs", choices=("epochs", "steps"), help="The unit of lengths: epochs, including fractions of one, or steps."
    )

    def build(self, *, steps: int, steps_per_epoch: int, higher_is_better: bool = False) -> None:
        """Takes the length of the whole training, and whether a higher monitored metric is better."""
        self._steps_per_unit = steps_per_epoch if self.unit == "epochs" else 1
        self._higher_is_better = higher_is_better
        self._warmup_steps = round(self.warmup * self._steps_per_unit)
        self.stretch(steps)

    def stretch(self, steps: int) -> None:
        """Fits the curve to another length of the whole training; a curve without a length of its own ends with it.

        The next rate is the one a training of that length has at the same step; observed results are kept.
        """
        self._steps = max(steps - self._warmup_steps, 1)

    def rate_factor(self, step: int) -> float:
        """The factor of the learning rate in the update after `step` others."""
        if step < self._warmup_steps:
            return self.curve(0) * (step + 1) / self._warmup_steps
        return self.curve(step - self._warmup_steps)

    def curve(self, step: int) -> float:
        """The factor after this many updates, not counting the warm-up."""
        raise NotImplementedError

    def in_steps(self, length: float | None) -> int:
        """A length in the schedule's unit as whole steps, at least one; None is all that follows the warm-up."""
        return self._steps if length is None else max(round(length * self._steps_per_unit), 1)

    def observe(self, value: float) -> None:
        """Takes the monitored metric of an epoch, after its last step; NaN where there is none."""

    def state(self) -> dict[str, Any]:
        """The state that `restore` takes, as JSON types; empty unless the schedule depends on results."""
        return {}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Continues from a saved state; KeyError, TypeError or ValueError where that is incomplete."""


def _length_setting(help_text: str) -> float | None:
    return setting(None, above=0, maximum=_LONGEST, help=help_text, absent="to the end of the training")


@dataclass
class StepDecay(Schedule):
    """Lowers the rate in steps, at regular intervals.

    factor^⌊t / every⌋, as PyTorch's StepLR and Keras's ExponentialDecay with staircase.
    """

    type = "step"

    every: float = setting(10.0, above=0, maximum=_LONGEST, help="How long the rate stays the same.")
    factor: float = _factor_setting(0.1, "What the rate is multiplied by each time.")

    def curve(self, step: int) -> float:
        return self.factor ** (step // self.in_steps(self.every))


@dataclass
class ExponentialDecay(Schedule):
    """Lowers the rate continuously, by the same factor in each epoch or step.

    factor^t, as PyTorch's ExponentialLR, and Keras's ExponentialDecay with a decay_steps of one unit.
    """

    type = "exponential"

    factor: float = _factor_setting(0.95, "What the rate is multiplied by in each epoch, or step: see unit.")

    def curve(self, step: int) -> float:
        return self.factor ** (step / self._steps_per_unit)


@dataclass
class PolynomialDecay(Schedule):
    """Lowers the rate to the floor in a straight line, or along a curve with another power.

    floor + (1 - floor)·(1 - t / length)^power, as Keras's PolynomialDecay; PyTorch's PolynomialLR has no floor.
    """

    type = "polynomial"

    length: float | None = _length_setting("When the floor is reached.")
    power: float = setting(1.0, above=0, maximum=100, help="1: a straight line; above: fast first, slow at the end.")
    floor: float = _floor_setting()

    def curve(self, step: int) -> float:
        length = self.in_steps(self.length)
        return self.floor + (1 - self.floor) * (1 - min(step / length, 1.0)) ** self.power


@dataclass
class Cosine(Schedule):
    """Lowers the rate along half a cosine: slowly, faster, and slowly again; with a period it starts over.

    floor + (1 - floor)·(1 + cos(π·t / period)) / 2. PyTorch calls it CosineAnnealingWarmRestarts, with eta_min for the
    floor as a rate, T_0 for the period and T_mult for growth. Loshchilov and Hutter 2016,
    https://arxiv.org/abs/1608.03983
    """

    type = "cosine"

    period: float | None = _length_setting("How long one cycle takes, after which the rate starts over.")
    growth: float = setting(1.0, minimum=1, maximum=100, help="How many times as long each period is as the last.")
    floor: float = _floor_setting()

    def curve(self, step: int) -> float:
        period, elapsed = float(self.in_steps(self.period)), float(step)
        if self.growth == 1:
            elapsed %= period
        while elapsed >= period:
            elapsed, period = elapsed - period, period * self.growth
        return self.floor + (1 - self.floor) * (1 + math.cos(math.pi * elapsed / period)) / 2


@dataclass
class OneCycle(Schedule):
    """Raises the rate to its peak and lowers it to almost nothing, once over the whole training.

    Both along half a cosine, as PyTorch's OneCycleLR, where `start` is 1 / div_factor and `end` is
    start / final_div_factor. The momentum stays constant; PyTorch moves it the other way. Smith and Topin 2017,
    https://arxiv.org/abs/1708.07120
    """

    type = "one_cycle"

    rise: float = setting(0.3, above=0, below=1, help="The share of the training in which the rate rises.")
    start: float = _factor_setting(0.04, "The share of the peak that the rate starts with.")
    end: float = _factor_setting(4e-6, "The share of the peak that the rate ends with.")

    def curve(self, step: int) -> float:
        top, last = self.rise * self._steps - 1, self._steps - 1
        if step <= top:
            return _cosine_between(self.start, 1.0, step / top if top > 0 else 1.0)
        return _cosine_between(1.0, self.end, min((step - top) / (last - top), 1.0))


def _cosine_between(begin: float, end: float, share: float) -> float:
    return end + (begin - end) * (1 + math.cos(math.pi * share)) / 2


@dataclass
class ReduceOnPlateau(Schedule):
    """Lowers the rate when the monitored metric has stopped improving.

    After `patience` epochs without improvement, as Keras and early stopping count; PyTorch's ReduceLROnPlateau lowers
    it one epoch later, and its threshold is relative by default, where `min_delta` is absolute. None of the `cooldown`
    epochs after that is counted, as in PyTorch; Keras counts the last of them.
    """

    type = "reduce_on_plateau"

    factor: float = setting(0.1, above=0, below=1, help="What the rate is multiplied by.")
    patience: int = setting(10, minimum=1, maximum=1_000_000, unit="epochs", help="How long to wait for better.")
    cooldown: int = setting(
        0, minimum=0, maximum=1_000_000, unit="epochs", help="How long to stop counting after the rate was lowered."
    )
    min_delta: float = setting(1e-4, minimum=0, help="The smallest change that counts as an improvement.")
    floor: float = _floor_setting()

    def build(self, *, steps: int, steps_per_epoch: int, higher_is_better: bool = False) -> None:
        super().build(steps=steps, steps_per_epoch=steps_per_epoch, higher_is_better=higher_is_better)
        self._now = 1.0
        self._best: float | None = None
        self._waited = self._cooling = 0

    def curve(self, step: int) -> float:
        return self._now

    def observe(self, value: float) -> None:
        gain = math.inf if self._best is None else value - self._best if self._higher_is_better else self._best - value
        if math.isfinite(value) and gain > self.min_delta:
            self._best, self._waited = value, 0
        else:
            self._waited += 1
        if self._cooling:
            self._cooling -= 1
            self._waited = 0
        if self._waited >= self.patience:
            self._now = max(self._now * self.factor, self.floor)
            self._waited, self._cooling = 0, self.cooldown

    def state(self) -> dict[str, Any]:
        return {"factor": self._now, "best": self._best, "waited": self._waited, "cooling": self._cooling}

    def restore(self, state: Mapping[str, Any]) -> None:
        self._now, self._waited, self._cooling = float(state["factor"]), int(state["waited"]), int(state["cooling"])
        self._best = None if state["best"] is None else float(state["best"])
