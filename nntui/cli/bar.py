"""A report with a progress bar below one line per epoch."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from nntui.cli.console import is_terminal, stamp
from nntui.cli.event_text import short_epoch_line
from nntui.cli.report import Report
from nntui.display.durations import clock_text
from nntui.display.numbers import compact
from nntui.runs.events import EpochEnded, Event, HyperparameterChanged, Paused, Resumed, RunStarted, Step
from nntui.runs.pace import Pace

_FRAME_SECONDS = 0.1


class BarReport(Report):
    """For a terminal: a bar on the last line, redrawn at most ten times a second and removed at the end.

    Drawn in the calls themselves, because a drawing thread would take time from the training in this process.
    """

    draws = True

    def __init__(self, *, prints_warnings: bool, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(prints_warnings=prints_warnings)
        self._clock = clock
        self._console = Console(highlight=False, markup=False, emoji=False)
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=None),
            TextColumn("{task.percentage:>3.0f}%"),
            TextColumn("{task.fields[rate]}", markup=False),
            TextColumn("{task.fields[left]}", markup=False),
            console=self._console,
            auto_refresh=False,
            transient=True,
            expand=True,
            redirect_stdout=False,
            redirect_stderr=is_terminal(sys.stderr),
        )
        self._task = self._progress.add_task("starting", total=None, rate="", left="")
        self._lines: list[str] = []
        self._next_frame = 0.0
        self._pace = Pace()
        self._started: RunStarted | None = None

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._draw()
        self._progress.stop()

    def __call__(self, event: Event) -> None:
        self._pace.update(event)
        if isinstance(event, RunStarted):
            self._started = event
        if self._started is None:
            return
        if isinstance(event, HyperparameterChanged):
            self._started = self._started.after(event)
        if isinstance(event, EpochEnded) and not self.is_skipped(event):
            began = stamp(event.time)
            self._lines.append(began + short_epoch_line(event, self._started.epochs, self._console.width - len(began)))
        self._move(event, self._started)
        is_turn = isinstance(event, (RunStarted, Paused, Resumed))
        now = self._clock()
        if is_turn or now >= self._next_frame:
            self._next_frame = now + _FRAME_SECONDS
            self._draw()
        super().__call__(event)

    def _move(self, event: Event, started: RunStarted) -> None:
        if isinstance(event, (RunStarted, HyperparameterChanged)):
            total = started.epochs * started.steps_per_epoch
            self._progress.update(self._task, total=total, completed=event.step)
        if isinstance(event, EpochEnded):
            self._progress.update(self._task, rate=f"{compact(event.samples_per_second, 5)} samples/s")
        if isinstance(event, (RunStarted, Step, EpochEnded, Paused, Resumed)):
            left = "paused" if isinstance(event, Paused) else _left(self._pace.seconds_left(event.step))
            epoch = f"epoch {max(event.epoch, 1)}/{started.epochs}"
            self._progress.update(self._task, description=epoch, completed=event.step, left=left)

    def _draw(self) -> None:
        """Draws the waiting lines and the bar at once: line by line would take longer than small epochs."""
        if self._lines:
            self._console.print("\n".join(self._lines), soft_wrap=True)
            self._lines.clear()
        self._progress.refresh()


def _left(seconds: float) -> str:
    """'ETA 0:12', '' while unknown."""
    return f"ETA {clock_text(seconds)}" if math.isfinite(seconds) else ""
