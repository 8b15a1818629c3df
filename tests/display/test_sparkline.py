import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nntui.display.sparkline import BLOCKS, sparkline


def test_a_ramp_uses_each_block():
    assert sparkline(np.arange(8), 8) == BLOCKS


def test_fewer_values_than_cells_are_filled_with_spaces():
    assert sparkline(np.array([0, 1]), 4) == "▁█  "


def test_more_values_than_cells_are_averaged():
    assert sparkline(np.array([0, 2, 4, 6, 8, 10]), 3) == "▁▅█"


def test_not_finite_is_a_space_and_a_constant_is_half_high():
    assert sparkline(np.array([0, np.nan, 1, np.inf]), 4) == "▁ █ "
    assert sparkline(np.array([3, 3]), 2) == "▅▅"
    assert sparkline(np.array([np.nan]), 3) == "   "
    assert sparkline(np.array([]), 3) == "   "
    assert sparkline(np.array([1.0]), 0) == ""


@given(st.lists(st.floats(), max_size=60), st.integers(0, 30))
def test_any_values_are_exactly_as_wide_as_asked(values, width):
    text = sparkline(np.array(values), width)
    assert len(text) == width
    assert set(text) <= set(BLOCKS + " ")
