import numpy as np
import pytest

from nntui.tui.plots.y_range import Bulk, bulk_of

NONE = np.empty(0)


def curve(values, spread=(NONE, NONE)) -> Bulk:
    y = np.asarray(values, dtype=float)
    x = np.arange(len(y), dtype=float)
    return Bulk(x, y, x, y, *spread)


FALLING = 5 * np.exp(-np.arange(100) / 4) + 0.05


def test_first_steps_are_left_out():
    low, high = bulk_of([curve(FALLING)], whole=False)
    assert low == pytest.approx(0.05)
    assert high < 2.5
    assert bulk_of([curve(FALLING)], whole=True) == (FALLING.min(), FALLING.max())


def test_one_outlier_squeezes_nothing():
    values = np.linspace(1, 0.5, 100)
    values[70] = 1e6
    assert bulk_of([curve(values)], whole=False)[1] < 1.2
    assert bulk_of([curve(values)], whole=True)[1] == 1e6


def test_the_newest_value_of_each_curve_is_inside():
    val = np.r_[np.full(99, 0.1), 3.0]
    assert bulk_of([curve(FALLING), curve(val)], whole=False)[1] >= 3.0


def test_a_curve_of_a_few_points_is_shown_whole_beside_a_long_one():
    assert bulk_of([curve(FALLING), curve([3.0, 2.0, 1.0])], whole=False)[1] == 3.0


def test_a_few_values_and_small_gains_are_shown_whole():
    assert bulk_of([curve([9.0, 1.0, 1.0, 1.0])], whole=False) == (1.0, 9.0)
    straight = np.linspace(0, 1, 200)
    assert bulk_of([curve(straight)], whole=False) == (0.0, 1.0)


def test_the_middle_of_the_spreads_ends_is_inside():
    spread = (np.full(50, 0.2), np.r_[np.full(40, 0.9), np.full(10, 7.0)])
    assert bulk_of([curve(np.full(50, 0.5), spread)], whole=False) == (0.2, 0.9)


def test_the_last_half_is_the_part_at_the_right():
    half = curve(FALLING).after(50.0)
    low, high = bulk_of([half], whole=False)
    assert high - low < 1e-4
    assert curve([1.0, 2.0]).after(10.0).column_y.tolist() == [1.0, 2.0], "nothing is there: the whole"


def test_nothing_has_a_range_too():
    assert bulk_of([], whole=False) == (0.0, 1.0)
    assert bulk_of([curve([np.nan])], whole=False) == (0.0, 1.0)
