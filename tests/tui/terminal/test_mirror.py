"""What is sent for a frame brings the terminal to the same screen as the whole frame would."""

import random
import re
from unicodedata import east_asian_width

import pyte
import pytest
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual._compositor import LayoutUpdate
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.geometry import Region, Size
from textual.strip import Strip

from nntui.tui.terminal.app import TerminalApp
from nntui.tui.terminal.mirror import Mirror
from nntui.tui.terminal.textual_internals import Frame, frame_of
from nntui.tui.widgets.line_diffed import LineDiffed
from tests.hostile import NAME, unwanted

CHARACTERS = "ab▀⣿ "
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
        return Segment(self.random.choice(CHARACTERS) * length, self.random.choice(STYLES))


class Stage(TerminalApp):
    CSS = "Horizontal { height: 1fr; }"

    def __init__(self) -> None:
        super().__init__()
        self.mosaics = [Mosaic(1), Mosaic(2)]
        self.sent: list[str] = []

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield from self.mosaics

    def replaced(self, update):
        # Where it is written to the terminal, if there is one.
        frame = frame_of(update)
        if frame is not None:
            self.sent.append(self._mirror.text(frame, self.size, ColorSystem.TRUECOLOR)[0])
        return update


def terminal(texts: list[str]) -> pyte.Screen:
    screen = pyte.Screen(WIDTH, HEIGHT)
    stream = pyte.Stream(screen)
    for text in texts:
        stream.feed(text.replace("\n", "\r\n"))
    return screen


def assert_same_screens(seen: pyte.Screen, expected: pyte.Screen) -> None:
    assert seen.display == expected.display
    assert all(seen.buffer[y][x] == expected.buffer[y][x] for y in range(HEIGHT) for x in range(WIDTH))


def update(strips: list[Strip]) -> LayoutUpdate:
    return LayoutUpdate([[strip] for strip in strips], Region(0, 0, WIDTH, HEIGHT))


def whole(strips: list[Strip]) -> Frame:
    frame = frame_of(update(strips))
    assert frame is not None
    return frame


def picture(rng: random.Random, characters: str) -> list[Strip]:
    rows = []
    for _ in range(HEIGHT):
        pieces, left = [], WIDTH
        while left:
            character = rng.choice(characters)
            width = 2 if east_asian_width(character) == "W" else 1
            count = min(rng.randint(1, 5), left // width)
            pieces.append(Segment((character * count) or " ", rng.choice([*STYLES, None])))
            left -= max(width * count, 1)
        rows.append(Strip(pieces))
    return rows


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
        rows = app.screen._compositor.render_strips()
        frame = "\n".join(
            "".join(Strip.render_style(style or Style(), text, ColorSystem.TRUECOLOR) for text, style, _ in row)
            for row in rows
        )
        assert_same_screens(terminal(app.sent), terminal([frame]))


async def test_a_cell_that_changed_costs_its_character_place_and_look():
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


@pytest.mark.parametrize("characters", ["ab▀ ", "a日▀ ", "日本"])
@pytest.mark.parametrize("room", [1, 40, 300, float("inf")])
def test_pieces_of_frames_end_in_the_last_of_them(characters, room):
    """Each frame is replaced by the next one before all of it was sent; of the last one everything is."""
    rng, mirror, size, sent = random.Random(room), Mirror(), Size(WIDTH, HEIGHT), []
    for _ in range(8):
        frame = picture(rng, characters)
        sent += [mirror.text(whole(frame), size, ColorSystem.TRUECOLOR, room=room)[0] for _ in range(2)]
    is_whole, pieces = False, 0
    while not is_whole:
        text, is_whole = mirror.text(whole(frame), size, ColorSystem.TRUECOLOR, room=room)
        sent.append(text)
        pieces += 1
        assert pieces < WIDTH * HEIGHT + 2
    assert mirror.text(whole(frame), size, ColorSystem.TRUECOLOR) == ("", True), "the terminal shows it already"
    expected = terminal([Mirror().text(whole(frame), size, ColorSystem.TRUECOLOR)[0]])
    assert_same_screens(terminal(sent), expected)
    if characters.isascii():
        assert_same_screens(terminal(sent), terminal([update(frame).render_segments(Stage().console)]))


def test_a_little_room_is_not_exceeded_by_more_than_a_few_cells():
    rng, mirror, size = random.Random(7), Mirror(), Size(WIDTH, HEIGHT)
    text, is_whole = mirror.text(whole(picture(rng, "ab ")), size, ColorSystem.TRUECOLOR, room=200)
    assert not is_whole
    assert 200 <= len(text.encode()) < 200 + 16 * 45


def test_the_next_piece_begins_where_the_last_one_ended():
    """A top row that changes all the time does not keep the others from being sent."""
    rng, mirror, size = random.Random(3), Mirror(), Size(WIDTH, HEIGHT)
    below, sent = picture(rng, "ab "), []
    for _ in range(WIDTH * HEIGHT):
        frame = [picture(rng, "cd ")[0], *below[1:]]
        sent.append(mirror.text(whole(frame), size, ColorSystem.TRUECOLOR, room=30)[0])
    assert terminal(sent).display[1:] == terminal([update(below).render_segments(Stage().console)]).display[1:]


def test_another_size_and_a_screen_that_was_written_over_are_sent_whole():
    rng, mirror, size = random.Random(1), Mirror(), Size(WIDTH, HEIGHT)
    frame = picture(rng, "ab ")
    first = mirror.text(whole(frame), size, ColorSystem.TRUECOLOR)
    assert mirror.text(whole(frame), size, ColorSystem.TRUECOLOR) == ("", True)
    mirror.forget()
    assert mirror.text(whole(frame), size, ColorSystem.TRUECOLOR) == first


@pytest.mark.parametrize("colors", [ColorSystem.STANDARD, ColorSystem.EIGHT_BIT, ColorSystem.TRUECOLOR])
def test_looks_are_those_of_the_styles_at_every_depth(colors):
    styles = [
        Style(color="red"), Style(color="bright_red", bgcolor="bright_blue"), Style(bold=True, color="#123456"),
        Style(reverse=True), Style(bgcolor="color(200)", underline=True), Style(), Style(italic=True, strike=True),
    ]  # fmt: skip
    rng = random.Random(5)
    strips = [Strip([Segment("x", rng.choice(styles)) for _ in range(WIDTH)]) for _ in range(HEIGHT)]
    sent = Mirror().text(whole(strips), Size(WIDTH, HEIGHT), colors)[0]
    expected = "\n".join("".join(Strip.render_style(s.style, s.text, colors) for s in strip) for strip in strips)
    assert_same_screens(terminal([sent]), terminal([expected]))


def test_what_a_terminal_would_obey_is_not_sent():
    strip = Strip([Segment("before "), Segment(NAME, STYLES[0]), Segment(" after")])
    frame = [strip.adjust_cell_length(WIDTH * 4).crop(0, WIDTH)] * HEIGHT
    sent = Mirror().text(whole(frame), Size(WIDTH, HEIGHT), ColorSystem.TRUECOLOR)[0]
    assert not unwanted(re.sub(r"\x1b\[[\d;]*[Hm]", "", sent))
    assert terminal([sent]).display[0].startswith("before n]0;title]52;c;aGk=")
