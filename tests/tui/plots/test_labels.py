import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nntui.display.numbers import compact, fixed


@pytest.mark.parametrize(
    ("value", "width", "text"),
    [
        (0.07, 6, "0.07"),
        (0.0, 6, "0"),
        (-0.0, 6, "0"),
        (2.5, 6, "2.5"),
        (1000, 6, "1000"),
        (148_000, 5, "148k"),
        (148_217, 6, "148217"),
        (148_217, 5, "148k"),
        (999_999, 5, "1e6"),
        (0.00012, 6, "1.2e-4"),
        (1e-5, 6, "1e-5"),
        (1e300, 6, "1e300"),
        (-0.25, 5, "-0.25"),
        (12.3456, 4, "12.3"),
        (123456, 2, "##"),
        (math.nan, 6, "nan"),
        (-math.inf, 6, "-inf"),
        (math.inf, 2, "##"),
        (1.0, 0, ""),
    ],
)
def test_compact(value, width, text):
    assert compact(value, width) == text


@given(st.floats(), st.integers(0, 12))
def test_compact_fits_and_is_the_number(value, width):
    text = compact(value, width)
    assert len(text) <= width
    if text and "#" not in text and text[-1] not in "kMGT" and abs(value) < 1e300:
        assert float(text) == pytest.approx(value, rel=0.5, abs=1e-320)


@pytest.mark.parametrize(
    ("value", "width", "text"),
    [
        (0.0712, 6, " 0.071"),
        (12.3456, 5, "12.35"),
        (1234.5, 5, " 1234"),
        (0.0, 6, " 0.000"),
        (0.00004, 6, "4.0e-5"),
        (0.0008, 6, "8.0e-4"),
        (0.00084, 5, " 8e-4"),
        (-0.00084, 6, " -8e-4"),
        (0.1, 5, "0.100"),
        (math.nan, 6, "   nan"),
        (123456789.0, 6, "123.5M"),
    ],
)
def test_fixed_is_right_aligned(value, width, text):
    assert fixed(value, width) == text


@given(st.floats(), st.integers(0, 12))
def test_fixed_is_exactly_as_wide_as_asked(value, width):
    assert len(fixed(value, width)) == width
