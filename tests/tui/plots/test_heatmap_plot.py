import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from nntui.tui.plots.color_depth import ColorDepth
from nntui.tui.plots.heat_grid import Grid, shrunk
from nntui.tui.plots.heatmap import Heatmap, HeatScale, quantized
from nntui.tui.plots.palette import palette

COLORS, PLAIN = palette(ColorDepth.EIGHT_BIT), palette(ColorDepth.NONE)


def text(strips):
    return [strip.text for strip in strips]


def test_two_rows_of_values_share_a_line_of_cells():
    ramp = COLORS.diverging
    drawn = Heatmap().draw(np.array([[1.0, -1.0], [-1.0, -1.0]]), 2, 1, COLORS)
    assert text(drawn) == ["▀ "]
    first, second = drawn[0]
    assert (first.style.color, first.style.bgcolor) == (ramp.colors[-1], ramp.colors[0])
    assert (second.style.color, second.style.bgcolor) == (None, ramp.colors[0])


def test_upside_down_cells_share_a_segment():
    drawn = Heatmap().draw(np.array([[1.0, -1.0], [-1.0, 1.0]]), 2, 1, COLORS)
    assert text(drawn) == ["▀▄"]
    assert len(list(drawn[0])) == 1


def test_without_colours_sign_and_size_are_characters():
    drawn = text(Heatmap().draw(np.array([[-1.0, -0.4, 0.0, 0.4, 1.0, np.nan]]), 6, 1, PLAIN))
    assert drawn == ["≡- ░█×"] or drawn == ["≡- ▒█×"]


def test_a_value_that_is_not_finite_is_a_cross():
    for bad in (np.nan, np.inf, -np.inf):
        drawn = Heatmap().draw(np.array([[1.0, bad], [1.0, 1.0]]), 2, 1, COLORS)
        assert text(drawn) == [" ×"]
        assert list(drawn[0])[1].style == COLORS.invalid
    assert text(Heatmap().draw(np.full((2, 2), np.nan), 2, 1, COLORS)) == ["××"]


def test_the_largest_floats_do_not_overflow():
    huge = np.array([[3e38, -3e38]], dtype=np.float32)
    drawn = Heatmap().draw(huge, 2, 1, PLAIN)
    assert text(drawn) == ["█≡"]


def test_no_values():
    assert text(Heatmap().draw(np.empty((0, 3)), 20, 3, COLORS))[1].strip() == "no values yet"


def test_a_strong_weight_is_never_lost():
    matrix = np.full((100, 90), 0.1)
    matrix[37, 41] = -5
    small = shrunk(matrix, 10, 9)
    assert small.shape == (10, 9)
    assert np.argwhere(small == -5).tolist() == [[3, 4]]
    assert (small != -5).sum() == 89
    matrix[50, 50] = np.nan
    assert np.isnan(shrunk(matrix, 10, 9)).sum() == 1


def test_unsigned_takes_the_largest():
    assert shrunk(np.array([[-5.0, 1.0]]), 1, 1, signed=False).tolist() == [[1.0]]
    assert shrunk(np.array([[-5.0, 1.0]]), 1, 1).tolist() == [[-5.0]]


def test_a_small_matrix_fills_the_room_in_blocks():
    assert Grid.of((4, 8), 10, 44, per_cell=2) == Grid(5, 5, 2, False)
    assert Grid.of((4, 8), 10, 60, per_cell=2) == Grid(4, 7, 2, True)
    assert Grid.of((4, 8), 10, 60, per_cell=1) == Grid(2, 7, 1, True)
    assert Grid.of((16, 4), 10, 60, per_cell=2) == Grid(1, 15, 2, False)
    assert Grid.of((100, 100), 10, 60, per_cell=2) == Grid(1, 1, 2, False)
    assert Grid.of((1, 1), 10, 60, per_cell=2) == Grid(16, 16, 2, True)
    assert Grid(4, 7, 2, True).spread(np.eye(3)).shape == (12, 21)


def test_numbers_stand_in_the_middle_of_their_blocks():
    drawn = text(Heatmap().draw(np.array([[0.5, -0.25], [1234.5, np.inf]]), 16, 6, COLORS))
    assert drawn == [
        "                ",
        "   0.5    -0.25 ",
        "                ",
        "        ××××××××",
        "  1234  ×××inf××",
        "        ××××××××",
    ]


def test_without_colours_a_stroke_never_touches_a_number():
    drawn = text(Heatmap().draw(np.array([[-1.0, 0.4, 0.0], [-0.123, 0.9, np.nan]]), 24, 3, PLAIN))
    assert drawn == [
        "≡≡ -1 ≡≡▒▒ 0.4 ▒    0   ",
        "  -0.12 ██ 0.9 █×× nan ×",
        "                        ",
    ]
    narrow = text(Heatmap().draw(np.array([[-1.0, 0.41]]), 12, 1, PLAIN))
    assert narrow == ["≡ -1 ≡ 0.41 "]


def test_a_number_is_told_of_a_single_value_only():
    """A pixel of several values shows the strongest of them, which would pass for one of them."""
    drawn = text(Heatmap().draw(np.full((9, 2), 0.5), 24, 3, PLAIN))
    assert not any(character.isdigit() for character in "".join(drawn))


def test_the_legend_says_which_end_is_negative():
    heatmap = Heatmap()
    heatmap.draw(np.array([[0.41, -0.1]]), 20, 3, COLORS)
    assert "".join(part for part, _ in heatmap.legend(PLAIN)) == "-0.41 ≡=-· ░▒▓█ 0.41"
    (low, _), *sample, (high, _) = heatmap.legend(COLORS)
    assert (low, high) == ("-0.41 ", " 0.41")
    backgrounds = [style.bgcolor for _, style in sample]
    assert (backgrounds[0], backgrounds[-1]) == (COLORS.diverging.colors[0], COLORS.diverging.colors[-1])
    assert backgrounds[len(backgrounds) // 2] == COLORS.diverging.colors[COLORS.diverging.size // 2]
    counts = Heatmap(signed=False)
    counts.draw(np.array([[3, 57]]), 20, 3, COLORS)
    assert "".join(part for part, _ in counts.legend(PLAIN)) == "0  ░▒▓█ 57"


def test_the_scale_stays_until_the_data_leaves_it():
    scale = HeatScale()
    scale.fit(-0.3, 0.405)
    assert scale.label == "±0.41"
    scale.fit(-0.41, 0.2)
    scale.fit(-0.25, 0.2)
    assert scale.label == "±0.41"
    scale.fit(-0.6, 0.0)
    assert (scale.low, scale.high) == (-0.6, 0.6)
    scale.fit(-0.01, 0.01)
    assert scale.high == pytest.approx(0.01)


def test_a_scale_without_signs_starts_at_zero():
    scale = HeatScale(signed=False)
    scale.fit(3, 57)
    assert scale.label == "0 … 57"


def test_zero_is_the_middle_level_and_the_ends_are_the_ends():
    levels = quantized(np.array([-1.0, 0.0, 1.0, np.nan, 9.0]), HeatScale(True, -1, 1), 23)
    assert levels.tolist() == [0, 11, 22, -2, 22]


def test_a_value_that_hardly_moves_keeps_its_level():
    scale = HeatScale(True, -1, 1)
    step = 2 / 22
    before = quantized(np.array([0.0, 0.0, np.nan]), scale, 23)
    after = quantized(np.array([0.7 * step, 0.8 * step, 0.0]), scale, 23, before)
    assert after.tolist() == [11, 12, 11]
    heatmap = Heatmap()
    first = heatmap.draw(np.array([[1.0, 0.0]]), 2, 1, COLORS)
    assert heatmap.draw(np.array([[1.0, 0.7 * step]]), 2, 1, COLORS) == first
    assert heatmap.draw(np.array([[1.0, 0.5]]), 2, 1, COLORS) != first
    # Another size starts afresh.
    assert len(heatmap.draw(np.array([[1.0], [0.0]]), 2, 1, COLORS)) == 1


def test_all_zeros_is_one_colour():
    drawn = Heatmap().draw(np.zeros((4, 4)), 4, 2, COLORS)
    assert {segment.style.bgcolor for strip in drawn for segment in strip} == {
        COLORS.diverging.colors[COLORS.diverging.size // 2]
    }


@given(
    arrays(st.sampled_from([np.float32, np.float64]), array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=12)),
    st.integers(0, 30),
    st.integers(0, 10),
    st.sampled_from(list(ColorDepth)),
    st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_any_matrix_at_any_size(matrix, width, height, depth, signed):
    drawn = Heatmap(signed=signed).draw(matrix, width, height, palette(depth))
    assert len(drawn) == height
    for strip in drawn:
        assert sum(segment.cell_length for segment in strip) == width
