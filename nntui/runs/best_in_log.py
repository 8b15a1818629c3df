"""Finding the best epoch in a log, reading backwards from its end."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic_core import from_json

from nntui.runs.directory import RunsError
from nntui.runs.events import LARGEST, EpochEnded, Event, RunEnded, RunStarted, from_record
from nntui.runs.files import open_regular
from nntui.runs.tailing import lines_from_end

_MARKERS = (b'"best":true', b'"run_ended"', b'"run_started"')
_SEARCHED_BYTES = 1 << 24
"""How far from the end of a log the search goes."""


def newest_best_epoch(path: Path, *, up_to: int = LARGEST) -> int:
    """The best epoch, no later than `up_to`, by the last record that names one; 0 if the log's last 16 MB name none.

    Epochs that a resumed run went back behind do not count.
    """
    try:
        descriptor = open_regular(path)
    except RunsError:
        return 0
    if descriptor is None:
        return 0
    try:
        for event in map(_event, lines_from_end(descriptor, *_MARKERS, most=_SEARCHED_BYTES)):
            if isinstance(event, RunStarted):
                up_to = min(up_to, event.epoch)
            elif 0 < (epoch := _best_epoch(event)) <= up_to:
                return epoch
    except OSError:
        return 0
    finally:
        os.close(descriptor)
    return 0


def _event(line: bytes) -> Event | None:
    try:
        record = from_json(line, allow_inf_nan=False)
    except ValueError:
        return None
    return from_record(record) if isinstance(record, dict) else None


def _best_epoch(event: Event | None) -> int:
    match event:
        case EpochEnded() as ended if ended.best:
            return ended.epoch
        case RunEnded() as ended:
            return ended.best_epoch
        case _:
            return 0
