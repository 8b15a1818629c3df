import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nntui.tui.plots.axis import YAxis, whole, x_ticks

sane = st.floats(-1e290, 1e290, allow_nan=False)


def fitted(low: float, high: float, rows: int, *, log: bool = False) -> YAxis:
    axis = YAxis(log=log)
    axis.fit(low, high, rows)
    return axis


@given(sane, sane, st.integers(1, 60))
def test_data_is_inside_and_ticks_are_at_equal_distances(one, other, rows):
    low, high = sorted((one, other))
    axis = fitted(low, high, rows)
    dots = axis.dots(np.array([low, high]))
    assert ((dots >= 0) & (dots < 4 * rows)).all()
    gaps = {after - before for before, after in itertools.pairwise(sorted(axis.ticks()))}
    assert len(gaps) <= 1
    assert rows - 1 in axis.ticks()


@given(st.floats(-300, 300), st.floats(-300, 300), st.integers(1, 60))
def test_a_log_axis_holds_its_data_too(one, other, rows):
    low, high = sorted((one, other))
    dots = fitted(low, high, rows, log=True).dots(np.array([low, high]))
    assert ((dots >= 0) & (dots < 4 * rows)).all()


@pytest.mark.parametrize(
    ("low", "high", "rows", "labels"),
    [
        (0.0, 1.0, 9, ["0.00", "0.25", "0.50", "0.75", "1.00"]),
        (0.005, 0.05, 9, ["0.000", "0.025", "0.050"]),
        (0.71, 0.98, 11, ["0.7", "0.8", "0.9", "1.0"]),
        (2.0, 68_000_000_000.0, 9, ["0", "25G", "50G"]),
        (0.00027, 0.00033, 4, ["2.50e-4", "2.75e-4", "3.00e-4", "3.25e-4"]),
        (0.0, 0.00013, 4, ["0", "5.0e-5", "1.0e-4", "1.5e-4"]),
        (-0.4, 0.4, 9, ["-0.4", "-0.2", "0.0", "0.2", "0.4"]),
    ],
)
def test_labels_are_round_and_of_one_format(low, high, rows, labels):
    ticks = fitted(low, high, rows).ticks()
    assert [ticks[row] for row in sorted(ticks, reverse=True)] == labels


def test_ticks_of_a_log_axis_are_decades():
    ticks = fitted(-3, 1, 21, log=True).ticks()
    assert [ticks[row] for row in sorted(ticks, reverse=True)] == ["0.001", "0.01", "0.1", "1", "10"]


def test_the_axis_stays_while_the_data_fills_it():
    axis = fitted(0.1, 2.3, 12)
    before = (axis.low, axis.high)
    for low, high in ((0.05, 2.4), (0.05, 1.6)):
        axis.fit(low, high, 12)
        assert (axis.low, axis.high) == before
    axis.fit(0.05, 9.0, 12)
    assert axis.high >= 9
    axis.fit(0.05, 0.5, 12)
    assert axis.high < 0.7
    axis.fit(0.05, 0.5, 5)
    assert axis.rows == 5


def test_dots_are_a_quarter_of_a_row_with_the_tick_in_its_middle():
    axis = fitted(0.0, 4.0, 5)
    assert axis.row_value == 1
    assert axis.dots(np.array([4.0, 3.5, 0.0, np.nan, 1e300])).tolist()[:3] == [2, 4, 18]
    assert axis.dots(np.array([0.0, 4.0]), per_row=1).tolist() == [4, 0]


def test_x_ticks_are_whole_round_numbers():
    assert x_ticks(0, 5400, 60, room=10) == [
        (0, "0"),
        (11, "1,000"),
        (22, "2,000"),
        (33, "3,000"),
        (44, "4,000"),
        (55, "5,000"),
    ]
    assert x_ticks(0.8, 3.3, 60, room=10) == [(4, "1"), (28, "2"), (52, "3")]
    assert x_ticks(5, 5, 60, room=10) == []


@given(st.floats(0, 1e9), st.floats(0.001, 1e9), st.integers(1, 200))
def test_x_ticks_are_inside_rising_and_apart(low, span, cells):
    ticks = x_ticks(low, low + span, cells, room=10)
    places = [cell for cell, _ in ticks]
    assert all(0 <= place < cells for place in places)
    assert all(after - before >= 9 for before, after in itertools.pairwise(places))


def test_whole_numbers():
    assert [whole(value) for value in (0, 5400, 125_000, 1_250_000)] == ["0", "5,400", "125,000", "1.25M"]


def test_a_log_axis_of_less_than_a_decade_has_doublings():
    ticks = fitted(np.log10(0.21), np.log10(0.9), 9, log=True).ticks()
    assert [ticks[row] for row in sorted(ticks, reverse=True)] == ["0.125", "0.25", "0.5", "1", "2"]
