"""Changing settings of a run from Train: the dialogs, what they send, and what stands on the screen afterwards."""

import pytest

from nntui.modelfile.document import write_document
from nntui.runs.events import Command, HyperparameterChanged, Paused
from nntui.runs.status import Status
from nntui.tui.dialogs.change import ChangeDialog
from nntui.tui.places.train.curves import XAxis, marks
from nntui.tui.places.train.place import TrainPlace
from nntui.worker.launch import create_run
from nntui.worker.process import Worker
from tests.tui.screen_text import assert_snapshot, screen_text
from tests.tui.train.staging import STEPS, Stage, append, asks, attached, ended, keys, state, until
from tests.tui.train.test_live_worker import DRAFT, is_training
from tests.tui.train.test_live_worker import run as live_run  # noqa: F401

MODEL = {
    "name": "small",
    "data": {"source": "moons"},
    "layers": [{"type": "dense", "units": 8}, {"type": "dropout", "rate": 0.2}, {"type": "dense"}],
    "training": {"epochs": 5, "optimizer": {"type": "sgd", "momentum": 0.9}},
}
SIZES = pytest.mark.parametrize("size", [(80, 24), (160, 50)], ids=["80x24", "160x50"])


@pytest.fixture
def tunable(running):
    write_document(MODEL, running.model_path)
    return running


async def opened(pilot, key) -> ChangeDialog:
    await pilot.press(key)
    await until(pilot, lambda: isinstance(pilot.app.screen, ChangeDialog))
    return pilot.app.screen


@SIZES
async def test_what_can_be_changed_stands_there_with_its_present_value(tunable, size):
    append(tunable, HyperparameterChanged(step=5, epoch=1, setting="momentum", old=0.9, new=0.5))
    app = Stage(place := TrainPlace())
    async with app.run_test(size=size) as pilot:
        await attached(pilot, place, tunable)
        assert "[ ] LR  e Change" in keys(app)
        dialog = await opened(pilot, "e")
        assert {row.tunable.name: row.line.value for row in dialog.rows} == {
            "learning_rate": "0.01",
            "weight_decay": "0",
            "momentum": "0.5",
            "dropout_1.rate": "0.2",
            "epochs": "5",
        }
        assert_snapshot(app, f"train-change-{size[0]}x{size[1]}")
        await pilot.press("down", "down", *"1.5")
        assert await pressed_enter(pilot) is dialog
        assert_snapshot(app, f"train-change-wrong-{size[0]}x{size[1]}")
        await pilot.press("backspace")
        assert "must be" not in screen_text(app), "typing on takes the complaint away"
        await pilot.press("escape")
    assert not tunable.commands_path.exists()


async def pressed_enter(pilot):
    await pilot.press("enter")
    await pilot.pause()
    return pilot.app.screen


async def test_all_that_is_typed_is_sent_at_once(tunable):
    app = Stage(place := TrainPlace())
    async with app.run_test(size=(80, 24)) as pilot:
        await attached(pilot, place, tunable)
        await opened(pilot, "e")
        await pilot.press(*"0.05", "down", "down", "down", *"0.3", "down", "plus", "5")
        assert await asks(pilot, tunable, "enter", 3) == [
            Command("set", "learning_rate", 0.05),
            Command("set", "dropout_1.rate", 0.3),
            Command("set", "epochs", 10),
        ]
        assert "learning_rate, dropout_1.rate, epochs …" in state(place)
        append(tunable, HyperparameterChanged(step=STEPS, epoch=1, setting="dropout_1.rate", old=0.2, new=0.3))
        append(tunable, HyperparameterChanged(step=STEPS, epoch=1, setting="epochs", old=5, new=10))
        await until(pilot, lambda: place.snapshot.started.epochs == 10)
        assert "epoch 1/10" in screen_text(app)
        words = [mark.words for mark in marks(place.snapshot, XAxis.STEP) if mark.kind == "change"]
        assert words == ["dropout_1.rate 0.2 to 0.3", "epochs 5 to 10"]


async def test_a_change_has_words_in_the_state_line_and_under_the_crosshair(tunable):
    app = Stage(place := TrainPlace())
    async with app.run_test(size=(160, 50)) as pilot:
        change = HyperparameterChanged(step=STEPS, epoch=1, setting="momentum", old=0.9, new=0.5, time=1_700_000_002)
        append(tunable, change)
        await attached(pilot, place, tunable)
        assert "◆ momentum 0.9 to 0.5" in state(place)
        assert "step 20  momentum" not in screen_text(app)
        await pilot.press("c")
        await pilot.pause()
        assert "step 20  momentum 0.9 to 0.5" in screen_text(app)


async def test_nothing_typed_sends_nothing(tunable):
    app = Stage(place := TrainPlace())
    async with app.run_test(size=(80, 24)) as pilot:
        await attached(pilot, place, tunable)
        await opened(pilot, "e")
        assert not isinstance(await pressed_enter(pilot), ChangeDialog)
    assert not tunable.commands_path.exists()


@SIZES
async def test_another_number_of_epochs(tunable, size):
    app = Stage(place := TrainPlace())
    async with app.run_test(size=size) as pilot:
        await attached(pilot, place, tunable)
        await opened(pilot, "E")
        assert_snapshot(app, f"train-epochs-{size[0]}x{size[1]}")
        await pilot.press("0")
        assert isinstance(await pressed_enter(pilot), ChangeDialog)
        assert "must be at least 1 and at most 10000000, got 0" in screen_text(app)
        await pilot.press("backspace", *"+100")
        assert await asks(pilot, tunable, "enter") == [Command("set", "epochs", 105)]


async def test_a_model_that_cannot_be_read_is_said(running):
    app = Stage(place := TrainPlace())
    async with app.run_test(size=(80, 24)) as pilot:
        await attached(pilot, place, running)
        await pilot.press("e")
        await until(pilot, lambda: len(app._notifications) == 1)
        assert len(app.screen_stack) == 1


async def test_a_real_worker_obeys_the_dialog(live_run):  # noqa: F811
    app = Stage(place := TrainPlace())
    async with app.run_test(size=(80, 24)) as pilot:
        await is_training(pilot, place, live_run)
        await opened(pilot, "e")
        await pilot.press("down", *"0.01", "enter")
        await until(pilot, lambda: place.snapshot.settings.get("weight_decay") == 0.01)
        await opened(pilot, "E")
        await pilot.press("plus", "1", "enter")
        await until(pilot, lambda: place.snapshot.started.epochs == 100_001)


async def test_a_finished_run_goes_on_for_more_epochs(tmp_path):
    run = create_run({**DRAFT, "training": {**DRAFT["training"], "epochs": 2}}, base=tmp_path, root=tmp_path / "runs")
    Worker(run).run()
    app = Stage(place := TrainPlace())
    async with app.run_test(size=(80, 24)) as pilot:
        await attached(pilot, place, run)
        assert place.snapshot.status is Status.FINISHED
        assert "E Epochs" in keys(app)
        await opened(pilot, "E")
        assert "train on: 2 epochs done" in screen_text(app)
        assert await pressed_enter(pilot) is not None
        assert place.snapshot.status is Status.FINISHED, "nothing was typed"
        await opened(pilot, "E")
        await pilot.press("2")
        # The present total is no other one.
        await pilot.press("backspace", "1")
        assert isinstance(await pressed_enter(pilot), ChangeDialog)
        assert "must be at least 3, as 2 are trained, got 1" in screen_text(app)
        await pilot.press("backspace", "4", "enter")
        await until(pilot, lambda: place.snapshot.ended is not None and place.snapshot.ended.epoch == 4)
        assert place.snapshot.status is Status.FINISHED
        assert "epoch 4/4" in screen_text(app)


async def test_a_run_that_is_over_has_no_settings_to_change(finished):
    app = Stage(place := TrainPlace())
    async with app.run_test(size=(160, 50)) as pilot:
        await attached(pilot, place, finished)
        assert "e Change" not in keys(app)
        assert "E Epochs" in keys(app)
        append(finished, ended("diverged", "the loss is not finite"))
        await until(pilot, lambda: place.snapshot.status is Status.DIVERGED)
        assert "E Epochs" not in keys(app)


async def test_a_paused_run_can_be_changed(running):
    app = Stage(place := TrainPlace())
    async with app.run_test(size=(160, 50)) as pilot:
        append(running, Paused(step=STEPS, epoch=1))
        await attached(pilot, place, running)
        assert "e Change  E Epochs" in keys(app)
