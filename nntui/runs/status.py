"""The status of a run, derived from its log and its lock: nothing is stored that could go stale."""

from __future__ import annotations

import time
from enum import StrEnum
from typing import Any

from nntui.runs.directory import RunDirectory
from nntui.runs.last_record import last_record
from nntui.runs.lock import held

_TURNS = ("run_started", "run_ended", "paused", "resumed")
_START_PATIENCE = 30.0


class Status(StrEnum):
    """The status of a run."""

    STARTING = "starting"
    """Created, or its worker is alive, but nothing is logged yet."""
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    STOPPED = "stopped"
    DIVERGED = "diverged"
    FAILED = "failed"
    CRASHED = "crashed"
    """The worker ended without logging an end."""

    @property
    def alive(self) -> bool:
        """Whether a worker obeys commands, or should soon."""
        return self in (Status.STARTING, Status.RUNNING, Status.PAUSED)

    @property
    def resumable(self) -> bool:
        """Whether a new worker can go on with the run to the epochs it was planned for."""
        return self in (Status.STOPPED, Status.CRASHED, Status.FAILED)

    @property
    def extensible(self) -> bool:
        """Whether a new worker can go on with the run for more epochs: with a finished one too."""
        return self.resumable or self is Status.FINISHED

    @property
    def waits_to_go_on(self) -> bool:
        """Whether 'resume' makes the run train again: the end of a pause, or a new worker."""
        return self.resumable or self is Status.PAUSED

    @property
    def why_final(self) -> str:
        """Why nothing goes on with the run, not even for more epochs, to follow its id; '' where something can."""
        if self is not Status.DIVERGED:
            return ""
        return "diverged, and would again: train anew, with a lower learning rate"


_ENDS = {status.value: status for status in (Status.FINISHED, Status.STOPPED, Status.DIVERGED, Status.FAILED)}


def status_of(run: RunDirectory, *, now: float | None = None) -> Status:
    """The status; a damaged log counts as far as it is readable, one that cannot be opened counts as empty.

    `now` (seconds since 1970, default: the clock) distinguishes a run about to start, up to 30 s old, from one that
    never did.
    """
    # The lock is checked before the log: a worker that ends in between has then logged its end.
    alive = held(run.lock_path)
    turn = _last_turn(run)
    if turn is not None and turn["event"] == "run_ended":
        return _ENDS[turn["reason"]]
    if turn is not None:
        if not alive:
            return Status.CRASHED
        return Status.PAUSED if turn["event"] == "paused" else Status.RUNNING
    return Status.STARTING if alive or _is_fresh(run, time.time() if now is None else now) else Status.CRASHED


def _is_fresh(run: RunDirectory, now: float) -> bool:
    try:
        return not run.lock_path.exists() and now - run.path.stat().st_mtime < _START_PATIENCE
    except OSError:
        return False


def _last_turn(run: RunDirectory) -> dict[str, Any] | None:
    """The last record that says a run started, ended, paused or resumed."""
    return last_record(run.events_path, _TURNS, where=_is_turn)


def _is_turn(record: dict[str, Any]) -> bool:
    reason = record.get("reason")
    return record["event"] != "run_ended" or (isinstance(reason, str) and reason in _ENDS)
