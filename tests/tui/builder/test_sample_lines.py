from pathlib import Path

import numpy as np
import pytest
from rich.style import Style

from nntui.data.glance import Glance, glance
from nntui.data.settings import DataSettings
from nntui.tui.places.builder.sample_lines import sample_lines
from nntui.tui.plots.color_depth import ColorDepth
from nntui.tui.plots.palette import palette


def text(found: Glance, width=42, height=20, depth=ColorDepth.NONE) -> list[str]:
    strips = sample_lines(found, width, height, palette(depth), Style.null())
    assert len(strips) == height
    assert {strip.cell_length for strip in strips} <= {width, 0}
    return [strip.text.rstrip() for strip in strips]


def look(source: str) -> Glance:
    return glance(DataSettings(source=source), base=Path(), seed=0)


def made(x, y, **names) -> Glance:
    values = {"classes": (), "targets": ("y",), "features": (), **names}
    return Glance(np.asarray(x, float), np.asarray(y), np.arange(len(x)), **values)


def test_digits_have_their_labels_below():
    lines = text(look("digits"), depth=ColorDepth.TRUECOLOR)
    assert lines[4].split() == list("0123")
    assert lines[9].split() == list("4567")
    assert any("▀" in line or "▄" in line for line in lines[:4])


def test_without_colours_digits_are_shades_twice_as_large():
    lines = text(look("digits"))
    assert lines[8].split() == ["0", "1"]
    assert "█" in "".join(lines[:8])


def test_large_pictures_are_shrunk_so_that_several_fit():
    found = made(np.zeros((9, 28, 28, 3)), [0] * 9, classes=("cat",), targets=())
    lines = text(found, depth=ColorDepth.TRUECOLOR)
    assert lines[7].split() == ["cat"] * 2


def test_a_table_has_three_rows_with_their_columns_and_the_target_first():
    lines = text(look("iris"))
    assert lines[0].split()[0] == "row"
    assert len(lines[0].split()) == 4
    assert lines[1].split()[0] == "species"
    assert lines[1].split()[1] == "setosa"
    assert [line.split()[0] for line in lines[2:6]] == [
        "sepal_length_cm", "sepal_width_cm", "petal_length_cm", "petal_width_cm",
    ]  # fmt: skip
    assert lines[7].startswith("row")


def test_columns_that_have_no_room_are_counted():
    assert "and 23 columns more" in text(look("breast_cancer"), height=10)


def test_points_of_the_plane_have_their_classes_in_the_legend():
    lines = text(look("moons"))
    assert lines[0] == "x right, y up"
    assert lines[1].split()[::2] == ["•", "×"]
    assert {"•", "×"} <= set("".join(lines[2:]))


def test_targets_over_the_plane_and_over_a_line():
    lines = text(made([[0, 0], [1, 1], [2, 0]], [[1.0], [2.0], [3.0]]))
    assert lines[1].split() == ["•", "y", "1", "#", "y", "3"]
    lines = text(made([[0], [1], [2]], [[1.0], [2.0], [3.0]], features=("age",), targets=("pay",)))
    assert lines[0] == "age right, pay up"


def test_a_sequence_is_a_curve_behind_its_answer():
    lines = text(look("waves"))
    assert [line.split()[0] for line in lines[:4]] == ["sine", "square", "sawtooth", "noise"]
    assert all(set(line.split()[1]) <= set("▁▂▃▄▅▆▇█") for line in lines[:4])
    two = text(look("adding"))
    assert len(two[0].split()) == 3
    assert two[2] == ""


@pytest.mark.parametrize("source", ["digits", "iris", "diabetes", "spiral", "waves", "adding", "breast_cancer"])
@pytest.mark.parametrize("size", [(1, 1), (5, 3), (20, 6), (150, 80)])
@pytest.mark.parametrize("depth", [ColorDepth.NONE, ColorDepth.STANDARD, ColorDepth.TRUECOLOR])
def test_no_size_breaks_it(source, size, depth):
    text(look(source), *size, depth)


def test_values_that_are_not_finite_are_drawn_too():
    for shape in ((4, 2), (4, 3), (4, 5, 2), (4, 4, 4, 1)):
        text(made(np.full(shape, np.nan), [0] * 4, classes=("a",), targets=()))
