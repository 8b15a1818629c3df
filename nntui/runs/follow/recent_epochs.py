"""All of a long run's newest epochs: its log has every second, fourth, eighth ..., `metrics.csv` has every one."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from operator import attrgetter

from nntui.runs.events import EpochEnded

_NUMBER = attrgetter("epoch")


def with_recent(logged: Sequence[EpochEnded], recent: Sequence[EpochEnded]) -> list[EpochEnded]:
    """The logged epochs merged with the `recent` ones, both ascending; where both have an epoch, the log's is kept."""
    if not recent:
        return list(logged)
    start = bisect_left(logged, recent[0].epoch, key=_NUMBER)
    overlapping = {epoch.epoch: epoch for epoch in logged[start:]}
    newest = {epoch.epoch: epoch for epoch in recent} | overlapping
    return [*logged[:start], *(newest[number] for number in sorted(newest))]
