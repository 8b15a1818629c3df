import asyncio

from rich.segment import Segment
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.strip import Strip

from nntui.tui.plots.color_depth import ColorDepth
from nntui.tui.widgets.line_diffed import LineDiffed


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


class Letters(LineDiffed):
    """One letter of `word` a line; counts drawings and notes what was refreshed."""

    def __init__(self, **keywords) -> None:
        super().__init__(**keywords)
        self.word = "abcdef"
        self.drawings = 0
        self.regions: list[tuple[Region, ...]] = []
        self.drawn = asyncio.Event()

    def draw(self, width, height):
        self.drawings += 1
        self.drawn.set()
        return [Strip([Segment(letter.ljust(width))], width) for letter in self.word.ljust(height)[:height]]

    def refresh(self, *regions, **keywords):
        self.regions.append(regions)
        return super().refresh(*regions, **keywords)


class Stage(App):
    def __init__(self, widget: LineDiffed) -> None:
        super().__init__()
        self.widget = widget

    def compose(self) -> ComposeResult:
        yield self.widget


def text(widget: LineDiffed) -> list[str]:
    return [widget.render_line(row).text.strip() for row in range(widget.size.height)]


async def test_only_changed_rows_are_refreshed_and_the_others_keep_their_strip():
    letters = Letters(clock=(clock := Clock()))
    async with Stage(letters).run_test(size=(10, 6)) as pilot:
        await pilot.pause()
        before = [letters.render_line(row) for row in range(6)]
        letters.regions.clear()
        letters.word = "abXYeZ"
        clock.now += 10
        letters.redraw()
        assert letters.regions == [(Region(0, 2, 10, 2), Region(0, 5, 10, 1))]
        after = [letters.render_line(row) for row in range(6)]
        assert [new is old for new, old in zip(after, before, strict=True)] == [True, True, False, False, True, False]
        assert text(letters) == ["a", "b", "X", "Y", "e", "Z"]
        await pilot.pause()


async def test_nothing_changed_refreshes_nothing():
    letters = Letters(clock=(clock := Clock()))
    async with Stage(letters).run_test(size=(10, 6)) as pilot:
        await pilot.pause()
        letters.regions.clear()
        clock.now += 10
        letters.redraw()
        assert letters.regions == []


async def test_calls_within_the_rate_are_one_drawing_later():
    letters = Letters(clock=(clock := Clock()), max_rate=20.0)
    async with Stage(letters).run_test(size=(10, 6)) as pilot:
        await pilot.pause()
        drawings = letters.drawings
        letters.drawn.clear()
        for word in ("bbbbbb", "cccccc", "dddddd"):
            letters.word = word
            letters.redraw()
        assert letters.drawings == drawings
        await asyncio.wait_for(letters.drawn.wait(), 10)
        assert letters.drawings == drawings + 1
        assert text(letters) == list("dddddd")
        clock.now += 10
        letters.word = "eeeeee"
        letters.redraw()
        assert letters.drawings == drawings + 2


async def test_now_does_not_wait_and_takes_the_place_of_what_was_planned():
    letters = Letters(clock=Clock(), max_rate=0.001)
    async with Stage(letters).run_test(size=(10, 6)) as pilot:
        await pilot.pause()
        drawings = letters.drawings
        letters.redraw()
        letters.redraw(now=True)
        assert letters.drawings == drawings + 1


async def test_a_new_size_is_drawn_at_once_whatever_the_rate():
    letters = Letters(clock=Clock(), max_rate=0.001)
    async with Stage(letters).run_test(size=(10, 6)) as pilot:
        await pilot.resize_terminal(14, 3)
        await pilot.pause()
        assert text(letters) == ["a", "b", "c"]
        assert letters.render_line(0).cell_length == 14


async def test_data_before_the_first_paint_and_while_hidden_are_shown_in_the_end():
    letters = Letters(clock=Clock(), max_rate=0.001)
    letters.word = "xyz"
    letters.redraw()
    async with Stage(letters).run_test(size=(10, 3)) as pilot:
        await pilot.pause()
        assert text(letters) == ["x", "y", "z"]
        letters.display = False
        await pilot.pause()
        letters.word = "uvw"
        letters.redraw()
        letters.display = True
        await pilot.pause()
        assert text(letters) == ["u", "v", "w"]


async def test_lines_stand_on_the_background_and_follow_the_theme():
    letters = Letters(clock=Clock())
    stage = Stage(letters)
    async with stage.run_test(size=(10, 3)) as pilot:
        stage.theme = "textual-light"
        await pilot.pause()
        (segment,) = letters.render_line(0)
        assert segment.style.bgcolor == letters.visual_style.rich_style.bgcolor
        assert segment.style.bgcolor.get_truecolor().red > 128


async def test_no_color_is_asked_of_the_app(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    letters = Letters(clock=Clock())
    async with Stage(letters).run_test(size=(10, 3)):
        assert letters.depth is ColorDepth.NONE
        drawings = letters.drawings
        letters.depth = ColorDepth.EIGHT_BIT
        letters.render_line(0)
        assert letters.drawings == drawings + 1
        assert letters.palette.depth is ColorDepth.EIGHT_BIT


async def test_the_focus_that_goes_while_out_of_sight_is_gone_when_it_comes_back():
    letters = Letters(clock=Clock())
    letters.can_focus = True
    sizes: list[tuple[int, int]] = []
    draw = letters.draw
    letters.draw = lambda width, height: (sizes.append((width, height)), draw(width, height))[1]  # type: ignore[method-assign]
    async with Stage(letters).run_test(size=(10, 3)) as pilot:
        letters.focus()
        await pilot.pause()
        letters.display = False
        await pilot.pause()
        letters.add_class("-other")
        pilot.app.screen.set_focus(None)
        await pilot.pause()
        drawings = letters.drawings
        letters.display = True
        await pilot.pause()
        assert letters.drawings > drawings
        assert set(sizes) == {(10, 3)}
