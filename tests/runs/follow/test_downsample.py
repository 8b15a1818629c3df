import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nntui.runs.follow.downsample import MOST, downsample

VALUES = st.floats(-1e6, 1e6) | st.just(float("nan"))


def test_a_curve_that_fits_is_itself():
    x, y = np.arange(MOST), np.ones(MOST)
    curve = downsample(x, y)
    assert curve.x is x
    assert curve.y is y


@given(st.lists(VALUES, max_size=300), st.integers(4, 40))
def test_no_extreme_is_lost_and_points_are_real_ones(values, most):
    y = np.array(values, dtype=float)
    x = np.arange(len(y))
    curve = downsample(x, y, most)
    assert len(curve) <= max(most, 4) + 4 * len(y) / most
    assert (np.diff(curve.x) >= 0).all()
    np.testing.assert_array_equal(y[curve.x], curve.y)
    if not np.isnan(y).all():
        assert np.nanmin(curve.y) == np.nanmin(y)
        assert np.nanmax(curve.y) == np.nanmax(y)


def test_a_stretch_without_numbers_stays_a_gap():
    y = np.ones(400)
    y[100:200] = np.nan
    curve = downsample(np.arange(400), y, 100)
    middle = curve.y[(curve.x >= 104) & (curve.x < 192)]
    assert len(middle)
    assert np.isnan(middle).all()


def test_points_stay_where_they_are_while_the_curve_grows():
    rng = np.random.default_rng(3)
    y = rng.normal(size=1200)
    before, after = (downsample(np.arange(size), y[:size], 100) for size in (1000, 1100))
    settled = before.x < 1000 // 32 * 32
    assert set(before.x[settled]) <= set(after.x)


def test_a_million_points_become_few():
    curve = downsample(np.arange(1_000_000), np.sin(np.arange(1_000_000) / 1e5))
    assert len(curve) <= MOST + 128
