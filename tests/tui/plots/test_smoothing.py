import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nntui.tui.plots.smoothing import smooth


@given(st.lists(st.floats(-1e6, 1e6) | st.just(float("nan")), max_size=300), st.floats(0, 0.999), st.integers(0, 2))
@settings(max_examples=60, deadline=None)
def test_smoothing_is_the_weighted_mean_of_the_past(values, factor, repeat):
    values = np.array(values * (repeat + 1))
    found = smooth(values, factor)
    assert len(found) == len(values)
    total = weight = 0.0
    for value, result in zip(values, found, strict=True):
        there = not np.isnan(value)
        total, weight = total * factor + (value if there else 0.0), weight * factor + there
        assert result == pytest.approx(total / weight, rel=1e-9, abs=1e-6) if there else np.isnan(result)


def test_no_smoothing_is_the_same_array():
    values = np.array([1.0, np.nan])
    assert smooth(values, 0) is values
    assert len(smooth(np.array([]), 0.9)) == 0
