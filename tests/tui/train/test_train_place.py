import dataclasses
import math
import os

import pytest

from nntui.runs.events import CheckpointSaved, Warning
from nntui.runs.lock import WorkerLock
from nntui.runs.status import Status
from nntui.tui.places.train.curves import sampling_words
from nntui.tui.places.train.place import TrainPlace
from nntui.tui.widgets.note_line import NoteLine
from tests.tui.screen_text import assert_snapshot, screen_text
from tests.tui.train.staging import (
    STEPS,
    Stage,
    append,
    attached,
    drawn,
    ended,
    epoch,
    keys,
    started,
    state,
    step,
    trained,
    until,
    write_run,
)
from tests.tui.train.test_pace import snapshot


async def test_without_a_run_it_says_what_to_press():
    app = Stage(place := TrainPlace())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "No run attached." in screen_text(app)
        assert "1 Build, then r trains it" in screen_text(app)
        await pilot.press("space", ".", "s", "z", "l", "R", "]")
        assert "Pause" not in keys(app)
        assert place.snapshot is None


@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
async def test_dashboard(finished, size):
    """A finished run of three epochs: curves, weights, epochs with the best one starred, progress and state."""
    app = Stage(place := TrainPlace())
    async with app.run_test(size=size) as pilot:
        await attached(pilot, place, finished)
        await until(pilot, lambda: "dense_1.weight" in screen_text(app))
        await drawn(pilot)
        assert_snapshot(app, f"train-{size[0]}x{size[1]}")


async def test_a_step_stands_in_the_same_column_in_both_charts(finished):
    app = Stage(place := TrainPlace())
    async with app.run_test(size=(80, 24)) as pilot:
        await attached(pilot, place, finished)
        loss, metric = place.panes.loss.chart, place.panes.metric.chart
        await until(pilot, lambda: loss.gutter == metric.gutter != 0)
        assert loss.buckets == metric.buckets
        lines = screen_text(app).splitlines()
        stars = [line[:34].index("★") for line in lines[:19] if "★" in line[:34]]
        assert len(stars) == 2
        assert stars[0] == stars[1]


async def test_a_log_read_in_part_says_so_under_the_curves(finished):
    app = Stage(place := TrainPlace())
    async with app.run_test(size=(80, 24)) as pilot:
        await attached(pilot, place, finished)
        assert "every" not in screen_text(app)
        place.snapshot = dataclasses.replace(place.snapshot, one_in=3)
        place.draw_curves()
        await until(pilot, lambda: screen_text(app).count("every 3rd step") == 2)
        lines = [line[:34] for line in screen_text(app).splitlines()]
        below = [line for line in lines if line.startswith("╰")]
        assert [line.startswith("╰ step  every 3rd step ─") for line in below] == [True, True]
        assert all(line.endswith("─ 60 ─╯") for line in below)


@pytest.mark.parametrize(
    ("one_in", "words"),
    [(1, ""), (2, "every 2nd step"), (6, "every 6th step"), (11, "every 11th step"), (21, "every 21st step"),
     (112, "every 112th step"), (1003, "every 1003rd step")],
)  # fmt: skip
def test_how_much_of_a_log_is_drawn_in_words(one_in, words):
    assert sampling_words(snapshot(one_in=one_in)) == words


async def test_everything_is_complete_at_80x24(finished):
    app = Stage(place := TrainPlace())
    async with app.run_test(size=(80, 24)) as pilot:
        await attached(pilot, place, finished)
        lines = screen_text(app).splitlines()
        assert len(lines) == 24
        assert lines[0].rstrip().endswith("small  ● finished")
        assert "╭ loss ──" in lines[1]
        assert "─train 0.033 ⠶val 0.5 ╮╭ dense_1.weight  4×8 ──" in lines[1]
        heading = next(line for line in lines if "val_loss" in line)
        assert heading.rpartition("││")[2].split()[:6] == ["epoch", "loss", "val_loss", "acc", "val_acc", "lr"]
        assert any("2 0.500" in line and "★" in line for line in lines)
        assert "epoch 3/5 " in lines[-3]
        assert "60%   " in lines[-3]
        assert lines[-2].startswith(" ✓ finished   trained 3 epochs   ★ epoch 2: val_loss 0.75  val_acc 0.9")


async def test_out_of_sight_nothing_is_drawn_and_back_in_sight_the_newest_is_there(running, monkeypatch):
    app = Stage(place := TrainPlace())
    async with app.run_test(size=(80, 24)) as pilot:
        await attached(pilot, place, running)
        await drawn(pilot)
        shown: list[object] = []
        show = place.panes.loss.show
        monkeypatch.setattr(
            place.panes.loss, "show", lambda *series, **more: (shown.append(series), show(*series, **more))
        )
        place.display = False
        await pilot.pause()
        append(running, *[step(STEPS + number, time=step(STEPS).time + number) for number in range(1, 4)])
        await until(pilot, lambda: place.snapshot.step == STEPS + 3)
        assert not shown
        place.display = True
        await until(pilot, lambda: f"running   step {STEPS + 3} " in screen_text(app))
        assert shown


async def test_a_narrow_terminal_shows_one_pane_at_a_time(finished):
    app = Stage(place := TrainPlace())
    async with app.run_test(size=(50, 16)) as pilot:
        await attached(pilot, place, finished)
        assert place.panes.loss.size.width == 50
        assert not place.panes.epochs.is_on_screen
        await pilot.press("tab", "tab", "tab")
        await pilot.pause()
        assert "val_loss" in screen_text(app)
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: place.panes.loss.is_on_screen)
        assert app.focused is place.panes.epochs


async def test_what_changes_under_a_dialog_is_there_afterwards(running):
    app = Stage(place := TrainPlace())
    async with app.run_test(size=(80, 24)) as pilot:
        await attached(pilot, place, running)
        await pilot.press("s")
        await until(pilot, lambda: len(app.screen_stack) == 2)
        await pilot.press("escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        append(running, *[step(number) for number in range(21, 41)], epoch(2))
        await until(pilot, lambda: "2 0.500" in screen_text(app))
        assert "epoch 2/5" in screen_text(app)


async def test_a_worker_that_is_gone_is_noticed(tmp_path):
    run = write_run(tmp_path / "run", *trained(1))
    app = Stage(place := TrainPlace())
    async with app.run_test(size=(80, 24)) as pilot:
        with WorkerLock(run.lock_path) as lock:
            assert lock.acquire()
            await attached(pilot, place, run)
            assert place.snapshot.status is Status.RUNNING
        await until(pilot, lambda: place.snapshot.status is Status.CRASHED)
        assert state(place) == "✗ crashed   after step 20: the worker is gone   R resumes it"
        assert "R Resume" in keys(app)


async def test_a_diverged_run_shows_where_and_what_to_do(tmp_path):
    message = "dense_2: the output is not finite at step 3; try a learning rate below 1"
    broken = dataclasses.replace(step(3), loss=math.nan)
    run = write_run(tmp_path / "run", started(), step(1), step(2), broken, ended("diverged", message, at=3))
    app = Stage(place := TrainPlace())
    async with app.run_test(size=(80, 24)) as pilot:
        await attached(pilot, place, run)
        assert state(place) == "✗ diverged   dense_2: the output is not finite at step 3"
        assert "Try a learning rate below 1: 1 Build, then r" in screen_text(app)
        assert "Resume" not in keys(app)


async def test_a_failed_run_shows_why(tmp_path):
    run = write_run(tmp_path / "run", started(), ended("failed", "data.source: gone.csv is missing", at=0))
    app = Stage(place := TrainPlace())
    async with app.run_test(size=(80, 24)) as pilot:
        await attached(pilot, place, run)
        assert "data.source: gone.csv is missing" in screen_text(app)
        assert "R resumes it" in state(place)


async def test_a_regression_shows_r2(tmp_path):
    metrics = {"loss": 1.0, "mae": 0.5, "r2": 0.25, "val_loss": 1.0, "val_mae": 0.5, "val_r2": 0.125}
    events = [started(task="regression", metrics=["mae", "r2"]), step(1, accuracy=None), epoch(1, **metrics)]
    run = write_run(tmp_path / "run", *events)
    app = Stage(place := TrainPlace())
    async with app.run_test(size=(80, 24)) as pilot:
        await attached(pilot, place, run)
        text = screen_text(app)
        assert "╭ r2 ──" in text
        assert "val_r2" in text
        assert "0.250  0.125" in text


async def test_warnings_are_a_line_for_a_minute_of_the_run(running):
    app = Stage(place := TrainPlace())
    async with app.run_test(size=(80, 24)) as pilot:
        await attached(pilot, place, running)
        append(running, Warning(step=STEPS, epoch=1, time=step(STEPS).time, message="the disk is full\x1b[2J"))
        await until(pilot, lambda: "! step 20: the disk is full�[2J" in screen_text(app))
        append(running, step(STEPS + 1, time=step(STEPS).time + 61))
        await until(pilot, lambda: "the disk is full" not in screen_text(app))


async def test_that_nothing_is_saved_stands_there_until_something_is(running, monkeypatch):
    full = False
    monkeypatch.setattr("nntui.runs.follow.follower.is_full", lambda path: full)
    monkeypatch.setattr("nntui.runs.follow.follower._DISK_SECONDS", 0.0)
    app = Stage(place := TrainPlace())
    note = "No checkpoint so far could be saved"
    async with app.run_test(size=(80, 24)) as pilot:
        await attached(pilot, place, running)
        assert note not in screen_text(app)
        append(running, step(STEPS + 1, time=step(STEPS).time + 600))
        await until(pilot, lambda: note in screen_text(app))
        assert place.query_one("#train-note", NoteLine).text in screen_text(app)
        full = True
        await until(pilot, lambda: "nothing is saved until there is room" in screen_text(app))
        await drawn(pilot)
        assert_snapshot(app, "train-full-disk-80x24")
        full = False
        append(running, CheckpointSaved(step=STEPS, epoch=1, file="epoch-0001.safetensors"))
        await until(pilot, lambda: not place.has_class("-noted"))


async def test_another_run_takes_the_place_of_the_first(tmp_path, finished):
    other = write_run(tmp_path / "other", started(model="other"), step(1, loss=500.0), live=False)
    app = Stage(place := TrainPlace())
    async with app.run_test(size=(80, 24)) as pilot:
        await attached(pilot, place, finished)
        await attached(pilot, place, other)
        await until(pilot, lambda: "500" in screen_text(app))
        text = screen_text(app)
        assert "other  ● crashed" in text
        assert "no epoch has ended" in text
        assert "no values yet" in text
        assert "0.667" not in text


async def test_an_empty_and_a_missing_directory_are_no_exception(tmp_path):
    app = Stage(place := TrainPlace())
    async with app.run_test(size=(80, 24)) as pilot:
        run = write_run(tmp_path / "empty", live=False)
        os.utime(run.path, (0, 0))
        await attached(pilot, place, run)
        assert "the worker ended before the first step" in state(place)
        await attached(pilot, place, type(run)(tmp_path / "missing"))
        assert "is gone" in state(place)


def guessed(**changes):
    """A run over ten classes that answers as chance does."""
    confusion = [[1, 1, 1, 1, 1, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 1, 1, 1, 1, 1]] * 5
    start = started(classes=[str(digit) for digit in range(10)], val_samples=50, **changes)
    row = epoch(1, loss=2.31, accuracy=0.11, val_loss=2.32, val_accuracy=0.1)
    steps = [step(number, loss=2.3, accuracy=0.1) for number in range(1, STEPS + 1)]
    return start, *steps, dataclasses.replace(row, confusion=confusion), ended("finished", "trained 1 epoch", at=STEPS)


async def test_a_run_that_guesses_is_no_green_tick(tmp_path):
    run = write_run(tmp_path / "small", *guessed(scaled_inputs=False))
    app = Stage(place := TrainPlace())
    async with app.run_test(size=(80, 24)) as pilot:
        await attached(pilot, place, run)
        await until(pilot, lambda: "no better than guessing" in screen_text(app))
        await drawn(pilot)
        text = screen_text(app)
        assert "! no better than guessing: val_accuracy 0.1 (10 % by chance, ln 10 = 2.303)" in text
        assert "Try another learning rate ('nntui lrfind'), standardize = true, more units" in text
        assert "small  ● guessing" in text
        assert "finished" not in text
        assert_snapshot(app, "train-guessing-80x24")


async def test_the_epoch_a_run_went_back_to_is_whole_in_eighty_columns(tmp_path):
    message = "early stopping: val_loss has not improved for 10 epochs; back to the weights of epoch 112"
    run = write_run(tmp_path / "small", *trained(), ended("finished", message))
    app = Stage(place := TrainPlace())
    async with app.run_test(size=(80, 24)) as pilot:
        await attached(pilot, place, run)
        await until(pilot, lambda: "back to epoch 112, early stopping" in screen_text(app))
