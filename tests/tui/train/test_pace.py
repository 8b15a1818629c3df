import dataclasses
import math

import numpy as np
import pytest

from nntui.runs.events import EpochEnded, RunStarted
from nntui.runs.follow.downsample import Curve
from nntui.runs.follow.follower import RunSnapshot
from nntui.runs.history import Steps
from nntui.runs.status import Status
from nntui.tui.places.train.pace import progress_of
from tests.tui.train.staging import STEPS, epoch, started, step


def snapshot(
    status: Status = Status.RUNNING,
    *,
    start: RunStarted | None = None,
    steps: int = 0,
    epochs: list[EpochEnded] | None = None,
    **changes,
) -> RunSnapshot:
    rows = [step(number) for number in range(1, steps + 1)]
    names = [field.name for field in dataclasses.fields(Steps)]
    columns = Steps(**{name: np.array([getattr(row, name) for row in rows], dtype=float) for name in names})
    values = {
        "status": status, "started": start, "ended": None, "steps": columns,
        "epochs": epochs or [], "metrics": {}, "gradient_norms": Curve(np.empty(0), np.empty(0)),
        "best": None, "remarks": (), "learning_rate": None, "live": None,
        "settings": {},
        "complete": True, "one_in": 1, "saved_epoch": 0,
        "disk_full": False, "problem": "",
    }  # fmt: skip
    return RunSnapshot(**{**values, **changes})


def test_nothing_is_known_before_the_start():
    assert progress_of(snapshot()) is None


def test_before_the_first_step_there_is_no_speed_and_no_time():
    progress = progress_of(snapshot(start=started()))
    assert progress is not None
    assert (progress.epoch, progress.epochs, progress.fraction) == (0, 5, 0.0)
    assert progress.samples_per_second is None
    assert progress.eta is not None
    assert math.isnan(progress.eta)


def test_the_first_epoch_is_timed_by_its_steps():
    # Ten steps a second, 32 samples each; 100 - 11 steps are left.
    progress = progress_of(snapshot(start=started(), steps=11))
    assert progress is not None
    assert progress.samples_per_second == pytest.approx(320, rel=1e-4)
    assert progress.eta == pytest.approx(8.9, rel=1e-4)
    assert progress.fraction == 0.11


def test_later_epochs_are_timed_by_the_clock_and_a_pause_does_not_count():
    epochs = [
        dataclasses.replace(epoch(number), time=moment) for number, moment in ((1, 10), (2, 14), (3, 1018), (4, 1022))
    ]
    # 4 s an epoch of 20 steps, the long one was paused in; one epoch of five is left.
    progress = progress_of(snapshot(start=started(), steps=4 * STEPS, epochs=epochs))
    assert progress is not None
    assert progress.eta == pytest.approx(4.0)
    assert progress.samples_per_second == 320.0
    assert progress.epoch == 4


@pytest.mark.parametrize("status", [Status.PAUSED, Status.FINISHED, Status.CRASHED])
def test_a_run_that_does_not_go_on_has_no_time_left(status):
    progress = progress_of(snapshot(status, start=started(), steps=11))
    assert progress is not None
    assert progress.eta is None


def test_a_plan_of_nothing_is_no_division_by_zero():
    progress = progress_of(snapshot(start=started(epochs=0, steps_per_epoch=0)))
    assert progress is not None
    assert progress.fraction == 0.0
