from __future__ import annotations

import dataclasses
import json
import math

import numpy as np
import pytest

from nntui.runs.decimation import keeps_epoch
from nntui.runs.events import HyperparameterChanged, LayerStats, Paused, Resumed, Warning, to_json
from nntui.runs.history import History
from nntui.runs.step_lines import StepTable

from .samples import ended, epoch_ended, started, step


def records(*events):
    return [json.loads(to_json(event)) for event in events]


def history(*events) -> History:
    result = History()
    result.update(records(*events))
    return result


def test_an_empty_history_knows_nothing():
    empty = History()
    empty.update([])
    assert (len(empty.steps), empty.epochs, empty.started, empty.ended, empty.best_epoch) == (0, [], None, None, 0)
    assert (empty.marks, empty.paused, empty.skipped) == ([], False, 0)
    assert empty.steps.loss.dtype == np.float64
    assert empty.steps.step.dtype == np.int64


def test_steps_become_columns():
    steps = history(*(step(number, loss=number / 4) for number in range(1, 6))).steps
    assert steps.step.tolist() == [1, 2, 3, 4, 5]
    assert steps.loss.tolist() == [0.25, 0.5, 0.75, 1.0, 1.25]
    assert steps.accuracy.tolist() == [0.25] * 5
    assert steps.learning_rate.tolist() == [0.001] * 5
    assert steps.time.tolist() == [1.7e9 + number for number in range(1, 6)]


def test_each_step_says_how_many_updates_it_is_the_mean_of():
    plain, *counted = records(step(1), *(dataclasses.replace(step(number), count=number) for number in range(2, 5)))
    del plain["count"]
    result = History()
    result.update([plain])
    result.update(counted)
    result.update(StepTable(("step", "epoch", "loss", "learning_rate", "count"), 1, [-9, -1, -0.5, -0.1, -5]))
    result.update(StepTable(("step", "epoch", "loss", "learning_rate"), 1, [-10, -1, -0.5, -0.1]))
    assert result.steps.count.tolist() == [1, 2, 3, 4, 5, 1]
    assert result.steps.count.dtype == np.int64


def test_not_finite_losses_and_missing_accuracies_are_nan():
    plain, diverged = records(step(1), step(2, loss=math.nan))
    del plain["accuracy"]
    result = History()
    result.update([plain, plain, diverged])
    assert np.isnan(result.steps.accuracy).tolist() == [True, True, False]
    assert np.isnan(result.steps.loss).tolist() == [False, False, True]
    assert result.skipped == 0


@pytest.mark.parametrize(
    "change",
    [{"step": "2"}, {"step": 10**400}, {"loss": [1]}, {"loss": None}, {"time": True}, {"accuracy": {}}, {"epoch": -1},
     {"learning_rate": math.inf}, {"count": "x"}, {"step": 2.0}, {"loss": 10**400}],
)  # fmt: skip
def test_an_invalid_step_is_skipped_and_counted(change):
    one, two, three = records(step(1), step(2), step(3))
    result = History()
    result.update([one, {**two, **change}, three])
    assert result.steps.step.tolist() == [1, 3]
    assert result.skipped == 1


def test_a_step_without_a_loss_is_skipped():
    one, two, three = records(step(1), step(2), step(3))
    del two["loss"]
    result = History()
    result.update([one, two, three])
    assert (result.steps.step.tolist(), result.skipped) == ([1, 3], 1)


def test_invalid_events_are_counted():
    result = History()
    result.update([{}, {"event": "later"}, {"event": 5}, {"event": "epoch_ended", "epoch": 1}])
    assert result.skipped == 4


def test_the_end_the_best_epoch_and_the_marks():
    result = history(
        started(),
        epoch_ended(1, best=True),
        HyperparameterChanged(step=12, epoch=2, setting="learning_rate", old=0.001, new=0.0005),
        epoch_ended(2, best=True),
        Warning(step=25, epoch=3, message="the disk is full"),
        epoch_ended(3),
        ended(),
    )
    assert result.started == started()
    assert result.ended == ended()
    assert result.best_epoch == 2
    assert [epoch.epoch for epoch in result.epochs] == [1, 2, 3]
    assert result.marks == [(12, "learning_rate 0.001 to 0.0005"), (25, "the disk is full")]


def test_pauses():
    result = history(started(), Paused(step=1, epoch=1))
    assert result.paused
    result.update(records(Resumed(step=1, epoch=1)))
    assert not result.paused
    result.update(records(Paused(step=2, epoch=1), ended("stopped")))
    assert not result.paused


def test_a_resumed_run_drops_what_came_after_its_checkpoint():
    stats = LayerStats(step=30, epoch=3, weight_norm={"dense_1.weight": 1.0}, gradient_norm={})
    result = history(
        started(), *(step(number) for number in range(1, 31)), epoch_ended(1), epoch_ended(2, best=True),
        Warning(step=20, epoch=2, message="kept"), epoch_ended(3, best=True), Warning(step=21, epoch=3, message="gone"),
        stats, Paused(step=30, epoch=3), ended("stopped"),
    )  # fmt: skip
    before = result.steps
    assert result.layer_stats == stats
    result.update(records(started(from_step=20, epoch=2), step(21, loss=9.0), epoch_ended(3)))
    assert result.steps.step.tolist() == [*range(1, 21), 21]
    assert result.steps.loss[-1] == 9.0
    assert [epoch.epoch for epoch in result.epochs] == [1, 2, 3]
    assert result.best_epoch == 2
    assert result.marks == [(20, "kept")]
    assert result.started == started(from_step=20, epoch=2)
    assert (result.ended, result.paused, result.layer_stats) == (None, False, None)
    assert before.step.tolist() == list(range(1, 31))
    assert before.loss[20] == 0.5


def test_a_run_started_over_drops_everything():
    result = history(started(), step(1), step(2), epoch_ended(1), ended("failed"), started())
    assert (len(result.steps), result.epochs, result.ended) == (0, [], None)


def test_many_epochs_are_decimated_as_in_a_log_plus_the_best_and_the_newest():
    result = History()
    for number in range(1, 20_004):
        result.update(records(epoch_ended(number, best=number in (3, 20_001))))
    kept = [number for number in range(1, 20_004) if keeps_epoch(number)]
    assert [epoch.epoch for epoch in result.epochs] == [*kept, 20_001, 20_003]
    assert result.best == epoch_ended(20_001, best=True)
    assert [epoch.epoch for epoch in result.epochs if epoch.confusion is not None] == [20_003]


def test_former_best_epochs_are_removed():
    result = History()
    bests = {*range(4_097, 5_000, 2), 6_001}
    for number in range(1, 6_004):
        result.update(records(epoch_ended(number, best=number in bests)))
    kept = [number for number in range(1, 6_004) if keeps_epoch(number)]
    held = [epoch.epoch for epoch in result.epochs]
    assert held == sorted([*kept, *range(4_987, 5_000, 2), 6_001, 6_003])
    assert result.best_epoch == 6_001


def test_resuming_from_an_epoch_that_is_not_kept_leaves_the_same_epochs():
    whole, resumed = History(), History()
    for number in range(1, 6_000):
        whole.update(records(epoch_ended(number, best=number in (3, 4_999))))
    for number in range(1, 5_002):
        resumed.update(records(epoch_ended(number, best=number in (3, 4_999, 5_001))))
    resumed.update(records(started(from_step=50_000, epoch=5_000)))
    assert resumed.best_epoch == 4_999
    for number in range(5_001, 6_000):
        resumed.update(records(epoch_ended(number)))
    assert [epoch.epoch for epoch in resumed.epochs] == [epoch.epoch for epoch in whole.epochs]
    assert resumed.best_epoch == whole.best_epoch


def test_steps_are_merged_into_weighted_means_in_bounded_memory(monkeypatch):
    monkeypatch.setattr("nntui.runs.history.MOST_STEPS", 100)
    result = History()
    for number in range(1, 1001):
        result.update(records(dataclasses.replace(step(number * 3, loss=float(number)), count=3)))
        assert len(result.steps) <= 100
        assert result.steps.step[-1] == number * 3
    steps = result.steps
    assert steps.count.sum() == 3000
    assert (steps.loss * steps.count).sum() == pytest.approx(3 * 1000 * 1001 / 2)
    assert (np.diff(steps.step) > 0).all()
    # The first steps are as finely told as the later ones.
    assert set(steps.count[:30]) <= {63, 66}
    assert {column.dtype for column in (steps.step, steps.epoch, steps.count)} == {np.dtype(np.int64)}


def test_views_stay_as_they_were_while_the_history_grows():
    result = history(step(1), step(2))
    view = result.steps
    result.update(records(*(step(number) for number in range(3, 5000))))
    assert view.step.tolist() == [1, 2]
    assert len(result.steps) == 4999


def stats(number: int, **norms: float) -> LayerStats:
    return LayerStats(step=number * 10, epoch=number, weight_norm={}, gradient_norm=norms)


def test_norms_of_parts_combine_into_the_whole_norm():
    result = history(stats(1, kernel=3.0, bias=4.0), stats(2), stats(3, kernel=math.nan), stats(4, kernel=0.5))
    steps, norms = result.gradient_norms.view()
    assert steps.tolist() == [10, 30, 40]
    np.testing.assert_array_equal(norms, [5.0, math.nan, 0.5])


def test_a_resumed_run_drops_later_gradient_norms():
    result = history(*(stats(number, kernel=float(number)) for number in range(1, 6)))
    before = result.gradient_norms.view()
    result.update(records(started(from_step=30, epoch=3), stats(4, kernel=9.0)))
    assert result.gradient_norms.view()[1].tolist() == [1, 2, 3, 9]
    assert before[1].tolist() == [1, 2, 3, 4, 5]


def test_gradient_norms_are_held_in_bounded_memory(monkeypatch):
    monkeypatch.setattr("nntui.runs.gradient_norms.MOST_NORMS", 128)
    result = History()
    for number in range(1, 2001):
        result.update(records(stats(number, kernel=float(number))))
        steps, norms = result.gradient_norms.view()
        assert len(steps) <= 128
        assert (steps[-1], norms[-1]) == (number * 10, number)
    assert (np.diff(steps) > 0).all()
    assert steps[0] == 10, "the first stays"
