"""Which records a log keeps: all at first, then every second, fourth, eighth ..., so that it grows with the logarithm.

Both ends go by it: the worker as it writes (`worker.step_averager`), and a reader of a log that was written whole
(`runs.history`). What is kept depends on numbers of steps and epochs alone, never on time, so that runs that were
paused, stopped or killed keep the same.
"""

from __future__ import annotations

from typing import Generic, TypeVar

WHOLE_STEPS = 65_536
"""Step records of a run before the first is left out: 327 epochs at 200 each."""
WHOLE_EPOCHS = 4_096
"""Epochs of a run before the first is left out."""

Item = TypeVar("Item")


def spacing(number: int, whole: int) -> int:
    """One in how many is kept around the `number`-th, from 1: 1 up to `whole`, 2 up to twice that, 4, 8 ...

    Each doubling of the number keeps `whole` / 2 more.
    """
    return 1 << (max(number - 1, 0) // whole).bit_length()


def keeps_epoch(epoch: int) -> bool:
    """Whether an epoch is kept whatever comes after it."""
    return epoch % spacing(epoch, WHOLE_EPOCHS) == 0


def last_kept_epoch(up_to: int) -> int:
    """The newest epoch of `keeps_epoch`; 0 for none."""
    return up_to - up_to % spacing(up_to, WHOLE_EPOCHS)


class EpochDecimator(Generic[Item]):
    """Sorts out which epochs are kept, as they end: those of `keeps_epoch`, and the best where it lies between two.

    The best and the newest since the last that was kept are `waiting`.
    """

    def __init__(self) -> None:
        self._best: Item | None = None
        self._newest: Item | None = None

    @property
    def waiting(self) -> list[Item]:
        """At most two, the older one first."""
        newest = self._newest
        older = [] if self._best is None or self._best is newest else [self._best]
        return older if newest is None else [*older, newest]

    def add(self, item: Item, *, epoch: int, best: bool) -> list[Item]:
        """Take in what ended, `best` where it is the best so far; what is kept for good, oldest first."""
        if keeps_epoch(epoch):
            # A best that this one beats is of no interest to anybody.
            older = [] if self._best is None or best else [self._best]
            self.clear()
            return [*older, item]
        self._newest = item
        if best:
            self._best = item
        return []

    def hold(self, best: Item) -> None:
        """Let this one, the best so far, wait."""
        self._best = best

    def clear(self) -> None:
        """Forget what waits."""
        self._best = self._newest = None
