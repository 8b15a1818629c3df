import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from nntui.tui.plots.scale import Buckets, extent, finite, logarithm

sane = st.floats(-1e300, 1e300, allow_nan=False)


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
