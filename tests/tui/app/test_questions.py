"""When the app asks and answers: ctrl+c, a key pressed twice, and what stands behind a question."""

from pathlib import Path

import pytest

from nntui.tui.app import NntuiApp
from nntui.tui.dialogs.confirm import ConfirmDialog
from nntui.tui.dialogs.dialog import Dialog
from nntui.tui.dialogs.gradients import GradientsDialog
from tests.tui.app.test_app import running_run
from tests.tui.builder.stage import MODEL, Stage, stage
from tests.tui.screen_text import assert_snapshot, screen_text
from tests.tui.train.staging import until


def said(shown: Stage) -> str:
    return " ".join(notification.message for notification in shown.app._notifications)


@pytest.mark.parametrize(
    ("keys", "words"),
    [((), "q quits."), (("f4",), "esc, then q quits."), (("a",), "esc, then q quits."), (("2",), "q quits.")],
)
async def test_ctrl_c_says_which_key_quits_and_that_a_training_goes_on(
    tmp_path: Path, keys: tuple[str, ...], words: str
):
    async with stage(tmp_path) as shown:
        await shown.press(*keys)
        await shown.pilot.press("ctrl+c")
        await shown.pilot.pause()
        assert said(shown).startswith(words)
        assert "training goes on" in said(shown)
        assert shown.app.is_running


async def test_ctrl_c_copies_where_a_text_is_selected(tmp_path: Path):
    async with stage(tmp_path) as shown:
        await shown.press("f4")
        await shown.press("home", "shift+end", "ctrl+c")
        assert shown.app.clipboard == "digits-mlp"
        assert said(shown).count("quits") == 1


@pytest.mark.parametrize("key", ["g", "a", "o", "n", "ctrl+s"])
async def test_a_key_pressed_twice_is_one_dialog(tmp_path: Path, key: str):
    async with stage(tmp_path) as shown:
        for turns in (0, 3):
            await shown.burst(key, key, turns=turns)
            await until(shown.pilot, lambda: isinstance(shown.app.screen, Dialog))
            await shown.settle()
            assert sum(isinstance(screen, Dialog) for screen in shown.app.screen_stack) == 1
            if isinstance(shown.app.screen, GradientsDialog):
                await shown.workers("check")
            await shown.press("escape")
            assert not isinstance(shown.app.screen, Dialog)


async def test_behind_the_question_at_the_start_stands_the_model(tmp_path: Path):
    _, lock = running_run(tmp_path / "runs")
    model = tmp_path / "model.toml"
    model.write_text(MODEL)
    app = NntuiApp(runs_root=tmp_path / "runs", base=tmp_path, model=model)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, ConfirmDialog))
        text = screen_text(app)
        assert "8×8×1" in text
        assert "Layer 1 of 4" in text
        assert_snapshot(app, "build-attach-80x24")
    lock.release()
