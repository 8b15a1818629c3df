"""The line to the terminal: no frame that nobody asked for while the last one has not come through."""

import asyncio
import gc
import math
import time
import weakref

from textual import events
from textual.app import App
from textual.screen import ModalScreen

from nntui.tui.app import NntuiApp
from nntui.tui.terminal.backpressure import TerminalBackpressure, backpressure_of
from tests.tui.widgets.test_line_diffed import Clock, Letters, Stage


class Alarm:
    """One that rings when the test says so."""

    def __init__(self, seconds, ring):
        self.seconds, self.ring, self.stopped = seconds, ring, False

    def stop(self):
        self.stopped = True


def line_and_questions(clock=time.monotonic):
    sent, alarms = [], []

    def later(seconds, ring):
        alarms.append(Alarm(seconds, ring))
        return alarms[-1]

    return TerminalBackpressure(sent.append, later=later, clock=clock), sent, alarms


def test_a_terminal_that_never_answers_is_not_waited_for():
    line, sent, alarms = line_and_questions()
    line.ask()
    assert sent == ["\x1b[6n"]
    assert line.is_clear
    line.ask()
    assert len(sent) == 1, "one question at a time"
    alarms[-1].ring()
    line.ask()
    assert len(sent) == 2
    assert line.is_clear


def test_once_the_terminal_has_answered_each_answer_is_waited_for():
    line, sent, alarms = line_and_questions()
    line.ask()
    line.answered()
    assert alarms[-1].stopped
    assert line.is_clear
    line.ask()
    assert not line.is_clear
    line.answered()
    assert line.is_clear
    assert len(sent) == 2


def test_a_key_that_looks_like_an_answer_is_none():
    line, _, _ = line_and_questions()
    line.answered()
    line.ask()
    assert line.is_clear


def test_patience_grows_where_answers_are_late_and_ends_where_none_come():
    line, _, alarms = line_and_questions()
    line.ask()
    line.answered()
    for _ in range(4):
        line.ask()
        assert not line.is_clear
        alarms[-1].ring()
        assert line.is_clear
    assert [alarm.seconds for alarm in alarms[1:]] == [5, 10, 20, 40]
    line.ask()
    assert line.is_clear, "a terminal that does not answer any more"


def test_a_line_gets_what_it_carries_in_a_tenth_of_a_second():
    """4,000 bytes a second, and 50 ms to and fro."""
    clock = Clock()
    line, _, _ = line_and_questions(clock=lambda: clock.now)
    assert line.room == math.inf
    rooms = []
    for count in (5000, *[None] * 12):
        sent = min(count or line.room, 5000)
        line.sent(int(sent))
        line.ask()
        clock.now += 0.05 + sent / 4000
        line.answered()
        rooms.append(line.room)
    assert line.is_slow
    assert all(256 <= room <= 1000 for room in rooms)
    assert 300 < sum(rooms) / len(rooms) < 800


def test_a_line_that_carries_more_gets_more_again():
    clock = Clock()
    line, _, _ = line_and_questions(clock=lambda: clock.now)
    for seconds in (0.5, 1.5, *[0.01] * 12):
        line.sent(int(min(line.room, 5000)))
        line.ask()
        clock.now += seconds
        line.answered()
    assert line.room > 5000
    assert not line.is_slow


def test_what_was_sent_after_the_question_is_still_on_its_way():
    clock = Clock()
    line, _, _ = line_and_questions(clock=lambda: clock.now)
    line.sent(1000)
    line.ask()
    line.sent(300)
    clock.now += 1.0
    line.answered()
    assert line.room == 128, "all of the window is taken: half of it again is for what a key asks for"
    line.ask()
    line.answered()
    assert line.room > 256


def test_all_who_wait_are_called_once_when_the_answer_comes_or_is_given_up():
    line, _, alarms = line_and_questions()
    line.ask()
    line.answered()
    called = []
    for end in (line.answered, lambda: alarms[-1].ring()):
        line.ask()
        line.wait(lambda: called.append("chart"))
        line.wait(lambda: called.append("table"))
        assert called == []
        end()
        assert called == ["chart", "table"]
        called.clear()


def test_an_app_is_not_kept_by_its_line():
    app = App()
    backpressure_of(app)
    alive = weakref.ref(app)
    del app
    gc.collect()
    assert alive() is None


async def test_an_answer_that_is_due_at_the_end_is_waited_for_but_not_for_long():
    line, _, _ = line_and_questions()
    line.ask()
    await line.settled(60.0)  # Nothing is known of a terminal that has not answered yet.
    for answer, patience in ((True, 60.0), (False, 0.01)):
        line, sent, _ = line_and_questions()
        line.ask()
        line.answered()
        line.ask()
        if answer:
            asyncio.get_running_loop().call_soon(line.answered)
        await line.settled(patience)
        assert line.is_clear is answer
        line.ask()
        assert len(sent) == 2, "no more questions at the end"


async def test_a_widget_waits_for_the_line_and_a_key_does_not():
    letters = Letters(clock=(clock := Clock()))
    stage = Stage(letters)
    async with stage.run_test(size=(10, 6)) as pilot:
        await pilot.pause()
        line = backpressure_of(stage)
        line.ask()
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
        line = backpressure_of(app)
        assert line.is_clear, "no terminal has answered yet"
        app.post_message(events.CursorPosition(0, 0))
        await pilot.pause()
        line.ask()
        assert not line.is_clear
        app.post_message(events.CursorPosition(3, 4))
        await pilot.pause()
        assert line.is_clear
