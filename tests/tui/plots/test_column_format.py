import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nntui.tui.plots.column_format import Extents, format_of


def column(*values: float, share: bool = False) -> list[str]:
    found = format_of(Extents().including(values), is_share=share)
    return [found.text(value).rjust(found.width) for value in values]


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ((0.001, 0.0005), ["0.0010", "0.0005"]),
        ((1.0, 0.5, 1 / 3), ["1.000", "0.500", "0.333"]),
        ((2.3, 0.0334123), ["2.3000", "0.0334"]),
        ((2.3, 0.00041), ["2.30000", "0.00041"]),
        ((2.3, 0.000012), ["2.30e+0", "1.20e-5"]),
        ((3e-4, 1.17e-5, 1.43e-9), ["3.00e-4", "1.17e-5", "1.43e-9"]),
        ((3e-4, 1.43e-12), ["3.00e-04", "1.43e-12"]),
        ((0.01, 0.01), ["0.01", "0.01"]),
        ((3241.7, 58.62), ["3241.7", "  58.6"]),
        ((12_000_000.0, 0.5), ["1.20e+7", "5.00e-1"]),
        ((2.5, 1e35), ["2.50e+00", "1.00e+35"]),
        ((-0.5, 0.25), ["-0.50", " 0.25"]),
        ((0.0, -0.0), ["0.000", "0.000"]),
        ((0.5, 0.0), ["0.5", "0.0"]),
        ((0.5, math.nan, math.inf), ["0.5", "nan", "inf"]),
        ((), []),
    ],
)
def test_one_format_a_column(values, texts):
    assert column(*values) == texts


def test_shares_have_three_decimals_while_they_are_shares():
    assert column(0.98765, 1.0, 0.5, share=True) == ["0.988", "1.000", "0.500"]
    assert column(-1234.5, 0.5, share=True) == ["-1234.5", "    0.5"]


def test_what_is_measured_has_four_digits_of_the_largest():
    texts = {value: format_of(Extents().including([value]), digits=4).text(value) for value in (0.5, 2.0, 40.8, 3241.7)}
    assert texts == {0.5: "0.500", 2.0: "2.000", 40.8: "40.80", 3241.7: "3242"}
    assert format_of(Extents().including([2.0, 0.0001]), digits=4).text(2.0) == "2.0000"


def test_numbers_that_come_later_widen_the_format_and_none_narrows_it():
    first = Extents().including([0.5, 0.25])
    assert format_of(first).text(0.5) == "0.50"
    assert format_of(first.including([0.0334])).text(0.5) == "0.5000"
    assert first.including([0.5, 0.0, math.nan]) == first


@given(st.lists(st.floats(), min_size=1, max_size=8), st.booleans())
@example([1e6, -0.0], False)
def test_decimals_line_up_and_no_number_is_wider_than_its_column(values, share):
    found = format_of(Extents().including(values), is_share=share)
    numbers = [found.text(value) for value in values if math.isfinite(value)]
    assert len({len(text) - text.index(".") if "." in text else 0 for text in numbers}) <= 1
    assert len({"e" in text for text in numbers}) <= 1
    assert all(len(text) <= found.width for text in numbers) or not any(map(float, numbers))


@given(st.lists(st.floats(1e-300, 1e300), min_size=1, max_size=8))
def test_every_number_is_there_to_two_digits_or_to_what_it_has(values):
    found = format_of(Extents().including(values))
    for value in values:
        assert float(found.text(value)) == pytest.approx(value, rel=0.051)
