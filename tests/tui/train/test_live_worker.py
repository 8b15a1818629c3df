"""The dashboard before a worker that really trains."""

import os
import signal
import time

import numpy as np
import pytest

from nntui.runs.commands import send
from nntui.runs.events import Command
from nntui.runs.status import Status, status_of
from nntui.tui.places.train.place import TrainPlace
from nntui.worker.launch import create_run, start_worker
from tests.tui.screen_text import screen_text
from tests.tui.train.staging import PATIENCE, Stage, until

DRAFT = {
    "name": "endless",
    "data": {"source": "moons", "samples": 200, "noise": 0.1, "validation": 0.2},
    "layers": [{"type": "dense", "units": 8, "activation": "tanh"}, {"type": "dense"}],
    "training": {"epochs": 100_000, "batch_size": 10, "optimizer": {"type": "adam", "learning_rate": 0.01}},
}


@pytest.fixture
def run(tmp_path):
    run = create_run(DRAFT, base=tmp_path, root=tmp_path / "runs")
    worker = start_worker(run)
    yield run
    # A test may have started another one.
    send(run, Command("stop"))
    limit = time.monotonic() + PATIENCE
    while status_of(run).alive and time.monotonic() < limit:
        worker.poll()
    worker.wait(PATIENCE)


async def is_training(pilot, place, run) -> None:
    place.attach(run)
    await until(pilot, lambda: place.snapshot is not None and len(place.snapshot.epochs) > 1)


async def test_paused_stepped_and_stopped_from_the_keyboard(run):
    app = Stage(place := TrainPlace())
    async with app.run_test(size=(80, 24)) as pilot:
        await is_training(pilot, place, run)
        assert place.snapshot.status is Status.RUNNING
        await pilot.press("space")
        await until(pilot, lambda: place.snapshot.status is Status.PAUSED)
        at = place.snapshot.step
        for more in (1, 2):
            await pilot.press(".")
            await until(pilot, lambda more=more: place.snapshot.step == at + more)
        await until(pilot, lambda: place.snapshot.status is Status.PAUSED)
        per_epoch = place.snapshot.started.steps_per_epoch
        await pilot.press(">")
        await until(pilot, lambda: place.snapshot.step == -(-(at + 2) // per_epoch) * per_epoch)
        await until(pilot, lambda: place.snapshot.status is Status.PAUSED)
        await pilot.press("]")
        await until(pilot, lambda: place.snapshot.learning_rate == 0.02)
        await until(pilot, lambda: "lr 0.02" in screen_text(app))
        await pilot.press("s")
        await until(pilot, lambda: len(app.screen_stack) == 2)
        await pilot.press("enter")
        await until(pilot, lambda: place.snapshot.status is Status.STOPPED)
    assert status_of(run) is Status.STOPPED


async def test_killed_and_resumed(run):
    app = Stage(place := TrainPlace())
    async with app.run_test(size=(80, 24)) as pilot:
        await is_training(pilot, place, run)
        os.kill(place.snapshot.started.pid, signal.SIGKILL)
        await until(pilot, lambda: place.snapshot.status is Status.CRASHED)
        first = place.snapshot.started.pid
        await pilot.press("R")
        await until(pilot, lambda: place.snapshot.started.pid != first)
        assert place.snapshot.started.from_step > 0
        send(run, Command("stop"))
        await until(pilot, lambda: place.snapshot.status is Status.STOPPED)


async def test_the_heatmap_follows_the_weights(run):
    app = Stage(place := TrainPlace())
    async with app.run_test(size=(80, 24)) as pilot:
        await is_training(pilot, place, run)
        await until(pilot, lambda: place.snapshot.live is not None)
        first = place.snapshot.live
        await until(pilot, lambda: place.snapshot.live.step > first.step)
        assert not np.array_equal(first.weights["dense_1.weight"], place.snapshot.live.weights["dense_1.weight"])
        np.testing.assert_array_equal(place.panes.view._matrix, place.snapshot.live.weights["dense_1.weight"])


async def test_leaving_the_app_leaves_the_training(run):
    app = Stage(place := TrainPlace())
    async with app.run_test(size=(80, 24)) as pilot:
        await is_training(pilot, place, run)
        follower = place.follower
    follower.join(5)
    assert not follower._thread.is_alive()
    assert status_of(run) is Status.RUNNING
