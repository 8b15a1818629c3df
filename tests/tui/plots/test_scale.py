import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nntui.tui.plots.scale import Buckets, Limits, decimate, extent, finite, logarithm, nice_limits, nice_log_limits

sane = st.floats(-1e300, 1e300, allow_nan=False)


@pytest.mark.parametrize(
    ("low", "high", "limits"),
    [
        (0.07, 2.31, (0, 2.5)),
        (0.0, 1.0, (0, 1)),
        (-3, 17, (-5, 20)),
        (0.1, 0.30000000000000004, (0.1, 0.3)),
        (0, 0, (-1, 1)),
        (5, 5, (4.4, 5.6)),
    ],
)
def test_nice_limits(low, high, limits):
    bottom, top = nice_limits(low, high)
    assert bottom <= low
    assert top >= high - 1e-9
    if low != high:
        assert (bottom, top) == limits
    else:
        assert (bottom + top) / 2 == pytest.approx(low)


@given(sane, sane)
def test_nice_limits_enclose_the_data_and_are_no_more_than_twice_as_wide(one, other):
    low, high = sorted((one, other))
    bottom, top = nice_limits(low, high)
    slack = (top - bottom) * 1e-6
    assert bottom - slack <= low <= high <= top + slack
    assert bottom < top


@pytest.mark.parametrize(("low", "high", "limits"), [(0.07, 2.31, (0.05, 5)), (1, 100, (1, 100)), (1, 1, (0.1, 10))])
def test_nice_log_limits(low, high, limits):
    found = nice_log_limits(np.log10(low), np.log10(high))
    assert [10**place for place in found] == pytest.approx(list(limits))


def test_limits_stay_while_the_data_fills_them():
    limits = Limits()
    limits.fit(0.1, 2.3)
    before = (limits.low, limits.high)
    limits.fit(0.05, 2.4)
    assert (limits.low, limits.high) == before
    limits.fit(0.05, 1.2)
    assert (limits.low, limits.high) == before
    limits.fit(0.05, 3.0)
    assert limits.high == 3
    limits.fit(0.05, 0.5)
    assert limits.high == 0.5


def test_ticks_are_at_both_ends_and_at_round_values_between():
    limits = Limits()
    limits.fit(0.0, 1.0)
    assert limits.ticks(9) == {0: 1.0, 8: 0.0, 4: 0.5}
    assert limits.ticks(2) == {0: 1.0, 1: 0.0}
    assert limits.ticks(1) == {0: 1.0}
    assert limits.ticks(0) == {}


def test_ticks_of_a_log_axis_are_decades():
    limits = Limits(log=True)
    limits.fit(-3, 1)
    assert sorted(limits.label(place, 6) for place in limits.ticks(21).values()) == ["0.001", "0.01", "0.1", "1", "10"]


def test_finite_turns_what_cannot_be_drawn_into_nan():
    values = finite(np.array([1, np.nan, np.inf, -np.inf, 1e301, 2], dtype=np.float64))
    np.testing.assert_array_equal(values, [1, np.nan, np.nan, np.nan, np.nan, 2])
    assert finite(np.array([1, 2], dtype=np.int64)).dtype == np.float64


def test_logarithm_has_gaps_where_there_is_none():
    np.testing.assert_array_equal(logarithm(np.array([100.0, 0.0, -1.0, np.nan])), [2, np.nan, np.nan, np.nan])


def test_extent_of_nothing_is_none():
    assert extent(np.array([])) is None
    assert extent(np.array([np.nan])) is None
    assert extent(np.array([np.nan, 3.0, -1.0])) == (-1.0, 3.0)


@given(sane, sane, st.integers(1, 400))
def test_buckets_hold_both_ends(one, other, count):
    low, high = sorted((one, other))
    buckets = Buckets.spanning(low, high, count)
    assert buckets.start <= low + buckets.width * 1e-9
    assert high <= buckets.end
    assert buckets.width > 0


@given(st.integers(2, 5000), st.integers(2, 300))
@settings(max_examples=60)
def test_points_stay_in_their_column_as_steps_arrive_until_the_axis_is_full(steps, count):
    now, later = Buckets.spanning(1, steps, count), Buckets.spanning(1, steps + 1, count)
    if now != later:
        # A wider column is only taken when the newest point did not fit.
        assert steps + 1 >= now.end - 1e-9
    assert (steps - now.start) / now.width >= count / 2 - 2 or now.width < 1


def test_decimation_is_the_extremes_of_each_column():
    rng = np.random.default_rng(0)
    x = np.arange(1, 1001, dtype=float)
    y = rng.standard_normal(1000)
    y[100:140] = np.nan
    buckets = Buckets.spanning(1, 1000, 64)
    found = decimate(x, y, buckets)
    for place, column in enumerate(found.columns):
        left = buckets.start + column * buckets.width
        values = y[(x >= left) & (x < left + buckets.width)]
        assert found.first[place] == values[0] or np.isnan(values[0])
        assert found.last[place] == values[-1] or np.isnan(values[-1])
        if np.isnan(values).all():
            assert np.isnan(found.low[place])
        else:
            assert (found.low[place], found.high[place]) == (np.nanmin(values), np.nanmax(values))
    assert len(found.columns) == len(np.unique(np.floor((x - buckets.start) / buckets.width)))


def test_decimation_leaves_out_what_is_outside_and_takes_an_empty_series():
    buckets = Buckets.exactly(10, 20, 11)
    x = np.array([1.0, 10.0, 20.0, 50.0])
    found = decimate(x, np.array([9.0, 1.0, 2.0, 9.0]), buckets)
    assert found.columns.tolist() == [0, 10]
    assert found.high.tolist() == [1, 2]
    assert len(decimate(np.array([]), np.array([]), buckets).columns) == 0
    assert len(decimate(np.array([99.0]), np.array([1.0]), buckets).columns) == 0
