import pytest
from hypothesis import given
from hypothesis import strategies as st

from nntui.tui.places.train.metric_pages import Layout, Pages, layout_of

SIX = Pages(("loss", "accuracy", "f1", "recall", "learning rate", "gradient norm"), chosen="loss")
FOUR = Layout(2, 2)


@pytest.mark.parametrize(
    ("width", "height", "count", "layout"),
    [
        (80, 19, 10, Layout(2, 3)),
        (80, 19, 6, Layout(2, 3)),
        (80, 19, 4, Layout(2, 2)),
        (80, 19, 1, Layout(1, 1)),
        (80, 19, 0, Layout(1, 1)),
        (80, 13, 10, Layout(2, 2)),
        (160, 45, 40, Layout(4, 4)),
        (160, 45, 12, Layout(3, 4)),
        (160, 45, 4, Layout(2, 2)),
        (40, 10, 5, Layout(1, 1)),
        (0, 0, 3, Layout(1, 1)),
    ],
)
def test_as_many_charts_as_fit_and_fewer_as_large_as_they_can_be(width, height, count, layout):
    assert layout_of(width, height, count) == layout


@given(st.integers(0, 400), st.integers(0, 120), st.integers(0, 202))
def test_a_page_holds_what_it_can_and_no_chart_is_smaller_than_it_may_be(width, height, count):
    layout = layout_of(width, height, count)
    assert layout.columns == 1 or width // layout.columns >= 38
    assert layout.rows == 1 or height // layout.rows >= 6
    assert 1 <= layout.columns <= 4
    assert layout.places - count < max(layout.columns, layout.rows) or layout == Layout(1, 1)


def test_filtering_goes_by_all_words_in_any_case():
    assert SIX.filtered("A").found == ("accuracy", "recall", "learning rate", "gradient norm")
    assert SIX.filtered("rate LEARN ").found == ("learning rate",)
    assert SIX.filtered("  ").found == SIX.names
    assert SIX.filtered("x").found == ()


def test_what_is_chosen_stays_chosen_while_it_is_found():
    recall = SIX.choosing("recall")
    assert recall.filtered("a").chosen == "recall"
    assert recall.filtered("f1").chosen == "f1"
    assert recall.filtered("f1").filtered("").chosen == "f1"
    assert recall.filtered("x").chosen == "recall"
    assert recall.with_names(["loss", "recall"]).chosen == "recall"
    assert recall.with_names(["loss"]).chosen == "loss"
    assert recall.choosing("unknown") is recall
    assert Pages().with_names(["loss"]).chosen == "loss"


def test_paging():
    assert (SIX.pages(FOUR), SIX.page(FOUR)) == (2, 0)
    assert SIX.shown(FOUR) == ("loss", "accuracy", "f1", "recall")
    last = SIX.choosing("recall").turned(1, FOUR)
    assert (last.page(FOUR), last.chosen) == (1, "gradient norm")
    assert last.shown(FOUR) == ("learning rate", "gradient norm")
    assert last.turned(1, FOUR) is last
    assert last.turned(-1, FOUR).chosen == "accuracy"
    assert SIX.turned(-1, FOUR) is SIX
    assert Pages().pages(FOUR) == 1
    assert Pages().shown(FOUR) == ()


def test_going_from_chart_to_chart():
    assert SIX.moved(1, 0, FOUR).chosen == "accuracy"
    assert SIX.moved(0, 1, FOUR).chosen == "f1"
    assert SIX.moved(0, 1, FOUR).moved(0, 1, FOUR).chosen == "learning rate", "over the edge of the page"
    assert SIX.moved(-1, 0, FOUR) is SIX
    assert SIX.moved(0, -1, FOUR) is SIX
    assert Pages().moved(1, 0, FOUR) == Pages()


@given(st.lists(st.tuples(st.sampled_from(["move", "turn", "filter"]), st.integers(-1, 1), st.integers(-1, 1))))
def test_the_chosen_one_is_always_on_the_page(keys):
    pages = SIX
    for kind, one, other in keys:
        if kind == "filter":
            pages = pages.filtered("xa "[one + 1])
        else:
            pages = pages.moved(one, other, FOUR) if kind == "move" else pages.turned(one, FOUR)
        assert not pages.found or pages.chosen in pages.shown(FOUR)
