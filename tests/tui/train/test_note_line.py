from textual.app import App, ComposeResult

from nntui.tui.plots.color_depth import ColorDepth
from nntui.tui.widgets.note_line import NoteLine


class Line(App):
    def __init__(self) -> None:
        super().__init__()
        self.line = NoteLine(depth=ColorDepth.EIGHT_BIT)

    def compose(self) -> ComposeResult:
        yield self.line


async def test_pieces_stand_side_by_side_and_what_does_not_fit_is_cut():
    app = Line()
    async with app.run_test(size=(22, 3)) as pilot:
        app.line.show(("● running", "good"), ("step 1,171", "plain"))
        await pilot.pause()
        # One cell of padding at both ends leaves twenty.
        assert app.line.render_line(0).text == "● running   step 1,…"
        assert app.line.text == "● running   step 1,171"
        app.line.show(("short", "muted"))
        assert app.line.render_line(0).text == "short".ljust(20)
        app.line.show()
        assert app.line.render_line(0).text == " " * 20


async def test_pieces_that_are_shown_whole_are_left_out_from_the_end():
    app = Line()
    async with app.run_test(size=(22, 3)) as pilot:
        app.line.show(("epoch 12", "strong"), ("0.123", "plain"), ("4567.8", "plain"), ("1", "plain"), whole=True)
        await pilot.pause()
        assert app.line.render_line(0).text == "epoch 12  0.123".ljust(20)
        assert app.line.text == "epoch 12  0.123  4567.8  1"


async def test_wide_characters_count_twice_and_controls_are_not_obeyed():
    app = Line()
    async with app.run_test(size=(12, 3)) as pilot:
        app.line.show(("学习\x1b[31m学习学习", "bad"))
        await pilot.pause()
        line = app.line.render_line(0)
        assert line.cell_length == 10
        assert line.text.startswith("学习�[31")
