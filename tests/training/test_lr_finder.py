"""The learning-rate range test: where theory knows the largest rate, and on curves whose shape is known."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from nntui.data.catalogue import load
from nntui.modelfile.validation import validate
from nntui.runs.events import Step
from nntui.training.lr_finder import FEWEST_STEPS, analyse, find_rates, range_test
from tests.small_runs import draft, trainer_of

PLANE = {
    "name": "plane",
    "data": {"source": "plane", "samples": 100, "validation": 0.0, "standardize_targets": True},
    "layers": [{"type": "dense"}],
    "training": {"batch_size": 100, "optimizer": {"type": "sgd"}},
}


def ready(model):
    spec = validate(model, base=Path()).ready()
    return spec, load(spec.data, base=Path(), seed=spec.training.seed)


def test_least_squares_bear_no_more_than_two_over_the_largest_curvature():
    spec, dataset = ready(PLANE)
    found = range_test(spec, dataset)
    # The loss is the mean of (x·w + b - t)²: its second derivative is 2/n·XᵀX, the column of ones included.
    x = np.column_stack([dataset.train.x, np.ones(len(dataset.train))]).astype(float)
    limit = 2 / np.linalg.eigvalsh(2 / len(x) * x.T @ x).max()
    assert found.points[-1].learning_rate > limit
    assert limit / 300 < found.steepest < limit
    assert found.tenth_of_lowest < limit
    assert found.lowest == found.tenth_of_lowest * 10
    assert "exploded" in found.ended
    rates = [point.learning_rate for point in found.points]
    assert rates[0] == 1e-7
    assert np.diff(np.log(rates)) == pytest.approx(np.log(1e8) / 199)


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "lion"])
def test_training_with_the_suggested_rate_learns(optimizer):
    model = draft(**{"training.optimizer": {"type": optimizer}, "training.epochs": 10, "training.seed": 3})
    found = find_rates(model, base=Path())
    assert found.steepest is not None
    model["training"]["optimizer"]["learning_rate"] = found.steepest
    losses = [event.loss for event in trainer_of(model).events() if isinstance(event, Step)]
    assert np.mean(losses[-8:]) < 0.75 * np.mean(losses[:8])


def test_it_is_a_training_with_other_rates_and_nothing_else():
    """The losses are those of the loop whose rate is set by hand; no schedule, no average, no early end."""
    model = draft(**{"training.epochs": 10, "data.validation": 0.0})
    trainer, expected = trainer_of(model), []
    rates = np.geomspace(1e-4, 1e-2, 40)
    trainer.optimizer.learning_rate = rates[0]
    for event in trainer.events():
        if isinstance(event, Step) and event.step <= 40:
            expected.append(event.loss)
            trainer.optimizer.learning_rate = rates[min(event.step, 39)]
    model["training"] |= {
        "epochs": 1, "schedule": {"type": "cosine", "warmup": 1}, "ema": 0.9, "early_stopping": {"patience": 1},
    }  # fmt: skip
    found = find_rates(model, base=Path(), lowest=1e-4, highest=1e-2, steps=40)
    assert [point.loss for point in found.points] == expected
    assert found.ended == "the highest rate, 0.01, was reached"
    assert find_rates(model, base=Path(), lowest=1e-4, highest=1e-2, steps=40) == found


def test_validation_data_are_left_alone():
    spec, dataset = ready(draft())
    broken = dataclasses.replace(dataset.val, x=np.full_like(dataset.val.x, np.nan))
    assert range_test(spec, dataclasses.replace(dataset, val=broken)) == range_test(spec, dataset)


def test_a_loss_that_is_lost_at_once_leaves_no_point_and_no_rate():
    model = {**PLANE, "data": {**PLANE["data"], "standardize_targets": False}}
    spec, dataset = ready(model)
    split = dataclasses.replace(dataset.train, y=np.full_like(dataset.train.y, np.inf))
    found = range_test(spec, dataclasses.replace(dataset, train=split))
    assert (found.points, found.steepest, found.lowest, found.tenth_of_lowest) == ((), None, None, None)
    assert found.ended == "the loss was not finite any more at 1e-07"


RATES = np.geomspace(1e-7, 10, 200)


def valley(place, *, noise=0.0):
    """A loss that is 2, falls fastest at a rate of 10^place, is 1 after that, and rises from ten times that on."""
    log = np.log10(RATES)
    curve = 2 - 1 / (1 + np.exp(-6 * (log - place))) + np.exp(5 * np.minimum(log - place - 1.6, 1))
    return curve + noise * np.random.default_rng(0).normal(size=len(RATES))


@pytest.mark.parametrize("place", [-5, -3, -1.5])
@pytest.mark.parametrize("noise", [0.0, 0.1])
def test_the_steepest_place_and_the_lowest_of_a_valley(place, noise):
    found = analyse(RATES.tolist(), valley(place, noise=noise).tolist(), width=8, ended="")
    assert np.log10(found.steepest) == pytest.approx(place, abs=0.25)
    assert place + 0.3 < np.log10(found.lowest) < place + 1.6


@pytest.mark.parametrize("seed", range(5))
def test_noise_alone_does_not_count_as_a_fall(seed):
    losses = 2 + 0.3 * np.random.default_rng(seed).normal(size=200)
    assert analyse(RATES.tolist(), losses.tolist(), width=8, ended="").steepest is None


def test_a_loss_that_only_rises_has_no_rate_and_few_points_have_none():
    higher_is_better = np.linspace(1, 2, 200)
    assert analyse(RATES.tolist(), higher_is_better.tolist(), width=8, ended="").steepest is None
    for count in (0, 1, FEWEST_STEPS // 2 - 1):
        falling = np.linspace(2, 1, 200)[:count]
        assert analyse(RATES[:count].tolist(), falling.tolist(), width=8, ended="").steepest is None


def test_smoothing_leaves_a_constant_as_it_is():
    found = analyse(RATES[:30].tolist(), [3.0] * 30, width=8, ended="")
    assert [point.smoothed for point in found.points] == pytest.approx([3.0] * 30)
    assert found.steepest is None
