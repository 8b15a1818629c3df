"""Reporting how a run ended, and its exit code."""

from __future__ import annotations

from nntui.cli.console import info
from nntui.cli.failures import FAILED
from nntui.cli.parameters import command_for
from nntui.display.numbers import metric_text
from nntui.runs.directory import RunDirectory
from nntui.runs.events import RunEnded, RunStarted, from_record
from nntui.runs.last_record import last_record
from nntui.runs.metrics_table import row_of
from nntui.runs.summary import summarize
from nntui.runs.verdict import advice, verdict_of_run

DIVERGED = 3
_CODES = {"finished": 0, "stopped": 0, "diverged": DIVERGED}


def report_end(run: RunDirectory, ended: RunEnded) -> int:
    """Prints how the run ended and what to do next; the exit code."""
    # The worker's message cannot name the run as it is reached from this directory.
    cause = ended.message.replace("'nntui resume'", command_for("resume", run))
    if ended.reason == "stopped":
        info(cause, at=ended.time)
    elif ended.reason == "finished":
        guessing = verdict_of_run(run)
        advice_text = f"; {guessing}: {advice(_started(run))}" if guessing else ""
        info(f"{run.id} finished{_seconds(run, ended)}: {cause}{_numbers(run, ended)}{advice_text}", at=ended.time)
    else:
        info(f"{run.id} {ended.reason}: {cause}", at=ended.time)
    return _CODES.get(ended.reason, FAILED)


def _seconds(run: RunDirectory, ended: RunEnded) -> str:
    """' in 14.2 s' since the run was started or resumed; '' when unknown."""
    started = _started(run)
    return f" in {ended.time - started.time:.3g} s" if started is not None and ended.time > started.time else ""


def _started(run: RunDirectory) -> RunStarted | None:
    record = last_record(run.events_path, (RunStarted.name,))
    event = from_record(record) if record is not None else None
    return event if isinstance(event, RunStarted) else None


def _numbers(run: RunDirectory, ended: RunEnded) -> str:
    """The last epoch's losses and accuracies, and the best: '; val_loss 0.0390; best val_loss 0.0380 in epoch 58'."""
    summary = summarize(run)
    row = row_of(run.metrics_path, ended.epoch)
    names = [name for name in ("loss", "accuracy", "val_loss", "val_accuracy", summary.best_metric) if name in row]
    words = f"; {', '.join(f'{name} {metric_text(row[name])}' for name in dict.fromkeys(names))}" if names else ""
    if summary.best_epoch:
        words += f"; best {summary.best_metric} {metric_text(summary.best_value)} in epoch {summary.best_epoch}"
    return words
