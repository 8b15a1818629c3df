"""The newest epochs of a long run, whole: its log has every second, fourth, eighth ..., `metrics.csv` has them all."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from operator import attrgetter

from nntui.runs.events import EpochEnded

_NUMBER = attrgetter("epoch")


def with_recent(logged: Sequence[EpochEnded], recent: Sequence[EpochEnded]) -> list[EpochEnded]:
    """The epochs of the log with those between its last ones put in, both ascending; what the log has stays."""
    if not recent:
        return list(logged)
    start = bisect_left(logged, recent[0].epoch, key=_NUMBER)
    known = {epoch.epoch: epoch for epoch in logged[start:]}
    newest = {epoch.epoch: epoch for epoch in recent} | known
    return [*logged[:start], *(newest[number] for number in sorted(newest))]
