"""Step averaging: the log gets means over intervals of steps, and only some epochs, chosen by their numbers alone.

Two relatives: `runs.decimation` has the rule which records a log keeps, and `runs.follow.downsample` draws long curves
from fewer points.
"""

from __future__ import annotations

import dataclasses
import itertools

from nntui.runs.decimation import WHOLE_STEPS, EpochDecimator, spacing
from nntui.runs.events import CheckpointSaved, EpochEnded, Event, LayerStats, Step

RECORDS_PER_EPOCH = 200


class StepAverager:
    """Groups steps into intervals and logs the mean of each: about 200 per epoch at first, fewer as a run gets long.

    The end of an interval depends only on the step's number, so it is the same in every run. Intervals double in
    length until they span one epoch, then two, four ...
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
        """Adds a step; returns the mean of the interval if it ends with this step."""
        self._count += 1
        self._loss += step.loss
        self._accuracy += step.accuracy or 0.0
        self._last = step
        return self.flush() if self._ends_with(step) else None

    def _ends_with(self, step: Step) -> bool:
        position = step.step - (step.epoch - 1) * self._steps_per_epoch
        length = self._every * spacing((step.epoch - 1) * self._records + 1, WHOLE_STEPS)
        if length < self._steps_per_epoch:
            return position % length == 0 or position == self._steps_per_epoch
        # The interval spans whole epochs, a power of two of them.
        epochs = 1 << (length // self._steps_per_epoch).bit_length() - 1
        return position == self._steps_per_epoch and step.epoch % epochs == 0

    def flush(self) -> Step | None:
        """The mean of the unfinished interval, which ends here; None if it is empty."""
        last, count = self._last, self._count
        loss, accuracy = self._loss, self._accuracy
        self._clear()
        if last is None or count == 1:
            return last
        mean_accuracy = None if last.accuracy is None else accuracy / count
        return dataclasses.replace(last, loss=loss / count, accuracy=mean_accuracy, count=count)


class EpochRecords:
    """Holds back the events of epochs (layer_stats, epoch_ended, checkpoint_saved) that the log may omit."""

    def __init__(self) -> None:
        self._decimator = EpochDecimator[list[Event]]()
        self._group: list[Event] = []
        """The events of the newest epoch, to which later ones are added even while it is held back."""
        self._kept = True
        self._saved: CheckpointSaved | None = None
        """The newest checkpoint, if it is not logged."""

    def add(self, event: Event) -> list[Event]:
        """Adds the next event of an epoch; returns the events to log, oldest first."""
        match event:
            case LayerStats():
                self._group = [event]
                return []
            case EpochEnded():
                if self._group and self._group[-1].epoch != event.epoch:
                    self._group = []
                self._group.append(event)
                groups = self._decimator.add(self._group, epoch=event.epoch, best=event.best)
                self._kept = bool(groups)
                return list(itertools.chain.from_iterable(groups))
            case CheckpointSaved() if not self._kept:
                self._group.append(event)
                self._saved = event
                return []
            case _:
                self._saved = None
                return [event]

    def hold(self, best: EpochEnded) -> None:
        """Holds back a best epoch that an earlier worker held back, and that is not logged."""
        self._decimator.hold([best])

    def flush(self) -> list[Event]:
        """The held-back events that belong in the log while nothing follows: the best, the newest, the last saved."""
        groups, saved = self._decimator.waiting, self._saved
        self._decimator.clear()
        self._kept, self._saved = True, None
        events = list(itertools.chain.from_iterable(groups))
        if saved is not None and saved not in events:
            events = sorted([*events, saved], key=lambda event: event.epoch)
        return events
