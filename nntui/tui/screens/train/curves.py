"""What a run's history is as curves: the loss, the metric beside it, and the marks on both."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import numpy as np

from nntui.runs.events import HyperparameterChanged
from nntui.tui.follow import Sighting
from nntui.tui.plots.line_chart import Mark, Series
from nntui.tui.plots.scale import extent, finite

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


def metric_of(sighting: Sighting) -> str | None:
    """The metric that gets a chart beside the loss: accuracy, else r2, mae or whatever there is; None for none."""
    names = list(sighting.started.metrics) if sighting.started else []
    if sighting.epochs:
        names += [name for name in sighting.epochs[-1].metrics if name != "loss" and not name.startswith("val_")]
    return next((name for name in (*_PREFERRED, *names) if name in names), None)


def loss_curves(sighting: Sighting, axis: XAxis) -> tuple[Series, ...]:
    """Training loss by step, validation loss by epoch."""
    return (*_by_step(sighting, sighting.steps.loss, axis), *_by_epoch(sighting, "val", "val_loss", axis))


def metric_curves(sighting: Sighting, metric: str | None, axis: XAxis) -> tuple[Series, ...]:
    """The metric of the training split, by step where the log has it so, and of the validation split by epoch."""
    if metric is None:
        return ()
    by_step = sighting.steps.accuracy
    if metric == "accuracy" and len(by_step) and not np.isnan(by_step).all():
        train = _by_step(sighting, by_step, axis)
    else:
        train = _by_epoch(sighting, "train", metric, axis, color=0)
    return (*train, *_by_epoch(sighting, "val", f"val_{metric}", axis))


def marks(sighting: Sighting, axis: XAxis) -> list[Mark]:
    """Changed hyperparameters and warnings, and on the curve that tells it the best epoch."""
    steps = np.array([remark.step for remark in sighting.remarks], dtype=np.float64)
    places = places_of(steps, sighting, axis).tolist()
    found = [
        Mark(place, "change" if isinstance(remark, HyperparameterChanged) else "warning")
        for place, remark in zip(places, sighting.remarks, strict=True)
    ]
    if sighting.best is not None:
        place = float(places_of(np.array([float(sighting.best.step)]), sighting, axis)[0])
        found.append(Mark(place, "best", on="val" if "val_loss" in sighting.best.metrics else "train"))
    return found


def reach_of(*charts: Sequence[Series]) -> tuple[float, float] | None:
    """The smallest and the largest x of the charts, so that they can share an axis; None where there is none."""
    ends = [end for chart in charts for item in chart for end in (extent(finite(item.x)) or ())]
    return (min(ends), max(ends)) if ends else None


def places_of(steps: np.ndarray, sighting: Sighting, axis: XAxis) -> np.ndarray:
    """Steps as places on the axis; those before the first record of a time count from its own."""
    started = sighting.started
    if axis is XAxis.EPOCH and started is not None and started.steps_per_epoch:
        return steps / started.steps_per_epoch
    if axis is XAxis.TIME and len(sighting.steps):
        known = sighting.steps
        return np.interp(steps, known.step, known.time - known.time[0])
    return steps


def thinning_words(sighting: Sighting) -> str:
    """'every 6th step' where a long log was read so; '' where all of its steps are there."""
    if sighting.one_in < 2:
        return ""
    tens, ones = divmod(sighting.one_in, 10)
    ending = "th" if tens % 10 == 1 else {1: "st", 2: "nd", 3: "rd"}.get(ones, "th")
    return f"every {sighting.one_in}{ending} step"


def _by_step(sighting: Sighting, values: np.ndarray, axis: XAxis) -> tuple[Series, ...]:
    steps = sighting.steps
    x = places_of(steps.step.astype(np.float64), sighting, axis)
    return (Series("train", x, values, color=0, weight=_samples(sighting)),)


def _samples(sighting: Sighting) -> np.ndarray:
    """How many samples each step record is the mean of: the last batch of an epoch may be a small one."""
    steps, started = sighting.steps, sighting.started
    samples = steps.count.astype(np.float64)
    if started is None or started.steps_per_epoch < 1:
        return samples
    last = started.train_samples - (started.steps_per_epoch - 1) * started.batch_size
    samples *= started.batch_size
    if 0 < last < started.batch_size:
        samples[steps.step % started.steps_per_epoch == 0] -= started.batch_size - last
    return samples


def _by_epoch(sighting: Sighting, name: str, metric: str, axis: XAxis, *, color: int = 1) -> tuple[Series, ...]:
    curve = sighting.metrics.get(metric)
    if curve is None or not np.isfinite(curve.y).any():
        return ()
    best = sighting.best.metrics.get(metric) if sighting.best is not None and name == "val" else None
    return (Series(name, places_of(curve.x, sighting, axis), curve.y, color=color, dotted=True, best=best),)
