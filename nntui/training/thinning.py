"""Thinning: about 200 step records an epoch, each the mean of the updates since the last."""

from __future__ import annotations

import dataclasses

from nntui.runs.events import Step

RECORDS_PER_EPOCH = 200


class Thinning:
    """Gathers steps into intervals whose ends depend on the place in the epoch alone, so that every run agrees."""

    def __init__(self, steps_per_epoch: int) -> None:
        self._steps_per_epoch = steps_per_epoch
        self._every = -(-steps_per_epoch // RECORDS_PER_EPOCH)
        self._clear()

    def _clear(self) -> None:
        self._count, self._loss, self._accuracy = 0, 0.0, 0.0
        self._last: Step | None = None

    def add(self, step: Step) -> Step | None:
        """Takes in a step; the mean of the interval where one ends with it."""
        self._count += 1
        self._loss += step.loss
        self._accuracy += step.accuracy or 0.0
        self._last = step
        place = step.step - (step.epoch - 1) * self._steps_per_epoch
        return self.flush() if place % self._every == 0 or place == self._steps_per_epoch else None

    def flush(self) -> Step | None:
        """The mean of what is gathered, before its interval is over; None where there is nothing."""
        last, count = self._last, self._count
        loss, accuracy = self._loss, self._accuracy
        self._clear()
        if last is None or count == 1:
            return last
        share = None if last.accuracy is None else accuracy / count
        return dataclasses.replace(last, loss=loss / count, accuracy=share, count=count)
