import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.style import Style
from textual.strip import Strip

from nntui.tui.plots.color_depth import ColorDepth
from nntui.tui.plots.line_chart import Chrome, LineChart, Mark, Series, value_near
from nntui.tui.plots.palette import palette

COLORS, PLAIN = palette(ColorDepth.EIGHT_BIT), palette(ColorDepth.NONE)


def series(*values: float, name: str = "train") -> Series:
    return Series(name, np.arange(len(values), dtype=float), np.array(values, dtype=float))


def text(strips: list[Strip]) -> list[str]:
    return [strip.text for strip in strips]


def test_a_falling_line():
    drawn = LineChart().draw([series(3, 2, 1, 0)], 20, 4, COLORS, x_labels=True)
    assert text(drawn) == [
        "3┤⠉⠒⠤⢄⡀             ",
        " │    ⠈⠉⠒⠒⠤⠤⣀⡀      ",
        "0┤           ⠈⠉⠒⠤⢄⡀ ",
        "  0              3.4",
    ]


def test_nothing_to_draw_says_so():
    drawn = text(LineChart().draw([], 40, 3, COLORS))
    assert drawn[1].strip() == "no values"
    assert drawn == text(LineChart().draw([series(np.nan, np.inf)], 40, 3, COLORS))
    assert text(LineChart().draw([], 8, 1, COLORS)) == ["no value"]


def test_a_gap_is_drawn_as_a_gap():
    whole = text(LineChart().draw([series(1, 1, 1, 1, 1)], 12, 3, COLORS))[1]
    broken = text(LineChart().draw([series(1, 1, np.nan, 1, 1)], 12, 3, COLORS))[1]
    assert " " not in whole.strip()
    assert len(broken.split()) == 2


def test_one_point_is_one_dot():
    drawn = "".join(text(LineChart().draw([series(7)], 13, 5, COLORS)))
    assert sum(bin(ord(character) - 0x2800).count("1") for character in drawn if "⠀" < character <= "⣿") == 1


def test_a_constant_stands_in_the_middle():
    drawn = text(LineChart().draw([series(5, 5, 5)], 12, 3, COLORS))
    assert drawn[0].strip() == ""
    assert drawn[1].strip() != ""
    assert drawn[2].strip() == ""


def test_series_have_their_colours_and_the_later_one_wins():
    flat = Series("val", np.array([0.0, 3.0]), np.array([0.0, 0.0]), color=3)
    drawn = LineChart().draw([series(0, 0, 0, 0), flat], 12, 1, COLORS)
    styles = {segment.style for segment in drawn[0] if segment.text.strip()}
    assert styles == {COLORS.series_style(3)}


def test_without_colours_series_have_markers():
    drawn = "".join(text(LineChart().draw([series(*range(40)), series(*range(40, 0, -1), name="val")], 60, 10, PLAIN)))
    assert PLAIN.marker(0) in drawn
    assert PLAIN.marker(1) in drawn
    flat = [series(*[0.0] * 40), series(*[1.0] * 40, name="val")]
    above, below = text(LineChart().draw(flat, 42, 2, PLAIN))
    assert above.count(PLAIN.marker(1)) > 2 * below.count(PLAIN.marker(0)) > 0
    coloured = "".join(text(LineChart().draw([series(*range(40))], 60, 10, COLORS)))
    assert PLAIN.marker(0) not in coloured


def test_marks_stand_where_no_curve_is():
    chrome = Chrome(mark=Style(bold=True))
    drawn = LineChart().draw(
        [series(*[1.0] * 32)], 12, 5, COLORS, marks=[Mark(8, "best"), Mark(16, "change"), Mark(9e9)], chrome=chrome
    )
    assert text(drawn)[0].replace("┊", "").split() == ["★", "◆"]
    assert [row[text(drawn)[0].index("◆")] for row in text(drawn)].count("┊") == 3
    assert any(segment.style == chrome.mark for segment in drawn[0])


def test_a_mark_stands_on_its_curve():
    falling = series(*np.linspace(3, 0, 32))
    drawn = text(LineChart().draw([falling], 14, 4, COLORS, marks=[Mark(31, "best", on="train")]))
    assert [row.index("★") for row in drawn if "★" in row] == [drawn[3].index("★")]
    logarithmic = LineChart(log_y=True)
    powers = series(1000, 100, 10, 1)
    rows = [
        next(
            row for row, line in enumerate(text(logarithmic.draw([powers], 14, 4, COLORS, marks=[mark]))) if "★" in line
        )
        for mark in (Mark(float(x), "best", on="train") for x in range(4))
    ]
    assert rows == [0, 1, 2, 3]
    # On a curve that is not there, or has a gap there, it stands at the top.
    for on, values in (("val", [0.3] * 9), ("train", [np.nan] * 9)):
        flat = Series("other", np.arange(9.0), np.array([1.0] + [0.0] * 8))
        drawn = text(LineChart().draw([series(*values), flat], 14, 5, COLORS, marks=[Mark(4, "best", on=on)]))
        assert "★" in drawn[0]


def test_charts_with_reach_and_gutter_in_common_have_an_x_in_the_same_column():
    first, second = LineChart(), LineChart()
    short, long = series(*range(900, 950)), Series("val", np.array([3.0, 70.0]), np.array([0.5, 0.6251]))
    first.draw([short], 40, 6, COLORS, reach=(0, 70))
    second.draw([long], 40, 6, COLORS, reach=(0, 70), gutter=first.gutter_needed)
    first.draw([short], 40, 6, COLORS, reach=(0, 70), gutter=second.gutter_needed)
    assert first.gutter_needed != second.gutter_needed
    assert (first.gutter, first.buckets) == (second.gutter, second.buckets)


def test_limits_are_kept_from_one_drawing_to_the_next():
    chart = LineChart()
    first = text(chart.draw([series(2, 1, 0)], 30, 6, COLORS))
    second = text(chart.draw([series(2, 1, 0, 0.9)], 30, 6, COLORS))
    assert [row[:2] for row in first] == [row[:2] for row in second]


def test_old_columns_stay_as_points_arrive():
    chart = LineChart()
    values = np.sin(np.arange(600) / 9)
    before = text(chart.draw([series(*values[:550])], 60, 8, COLORS))
    buckets = chart.buckets
    after = text(chart.draw([series(*values[:560])], 60, 8, COLORS))
    assert chart.buckets == buckets
    full = chart.gutter + int(549 / buckets.width / 2)
    assert [row[:full] for row in before] == [row[:full] for row in after]


def test_log_scale_labels_values_and_leaves_gaps_at_zero():
    chart = LineChart(log_y=True)
    drawn = text(chart.draw([series(100, 10, 1, 0, 1)], 30, 9, COLORS))
    assert drawn[0].startswith("100┤")
    assert drawn[8].startswith("  1┤")
    assert text(chart.draw([series(0, -1)], 40, 1, COLORS))[0].strip() == chart.empty


def test_smoothing_narrows_the_swing():
    noisy = series(*[0.0, 10.0] * 50)
    rough, smooth = LineChart(), LineChart(smoothing=0.97)
    rough.draw([noisy], 40, 10, COLORS)
    last = "".join(row[-1] for row in text(smooth.draw([series(*[0.0, 10.0] * 200)], 40, 10, COLORS)))
    assert "⣿" not in last


def test_a_chosen_range_shows_its_part():
    chart = LineChart()
    chart.x_range = (10.0, 20.0)
    chart.draw([series(*range(100))], 30, 5, COLORS)
    assert chart.x_labels == ("10", "20")


def test_x_is_sorted_and_lengths_may_differ():
    mixed = Series("train", np.array([2.0, 0.0, 1.0, 9.0]), np.array([0.0, 2.0, 1.0]))
    chart = LineChart()
    assert text(chart.draw([mixed], 20, 4, COLORS)) == text(LineChart().draw([series(2, 1, 0)], 20, 4, COLORS))


def test_value_near():
    assert value_near(series(5, 6, 7), 1.2) == 6
    assert np.isnan(value_near(series(), 1.0))


numbers = st.lists(st.floats(width=64), max_size=40)


@given(
    st.lists(st.tuples(numbers, numbers), max_size=3),
    st.integers(0, 60),
    st.integers(0, 20),
    st.sampled_from(list(ColorDepth)),
    st.booleans(),
    st.sampled_from([0.0, 0.9]),
    st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_any_numbers_at_any_size(data, width, height, depth, log_y, smoothing, x_labels):
    chart = LineChart(log_y=log_y, smoothing=smoothing)
    curves = [Series(str(index), np.array(x), np.array(y)) for index, (x, y) in enumerate(data)]
    for part in (curves, curves[:1]):
        drawn = chart.draw(part, width, height, palette(depth), marks=[Mark(0.0, "cursor")], x_labels=x_labels)
        assert len(drawn) == height
        for strip in drawn:
            assert sum(segment.cell_length for segment in strip) == width


@pytest.mark.parametrize("size", [(1, 1), (2, 1), (1, 5), (14, 2), (13, 2)])
def test_small_sizes(size):
    width, height = size
    drawn = LineChart().draw([series(1, 2, 3)], width, height, COLORS)
    assert [len(row) for row in text(drawn)] == [width] * height


def test_a_crowded_column_shows_the_mean_in_front_of_the_spread():
    """Many noisy points in a column would fill the chart from top to bottom: their mean is the curve."""
    x = np.arange(40_000)
    y = np.where(x % 2, 0.0, 1.0)
    chart = LineChart()
    strips = chart.draw([Series("train", x, y)], 30, 9, palette(ColorDepth.EIGHT_BIT))
    colors = palette(ColorDepth.EIGHT_BIT)
    curve_rows = {row for row, strip in enumerate(strips) for part in strip if part.style == colors.series_style(0)}
    spread_rows = {row for row, strip in enumerate(strips) for part in strip if part.style == colors.spread}
    assert len(curve_rows) <= 2
    assert spread_rows | curve_rows == set(range(9))
    plain = text(chart.draw([Series("train", x, y)], 30, 9, PLAIN))
    dotted = {row for row, line in enumerate(plain) if "·" in line}
    assert len(dotted) >= 7
    assert sum(any("⠀" < character <= "⣿" for character in line) for line in plain) <= 2
