"""The reports of a training on stdout: JSON, lines, or a progress bar on a terminal; and which one suits stdout."""

from __future__ import annotations

from nntui.cli.console import draws_on_terminal, emit, stamp
from nntui.cli.event_text import epoch_line
from nntui.cli.report import Report
from nntui.runs.directory import RunDirectory
from nntui.runs.events import SCHEMA, EpochEnded, Event, HyperparameterChanged, RunStarted, to_json


class LineReport(Report):
    """One line per epoch, without control characters."""

    _epochs = 0

    def __call__(self, event: Event) -> None:
        super().__call__(event)
        if isinstance(event, RunStarted):
            self._epochs = event.epochs
        elif isinstance(event, HyperparameterChanged) and event.setting == "epochs":
            self._epochs = int(event.new)
        elif isinstance(event, EpochEnded) and not self.is_skipped(event):
            emit(stamp(event.time) + epoch_line(event, self._epochs))


class JsonReport(Report):
    """Every event as a line of JSON, the same line as in the log; `begins_log` where its first is the log's first."""

    def __init__(self, *, prints_warnings: bool, begins_log: bool) -> None:
        super().__init__(prints_warnings=prints_warnings)
        self._is_first = begins_log

    def __call__(self, event: Event) -> None:
        super().__call__(event)
        line = to_json(event)
        if self._is_first:
            line = f'{{"schema":{SCHEMA},{line[1:]}'
            self._is_first = False
        emit(line)


def report_for(run: RunDirectory, *, as_json: bool, prints_warnings: bool, from_start: bool = False) -> Report:
    """The report that suits stdout. `from_start`: whether it is given the log from its first event on.

    `prints_warnings`: whether it prints warnings; False where the worker in this process prints them itself.
    """
    if as_json:
        begins_log = from_start or not run.events_path.exists() or run.events_path.stat().st_size == 0
        return JsonReport(prints_warnings=prints_warnings, begins_log=begins_log)
    if draws_on_terminal():
        from nntui.cli.bar import BarReport

        return BarReport(prints_warnings=prints_warnings)
    return LineReport(prints_warnings=prints_warnings)
