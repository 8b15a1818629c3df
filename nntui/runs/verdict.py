"""Whether a run learned anything at all: its last and its best epoch against guessing."""

from __future__ import annotations

import math
from collections.abc import Sequence

from nntui.runs.directory import RunDirectory
from nntui.runs.events import EpochEnded, RunStarted, from_record
from nntui.runs.last_record import last_record

_MOST = 1 << 22
"""Bytes from the end of a log that are searched: a list of runs asks this of each."""
_LOSS_SHARE = 0.98
"""A cross-entropy above this share of the classes' entropy says no more than their shares do."""


def advice(started: RunStarted | None) -> str:
    """What to try after a run that learned nothing; standardizing only where the inputs are not scaled already."""
    scaling = "standardize = true, " if started is not None and started.scaled_inputs is False else ""
    return f"try another learning rate ('nntui lrfind'), {scaling}more units"


def verdict_of_run(run: RunDirectory) -> str:
    """`verdict` of a run as its log tells it, from the log's end; '' where there is nothing to say."""
    log = run.events_path
    started = _event(last_record(log, (RunStarted.name,), most=_MOST))
    last = _event(last_record(log, (EpochEnded.name,), most=_MOST))
    best = _event(last_record(log, (EpochEnded.name,), where=lambda record: record.get("best") is True, most=_MOST))
    epochs = [event for event in (last, best) if isinstance(event, EpochEnded)]
    return verdict(started, epochs) if isinstance(started, RunStarted) else ""


def verdict(started: RunStarted, epochs: Sequence[EpochEnded]) -> str:
    """'no better than guessing: ...' where that is so of every epoch given (the last, the best); else ''.

    Classification: the accuracy is within a standard error of the most frequent class's share in the validation
    split (by the confusion matrix of the first epoch given, else equal shares), and the loss is not below the
    entropy of the shares or the shares are about equal. Regression: R² is 0 or less.
    """
    if not epochs:
        return ""
    prefix = "val_" if started.val_samples else ""
    if started.task == "regression":
        scores = [epoch.metrics.get(f"{prefix}r2", math.nan) for epoch in epochs]
        if not all(score <= 0 for score in scores):
            return ""
        return f"no better than guessing the mean: {prefix}r2 {scores[0]:.3g} (0 for the mean)"
    shares = _shares(started, epochs[0])
    samples = started.val_samples or started.train_samples
    if len(shares) < 2 or not samples or not all(_guesses(epoch, prefix, shares, samples) for epoch in epochs):
        return ""
    accuracy = epochs[0].metrics[f"{prefix}accuracy"]
    return f"no better than guessing: {prefix}accuracy {accuracy:.3g} ({_guessing(shares)})"


def _guesses(epoch: EpochEnded, prefix: str, shares: list[float], samples: int) -> bool:
    accuracy, loss = (epoch.metrics.get(f"{prefix}{name}", math.nan) for name in ("accuracy", "loss"))
    top = max(shares)
    chance = accuracy <= top + math.sqrt(top * (1 - top) / samples)
    return chance and (loss >= _LOSS_SHARE * _entropy(shares) or _are_equal(shares))


def _guessing(shares: list[float]) -> str:
    """What guessing scores: '50 % by chance, ln 2 = 0.693'; short, for it must be whole in 80 columns."""
    count, loss = len(shares), _entropy(shares)
    if _are_equal(shares):
        return f"{100 / count:.3g} % by chance, ln {count} = {math.log(count):.3f}"
    return f"{100 * max(shares):.3g} % for the largest class, loss {loss:.3f}"


def _are_equal(shares: list[float]) -> bool:
    return max(shares) <= 1.2 / len(shares)


def _entropy(shares: list[float]) -> float:
    return -math.fsum(share * math.log(share) for share in shares if share)


def _shares(started: RunStarted, epoch: EpochEnded) -> list[float]:
    counts = [sum(row) for row in epoch.confusion or []]
    total = sum(counts)
    if total:
        return [count / total for count in counts]
    return [1 / len(started.classes)] * len(started.classes) if started.classes else []


def _event(record: dict[str, object] | None) -> object:
    return from_record(record) if record is not None else None
