import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nntui.settings import Setting
from nntui.tui.places.builder.entry import fallback, limits, shown, typed


def setting(kind: type, *, optional: bool = False, default=0, **details) -> Setting:
    return Setting("x", kind, optional, default, "help", **details)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (int, "64", 64),
        (int, " 7 ", 7),
        (int, "2.5", 2.5),
        (int, "abc", "abc"),
        (int, "", None),
        (float, "1e-3", 0.001),
        (float, "1", 1.0),
        (float, "fast", "fast"),
        (float, "-", "-"),
        (str, "a b ", "a b "),
        (str, "", None),
    ],
)
def test_what_is_typed_becomes_a_value_or_stays_a_text(kind, text, value):
    assert typed(setting(kind), text) == value
    assert type(typed(setting(kind), text)) is type(value)


def test_numbers_that_are_not_finite_stay_for_the_examination_to_refuse():
    assert math.isnan(typed(setting(float), "nan"))
    assert typed(setting(int), "9" * 5000) == math.inf


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_shown_and_typed_again_is_the_same(number: float):
    assert typed(setting(float), shown(number)) == number


@given(st.integers())
def test_a_whole_number_shown_and_typed_again_is_the_same(number: int):
    assert typed(setting(int), shown(number)) == number


def test_an_empty_field_says_what_it_means():
    assert fallback(setting(int, optional=True, default=None, absent="as many as classes")) == "as many as classes"
    assert fallback(setting(float, default=0.001)) == "0.001"
    assert limits(setting(int, unit="epochs", minimum=1)) == "in epochs, at least 1"
