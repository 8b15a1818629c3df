"""What the screen looks like, as text. NNTUI_UPDATE_SNAPSHOTS=1 writes the files anew."""

from pathlib import Path

import pytest

from tests.tui.builder.stage import stage
from tests.tui.screen_text import assert_snapshot, screen_text

SIZES = [(80, 24), (160, 50)]
STATES = {
    "start": (),
    "layer": ("j", "enter"),
    "wrong": ("j", "enter", "0"),
    "data": ("f3",),
    "training": ("f4",),
    "add": ("a",),
    "help": ("question_mark",),
    "unsaved": ("d", "q"),
    "palette": ("ctrl+p",),
}


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("state", STATES)
async def test_build(tmp_path: Path, state: str, size: tuple[int, int]):
    async with stage(tmp_path, size=size) as shown:
        await shown.press(*STATES[state])
        assert_snapshot(shown.app, f"build-{state}-{size[0]}x{size[1]}")


async def test_under_80x24_it_says_so_and_still_works(tmp_path: Path):
    async with stage(tmp_path) as shown:
        await shown.pilot.resize_terminal(60, 18)
        await shown.settle()
        assert_snapshot(shown.app, "build-small-60x18")
        await shown.press("j", "enter")
        await shown.type("5")
        assert shown.draft["layers"][1]["units"] == 5
        assert_snapshot(shown.app, "build-small-form-60x18")
        await shown.press("escape", "x", "u")
        await shown.pilot.resize_terminal(80, 24)
        await shown.settle()
        assert "made for 80×24" not in screen_text(shown.app)
        assert shown.field("units").control.value == "5"


@pytest.mark.parametrize("size", [(20, 6), (10, 3), (1, 1), (300, 100)])
async def test_no_size_breaks_it(tmp_path: Path, size: tuple[int, int]):
    async with stage(tmp_path, size=size) as shown:
        await shown.press("j", "enter", "escape", "a", "escape", "question_mark", "escape")
        assert len(screen_text(shown.app).splitlines()) == size[1]


MODELS = Path(__file__).parents[3] / "models"


@pytest.mark.parametrize("name", ["digits-cnn", "iris", "spiral", "waves-lstm"])
async def test_a_large_terminal_draws_the_network_and_samples_of_the_data(tmp_path: Path, name: str):
    async with stage(tmp_path, size=(160, 50), model=MODELS / f"{name}.toml") as shown:
        await shown.press("j")
        assert_snapshot(shown.app, f"build-{name}-160x50")
