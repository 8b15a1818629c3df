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


def metric_of(sighting: Sighting) -> str | None:
    """The metric that gets a chart beside the loss: accuracy, else r2, mae or whatever there is; None for none."""
    names = list(sighting.started.metrics) if sighting.started else []
    if sighting.epochs:
        names += [name for name in sighting.epochs[-1].metrics if name != "loss" and not name.startswith("val_")]
    return next((name for name in (*_PREFERRED, *names) if name in names), None)


def loss_curves(sighting: Sighting, axis: XAxis) -> tuple[Series, ...]:
    """Training loss by step, validation loss by epoch."""
    train = Series("train", _scaled(sighting.loss.x, sighting, axis), sighting.loss.y, color=0)
    return (train, *_by_epoch(sighting, "val", "val_loss", axis))


def metric_curves(sighting: Sighting, metric: str | None, axis: XAxis) -> tuple[Series, ...]:
    """The metric of the training split, by step where the log has it so, and of the validation split by epoch."""
    if metric is None:
        return ()
    by_step = sighting.accuracy
    if metric == "accuracy" and len(by_step) and not np.isnan(by_step.y).all():
        train: tuple[Series, ...] = (Series("train", _scaled(by_step.x, sighting, axis), by_step.y, color=0),)
    else:
        train = _by_epoch(sighting, "train", metric, axis, color=0)
    return (*train, *_by_epoch(sighting, "val", f"val_{metric}", axis))


def marks(sighting: Sighting, axis: XAxis) -> list[Mark]:
    """Changed hyperparameters and warnings, and on the curve that tells it the best epoch."""
    scale = _scale(sighting, axis)
    found = [
        Mark(remark.step * scale, "change" if isinstance(remark, HyperparameterChanged) else "warning")
        for remark in sighting.remarks
    ]
    if sighting.best is not None:
        found.append(
            Mark(sighting.best.step * scale, "best", on="val" if "val_loss" in sighting.best.metrics else "train")
        )
    return found


def reach_of(*charts: Sequence[Series]) -> tuple[float, float] | None:
    """The smallest and the largest x of the charts, so that they can share an axis; None where there is none."""
    ends = [end for chart in charts for item in chart for end in (extent(finite(item.x)) or ())]
    return (min(ends), max(ends)) if ends else None


def thinning_words(sighting: Sighting) -> str:
    """'every 6th step' where a long log was read so; '' where all of its steps are there."""
    if sighting.one_in < 2:
        return ""
    tens, ones = divmod(sighting.one_in, 10)
    ending = "th" if tens % 10 == 1 else {1: "st", 2: "nd", 3: "rd"}.get(ones, "th")
    return f"every {sighting.one_in}{ending} step"


def _by_epoch(sighting: Sighting, name: str, metric: str, axis: XAxis, *, color: int = 1) -> tuple[Series, ...]:
    curve = sighting.metrics.get(metric)
    if curve is None or not np.isfinite(curve.y).any():
        return ()
    return (Series(name, _scaled(curve.x, sighting, axis), curve.y, color=color),)


def _scaled(steps: np.ndarray, sighting: Sighting, axis: XAxis) -> np.ndarray:
    scale = _scale(sighting, axis)
    return steps if scale == 1 else steps * scale


def _scale(sighting: Sighting, axis: XAxis) -> float:
    per_epoch = sighting.started.steps_per_epoch if sighting.started else 0
    return 1 / per_epoch if axis is XAxis.EPOCH and per_epoch else 1.0
