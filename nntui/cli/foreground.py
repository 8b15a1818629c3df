"""Training in this process: a worker whose events are reported as they come, and ctrl+c as the way out."""

from __future__ import annotations

import contextlib
import errno
import os

from nntui.cli.console import info, silence_stdout, stamp
from nntui.cli.ending import tell_end
from nntui.cli.failures import FAILED
from nntui.cli.parameters import command_for
from nntui.cli.reports import Report, report_for
from nntui.runs.directory import RunDirectory
from nntui.runs.events import Event
from nntui.runs.files import open_appending
from nntui.worker.launch import discard_unstarted
from nntui.worker.process import REFUSALS, Worker
from nntui.worker.signals import outlive_terminal, stop_on_signals


def train_here(run: RunDirectory, *, as_json: bool = False, epochs: int | None = None) -> int:
    """Trains a run from where it stands to its end; the exit code, 128 and the signal's number where one ended it.

    `epochs` is another number of epochs in all.
    """
    report = report_for(run, as_json=as_json, tells_warnings=False)
    training = _Training(run, report, epochs)
    with report, stop_on_signals(training.stop) as came, outlive_terminal(training.leave_terminal):
        try:
            ended = training.worker.run()
        except REFUSALS:
            # A new run that could not start leaves no directory; one that is resumed stays.
            discard_unstarted(run)
            raise
    if training.unwritable:
        silence_stdout()
        info(f"{training.unwritable}: stopped after step {ended.step}; {command_for('resume', run)} goes on from there")
        return FAILED
    # Where it is by now: its directory may have been renamed.
    code = tell_end(training.worker.run_directory, ended)
    return 128 + came[0] if came and ended.reason == "stopped" else code


class _Training:
    """A worker and what stops it: a signal, or a reader of its events that is gone."""

    def __init__(self, run: RunDirectory, report: Report, epochs: int | None) -> None:
        self.worker = Worker(run, epochs=epochs, listener=self._on_event)
        self.unwritable = ""
        """Why stdout took no more, '' while it does."""
        self._report = report
        self._alone = False

    def _on_event(self, event: Event) -> None:
        if self.unwritable or self._alone:
            return
        try:
            self._report(event)
        except BrokenPipeError:
            self.unwritable = "nobody reads the output any more"
        except OSError as error:
            if error.errno == errno.EIO:
                self.leave_terminal()
                return
            self.unwritable = f"the output cannot be written ({error.strerror})"
        if self.unwritable:
            self.worker.stop("stopped because the output cannot be written")

    def leave_terminal(self) -> None:
        """Goes on without the terminal, which is gone: what would be said there goes to the run's log."""
        if self._alone:
            return
        self._alone = True
        log = open_appending(self.worker.run_directory.log_path)
        for descriptor in (1, 2):
            os.dup2(log, descriptor)
        os.close(log)

    def stop(self, message: str) -> None:
        """Called in a signal handler: what it says goes straight to the descriptor, past buffers in use."""
        self.worker.stop(message)
        over_bar = "\r\x1b[2K" if self._report.draws else ""
        with contextlib.suppress(OSError):
            os.write(2, f"{over_bar}{stamp()}nntui: finishing the step and saving; once more leaves at once\n".encode())
