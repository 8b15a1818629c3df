"""Reports: what a training looks like on stdout, as JSON, as lines, or on a terminal with a progress bar."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from nntui.cli.console import draws_on_terminal, emit, info, stamp
from nntui.cli.event_text import epoch_line, talk_of
from nntui.runs.directory import RunDirectory
from nntui.runs.events import SCHEMA, EpochEnded, Event, HyperparameterChanged, RunStarted, Warning, to_json


class Report:
    """Is called with every event of a run, in order; used as a context, since what is drawn must be taken back."""

    draws = False
    """Whether the line the cursor stands on is drawn over again and again."""

    passes_over = 0
    """The epoch up to which nothing is told: what is long past when someone comes to watch."""

    def __init__(self, *, tells_warnings: bool) -> None:
        self._tells_warnings = tells_warnings

    def is_past(self, event: Event) -> bool:
        """Whether the event is to be passed over."""
        return event.epoch <= self.passes_over and not isinstance(event, RunStarted)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        return None

    def __call__(self, event: Event) -> None:
        """Reports the event; OSError where stdout does not take it."""
        talk = talk_of(event) if not self.is_past(event) else None
        if talk is not None and (self._tells_warnings or not isinstance(event, Warning)):
            info(talk, at=event.time)


class LineReport(Report):
    """One line per epoch, without control characters."""

    _epochs = 0

    def __call__(self, event: Event) -> None:
        super().__call__(event)
        if isinstance(event, RunStarted):
            self._epochs = event.epochs
        elif isinstance(event, HyperparameterChanged) and event.setting == "epochs":
            self._epochs = int(event.new)
        elif isinstance(event, EpochEnded) and not self.is_past(event):
            emit(stamp(event.time) + epoch_line(event, self._epochs))


class JsonReport(Report):
    """Every event as a line of JSON, the same line as in the log; `begins_log` where its first is the log's first."""

    def __init__(self, *, tells_warnings: bool, begins_log: bool) -> None:
        super().__init__(tells_warnings=tells_warnings)
        self._is_first = begins_log

    def __call__(self, event: Event) -> None:
        super().__call__(event)
        line = to_json(event)
        if self._is_first:
            line = f'{{"schema":{SCHEMA},{line[1:]}'
            self._is_first = False
        emit(line)


def report_for(run: RunDirectory, *, as_json: bool, tells_warnings: bool, from_start: bool = False) -> Report:
    """The report that suits stdout. `from_start` where it will be told the log from its first event on.

    `tells_warnings` where nobody else says them.
    """
    if as_json:
        begins_log = from_start or not run.events_path.exists() or run.events_path.stat().st_size == 0
        return JsonReport(tells_warnings=tells_warnings, begins_log=begins_log)
    if draws_on_terminal():
        from nntui.cli.bar import BarReport

        return BarReport(tells_warnings=tells_warnings)
    return LineReport(tells_warnings=tells_warnings)
