import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nntui.display.numbers import compact, metric_text, significant


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
    ("value", "text"), [(0.5, "0.5000"), (0.07141, "0.07141"), (1e-7, "1e-07"), (0.0, "0"), (-12.5, "-12.50"),
                        (math.nan, "nan"), (math.inf, "inf"), (123456.0, "1.235e+05")]
)  # fmt: skip
def test_a_metric_has_four_digits(value, text):
    assert metric_text(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (0.012345, "0.0123"), (1.2345, "1.23"), (9.999, "10.0"), (99.99, "100"), (12345.6, "12,346")],
)
def test_three_digits(value, text):
    assert significant(value) == text
