from datetime import datetime
from pathlib import Path

import pytest

from nntui.runs.directory import RunDirectory
from nntui.runs.lock import WorkerLock
from nntui.tui.app import NntuiApp
from nntui.tui.chrome.keys import own_bindings
from nntui.tui.dialogs.confirm import ConfirmDialog
from nntui.tui.dialogs.help import HelpDialog
from nntui.tui.dialogs.palette import PaletteDialog
from nntui.tui.places.builder.place import BuildPlace
from nntui.tui.places.place import Place
from nntui.tui.start import farewell
from tests.tui.builder.stage import stage
from tests.tui.screen_text import screen_text


def running_run(root: Path) -> tuple[RunDirectory, WorkerLock]:
    """A run whose worker's lock is held, by this process."""
    run = RunDirectory.create(root, "held", now=datetime(2025, 1, 31, 14, 5, 9))
    run.model_path.write_text('name = "held"\n')
    lock = WorkerLock(run.lock_path)
    assert lock.acquire()
    return run, lock


async def test_number_keys_show_the_places_and_the_focus_is_in_them(tmp_path: Path):
    async with stage(tmp_path) as shown:
        for key, place in (("2", "train"), ("4", "runs"), ("1", "build")):
            await shown.press(key)
            assert shown.app.place.id == place
            assert shown.app.focused is not None
            assert shown.app.place in shown.app.focused.ancestors_with_self


async def test_places_that_are_not_there_have_no_key(tmp_path: Path):
    async with stage(tmp_path) as shown:
        await shown.press("3", "5")
        assert shown.app.place.id == "build"


async def test_help_lists_every_described_key_of_the_place_and_the_app(tmp_path: Path):
    async with stage(tmp_path, size=(100, 100)) as shown:
        for key in ("question_mark", "f1"):
            await shown.press(key)
            assert isinstance(shown.app.screen, HelpDialog)
            text = " ".join(screen_text(shown.app).split())
            for binding in (*own_bindings(BuildPlace), *own_bindings(NntuiApp)):
                if binding.description:
                    assert (binding.tooltip or binding.description) in text
            await shown.press("escape")
            assert not isinstance(shown.app.screen, HelpDialog)


async def test_help_scrolls_where_it_does_not_fit(tmp_path: Path):
    async with stage(tmp_path) as shown:
        await shown.press("question_mark")
        before = screen_text(shown.app)
        await shown.press("j", "down", "pagedown")
        assert screen_text(shown.app) != before


@pytest.mark.parametrize("width", [20, 40, 60, 80, 120])
async def test_the_key_line_cuts_whole_keys_and_always_keeps_help(tmp_path: Path, width: int):
    async with stage(tmp_path, size=(width, 24)) as shown:
        line = screen_text(shown.app).splitlines()[-1]
        assert line.endswith("? Help")
        words = {f"{key} {text}" for key, text in (("enter", "Edit"), ("r", "Train"), ("a", "Add"), ("x", "Remove"))}
        for piece in line.strip().split("  ")[:4]:
            assert piece in words | {"? Help"}


async def test_the_key_line_is_that_of_the_focused_widget(tmp_path: Path):
    async with stage(tmp_path) as shown:
        await shown.press("j", "enter")
        line = screen_text(shown.app).splitlines()[-1]
        assert "esc Stack" in line
        assert "f1 Help" in line  # A question mark would be typed.
        assert "a Add" not in line


async def test_the_palette_has_every_action_and_runs_it(tmp_path: Path):
    async with stage(tmp_path) as shown:
        await shown.press("2", "1")
        titles = [command.title for command in shown.app.commands()]
        for kind in (BuildPlace, type(shown.app.screen.query_one("#train", Place))):
            for binding in own_bindings(kind):
                if binding.description:
                    assert any((binding.tooltip or binding.description) in title for title in titles)
        await shown.press("ctrl+p")
        assert isinstance(shown.app.screen, PaletteDialog)
        await shown.type("duplicate")
        await shown.press("enter")
        await shown.workers("palette")
        await shown.settle()
        assert shown.types == ["flatten", "flatten", "dense", "dense", "dense"]


async def test_the_palette_has_a_key_in_each_line_and_this_place_first(tmp_path: Path):
    async with stage(tmp_path, size=(100, 100)) as shown:
        for key, title in (("2", "Train"), ("1", "Build")):
            await shown.press(key)
            titles = [command.title for command in shown.app.commands()]
            assert titles[0].startswith(f"{title}: ")
            places = [text.partition(": ")[0] for text in titles if text.startswith(("Build: ", "Train: "))]
            assert places == sorted(places, key=lambda name, here=title: name != here)
        await shown.press("ctrl+p")
        await shown.type("pause")
        text = " ".join(screen_text(shown.app).split())
        assert "space Train: Pause after" in text
        assert "space Train: Go on" in text


async def test_a_theme_is_chosen_from_a_list(tmp_path: Path):
    async with stage(tmp_path) as shown:
        await shown.press("ctrl+p")
        await shown.type("colours")
        await shown.press("enter")
        await shown.type("nord")
        await shown.press("enter")
        await shown.workers("palette")
        assert shown.app.theme == "nord"


async def test_a_running_run_is_offered_and_esc_stays(tmp_path: Path):
    run, lock = running_run(tmp_path / "runs")
    async with stage(tmp_path) as shown:
        await shown.pilot.pause()
        assert isinstance(shown.app.screen, ConfirmDialog)
        assert f"{run.id} is running." in screen_text(shown.app)
        await shown.press("escape")
        assert shown.app.place.id == "build"
        assert farewell(shown.app) == []
    lock.release()


async def test_enter_attaches_and_quitting_says_how_to_come_back(tmp_path: Path):
    run, lock = running_run(tmp_path / "runs")
    async with stage(tmp_path) as shown:
        await shown.pilot.press("enter")
        await shown.workers("start", "train")
        await shown.pilot.pause()
        assert shown.app.place.id == "train"
        assert shown.app.attached == [run]
        await shown.pilot.press("q")
    lines = farewell(shown.app)
    assert lines[0] == f"{run.id} goes on training in the background."
    assert f"nntui watch {run.id}" in lines[1]
    lock.release()
    assert farewell(shown.app) == []


async def test_a_runs_root_that_is_a_file_is_told_when_training(tmp_path: Path):
    (tmp_path / "runs").write_text("no folder")
    async with stage(tmp_path) as shown:
        await shown.press("r")
        await shown.workers("train")
        await shown.pilot.pause()
        assert shown.app.place.id == "build"
        assert "cannot create a run" in " ".join(screen_text(shown.app).split())
