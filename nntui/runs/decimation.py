"""Decimation: a log keeps all records at first, then every second, fourth, eighth ..., and so grows logarithmically.

The worker applies the rule as it writes, and a reader (`runs.history`) applies it to a log that was written in full.
What is kept depends only on step and epoch numbers, never on time, so that runs that were paused, stopped or killed
keep the same records.

Two relatives: `worker.step_averager` logs means of steps, and `runs.follow.downsample` draws long curves from fewer
points.
"""

from __future__ import annotations

from typing import Generic, TypeVar

WHOLE_STEPS = 65_536
"""How many step records a run logs before any are left out: 327 epochs at 200 each."""
WHOLE_EPOCHS = 4_096
"""How many epochs a run logs before any are left out."""

Item = TypeVar("Item")


def spacing(number: int, whole: int) -> int:
    """The spacing of kept records around the `number`-th (from 1): 1 up to `whole`, 2 up to twice that, then 4, 8 ...

    Each doubling of the number keeps another `whole` / 2 records.
    """
    return 1 << (max(number - 1, 0) // whole).bit_length()


def keeps_epoch(epoch: int) -> bool:
    """Whether an epoch is kept, whatever follows it."""
    return epoch % spacing(epoch, WHOLE_EPOCHS) == 0


def last_kept_epoch(up_to: int) -> int:
    """The newest epoch up to this one that `keeps_epoch`; 0 for none."""
    return up_to - up_to % spacing(up_to, WHOLE_EPOCHS)


class EpochDecimator(Generic[Item]):
    """Decides as epochs end which are kept: those of `keeps_epoch`, and the best one between two of them.

    The best and the newest epoch since the last one kept are `waiting`.
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
        """Add the epoch that ended, `best` if it is the best so far; returns what is kept for good, oldest first."""
        if keeps_epoch(epoch):
            # An earlier best that this one beats need not be kept.
            older = [] if self._best is None or best else [self._best]
            self.clear()
            return [*older, item]
        self._newest = item
        if best:
            self._best = item
        return []

    def hold(self, best: Item) -> None:
        """Put the best so far among those `waiting`."""
        self._best = best

    def clear(self) -> None:
        """Forget those `waiting`."""
        self._best = self._newest = None
