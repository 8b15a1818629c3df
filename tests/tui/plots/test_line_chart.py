"""What a line chart shows of curves, read off its cells."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.style import Style
from textual.strip import Strip

from nntui.tui.plots.color_depth import ColorDepth
from nntui.tui.plots.line_chart import Chrome, LineChart, Mark, YRange
from nntui.tui.plots.palette import palette
from nntui.tui.plots.series import Series

COLORS, PLAIN = palette(ColorDepth.EIGHT_BIT), palette(ColorDepth.NONE)
FAT = "⠛⠶⣤"


def series(*values: float, name: str = "train", dotted: bool = False, color: int | None = None) -> Series:
    y = np.array(values, dtype=float)
    return Series(name, np.arange(len(values), dtype=float), y, dotted=dotted, color=color)


def points(x, y, *, color: int = 1) -> Series:
    return Series("val", np.asarray(x, dtype=float), np.asarray(y, dtype=float), dotted=True, color=color)


def text(strips: list[Strip]) -> list[str]:
    return [strip.text for strip in strips]


def cells(strips: list[Strip], chart: LineChart) -> list[list[tuple[str, Style | None]]]:
    """Character and style of each cell right of the labels."""
    rows = [[(character, part.style) for part in strip for character in part.text] for strip in strips]
    return [row[chart.gutter :] for row in rows]


def is_dot(character: str) -> bool:
    return "⠀" < character <= "⣿"


def test_a_falling_line():
    drawn = LineChart().draw([series(3, 2, 1, 0)], 20, 4, COLORS)
    assert text(drawn) == [
        "3┤⠤⣀                ",
        "2┤  ⠉⠑⠢⠤⣀⡀          ",
        "1┤       ⠈⠑⠒⠤⢄⣀     ",
        "0┤             ⠉⠒⠢⠄ ",
    ]


def test_nothing_to_draw_says_so():
    drawn = text(LineChart().draw([], 40, 3, COLORS))
    assert drawn[1].strip() == "no values"
    assert drawn == text(LineChart().draw([series(np.nan, np.inf)], 40, 3, COLORS))
    assert text(LineChart().draw([], 8, 1, COLORS)) == ["no value"]


def test_a_gap_is_drawn_as_a_gap_and_marked():
    whole = text(LineChart().draw([series(1, 1, 1, 1, 1)], 12, 3, COLORS))
    broken = text(LineChart().draw([series(1, 1, np.nan, 1, 1)], 12, 3, COLORS))
    assert "×" not in "".join(whole)
    assert broken[2].count("×") == 1
    assert [len(line.split()) for line in broken].count(2) == 1


def test_a_constant_stands_in_the_middle():
    drawn = text(LineChart().draw([series(5, 5, 5)], 12, 3, COLORS))
    assert not any(map(is_dot, drawn[0]))
    assert any(map(is_dot, drawn[1]))


@pytest.mark.parametrize("epochs", [5, 12, 40, 400])
@pytest.mark.parametrize("width", [34, 90])
def test_no_curve_hides_the_other_where_both_run_together(epochs, width):
    """A training curve and a validation curve of the same values: each is seen in a third of the columns at least."""
    steps = np.arange(epochs * 20.0)
    y = np.exp(-steps / steps[-1] * 3)
    ends = steps[19::20]
    chart = LineChart()
    drawn = chart.draw([Series("train", steps, y, color=0), points(ends, y[19::20])], width, 12, COLORS, over=True)
    found = {"train": set(), "val": set()}
    for row in cells(drawn, chart):
        for column, (character, style) in enumerate(row):
            if character.strip():
                owner = "train" if style.color == COLORS.series_style(0).color else "val"
                found[owner].add(column)
                assert style.color in (COLORS.series_style(0).color, COLORS.series_style(1).color) or not is_dot(
                    character
                )
    plot = width - chart.gutter
    assert len(found["train"]) >= plot / 2 - 2
    assert len(found["val"]) >= min(epochs, plot / 2) - 2


def test_a_dot_never_has_the_colour_of_another_series():
    """Every cell of two lines has the dots that its own series alone would have there."""
    rng = np.random.default_rng(1)
    one, two = series(*rng.normal(size=60)), series(*rng.normal(size=60), name="other")
    both = LineChart()
    drawn = cells(both.draw([one, two], 50, 10, COLORS), both)
    alone = []
    for number, item in enumerate((one, two)):
        far = Series("far", item.x, np.full(60, np.nan))
        curves = [item, far] if number == 0 else [far, item]
        chart = LineChart()
        # On the axis of both together.
        chart._axis, chart._fit = both._axis, lambda *_: None
        alone.append(cells(chart.draw(curves, 50, 10, COLORS), chart))
    shared = 0
    for row in range(10):
        for column, (character, style) in enumerate(drawn[row]):
            if not is_dot(character):
                continue
            owner = 0 if style.color == COLORS.series_style(0).color else 1
            assert character == alone[owner][row][column][0]
            shared += is_dot(alone[1 - owner][row][column][0])
    assert shared > 5


def test_points_of_two_series_stand_in_columns_of_their_own():
    x = np.arange(100.0)
    drawn = LineChart()
    rows = cells(drawn.draw([points(x, x * 0 + 1, color=0), points(x, x * 0 + 1)], 40, 5, COLORS), drawn)
    colors = [
        {style.color for row in rows for column, (c, style) in enumerate(row) if c in FAT and column % 2 == odd}
        for odd in (0, 1)
    ]
    assert colors == [{COLORS.series_style(0).color}, {COLORS.series_style(1).color}]


def test_many_steps_are_their_mean_before_a_shade_of_their_spread():
    x = np.arange(40_000.0)
    y = np.random.default_rng(0).permutation(40_000) / 40_000
    chart = LineChart()
    rows = cells(chart.draw([Series("train", x, y)], 30, 11, COLORS), chart)
    lines = {row for row, line in enumerate(rows) if any(is_dot(character) for character, _ in line)}
    assert len(lines) <= 2
    shaded = [sum(style is not None and style.bgcolor == COLORS.shade.bgcolor for _, style in line) for line in rows]
    assert chart.has_spread
    assert 8 <= sum(count > 20 for count in shaded) <= 10
    assert shaded[0] == shaded[-1] == 0, "outside nine tenths"
    plain = text(LineChart().draw([Series("train", x, y)], 30, 11, PLAIN))
    assert sum("·" in line for line in plain) >= 6


def test_overfitting_is_seen():
    """Training falls to 0.005 and validation rises to 0.05 after a start at 5: they end rows apart."""
    steps = np.arange(400 * 45.0)
    train = 5 * np.exp(-steps / 300) + 0.005
    ends = steps[44::45]
    val = 5 * np.exp(-ends / 300) + 0.02 + 0.03 * ends / ends[-1]
    chart = LineChart()
    rows = cells(
        chart.draw([Series("train", steps, train, color=0), points(ends, val)], 33, 8, COLORS, over=True), chart
    )
    last = {character: row for row, line in enumerate(rows) for character, _ in line[-6:] if character.strip()}
    fat = [row for character, row in last.items() if character in FAT]
    thin = [row for character, row in last.items() if character not in FAT]
    assert max(fat) < min(thin)
    assert "▲" in {character for character, _ in rows[0]}, "the start lies beyond the axis"


def test_one_outlier_is_a_mark_and_zero_shows_it():
    values = np.linspace(1, 0.5, 200)
    values[150] = 1e4
    chart = LineChart()
    drawn = text(chart.draw([series(*values)], 60, 9, COLORS))
    assert drawn[0].count("▲") == 1
    assert max(float(line.split("┤")[0]) for line in drawn if "┤" in line) < 1.5
    chart.y_range = YRange.ALL
    drawn = text(chart.draw([series(*values)], 60, 9, COLORS))
    assert "▲" not in "".join(drawn)
    assert max(float(line.split("┤")[0]) for line in drawn if "┤" in line) > 1.5


def test_the_last_half_fills_the_axis():
    values = np.r_[np.full(100, 5.0), np.linspace(1.0, 0.9, 100)]
    chart = LineChart(y_range=YRange.HALF)
    drawn = text(chart.draw([series(*values)], 60, 9, COLORS))
    labels = [float(line.split("┤")[0]) for line in drawn if "┤" in line]
    assert max(labels) - min(labels) < 0.3


def test_the_axis_ends_where_a_run_that_is_over_ends():
    chart = LineChart()
    curve = Series("train", np.arange(1, 61.0), np.linspace(2, 1, 60))
    drawn = cells(chart.draw([curve], 60, 6, COLORS, over=True), chart)
    assert any(is_dot(row[-1][0]) for row in drawn)
    assert chart.x_end == "60"
    chart.draw([curve], 60, 6, COLORS)
    empty = (chart.buckets.end - 60) / (chart.buckets.end - chart.buckets.start)
    assert empty <= 0.25
    assert [label for _, label in chart.x_ticks()][:3] == ["20", "40", "60"]


def test_marks_stand_where_no_curve_is():
    chrome = Chrome(mark=Style(bold=True))
    marks = [Mark(8, "best"), Mark(16, "change"), Mark(9e9)]
    drawn = LineChart().draw([series(*[1.0] * 32)], 12, 5, COLORS, marks=marks, chrome=chrome)
    assert text(drawn)[0].replace("┊", "").split()[-2:] == ["★", "◆"]
    assert [row[text(drawn)[0].index("◆")] for row in text(drawn)].count("┊") == 3
    assert any(segment.style == chrome.mark for segment in drawn[0])


def test_a_mark_stands_on_its_curve():
    falling = series(*np.linspace(3, 0, 32))
    drawn = text(LineChart().draw([falling], 14, 4, COLORS, marks=[Mark(31, "best", on="train")]))
    assert "★" in drawn[3]
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
    assert (first.gutter, first.buckets) == (second.gutter, second.buckets)


def test_old_columns_stay_as_points_arrive():
    chart = LineChart()
    values = np.sin(np.arange(600) / 9)
    before = text(chart.draw([series(*values[:550])], 60, 8, COLORS))
    buckets = chart.buckets
    after = text(chart.draw([series(*values[:560])], 60, 8, COLORS))
    assert chart.buckets == buckets
    full = chart.gutter + int(549 / buckets.width / 2) - 1
    assert [row[:full] for row in before] == [row[:full] for row in after]


def test_log_scale_labels_values_and_leaves_gaps_at_zero():
    chart = LineChart(log_y=True)
    drawn = text(chart.draw([series(100, 10, 1, 0, 1)], 30, 9, COLORS))
    assert [row for row, line in enumerate(drawn) if line.strip().startswith(("100┤", "10┤", "1┤"))] == [0, 4, 8]
    assert text(chart.draw([series(0, -1)], 40, 1, COLORS))[0].strip() == chart.empty


def test_smoothing_narrows_the_swing_and_keeps_the_raw_line_behind():
    noisy = series(*[0.0, 10.0] * 15)
    chart = LineChart(smoothing=0.9)
    rows = cells(chart.draw([noisy], 66, 10, COLORS), chart)
    owners = {style.color for row in rows for character, style in row if is_dot(character)}
    assert owners == {COLORS.series_style(0).color, COLORS.spread.color}
    last = [
        row
        for row, line in enumerate(rows)
        for c, style in line[-6:]
        if is_dot(c) and style.color == COLORS.series_style(0).color
    ]
    assert max(last) - min(last) <= 3


def test_newest_values_are_those_drawn():
    chart = LineChart()
    chart.draw([series(*range(5)), points([1, 3], [0.5, 0.25])], 40, 6, COLORS)
    assert chart.newest == {"train": 4.0, "val": 0.25}
    chart = LineChart(log_y=True)
    chart.draw([series(1, 10, 100)], 40, 6, COLORS)
    assert chart.newest == {"train": pytest.approx(100)}


def test_a_font_without_braille_gets_blocks():
    chart = LineChart()
    chart.braille = False
    drawn = "".join(text(chart.draw([series(*range(30)), points([5, 20], [3, 9])], 40, 8, COLORS)))
    assert not any(map(is_dot, drawn))
    assert set("▀▄o") <= set(drawn)


def test_a_chosen_range_shows_its_part():
    chart = LineChart()
    chart.x_range = (10.0, 20.0)
    chart.draw([series(*range(100))], 30, 5, COLORS)
    assert chart.x_end == "20"
    assert chart.x_ticks()[0] == (chart.gutter, "10")


def test_x_is_sorted_and_lengths_may_differ():
    mixed = Series("train", np.array([2.0, 0.0, 1.0, 9.0]), np.array([0.0, 2.0, 1.0]))
    assert text(LineChart().draw([mixed], 20, 4, COLORS)) == text(LineChart().draw([series(2, 1, 0)], 20, 4, COLORS))


numbers = st.lists(st.floats(width=64), max_size=40)


@given(
    st.lists(st.tuples(numbers, numbers, st.booleans()), max_size=3),
    st.integers(0, 60),
    st.integers(0, 20),
    st.sampled_from(list(ColorDepth)),
    st.booleans(),
    st.sampled_from([0.0, 0.9]),
    st.sampled_from(list(YRange)),
    st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_any_numbers_at_any_size(data, width, height, depth, log_y, smoothing, y_range, over):
    chart = LineChart(log_y=log_y, smoothing=smoothing, y_range=y_range)
    curves = [Series(str(n), np.array(x), np.array(y), dotted=dotted) for n, (x, y, dotted) in enumerate(data)]
    for part in (curves, curves[:1]):
        drawn = chart.draw(part, width, height, palette(depth), marks=[Mark(0.0, "cursor")], over=over)
        assert len(drawn) == height
        for strip in drawn:
            assert sum(segment.cell_length for segment in strip) == width
        assert all(0 <= cell < width for cell, _ in chart.x_ticks())


@pytest.mark.parametrize("size", [(1, 1), (2, 1), (1, 5), (14, 2), (13, 2)])
def test_small_sizes(size):
    width, height = size
    drawn = LineChart().draw([series(1, 2, 3)], width, height, COLORS)
    assert [len(row) for row in text(drawn)] == [width] * height


def test_a_setting_has_no_spread_and_its_newest_value_is_the_last():
    steps = np.arange(1000.0)
    rate = Series("lr", steps, 1 - steps / 1000, is_setting=True)
    chart = LineChart()
    chart.draw([rate], 20, 4, COLORS)
    assert not chart.has_spread
    assert chart.newest == {"lr": 1 - 999 / 1000}
    chart.draw([Series("lr", rate.x, rate.y)], 20, 4, COLORS)
    assert chart.has_spread
