import dataclasses
import math
import queue

import numpy as np

from nntui.runs.event_log import EventReader
from nntui.runs.events import LayerStats
from nntui.runs.follow.downsample import Curve
from nntui.runs.follow.follower import Follower
from nntui.tui.places.train.curves import (
    GRADIENT_NORM,
    LEARNING_RATE,
    XAxis,
    curves_of,
    is_by_step,
    metric_of,
    names_of,
)
from tests.tui.train.staging import PATIENCE, STEPS, epoch, started, trained, write_run
from tests.tui.train.test_pace import snapshot


def followed(run):
    """What is seen of a run that is over."""
    told: queue.Queue[Follower] = queue.Queue()
    follower = Follower(run, told.put)
    follower.start()
    while not (seen := told.get(timeout=PATIENCE).take()).complete:
        pass
    follower.stop()
    follower.join(PATIENCE)
    return seen


def test_the_numbers_of_every_curve_are_those_of_the_log(tmp_path):
    events = trained(3)
    for number in (3, 2, 1):
        stats = LayerStats(
            step=number * STEPS, epoch=number, weight_norm={}, gradient_norm={"a": 3.0 * number, "b": 4.0 * number}
        )
        events.insert(number * (STEPS + 1), stats)
    run = write_run(tmp_path / "run", *events)
    seen = followed(run)
    logged = [record for batch in EventReader(run.events_path).batches() if isinstance(batch, list) for record in batch]
    assert names_of(seen) == ["loss", "accuracy", LEARNING_RATE, GRADIENT_NORM]
    (norm,) = curves_of(seen, GRADIENT_NORM, XAxis.STEP)
    assert (norm.x.tolist(), norm.y.tolist()) == ([20, 40, 60], [5, 10, 15])
    (rate,) = curves_of(seen, LEARNING_RATE, XAxis.STEP)
    assert rate.y.tolist() == [0.01] * 3 * STEPS
    train, val = curves_of(seen, "loss", XAxis.EPOCH)
    assert train.y.tolist() == [2 / number for number in range(1, 3 * STEPS + 1)]
    ends = [record for record in logged if record["event"] == "epoch_ended"]
    assert val.y.tolist() == [record["val_loss"] for record in ends]
    assert val.x.tolist() == [1, 2, 3]
    assert [series.name for series in curves_of(seen, "accuracy", XAxis.STEP)] == ["train", "val"]


def test_the_monitored_metric_stands_beside_the_loss():
    epochs = [epoch(1, loss=1.0, accuracy=0.5, f1=0.25, val_f1=0.5)]
    assert metric_of(snapshot(start=started(), epochs=epochs)) == "accuracy"
    assert metric_of(snapshot(start=started(monitor="val_loss"), epochs=epochs)) == "accuracy"
    assert metric_of(snapshot(start=started(monitor="val_f1"), epochs=epochs)) == "f1"
    assert metric_of(snapshot(start=started(metrics=["f1"], monitor="recall"))) == "f1"
    assert metric_of(snapshot()) is None


def test_what_the_log_does_not_have_has_no_curve():
    nothing = snapshot(start=started(metrics=[]))
    assert names_of(nothing) == ["loss"]
    assert curves_of(nothing, None, XAxis.STEP) == ()
    assert curves_of(nothing, GRADIENT_NORM, XAxis.TIME) == ()
    broken = Curve(np.array([20.0]), np.array([math.nan]))
    assert curves_of(dataclasses.replace(nothing, gradient_norms=broken), GRADIENT_NORM, XAxis.STEP) == ()


def test_a_metric_measured_in_validation_only_is_one_curve():
    curve = Curve(np.array([20.0, 40.0]), np.array([0.5, 0.75]))
    seen = snapshot(start=started(metrics=["auc"]), metrics={"val_auc": curve})
    assert names_of(seen) == ["loss", "auc"]
    assert [(series.name, series.dotted) for series in curves_of(seen, "auc", XAxis.STEP)] == [("val", True)]
    assert not is_by_step(seen, "auc")
    assert is_by_step(snapshot(start=started(), steps=3), "accuracy")
