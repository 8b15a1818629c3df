"""Finding the last record of given kinds in a log, reading backwards from its end."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic_core import from_json

from nntui.runs.directory import RunsError
from nntui.runs.files import open_regular
from nntui.runs.tailing import lines_from_end

Condition = Callable[[dict[str, Any]], bool]


def last_record(
    path: Path, events: tuple[str, ...], *, where: Condition = lambda record: True, most: float = math.inf
) -> dict[str, Any] | None:
    """The last record of one of these events that meets a condition; None without one, or without a readable log.

    The search covers about the last `most` bytes of the log.
    """
    try:
        descriptor = open_regular(path)
    except RunsError:
        return None
    if descriptor is None:
        return None
    markers = tuple(f'"{event}"'.encode() for event in events)
    try:
        for line in lines_from_end(descriptor, *markers, most=most):
            record = _parse(line)
            if record is not None and record.get("event") in events and where(record):
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
    return record if isinstance(record, dict) else None
