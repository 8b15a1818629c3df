"""Schedules against the rates PyTorch's have, their warm-up, their lengths, and what they remember."""

import itertools
import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nntui.nn.schedules import (
    Cosine,
    ExponentialDecay,
    OneCycle,
    PolynomialDecay,
    ReduceOnPlateau,
    Schedule,
    StepDecay,
)
from nntui.settings import settings_of

REFERENCE = json.loads((Path(__file__).parent / "reference" / "optimizers.json").read_text())
RATE = 0.2
CASES = {
    "step": StepDecay(every=3, factor=0.5),
    "exponential": ExponentialDecay(factor=0.8),
    "polynomial": PolynomialDecay(length=8, power=2.0),
    "cosine": Cosine(floor=0.1),
    "cosine_restarts": Cosine(period=4, growth=2, floor=0.1),
    "one_cycle": OneCycle(),
}


def factors(schedule, steps, *, steps_per_epoch=1, planned=None):
    schedule.build(steps=planned or steps, steps_per_epoch=steps_per_epoch)
    return [schedule.rate_factor(step) for step in range(steps)]


def test_every_schedule_is_compared():
    assert set(REFERENCE["rates"]) == set(CASES)
    assert {type(schedule) for schedule in CASES.values()} | {ReduceOnPlateau} == set(Schedule.members().values())


@pytest.mark.parametrize("unit", ["epochs", "steps"])
@pytest.mark.parametrize("name", CASES)
def test_rates_are_pytorchs(name, unit):
    expected = REFERENCE["rates"][name]
    schedule = CASES[name]
    schedule.unit = unit
    assert [RATE * factor for factor in factors(schedule, len(expected))] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("name", [name for name in CASES if name != "one_cycle"])
def test_in_epochs_the_rates_at_their_beginnings_are_those_and_between_them_on_the_way(name):
    schedule = CASES[name]
    schedule.unit = "epochs"
    expected = REFERENCE["rates"][name]
    found = [RATE * factor for factor in factors(schedule, len(expected) * 7, steps_per_epoch=7)]
    assert found[::7] == pytest.approx(expected, rel=1e-9)
    for epoch in range(len(expected) - 1):
        within, last = found[epoch * 7 : epoch * 7 + 7], expected[epoch + 1] * (1 - 1e-9)
        # Where a cosine starts over, the last of a fall is not between the two.
        assert last > within[0] or all(within[0] >= rate >= last for rate in within)


@pytest.mark.parametrize("direction", ["falling", "rising"])
def test_a_plateau_lowers_the_rate_as_pytorchs_does_with_one_more_of_patience(direction):
    schedule = ReduceOnPlateau(factor=0.5, patience=2, cooldown=2, min_delta=0.05, floor=0.1)
    schedule.build(steps=1000, steps_per_epoch=50, higher_is_better=direction == "rising")
    found = []
    for epoch, value in enumerate(REFERENCE["plateau"]["values"]):
        found.append(RATE * schedule.rate_factor(epoch * 50))
        schedule.observe(-value if direction == "rising" else value)
    assert found == pytest.approx(REFERENCE["plateau"][direction], rel=1e-12)


def test_a_plateau_that_is_resumed_remembers():
    values = REFERENCE["plateau"]["values"]
    for stop in range(len(values)):
        whole, first, second = (ReduceOnPlateau(factor=0.5, patience=2, cooldown=2, min_delta=0.05) for _ in range(3))
        for schedule in (whole, first, second):
            schedule.build(steps=100, steps_per_epoch=5)
        for epoch, value in enumerate(values):
            whole.observe(value)
            (first if epoch < stop else second).observe(value)
            if epoch == stop - 1:
                second.restore(json.loads(json.dumps(first.state())))
        assert second.state() == whole.state() or stop == 0
        assert second.rate_factor(0) == whole.rate_factor(0)


def test_a_metric_without_a_value_is_nothing_better():
    schedule = ReduceOnPlateau(factor=0.5, patience=3)
    schedule.build(steps=100, steps_per_epoch=5)
    for value in (math.nan, 1.0, math.nan, math.inf):
        schedule.observe(value)
    assert schedule.rate_factor(0) == 1
    schedule.observe(1.0)
    assert schedule.rate_factor(0) == 0.5


@pytest.mark.parametrize("name", Schedule.names())
def test_warmup_rises_evenly_and_the_curve_begins_after_it(name):
    warmed, plain = (Schedule.members()[name](warmup=warmup) for warmup in (2.0, 0.0))
    found = factors(warmed, 120, steps_per_epoch=4)
    after = factors(plain, 112, steps_per_epoch=4)
    assert found[:8] == pytest.approx([after[0] * step / 8 for step in range(1, 9)])
    assert found[8:] == after


def test_a_warmup_of_half_an_epoch_or_of_steps():
    assert factors(StepDecay(warmup=0.5), 6, steps_per_epoch=8) == [0.25, 0.5, 0.75, 1, 1, 1]
    assert factors(StepDecay(warmup=2, unit="steps"), 4, steps_per_epoch=8) == [0.5, 1, 1, 1]


def test_a_warmup_longer_than_the_training_is_all_of_it():
    for kind in Schedule.members().values():
        found = factors(kind(warmup=100), 8, steps_per_epoch=4)
        assert all(earlier < later for earlier, later in itertools.pairwise(found))


@given(
    name=st.sampled_from(Schedule.names()),
    steps=st.integers(1, 500),
    steps_per_epoch=st.integers(1, 100),
    warmup=st.floats(0, 20),
    unit=st.sampled_from(["epochs", "steps"]),
)
def test_a_factor_is_above_or_at_zero_and_never_above_one_in_the_training_and_beyond(
    name, steps, steps_per_epoch, warmup, unit
):
    schedule = Schedule.members()[name](warmup=warmup, unit=unit)
    found = factors(schedule, steps + 50, steps_per_epoch=steps_per_epoch, planned=steps)
    assert all(0 <= factor <= 1 for factor in found)
    assert found == [schedule.rate_factor(step) for step in range(steps + 50)]


@pytest.mark.parametrize(("length", "steps"), [(0.001, 1), (1, 10), (1.5, 15)])
def test_a_length_is_of_whole_steps(length, steps):
    found = factors(StepDecay(every=length, factor=0.5), 40, steps_per_epoch=10)
    assert found == [0.5 ** (step // steps) for step in range(40)]


def test_cosine_goes_to_its_floor_at_the_end_of_the_training_and_no_further():
    found = factors(Cosine(floor=0.25, warmup=1), 100, steps_per_epoch=10)
    assert found[10] == 1
    assert found == [*found[:10], *sorted(found[10:], reverse=True)]
    assert found[-1] == pytest.approx(0.25, abs=1e-3)


@pytest.mark.parametrize("steps", [1, 2, 3, 4])
def test_one_cycle_of_a_few_steps_ends_low(steps):
    assert factors(OneCycle(), steps)[-1] == pytest.approx(4e-6)


@pytest.mark.parametrize("kind", Schedule.members().values(), ids=Schedule.names())
def test_every_schedule_explains_itself_and_its_settings(kind):
    assert kind.summary().endswith(".")
    assert len(kind.summary()) <= 140
    assert {"warmup", "unit"} <= settings_of(kind).keys()
    for item in settings_of(kind).values():
        assert item.help.endswith(".")
        assert not item.optional or item.absent
