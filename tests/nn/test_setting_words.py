import pytest

from nntui.settings import Setting


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        ({"minimum": 0, "maximum": 2**53 - 1}, "at least 0 and at most 9007199254740991"),
        ({"above": 0.0, "below": 1.0}, "above 0 and below 1"),
        ({"minimum": 1e-07, "maximum": 0.3}, "at least 1e-07 and at most 0.3"),
        ({"maximum": 1e300}, "at most 1e+300"),
        ({}, ""),
    ],
)
def test_bounds_in_words_are_numbers_as_people_write_them(bounds, words):
    assert Setting(name="n", kind=float, optional=False, default=1, help="", **bounds).bounds == words
