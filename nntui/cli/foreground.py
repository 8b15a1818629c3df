"""Training in this process: a worker whose events are reported as they happen; ctrl+c ends it."""

from __future__ import annotations

import contextlib
import errno
import os

from nntui.cli.console import info, silence_stdout, stamp
from nntui.cli.ending import report_end
from nntui.cli.failures import FAILED
from nntui.cli.parameters import command_for
from nntui.cli.report import Report
from nntui.cli.reports import report_for
from nntui.runs.directory import RunDirectory
from nntui.runs.events import Event
from nntui.runs.files import open_appending
from nntui.worker.launch import discard_unstarted
from nntui.worker.process import REFUSALS, Worker
from nntui.worker.signals import outlive_terminal, stop_on_signals


def train_here(run: RunDirectory, *, as_json: bool = False, epochs: int | None = None) -> int:
    """Trains a run from its newest checkpoint to its end; the exit code, 128 plus the number of a signal that ended it.

    `epochs` replaces the total number of epochs.
    """
    report = report_for(run, as_json=as_json, prints_warnings=False)
    training = _Training(run, report, epochs)
    with report, stop_on_signals(training.stop) as came, outlive_terminal(training.leave_terminal):
        try:
            ended = training.worker.run()
        except REFUSALS:
            # A new run that could not start leaves no directory; one that is resumed stays.
            discard_unstarted(run)
            raise
    if training.write_problem:
        silence_stdout()
        going_on = f"{command_for('resume', run)} goes on from there"
        info(f"{training.write_problem}: stopped after step {ended.step}; {going_on}")
        return FAILED
    # The directory may have been renamed during training.
    code = report_end(training.worker.run_directory, ended)
    return 128 + came[0] if came and ended.reason == "stopped" else code


class _Training:
    """A worker and what stops it: a signal, or an output that cannot be written."""

    def __init__(self, run: RunDirectory, report: Report, epochs: int | None) -> None:
        self.worker = Worker(run, epochs=epochs, listener=self._on_event)
        self.write_problem = ""
        """Why stdout cannot be written, '' while it can."""
        self._report = report
        self._terminal_gone = False

    def _on_event(self, event: Event) -> None:
        if self.write_problem or self._terminal_gone:
            return
        try:
            self._report(event)
        except BrokenPipeError:
            self.write_problem = "nobody reads the output any more"
        except OSError as error:
            if error.errno == errno.EIO:
                self.leave_terminal()
                return
            self.write_problem = f"the output cannot be written ({error.strerror})"
        if self.write_problem:
            self.worker.stop("stopped because the output cannot be written")

    def leave_terminal(self) -> None:
        """Trains on without the terminal, which is gone; further messages go to the run's log."""
        if self._terminal_gone:
            return
        self._terminal_gone = True
        log = open_appending(self.worker.run_directory.log_path)
        for descriptor in (1, 2):
            os.dup2(log, descriptor)
        os.close(log)

    def stop(self, message: str) -> None:
        """Called in a signal handler: writes its message to the descriptor, since buffers may be in use."""
        self.worker.stop(message)
        over_bar = "\r\x1b[2K" if self._report.draws else ""
        with contextlib.suppress(OSError):
            os.write(2, f"{over_bar}{stamp()}nntui: finishing the step and saving; once more leaves at once\n".encode())
