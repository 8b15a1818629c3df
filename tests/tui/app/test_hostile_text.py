"""What a stranger's file holds reaches the terminal as text only, on every screen."""

import re
import sys
from pathlib import Path

import pytest
from rich.color import ColorSystem

from nntui.modelfile.document import write_document
from nntui.runs.events import Warning
from nntui.tui.app import NntuiApp
from nntui.tui.dialogs.choice import Choice
from nntui.tui.dialogs.choose import ChooseDialog
from nntui.tui.dialogs.confirm import ConfirmDialog
from nntui.tui.dialogs.open_model import OpenDialog
from nntui.tui.dialogs.report import ReportDialog
from nntui.tui.dialogs.unsaved import UnsavedDialog
from nntui.tui.terminal.mirror import Mirror
from nntui.tui.terminal.textual_internals import frame_of
from tests.hostile import FILE_NAME, NAME, hostile_run, unwanted
from tests.terminal import Terminal
from tests.tui.screen_text import screen_text
from tests.tui.train.staging import append, until

DRAWING = re.compile(r"\x1b(?:\[[\d;?<>=$]*[a-zA-Z]|[78=>M])|\x1bP=[12]s\x1b\\|\x1b]22;[a-z]*\x07")
"""What Textual draws with, and its wish for the shape of the pointer."""
PLACES_AND_LOOKS = re.compile(r"\x1b\[[\d;]*[HCm]")
BEGINNING = "n\ufffd]0;ti"
"""Of the hostile name, as far as it is shown everywhere."""


def hostile_model(folder: Path) -> Path:
    """A model file with hostile texts wherever one may stand."""
    path = folder / FILE_NAME.replace(".csv", ".toml")
    layers = [{"type": "dense", "units": NAME}, {"type": NAME}, {"type": "dense", NAME: 3}]
    write_document({"name": NAME, "data": {"source": NAME, "target": NAME}, "layers": layers}, path)
    return path


def clean_text(app: NntuiApp) -> str:
    """What the screen shows, once it is sure that nothing is sent for it that a terminal would obey."""
    frame = frame_of(app.screen._compositor.render_update(full=True, screen_stack=app._background_screens))
    assert frame is not None
    sent, _ = Mirror().text(frame, app.size, ColorSystem.TRUECOLOR)
    assert not unwanted(PLACES_AND_LOOKS.sub("", sent))
    return screen_text(app)


@pytest.mark.parametrize("size", [(80, 24), (160, 50)], ids=str)
async def test_nothing_in_build_is_obeyed(tmp_path, size):
    app = NntuiApp(runs_root=tmp_path / "runs", base=tmp_path, model=hostile_model(tmp_path))
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: "problems" in clean_text(app))
        assert BEGINNING in clean_text(app).splitlines()[0]
        for keys in ("t", "t", "tab", "end"):
            await pilot.press(keys)
            await pilot.pause()
            clean_text(app)
        await pilot.press("escape", "r")
        await until(pilot, lambda: isinstance(app.screen, ReportDialog))
        clean_text(app)


@pytest.mark.parametrize("size", [(80, 24), (160, 50)], ids=str)
async def test_nothing_in_runs_and_train_is_obeyed(tmp_path, size):
    run = hostile_run(tmp_path / "runs")
    app = NntuiApp(runs_root=tmp_path / "runs", base=tmp_path)
    async with app.run_test(size=size) as pilot:
        await pilot.press("4")
        await until(pilot, lambda: "1 of 1" in clean_text(app))
        assert BEGINNING in clean_text(app)
        await pilot.press("D")
        await until(pilot, lambda: isinstance(app.screen, ConfirmDialog))
        assert f"Delete {BEGINNING}" in clean_text(app)
        await pilot.press("escape", "enter")
        await until(pilot, lambda: app.place.id == "train" and "finished" in clean_text(app))
        assert BEGINNING in clean_text(app).splitlines()[0]
        for keys in ("w", "l", "t", "z", "tab", "tab", "tab", "tab"):
            await pilot.press(keys)
            await pilot.pause()
            assert BEGINNING in clean_text(app)
        append(run, Warning(step=11, epoch=1, time=1.7e9 + 2, message=NAME))
        await until(pilot, lambda: f"! step 11: {BEGINNING}" in clean_text(app))


async def test_a_toast_shows_a_mark_and_its_brackets(tmp_path):
    app = NntuiApp(runs_root=tmp_path / "runs", base=tmp_path)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        app.notify(f"[red]{NAME}\nline", title=NAME, markup=False)
        await until(pilot, lambda: f"[red]{BEGINNING}" in clean_text(app))
        assert clean_text(app).count(BEGINNING) == 2


@pytest.mark.parametrize(
    "dialog",
    [
        lambda: ConfirmDialog(NAME, detail=NAME),
        lambda: UnsavedDialog(NAME, NAME),
        lambda: ReportDialog("title", [NAME]),
        lambda: ChooseDialog("title", [Choice(NAME, NAME, NAME)]),
        lambda: OpenDialog([Choice(Path(NAME), NAME, NAME)], base=Path(), read=lambda path: {}),
    ],
)
async def test_dialogs_show_a_mark(tmp_path, dialog):
    app = NntuiApp(runs_root=tmp_path / "runs", base=tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(dialog())
        await until(pilot, lambda: BEGINNING in clean_text(app))
        app.screen.say(NAME)
        await until(pilot, lambda: clean_text(app).count(BEGINNING) >= 2)


def test_nothing_reaches_a_real_terminal_but_text(tmp_path):
    hostile_run(tmp_path / "runs")
    model = hostile_model(tmp_path)
    command = [sys.executable, "-m", "nntui", "--runs-dir", str(tmp_path / "runs"), "--model", str(model)]
    with Terminal(command, cwd=tmp_path) as terminal:
        terminal.wait_for("problems")
        terminal.type("4")
        terminal.wait_for("1 of 1")
        terminal.type("\r")
        terminal.wait_for("finished", "loss")
        terminal.type("zlwq")
        assert terminal.wait_for_end() == 0
    sent = terminal.raw.decode()
    assert "]0;title" in sent
    assert not unwanted(DRAWING.sub("", sent)) - {"\r"}
