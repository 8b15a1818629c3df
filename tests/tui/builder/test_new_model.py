"""n in Build: a new model from data, or empty."""

from pathlib import Path

import pytest

from nntui.tui.dialogs.new_model import NewDialog
from nntui.tui.dialogs.unsaved import UnsavedDialog
from nntui.tui.places.builder.stack import Stack
from tests.tui.builder.stage import stage
from tests.tui.builder.test_build_keys import DIGITS
from tests.tui.screen_text import assert_snapshot, screen_text
from tests.tui.train.staging import until


@pytest.mark.parametrize("size", [(80, 24), (160, 50)], ids=["80x24", "160x50"])
async def test_n_asks_for_the_data_and_puts_a_fitting_stack_in(tmp_path: Path, size: tuple[int, int]):
    async with stage(tmp_path, size=size) as shown:
        await shown.press("n")
        assert isinstance(shown.app.screen, NewDialog)
        assert_snapshot(shown.app, f"build-new-{size[0]}x{size[1]}")
        await shown.type("iris")
        await shown.press("enter")
        await until(shown.pilot, lambda: not isinstance(shown.app.screen, NewDialog))
        await shown.settle()
        assert shown.types == ["dense", "dense", "dense"]
        assert shown.draft["data"]["source"] == shown.draft["name"] == "iris"
        assert shown.place.problems == ()
        assert isinstance(shown.app.focused, Stack)
        assert shown.place.file.path is None
        await shown.press("u")
        assert shown.types == DIGITS


async def test_n_starts_empty_on_the_same_data_without_six_presses_of_x(tmp_path: Path):
    async with stage(tmp_path) as shown:
        await shown.press("n")
        await shown.type("empty")
        await shown.press("enter")
        assert shown.types == []
        assert shown.draft["data"]["source"] == "digits"
        assert "press a to add one" in screen_text(shown.app)


async def test_a_path_of_ones_own_is_taken_and_what_is_wrong_with_it_is_said_in_the_dialog(tmp_path: Path):
    async with stage(tmp_path) as shown:
        await shown.press("n")
        await shown.type("mine.csv")
        await shown.press("enter")
        await until(shown.pilot, lambda: "reading" not in screen_text(shown.app))
        assert isinstance(shown.app.screen, NewDialog)
        assert "no file or folder 'mine.csv'" in screen_text(shown.app)
        rows = "".join(f"{n},{n % 7},{'arm' if n % 2 else 'leg'}\n" for n in range(40))
        (tmp_path / "mine.csv").write_text("a,b,limb\n" + rows)
        await shown.press("enter")
        await until(shown.pilot, lambda: not isinstance(shown.app.screen, NewDialog))
        await shown.settle()
        assert shown.draft["name"] == "mine"
        assert shown.place.problems == ()


async def test_unsaved_edits_are_asked_about(tmp_path: Path):
    async with stage(tmp_path) as shown:
        await shown.press("d", "n")
        await shown.type("empty")
        await shown.press("enter")
        assert isinstance(shown.app.screen, UnsavedDialog)
        await shown.press("escape")
        assert len(shown.types) == 5
