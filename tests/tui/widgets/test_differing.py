from hypothesis import given
from hypothesis import strategies as st
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip

from nntui.tui.widgets.differing import differing

_STYLES = st.sampled_from([None, Style(bold=True), Style(color="red")])
_SEGMENTS = st.lists(st.builds(Segment, st.text("ab▀", min_size=1, max_size=4), _STYLES, st.none()), max_size=6)
_WIDTH = 24


def _line(segments: list[Segment]) -> Strip:
    return Strip(segments).adjust_cell_length(_WIDTH)


def _cells(line: Strip) -> list[tuple[str, Style | None]]:
    return [(letter, style) for text, style, _ in line for letter in text]


@given(st.lists(st.tuples(_SEGMENTS, _SEGMENTS), max_size=5))
def test_what_lies_outside_the_regions_is_the_same_in_both(rows):
    old, new = [_line(before) for before, _ in rows], [_line(after) for _, after in rows]
    regions = differing(old, new)
    for row, (before, after) in enumerate(zip(old, new, strict=True)):
        for column, (one, other) in enumerate(zip(_cells(before), _cells(after), strict=True)):
            assert one == other or any(region.contains(column, row) for region in regions)
        if before == after:
            assert not any(region.y <= row < region.bottom for region in regions)


def test_only_the_sides_of_a_frame_change_and_each_side_is_one_region():
    body = Segment("abc")
    old = [Strip([Segment("│"), body, Segment("│")]) for _ in range(4)]
    new = [Strip([Segment("┃"), body, Segment("┃")]) for _ in range(4)]
    assert differing(old, new) == [Region(0, 0, 1, 4), Region(4, 0, 1, 4)]


def test_neighbours_that_differ_are_one_region():
    old = [Strip([Segment("a"), Segment("b"), Segment("c")])]
    new = [Strip([Segment("a"), Segment("x"), Segment("y")])]
    assert differing(old, new) == [Region(1, 0, 2, 1)]
