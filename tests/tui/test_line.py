"""The line to the terminal: no frame that nobody asked for while the last one has not come through."""

import asyncio

from textual import events
from textual.screen import ModalScreen

from nntui.tui.app import NntuiApp
from nntui.tui.line import Line, line_of
from tests.tui.widgets.test_line_diffed import Clock, Letters, Stage


def line_and_questions():
    sent, clock = [], Clock()
    return Line(sent.append, clock=clock), sent, clock


def test_a_terminal_that_never_answers_is_not_waited_for():
    line, sent, clock = line_and_questions()
    line.ask()
    assert sent == ["\x1b[6n"]
    assert line.is_clear
    clock.now += 4.9
    line.ask()
    assert len(sent) == 1, "one question at a time"
    clock.now += 0.2
    line.ask()
    assert len(sent) == 2
    assert line.is_clear


def test_once_the_terminal_has_answered_each_answer_is_waited_for():
    line, sent, _ = line_and_questions()
    line.ask()
    line.answered()
    assert line.is_clear
    line.ask()
    assert not line.is_clear
    line.answered()
    assert line.is_clear
    assert len(sent) == 2


def test_an_answer_that_is_lost_is_waited_for_five_seconds():
    line, _, clock = line_and_questions()
    line.answered()
    line.ask()
    clock.now += 4.9
    assert not line.is_clear
    clock.now += 0.2
    assert line.is_clear


async def test_an_answer_that_is_due_at_the_end_is_waited_for_but_not_for_long():
    line, _, _ = line_and_questions()
    line.ask()
    await line.settled(60.0)  # Nothing is known of a terminal that has not answered yet.
    line.answered()
    line.ask()
    asyncio.get_running_loop().call_soon(line.answered)
    await line.settled(60.0)
    assert line.is_clear
    line.ask()
    await line.settled(0.01)
    assert not line.is_clear


async def test_a_widget_waits_for_the_line_and_a_key_does_not():
    letters = Letters(clock=(clock := Clock()))
    stage = Stage(letters)
    async with stage.run_test(size=(10, 6)) as pilot:
        await pilot.pause()
        line = line_of(stage)
        line.answered()
        line.ask()
        before = letters.drawings
        letters.word, clock.now = "ABCDEF", clock.now + 10
        letters.redraw()
        assert letters.drawings == before
        letters.redraw(now=True)
        assert letters.drawings == before + 1
        letters.word, clock.now = "GHIJKL", clock.now + 10
        letters.drawn.clear()
        letters.redraw()
        assert letters.drawings == before + 1
        line.answered()
        await letters.drawn.wait()
        await pilot.pause()
        assert letters.drawings == before + 2
        assert not line.is_clear, "the drawing asked for an answer of its own"


async def test_nothing_is_drawn_under_a_dialog_until_it_is_closed():
    letters = Letters(clock=(clock := Clock()))
    stage = Stage(letters)
    async with stage.run_test(size=(10, 6)) as pilot:
        await pilot.pause()
        await stage.push_screen(ModalScreen())
        letters.regions.clear()
        letters.drawn.clear()
        letters.word, clock.now = "ABCDEF", clock.now + 10
        letters.redraw()
        letters.redraw(now=True)
        assert letters.regions == []
        stage.pop_screen()
        await letters.drawn.wait()
        assert letters.render_line(0).text.strip() == "A"


async def test_the_app_asks_at_its_start_and_takes_the_answer(tmp_path):
    app = NntuiApp(runs_root=tmp_path / "runs", base=tmp_path)
    async with app.run_test() as pilot:
        await pilot.pause()
        line = line_of(app)
        assert line.is_clear, "no terminal has answered yet"
        app.post_message(events.CursorPosition(0, 0))
        await pilot.pause()
        line.ask()
        assert not line.is_clear
        app.post_message(events.CursorPosition(3, 4))
        await pilot.pause()
        assert line.is_clear
