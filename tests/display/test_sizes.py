import pytest
from hypothesis import given
from hypothesis import strategies as st

from nntui.display.sizes import size_text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (9949, "9.9 kB"),
        (9950, "10 kB"),
        (148_217, "148 kB"),
        (999_600, "1.0 MB"),
        (1_234_567, "1.2 MB"),
        (3 * 10**12, "3.0 TB"),
    ],
)
def test_sizes_are_in_decimal_units(count, text):
    assert size_text(count) == text


@given(st.integers(0, 999 * 10**15))
def test_a_size_fits_six_cells(count):
    assert len(size_text(count)) <= 6
