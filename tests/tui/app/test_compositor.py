import random

import pyte
from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.strip import Strip

from nntui.tui.chrome.screens import BaseScreen
from nntui.tui.widgets.line_diffed import LineDiffed

WIDTH, HEIGHT = 40, 6
STYLES = [Style(color="#ff0000"), Style(color="#00ff00", bgcolor="#000080"), Style(bold=True), Style(underline=True)]


class Mosaic(LineDiffed):
    """Pieces of random lengths and styles, of which some change from drawing to drawing."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.random = random.Random(seed)
        self.rows: list[list[Segment]] = []

    def shuffle(self) -> None:
        for row in self.rows:
            for place in range(len(row)):
                if self.random.random() < 0.3:
                    row[place] = self._piece(len(row[place].text))
        self.redraw(now=True)

    def draw(self, width, height):
        while len(self.rows) < height:
            lengths = [self.random.randint(1, 4) for _ in range(width)]
            self.rows.append([self._piece(length) for length in lengths])
        return [Strip(row).crop(0, width) for row in self.rows[:height]]

    def _piece(self, length: int) -> Segment:
        return Segment(self.random.choice("ab▀⣿ ") * length, self.random.choice(STYLES))


class Stage(App):
    CSS = "Horizontal { height: 1fr; }"

    def __init__(self) -> None:
        super().__init__()
        self.mosaics = [Mosaic(1), Mosaic(2)]
        self.sent: list[str] = []

    def get_default_screen(self):
        return BaseScreen(id="_default")

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield from self.mosaics

    def _display(self, screen, renderable) -> None:
        # Where it is written to the terminal, if there is one.
        super()._display(screen, renderable)
        if renderable is not None:
            self.sent.append(renderable.render_segments(self.console))


def terminal(texts: list[str]) -> pyte.Screen:
    screen = pyte.Screen(WIDTH, HEIGHT)
    stream = pyte.Stream(screen)
    for text in texts:
        stream.feed(text.replace("\n", "\r\n"))
    return screen


async def test_what_is_sent_for_changes_makes_the_screen_that_a_whole_frame_would():
    app = Stage()
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await pilot.pause()
        sent = len(app.sent)
        for turn in range(20):
            app.mosaics[turn % 2].shuffle()
            if turn % 3:
                app.mosaics[(turn + 1) % 2].shuffle()
            await pilot.pause()
        assert len(app.sent) >= sent + 20
        whole = app.screen._compositor.render_update(full=True).render_segments(app.console)
        seen, expected = terminal(app.sent), terminal([whole])
        assert seen.display == expected.display
        assert all(seen.buffer[y][x] == expected.buffer[y][x] for y in range(HEIGHT) for x in range(WIDTH))


async def test_a_cell_that_changed_costs_its_segment():
    app = Stage()
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await pilot.pause()
        mosaic = app.mosaics[1]
        mosaic.rows[2][3] = Segment("z" * len(mosaic.rows[2][3].text), Style(color="#ff0000"))
        app.sent.clear()
        mosaic.redraw(now=True)
        await pilot.pause()
        column = WIDTH // 2 + sum(len(piece.text) for piece in mosaic.rows[2][:3])
        (text,) = app.sent
        assert text.startswith(f"\x1b[3;{column + 1}H\x1b[")
        assert text.endswith(f"m{mosaic.rows[2][3].text}\x1b[0m")
        assert len(text) < 60
