import numpy as np

from nntui.tui.plots.color_depth import ColorDepth
from nntui.tui.plots.palette import palette
from nntui.tui.plots.scatter import scatter

TRUE, NONE = palette(ColorDepth.TRUECOLOR), palette(ColorDepth.NONE)


def drawn(x, y, groups, width, height, colors=NONE, **keywords):
    strips = scatter(np.array(x, float), np.array(y, float), np.array(groups), width, height, colors, **keywords)
    return [strip.text for strip in strips]


def test_the_corners_are_where_they_belong():
    assert drawn([0, 1, 0, 1], [0, 0, 1, 1], [0, 1, 2, 3], 5, 3) == ["+   o", "     ", "•   ×"]


def test_without_colours_every_cell_has_its_groups_marker():
    lines = drawn(np.linspace(0, 1, 40), [0.0] * 40, [1] * 40, 10, 1)
    assert lines == ["×" * 10]


def test_with_colours_dots_are_braille_and_some_cells_are_markers():
    text = "".join(drawn(np.linspace(0, 1, 200), np.linspace(0, 1, 200), [1] * 200, 20, 10, TRUE))
    assert "×" in text
    assert any("\u2801" <= letter <= "\u28ff" for letter in text)


def test_a_cell_belongs_to_the_larger_group():
    assert drawn([0, 0, 0, 1], [0, 0, 0, 1], [0, 1, 1, 0], 2, 1) == ["×•"]


def test_one_point_stands_in_the_middle_and_none_is_said():
    assert drawn([3], [4], [0], 3, 3, square=True)[1] == " • "
    assert drawn([np.nan], [4], [0], 12, 1) == [" no points  "]


def test_square_axes_have_one_scale():
    lines = drawn([0, 4, 0], [0, 0, 1], [0, 0, 0], 20, 20, square=True)
    rows = [row for row, line in enumerate(lines) if line.strip()]
    assert max(rows) - min(rows) <= 3


def test_without_braille_dots_are_half_blocks():
    text = "".join(drawn(np.linspace(0, 1, 200), np.linspace(0, 1, 200), [0] * 200, 20, 10, TRUE, braille=False))
    assert set(text) <= set(" •▀▄█")
