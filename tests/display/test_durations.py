import math

import pytest

from nntui.display.durations import age_text, clock_text, measured_text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0s"), (59.9, "59s"), (60, "1m"), (3599, "59m"), (7200, "2h"), (86400 * 400, "400d")]
)
def test_an_age_is_in_the_largest_unit_that_fits(seconds, text):
    assert age_text(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0:00"),
        (12.4, "0:12"),
        (59.9, "1:00"),
        (3600, "1:00:00"),
        (7505, "2:05:05"),
        (-1, "-:--"),
        (math.inf, "-:--"),
    ],
)
def test_time_left_is_as_on_a_clock(seconds, text):
    assert clock_text(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 us"), (1.234e-8, "0.0123 us"), (1.234e-5, "12.3 us"), (9.994e-4, "999 us"), (9.999e-4, "1.00 ms"),
     (0.0456, "45.6 ms"), (0.99951, "1.00 s"), (1.2, "1.20 s"), (75.0, "75.0 s"), (12345, "12,345 s")],
)  # fmt: skip
def test_a_measured_time_is_in_the_unit_that_suits_it(seconds, text):
    assert measured_text(seconds) == text
