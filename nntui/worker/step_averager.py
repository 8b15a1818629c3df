"""Averaging steps: which steps and epochs go into the log, by their numbers alone.

`runs.decimation` has the rule; `runs.follow.downsample` does the same for a curve that is drawn.
"""

from __future__ import annotations

import dataclasses

from nntui.runs.decimation import WHOLE_STEPS, EpochDecimator, spacing
from nntui.runs.events import CheckpointSaved, EpochEnded, Event, LayerStats, Step

RECORDS_PER_EPOCH = 200


class StepAverager:
    """Gathers steps into intervals, each logged as its mean: about 200 an epoch at first, fewer as a run gets long.

    Where an interval ends depends on the step's number alone, so that every run agrees. Intervals double in length
    until they hold one epoch, then two, four ...
    """

    def __init__(self, steps_per_epoch: int) -> None:
        self._steps_per_epoch = steps_per_epoch
        self._every = -(-steps_per_epoch // RECORDS_PER_EPOCH)
        self._records = -(-steps_per_epoch // self._every)
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
        return self.flush() if self._ends_with(step) else None

    def _ends_with(self, step: Step) -> bool:
        place = step.step - (step.epoch - 1) * self._steps_per_epoch
        length = self._every * spacing((step.epoch - 1) * self._records + 1, WHOLE_STEPS)
        if length < self._steps_per_epoch:
            return place % length == 0 or place == self._steps_per_epoch
        # Whole epochs, a power of two of them.
        epochs = 1 << (length // self._steps_per_epoch).bit_length() - 1
        return place == self._steps_per_epoch and step.epoch % epochs == 0

    def flush(self) -> Step | None:
        """The mean of what is gathered, before its interval is over; None where there is nothing."""
        last, count = self._last, self._count
        loss, accuracy = self._loss, self._accuracy
        self._clear()
        if last is None or count == 1:
            return last
        share = None if last.accuracy is None else accuracy / count
        return dataclasses.replace(last, loss=loss / count, accuracy=share, count=count)


class EpochRecords:
    """Holds back the events of an epoch (layer_stats, epoch_ended, checkpoint_saved) that the log may do without."""

    def __init__(self) -> None:
        self._averager = EpochDecimator[list[Event]]()
        self._group: list[Event] = []
        """Of the newest epoch; it grows where it is held back too."""
        self._kept = True
        self._saved: CheckpointSaved | None = None
        """The newest, where the log does not have it."""

    def add(self, event: Event) -> list[Event]:
        """Takes in an event of an epoch, in their order; what is to be logged, oldest first."""
        match event:
            case LayerStats():
                self._group = [event]
                return []
            case EpochEnded():
                if self._group and self._group[-1].epoch != event.epoch:
                    self._group = []
                self._group.append(event)
                groups = self._averager.add(self._group, epoch=event.epoch, best=event.best)
                self._kept = bool(groups)
                return [each for group in groups for each in group]
            case CheckpointSaved() if not self._kept:
                self._group.append(event)
                self._saved = event
                return []
        self._saved = None
        return [event]

    def hold(self, best: EpochEnded) -> None:
        """Puts the best epoch back where a worker before this one held it; its record is in no log."""
        self._averager.hold([best])

    def flush(self) -> list[Event]:
        """What is held back and should be in the log while nothing more comes: the best, the newest, the last saved."""
        groups, saved = self._averager.waiting, self._saved
        self._averager.clear()
        self._kept, self._saved = True, None
        events = [each for group in groups for each in group]
        if saved is not None and saved not in events:
            events = sorted([*events, saved], key=lambda each: each.epoch)
        return events
