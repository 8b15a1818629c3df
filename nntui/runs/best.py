"""The best epoch of a run: when a value of the monitored metric is a new best, and which epoch a run's files name."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

from nntui.runs.events import RunStarted


def improves(value: float, best: float, *, higher_is_better: bool, min_delta: float = 0.0) -> bool:
    """Whether `value` is finite and better than `best` by more than `min_delta`; NaN as `best` is none so far."""
    gain = value - best if higher_is_better else best - value
    return math.isfinite(value) and (math.isnan(best) or gain > min_delta)


def is_higher_better(name: str, rising: Collection[str]) -> bool:
    """Whether more is better of a metric, with or without `val_`, where `rising` names those of which it is."""
    return name.removeprefix("val_") in rising


def best_row(values: Sequence[float], *, higher_is_better: bool, min_delta: float = 0.0) -> int | None:
    """The index of the last value that improved on those before it; None without a finite one."""
    best, found = math.nan, None
    for index, value in enumerate(values):
        if improves(value, best, higher_is_better=higher_is_better, min_delta=min_delta):
            best, found = value, index
    return found


def monitored(started: RunStarted | None, configured: object, columns: Collection[str]) -> str:
    """The metric that decides which epoch is best, of those that have a column; '' for none.

    The log names it; in a log of an older version, the model file (`configured`), else val_loss before loss.
    """
    logged = started.monitor if started is not None else None
    named = [name for name in (logged, configured) if isinstance(name, str)]
    return next((name for name in (*named, "val_loss", "loss") if name in columns), "")
