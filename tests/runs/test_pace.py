import dataclasses
import math

from nntui.runs.events import EpochEnded, RunStarted, Step
from nntui.runs.pace import Pace, seconds_left, seconds_per_step
from tests.runs.samples import started


def _started(*, time: float, step: int = 0, from_step: int = 0) -> RunStarted:
    """Four epochs of ten steps."""
    return dataclasses.replace(started(from_step=from_step, epochs=4), time=time, step=step)


def test_nothing_is_known_of_one_moment():
    assert math.isnan(seconds_per_step([], []))
    assert math.isnan(seconds_per_step([(0, 5.0)], [(0, 5.0)]))
    assert math.isnan(seconds_per_step([(3, 5.0), (3, 9.0)], [(3, 5.0), (3, 9.0)]))


def test_a_pause_in_one_of_the_epochs_does_not_count():
    # 2 s a step, 100 s a step in the epoch with the pause, 4 s a step.
    assert seconds_per_step([(0, 0.0), (10, 20.0), (20, 1020.0), (30, 1060.0)], [(29, 0.0), (30, 1.0)]) == 4.0


def test_nothing_is_left_behind_the_end():
    assert seconds_left(started(epochs=4), 41, 2.0) == 0.0
    assert math.isnan(seconds_left(started(), 0, math.nan))


def test_time_left_goes_by_whole_epochs_once_there_are_some():
    pace = Pace()
    assert math.isnan(pace.seconds_left(0))
    pace.update(_started(time=100.0))
    pace.update(Step(step=5, epoch=1, time=105.0, loss=0.0, learning_rate=0.1))
    assert pace.seconds_left(5) == 35.0
    # Ten steps in 20 s, evaluation included: 2 s each, and 30 left.
    pace.update(EpochEnded(step=10, epoch=1, time=120.0, metrics={}, learning_rate=0.1, seconds=1.0,
                           samples_per_second=1.0, best=False))  # fmt: skip
    assert pace.seconds_left(10) == 60.0
    pace.update(Step(step=11, epoch=2, time=999.0, loss=0.0, learning_rate=0.1))
    assert pace.seconds_left(11) == 58.0


def test_time_left_of_a_resumed_run_counts_from_where_it_went_on():
    pace = Pace()
    pace.update(_started(time=100.0, step=20, from_step=20))
    pace.update(Step(step=22, epoch=3, time=101.0, loss=0.0, learning_rate=0.1))
    assert pace.seconds_left(22) == 9.0
