"""The moving average of the weights, and clipping, which are a few passes over the arena too."""

import tracemalloc

import numpy as np
import pytest

from nntui.nn.arena import Arena, ParameterSpec
from nntui.nn.moving_average import MovingAverage
from nntui.nn.regularization import Regularizer


def arena_of(size, dtype=np.float64):
    specs = {
        "w": ParameterSpec((size,), decays=True),
        "b": ParameterSpec((2,)),
        "seen": ParameterSpec((2,), update_rate=0.1),
    }
    return Arena(specs, dtype=np.dtype(dtype))


@pytest.mark.parametrize("decay", [0.5, 0.9, 0.999])
def test_it_is_the_sum_its_formula_says(decay):
    arena = arena_of(40_000)
    rng = np.random.default_rng(0)
    arena.values[...] = rng.normal(size=arena.values.size)
    average = MovingAverage(arena, decay=decay)
    history = [arena.values.copy()]
    for step in range(1, 31):
        arena.values[...] = rng.normal(size=arena.values.size)
        history.append(arena.values.copy())
        average.update(step)
    # Each of the weights counts by its share when it came, times what was kept since.
    kept = [min(decay, (1 + step) / (10 + step)) for step in range(1, 31)]
    counts = [(1 - ([0, *kept][when])) * np.prod(kept[when:]) for when in range(31)]
    assert sum(counts) == pytest.approx(1)
    expected = sum(count * weights for count, weights in zip(counts, history, strict=True))
    np.testing.assert_allclose(average.values, expected, atol=1e-14)


def test_in_place_the_two_are_exchanged_and_come_back_as_they_were_whatever_happens():
    arena = arena_of(70_000, np.float32)
    rng = np.random.default_rng(0)
    average = MovingAverage(arena, decay=0.9)
    arena.values[...] = rng.normal(size=arena.values.size)
    average.update(1)
    weights, averages = arena.values.copy(), average.values.copy()

    def look_and_fail():
        with average.in_place():
            np.testing.assert_array_equal(arena.value("w"), averages[:70_000])
            np.testing.assert_array_equal(average.values, weights)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        look_and_fail()
    np.testing.assert_array_equal(arena.values, weights)
    np.testing.assert_array_equal(average.values, averages)


def test_clipping_by_value_cuts_each_number_and_then_the_norm_is_taken():
    arena = arena_of(3)
    arena.gradient("w")[...] = [5.0, -0.5, -8.0]
    arena.gradient("b")[...] = [0.25, 3.0]
    arena.gradient("seen")[...] = [100.0, -100.0]
    Regularizer(arena, clip_value=2.0).apply()
    np.testing.assert_array_equal(arena.gradient("w"), [2.0, -0.5, -2.0])
    np.testing.assert_array_equal(arena.gradient("b"), [0.25, 2.0])
    # What a layer saw is no gradient.
    np.testing.assert_array_equal(arena.gradient("seen"), [100.0, -100.0])
    Regularizer(arena, clip_value=1.0, clip_norm=0.5).apply()
    clipped = np.array([1.0, -0.5, -1.0, 0.25, 1.0])
    found = np.concatenate([arena.gradient("w"), arena.gradient("b")])
    np.testing.assert_allclose(found, clipped * 0.5 / np.linalg.norm(clipped))
    assert Regularizer(arena, clip_value=1.0).active
    assert not Regularizer(arena).active


def test_neither_allocates_an_array():
    arena = arena_of(500_000, np.float32)
    average, rule = MovingAverage(arena, decay=0.9), Regularizer(arena, clip_value=0.5)

    def step():
        average.update(3)
        rule.apply()
        with average.in_place():
            pass

    step()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        step()
        assert tracemalloc.get_traced_memory()[1] - before < 40_000
    finally:
        tracemalloc.stop()
