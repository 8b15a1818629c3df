"""The status of a run, derived from its log and its lock: nothing is stored that could go stale."""

from __future__ import annotations

import os
import time
from enum import StrEnum
from typing import Any

from pydantic_core import from_json

from nntui.runs.directory import RunDirectory, RunsError
from nntui.runs.files import open_regular
from nntui.runs.lock import held
from nntui.runs.tailing import lines_from_end

_TURNS = (b'"run_', b'"paused"', b'"resumed"')
_START_PATIENCE = 30.0


class Status(StrEnum):
    """How a run stands."""

    STARTING = "starting"
    """Created, or its worker lives, but nothing is logged yet."""
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    STOPPED = "stopped"
    DIVERGED = "diverged"
    FAILED = "failed"
    CRASHED = "crashed"
    """The worker is gone without a word."""

    @property
    def alive(self) -> bool:
        """Whether a worker is (or should soon be) there to obey commands."""
        return self in (Status.STARTING, Status.RUNNING, Status.PAUSED)


_ENDS = {status.value: status for status in (Status.FINISHED, Status.STOPPED, Status.DIVERGED, Status.FAILED)}


def status_of(run: RunDirectory, *, now: float | None = None) -> Status:
    """The status; a damaged log counts as far as it can be read, one that cannot be opened as empty.

    `now` (seconds since 1970, default: the clock) tells a run about to start from one that never did: 30 s.
    """
    # The lock before the log: a worker that ends in between has then logged its end.
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
    try:
        descriptor = open_regular(run.events_path)
    except RunsError:
        return None
    if descriptor is None:
        return None
    try:
        for line in lines_from_end(descriptor, *_TURNS):
            record = _parse(line)
            if record is not None:
                return record
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return None


def _parse(line: bytes) -> dict[str, Any] | None:
    try:
        record = from_json(line, allow_inf_nan=False)
    except ValueError:
        return None
    event = record.get("event") if isinstance(record, dict) else None
    if event == "run_ended":
        reason = record.get("reason")
        return record if isinstance(reason, str) and reason in _ENDS else None
    return record if event in ("run_started", "paused", "resumed") else None
