from hypothesis import given
from hypothesis import strategies as st
from rich.style import Style

from nntui.tui.plots.frame import HEAVY, Edges, framed, inner_size
from nntui.tui.plots.runs_of_style import centred, plain

NONE = Style.null()


def test_a_frame_with_text_on_all_four_places():
    edges = Edges([("loss", NONE)], [("train", NONE), (" val", NONE)], [("0", NONE)], [("900", NONE)])
    drawn = [strip.text for strip in framed([plain("body", 28)], 30, 3, edges, NONE)]
    assert drawn == [
        "╭ loss ─────────── train val ╮",
        "│body                        │",
        "╰ 0 ──────────────────── 900 ╯",
    ]


def test_what_does_not_fit_is_left_out_right_first_and_then_cut():
    edges = Edges([("a long title", NONE)], [("legend", NONE)])
    assert framed([], 16, 2, edges, NONE)[0].text == "╭ a long tit… ─╮"
    assert framed([], 5, 2, edges, NONE, box=HEAVY)[0].text == "┏━━━┓"


@given(st.integers(4, 40), st.integers(3, 8), st.text(max_size=30), st.text(max_size=30))
def test_any_text_at_any_size(width, height, title, right):
    title, right = "".join(filter(str.isprintable, title)), "".join(filter(str.isprintable, right))
    body = centred("x", *inner_size(width, height))
    drawn = framed(body, width, height, Edges([(title, NONE)], [(right, NONE)]), NONE)
    assert len(drawn) == height
    for strip in drawn:
        assert sum(segment.cell_length for segment in strip) == width
