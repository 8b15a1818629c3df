"""The best epoch of a run: whether a value of the monitored metric is a new best, and which metric is monitored."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

from nntui.runs.events import RunStarted


def improves(value: float, best: float, *, higher_is_better: bool, min_delta: float = 0.0) -> bool:
    """Whether `value` is finite and better than `best` by more than `min_delta`; a `best` of NaN means none yet."""
    gain = value - best if higher_is_better else best - value
    return math.isfinite(value) and (math.isnan(best) or gain > min_delta)


def is_higher_better(name: str, higher_is_better: Collection[str]) -> bool:
    """Whether a metric, with or without `val_`, is among those of which higher values are better."""
    return name.removeprefix("val_") in higher_is_better


def best_row(values: Sequence[float], *, higher_is_better: bool, min_delta: float = 0.0) -> int | None:
    """The index of the last value that improved on those before it; None if none is finite."""
    best, best_index = math.nan, None
    for index, value in enumerate(values):
        if improves(value, best, higher_is_better=higher_is_better, min_delta=min_delta):
            best, best_index = value, index
    return best_index


def monitored(started: RunStarted | None, configured: object, columns: Collection[str]) -> str:
    """The metric that decides which epoch is best, among those that have a column; '' for none.

    The log names it. For logs of older versions the model file does (`configured`), else it is val_loss, then loss.
    """
    logged = started.monitor if started is not None else None
    named = [name for name in (logged, configured) if isinstance(name, str)]
    return next((name for name in (*named, "val_loss", "loss") if name in columns), "")
