import dataclasses

from nntui.runs.events import RunEnded
from nntui.tui.places.train.crosshair import epoch_at, row_at, words_at
from nntui.tui.places.train.curves import XAxis
from nntui.tui.places.train.place import TrainPlace
from tests.tui.screen_text import assert_snapshot, screen_text
from tests.tui.train.staging import STEPS, Stage, append, attached, drawn, epoch, started, state, step, until
from tests.tui.train.test_pace import snapshot


def seen(**changes):
    return snapshot(start=started(), steps=3 * STEPS, epochs=[epoch(1), epoch(2), epoch(3)], **changes)


def test_the_epoch_is_the_one_whose_end_is_nearest_on_every_axis():
    places = {XAxis.STEP: 2 * STEPS + 5.0, XAxis.EPOCH: 2.25, XAxis.TIME: 4.4}
    assert [epoch_at(seen(), axis, x).epoch for axis, x in places.items()] == [2, 2, 2]
    assert words_at(seen(), XAxis.STEP, 1e9) == "epoch 3"
    assert words_at(snapshot(start=started(), steps=5), XAxis.STEP, 3.0) == ""


def test_the_row_has_what_was_logged_in_the_order_of_the_table():
    logged = dataclasses.replace(
        epoch(12_345, val_accuracy=0.5, recall=0.25, accuracy=1.0, val_loss=float("nan"), loss=0.0334123),
        learning_rate=1e-5,
    )
    row = row_at(snapshot(start=started(), epochs=[logged]), XAxis.STEP, 0.0)
    assert [text for text, _ in row] == [
        "┊ epoch 12,345", "loss 0.03341", "val_loss nan", "acc 1", "val_acc 0.5", "recall 0.25", "lr 1e-5", "2 s"
    ]  # fmt: skip
    assert row_at(snapshot(start=started(), steps=5), XAxis.STEP, 3.0)[0][0] == "┊ no epoch has ended"


async def test_the_state_line_has_the_row_while_the_crosshair_is_on(finished):
    app = Stage(place := TrainPlace())
    async with app.run_test(size=(80, 24)) as pilot:
        await attached(pilot, place, finished)
        await drawn(pilot)
        before = state(place)
        await pilot.press("c")
        assert state(place) == "┊ epoch 3  loss 0.33333  val_loss 0.5  acc 0.8  val_acc 0.93333  lr 0.01  2 s"
        await drawn(pilot)
        assert_snapshot(app, "train-crosshair-80x24")
        for _ in range(12):
            await pilot.press("left")
        assert state(place).startswith("┊ epoch 2  loss 0.5  val_loss 0.75  ")
        assert "  epoch 2 ─" in screen_text(app)
        await pilot.press("tab")
        assert state(place).startswith("┊ epoch 2 ")
        await pilot.press("tab")
        await until(pilot, lambda: state(place) == before)
        await pilot.press("shift+tab", "shift+tab")
        assert state(place).startswith("┊ epoch 2 ")
        await pilot.press("c")
        assert state(place) == before


async def test_no_number_is_cut(finished):
    app = Stage(place := TrainPlace())
    async with app.run_test(size=(60, 24)) as pilot:
        await attached(pilot, place, finished)
        await pilot.press("c")
        await drawn(pilot)
        line = screen_text(app).splitlines()[-2]
        assert line == " ┊ epoch 3  loss 0.33333  val_loss 0.5  acc 0.8"
        await pilot.resize_terminal(80, 24)
        await drawn(pilot)
        assert screen_text(app).splitlines()[-2].endswith("  lr 0.01  2 s")


async def test_an_epoch_that_ends_gets_under_the_crosshair(running):
    app = Stage(place := TrainPlace())
    async with app.run_test(size=(80, 24)) as pilot:
        await attached(pilot, place, running)
        await pilot.press("c")
        assert state(place).startswith("┊ epoch 1 ")
        append(running, *[step(number) for number in range(STEPS + 1, 2 * STEPS + 1)], epoch(2))
        await until(pilot, lambda: place.snapshot.step == 2 * STEPS)
        await pilot.press("right", "right", "right", "right")
        for _ in range(60):
            await pilot.press("right")
        assert state(place).startswith("┊ epoch 2 ")
        append(running, RunEnded(step=40, epoch=2, reason="stopped", message="stopped", best_epoch=2))
        await pilot.press("escape")
        await until(pilot, lambda: state(place).startswith("■ stopped"))
