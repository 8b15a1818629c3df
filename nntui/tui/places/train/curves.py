"""What a run's history is as curves: the loss, any metric, learning rate and gradient norm, and the marks on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

import numpy as np

from nntui.display.numbers import setting_number
from nntui.runs.events import HyperparameterChanged
from nntui.runs.follow.downsample import Curve
from nntui.runs.follow.follower import RunSnapshot
from nntui.tui.plots.line_chart import Mark, Series
from nntui.tui.plots.scale import extent, finite
from nntui.tui.widgets.epoch_columns import bases

LOSS, LEARNING_RATE, GRADIENT_NORM = "loss", "learning rate", "gradient norm"
"""What is drawn besides the metrics; no metric of ours has these names."""
_PREFERRED = ("accuracy", "r2", "mae")


class XAxis(StrEnum):
    """What the x axis counts."""

    STEP = "step"
    EPOCH = "epoch"
    TIME = "seconds"

    @property
    def next(self) -> XAxis:
        """The one after this, round and round."""
        order = list(XAxis)
        return order[(order.index(self) + 1) % len(order)]


def metric_of(snapshot: RunSnapshot) -> str | None:
    """The metric that stands beside the loss: the monitored one, else accuracy, r2, mae or the first; None for none."""
    names = list(snapshot.started.metrics) if snapshot.started else []
    if snapshot.epochs:
        names += bases(snapshot.epochs[-1].metrics)
    monitor = (snapshot.started.monitor or "") if snapshot.started else ""
    return next((name for name in (monitor.removeprefix("val_"), *_PREFERRED, *names) if name in names), None)


def names_of(snapshot: RunSnapshot) -> list[str]:
    """All that can be drawn: loss, the metric beside it, the others, learning rate and gradient norm."""
    metric, started = metric_of(snapshot), snapshot.started
    names = [LOSS, metric or LOSS, *(started.metrics if started else ()), *bases(snapshot.metrics)]
    if len(snapshot.steps):
        names.append(LEARNING_RATE)
    if len(snapshot.gradient_norms):
        names.append(GRADIENT_NORM)
    return [*dict.fromkeys(names)]


def curves_of(snapshot: RunSnapshot, name: str | None, axis: XAxis) -> tuple[Series, ...]:
    """The curves of one of `names_of`: of a metric the training split's and, as points, the validation split's.

    By step where the log has it so, else by epoch. () for None and for what the log does not have.
    """
    steps = snapshot.steps
    if name is None:
        return ()
    if name == GRADIENT_NORM:
        return _points("norm", snapshot.gradient_norms, snapshot, axis, color=0)
    if name == LEARNING_RATE:
        return tuple(replace(item, is_setting=True) for item in _by_step(snapshot, "lr", steps.learning_rate, axis))
    if is_by_step(snapshot, name):
        train = _by_step(snapshot, "train", steps.loss if name == LOSS else steps.accuracy, axis)
    else:
        train = _by_epoch(snapshot, "train", name, axis, color=0)
    return (*train, *_by_epoch(snapshot, "val", f"val_{name}", axis))


def is_by_step(snapshot: RunSnapshot, name: str | None) -> bool:
    """Whether a curve is drawn step by step."""
    if name == "accuracy":
        by_step = snapshot.steps.accuracy
        return len(by_step) > 0 and not bool(np.isnan(by_step).all())
    return name in (LOSS, LEARNING_RATE)


def marks(snapshot: RunSnapshot, axis: XAxis) -> list[Mark]:
    """Changed hyperparameters and warnings, and on the curve that tells it the best epoch."""
    steps = np.array([remark.step for remark in snapshot.remarks], dtype=np.float64)
    places = places_of(steps, snapshot, axis).tolist()
    found = [
        Mark(place, "change", words=change_words(remark))
        if isinstance(remark, HyperparameterChanged)
        else Mark(place, "warning", words=remark.message)
        for place, remark in zip(places, snapshot.remarks, strict=True)
    ]
    if snapshot.best is not None:
        place = float(places_of(np.array([float(snapshot.best.step)]), snapshot, axis)[0])
        found.append(Mark(place, "best", on="val" if "val_loss" in snapshot.best.metrics else "train"))
    return found


def change_words(change: HyperparameterChanged) -> str:
    """'dropout_1.rate 0.2 to 0.3'."""
    return f"{change.setting} {setting_number(change.old, 4)} to {setting_number(change.new, 4)}"


def reach_of(*charts: Sequence[Series]) -> tuple[float, float] | None:
    """The smallest and the largest x of the charts, so that they can share an axis; None where there is none."""
    ends = [end for chart in charts for item in chart for end in (extent(finite(item.x)) or ())]
    return (min(ends), max(ends)) if ends else None


def places_of(steps: np.ndarray, snapshot: RunSnapshot, axis: XAxis) -> np.ndarray:
    """Steps as places on the axis; those before the first record of a time count from its own."""
    started = snapshot.started
    if axis is XAxis.EPOCH and started is not None and started.steps_per_epoch:
        return steps / started.steps_per_epoch
    if axis is XAxis.TIME and len(snapshot.steps):
        known = snapshot.steps
        return np.interp(steps, known.step, known.time - known.time[0])
    return steps


def sampling_words(snapshot: RunSnapshot) -> str:
    """'every 6th step' where a long log was read so; '' where all of its steps are there."""
    if snapshot.one_in < 2:
        return ""
    tens, ones = divmod(snapshot.one_in, 10)
    ending = "th" if tens % 10 == 1 else {1: "st", 2: "nd", 3: "rd"}.get(ones, "th")
    return f"every {snapshot.one_in}{ending} step"


def _by_step(snapshot: RunSnapshot, name: str, values: np.ndarray, axis: XAxis) -> tuple[Series, ...]:
    steps = snapshot.steps
    x = places_of(steps.step.astype(np.float64), snapshot, axis)
    return (Series(name, x, values, color=0, weight=_samples(snapshot)),)


def _samples(snapshot: RunSnapshot) -> np.ndarray:
    """How many samples each step record is the mean of: the last batch of an epoch may be a small one."""
    steps, started = snapshot.steps, snapshot.started
    samples = steps.count.astype(np.float64)
    if started is None or started.steps_per_epoch < 1:
        return samples
    last = started.train_samples - (started.steps_per_epoch - 1) * started.batch_size
    samples *= started.batch_size
    if 0 < last < started.batch_size:
        samples[steps.step % started.steps_per_epoch == 0] -= started.batch_size - last
    return samples


def _by_epoch(snapshot: RunSnapshot, name: str, metric: str, axis: XAxis, *, color: int = 1) -> tuple[Series, ...]:
    curve = snapshot.metrics.get(metric)
    if curve is None:
        return ()
    best = snapshot.best.metrics.get(metric) if snapshot.best is not None and name == "val" else None
    return _points(name, curve, snapshot, axis, color=color, best=best)


def _points(
    name: str, curve: Curve, snapshot: RunSnapshot, axis: XAxis, *, color: int, best: float | None = None
) -> tuple[Series, ...]:
    if not np.isfinite(curve.y).any():
        return ()
    return (Series(name, places_of(curve.x, snapshot, axis), curve.y, color=color, dotted=True, best=best),)
