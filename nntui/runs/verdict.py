"""Judging whether a run learned anything at all, by comparing its last and its best epoch with guessing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from nntui.runs.directory import RunDirectory
from nntui.runs.events import EpochEnded, Event, RunStarted, from_record
from nntui.runs.last_record import last_record

_SEARCHED_BYTES = 1 << 22
"""How far from the end of a log the search goes, since a list of runs searches each log."""
_ENTROPY_FRACTION = 0.98
"""A cross-entropy above this fraction of the entropy of the class frequencies is no better than guessing."""


def advice(started: RunStarted | None) -> str:
    """What to try after a run that learned nothing; standardizing only if the inputs are not scaled already."""
    scaling = "standardize = true, " if started is not None and started.scaled_inputs is False else ""
    return f"try another learning rate ('nntui lrfind'), {scaling}more units"


def verdict_of_run(run: RunDirectory) -> str:
    """`verdict` of a run by the end of its log; '' if there is nothing to say."""
    log = run.events_path
    started = _event(last_record(log, (RunStarted.name,), most=_SEARCHED_BYTES))
    last = _event(last_record(log, (EpochEnded.name,), most=_SEARCHED_BYTES))
    best = _event(last_record(log, (EpochEnded.name,), where=_is_best, most=_SEARCHED_BYTES))
    epochs = [event for event in (last, best) if isinstance(event, EpochEnded)]
    return verdict(started, epochs) if isinstance(started, RunStarted) else ""


def verdict(started: RunStarted, epochs: Sequence[EpochEnded]) -> str:
    """'no better than guessing: ...' if that holds for every epoch given (the last, the best); else ''.

    Classification: the accuracy is within a standard error of the frequency of the most frequent class in the
    validation split (by the confusion matrix of the first epoch given, else equal frequencies), and the loss is not
    below the entropy of the frequencies or these are about equal. Regression: R² is 0 or less.
    """
    if not epochs:
        return ""
    prefix = "val_" if started.val_samples else ""
    if started.task == "regression":
        scores = [epoch.metrics.get(f"{prefix}r2", math.nan) for epoch in epochs]
        if not all(score <= 0 for score in scores):
            return ""
        return f"no better than guessing the mean: {prefix}r2 {scores[0]:.3g} (0 for the mean)"
    frequencies = _class_frequencies(started, epochs[0])
    samples = started.val_samples or started.train_samples
    if len(frequencies) < 2 or not samples:
        return ""
    if not all(_is_guessing(epoch, prefix, frequencies, samples) for epoch in epochs):
        return ""
    accuracy = epochs[0].metrics[f"{prefix}accuracy"]
    return f"no better than guessing: {prefix}accuracy {accuracy:.3g} ({_score_of_guessing(frequencies)})"


def _is_guessing(epoch: EpochEnded, prefix: str, frequencies: list[float], samples: int) -> bool:
    accuracy, loss = (epoch.metrics.get(f"{prefix}{name}", math.nan) for name in ("accuracy", "loss"))
    top = max(frequencies)
    is_chance = accuracy <= top + math.sqrt(top * (1 - top) / samples)
    return is_chance and (loss >= _ENTROPY_FRACTION * _entropy(frequencies) or _are_equal(frequencies))


def _score_of_guessing(frequencies: list[float]) -> str:
    """What guessing scores: '50 % by chance, ln 2 = 0.693'; short, since it must fit in 80 columns."""
    count, loss = len(frequencies), _entropy(frequencies)
    if _are_equal(frequencies):
        return f"{100 / count:.3g} % by chance, ln {count} = {math.log(count):.3f}"
    return f"{100 * max(frequencies):.3g} % for the largest class, loss {loss:.3f}"


def _are_equal(frequencies: list[float]) -> bool:
    return max(frequencies) <= 1.2 / len(frequencies)


def _entropy(frequencies: list[float]) -> float:
    return -math.fsum(frequency * math.log(frequency) for frequency in frequencies if frequency)


def _class_frequencies(started: RunStarted, epoch: EpochEnded) -> list[float]:
    counts = [sum(row) for row in epoch.confusion or []]
    total = sum(counts)
    if total:
        return [count / total for count in counts]
    return [1 / len(started.classes)] * len(started.classes) if started.classes else []


def _is_best(record: dict[str, Any]) -> bool:
    return record.get("best") is True


def _event(record: dict[str, Any] | None) -> Event | None:
    return from_record(record) if record is not None else None
