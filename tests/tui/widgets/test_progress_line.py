import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.style import Style
from textual.app import App, ComposeResult

from nntui.tui.widgets.progress_line import Progress, ProgressLine, progress_strip

NONE = Style.null()
FULL = Progress(7, 20, 0.38, samples_per_second=148_217, eta=12.2, learning_rate=0.001)


def line(progress: Progress, width: int) -> str:
    return progress_strip(progress, width, NONE, NONE, NONE).text


def test_the_whole_line():
    assert line(FULL, 80).rstrip() == "epoch 7/20 ━━━━━━━━──────────────  38%    148k samples/s   ETA 0:12    lr 1e-3"


def test_parts_leave_as_the_width_shrinks():
    assert "samples/s" not in line(FULL, 60)
    assert "lr 1e-3" in line(FULL, 60)
    assert "lr" not in line(FULL, 40)
    assert "ETA 0:12" in line(FULL, 40)
    assert line(FULL, 24) == "epoch 7/20 ━━━─────  38%"
    assert line(FULL, 16) == "epoch 7/20  38% "
    assert line(FULL, 6) == "epoch "


@pytest.mark.parametrize(
    ("fraction", "percent"), [(0, "0%"), (0.999, "99%"), (1, "100%"), (1.5, "100%"), (math.nan, "0%")]
)
def test_all_is_said_only_when_all_is_done(fraction, percent):
    assert line(Progress(1, 1, fraction), 30).split()[-1] == percent


def test_half_a_cell_is_drawn():
    assert line(Progress(1, 2, 0.55), 25).split()[2] == "━━━━━╸────"


def test_a_wide_line_keeps_its_bar_short():
    bar = line(FULL, 200).split()[2]
    assert bar == "━" * 15 + "─" * 25


@given(st.floats(), st.floats(), st.floats(), st.floats(), st.integers(0, 120))
def test_any_numbers_are_exactly_as_wide_as_asked(fraction, rate, eta, learning_rate, width):
    assert len(line(Progress(3, 4, fraction, rate, eta, learning_rate), width)) == width


async def test_the_widget_shows_the_newest():
    class Stage(App):
        def compose(self) -> ComposeResult:
            yield ProgressLine()

    async with Stage().run_test(size=(60, 3)) as pilot:
        widget = pilot.app.query_one(ProgressLine)
        await pilot.pause()
        assert widget.render_line(0).text.strip() == ""
        widget.show(FULL)
        widget.redraw(now=True)
        assert widget.render_line(0).text.startswith("epoch 7/20 ")
