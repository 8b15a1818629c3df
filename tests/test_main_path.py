"""The main path on a real terminal: open the app, train, watch, leave, come back, lose the connection."""

import os
import signal
import sys

import pytest

from nntui.modelfile.document import write_document
from nntui.runs.directory import list_runs
from nntui.runs.events import EpochEnded, RunEnded, RunStarted
from nntui.runs.lock import held
from nntui.runs.status import Status, status_of
from nntui.worker.session import Session
from tests.small_runs import assert_equal_tensors, draft, events_of, weights_of
from tests.terminal import Terminal

NNTUI = [sys.executable, "-m", "nntui"]
SHORT = draft(**{"training.epochs": 30})
LONG = draft(**{"training.epochs": 100_000})


@pytest.fixture
def folder(tmp_path):
    write_document(SHORT, tmp_path / "short.toml")
    write_document(LONG, tmp_path / "long.toml")
    yield tmp_path
    # A test that fails must not leave a training behind that would slow all others.
    for run in list_runs(tmp_path / "runs"):
        if held(run.lock_path):
            pids = [event.pid for event in events_of(run) if isinstance(event, RunStarted)]
            os.kill(pids[-1], signal.SIGKILL)


@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
def test_a_new_user_trains_the_bundled_model(tmp_path, size):
    with Terminal(NNTUI, cwd=tmp_path, size=size) as terminal:
        terminal.wait_for("1 Build", "digits-mlp", "flatten_1", "dense_1")
        terminal.type("r")
        terminal.wait_for("2 Train", "loss", "accuracy", "epochs", "samples/s")
        terminal.wait_for("finished")
        terminal.type("4")
        terminal.wait_for("digits-mlp", "finished")
        terminal.type("q")
        assert terminal.wait_for_end() == 0
    (run,) = list_runs(tmp_path / "runs")
    assert status_of(run) is Status.FINISHED
    epochs = [event for event in events_of(run) if isinstance(event, EpochEnded)]
    assert epochs[-1].metrics["val_accuracy"] > 0.95


async def test_the_app_and_headless_give_the_same_bits(folder):
    with Terminal([*NNTUI, "--model", "short.toml"], cwd=folder) as terminal:
        terminal.wait_for("1 Build", "dense_1")
        terminal.type("r")
        terminal.wait_for("finished")
        terminal.type("q")
        terminal.wait_for_end()
    (from_app,) = list_runs(folder / "runs")
    async with Session.start(SHORT, base=folder, root=folder / "other") as session:
        async for _ in session.events():
            pass
    assert_equal_tensors(weights_of(from_app), weights_of(session.run))


async def test_leaving_says_that_training_goes_on_and_coming_back_finds_it(folder):
    with Terminal([*NNTUI, "--model", "long.toml"], cwd=folder) as terminal:
        terminal.wait_for("1 Build", "dense_1")
        terminal.type("r")
        terminal.wait_for("running", "samples/s")
        terminal.type("q")
        assert terminal.wait_for_end() == 0
        assert "watch" in terminal.text
    (run,) = list_runs(folder / "runs")
    assert status_of(run) is Status.RUNNING
    with Terminal(NNTUI, cwd=folder) as terminal:
        terminal.wait_for(run.id)
        terminal.type("\r")
        terminal.wait_for("running", "samples/s", "epoch")
        terminal.type(" ")
        terminal.wait_for("paused")
        terminal.type(" ")
        terminal.wait_for("running")
        terminal.type("s")
        terminal.wait_for("Stop training small?")
        terminal.type("\r")
        terminal.wait_for("stopped")
        terminal.type("q")
        assert terminal.wait_for_end() == 0
    assert isinstance(events_of(run)[-1], RunEnded)


async def test_a_lost_connection_costs_nothing(folder):
    with Terminal([*NNTUI, "--model", "long.toml"], cwd=folder) as terminal:
        terminal.wait_for("1 Build", "dense_1")
        terminal.type("r")
        terminal.wait_for("running", "samples/s")
        terminal.hang_up()
        terminal.process.wait(30)
    (run,) = list_runs(folder / "runs")
    assert status_of(run) is Status.RUNNING
    async with Session.attach(run) as session:
        ended = await session.stop()
    assert ended.reason == "stopped"


def test_a_terminal_too_small_says_so_and_works(folder):
    with Terminal([*NNTUI, "--model", "short.toml"], cwd=folder, size=(50, 14)) as terminal:
        terminal.wait_for("80×24")
        terminal.type("r")
        terminal.wait_for("finished")
        terminal.type("q")
        assert terminal.wait_for_end() == 0


async def test_a_training_in_the_foreground_outlives_its_terminal(folder):
    with Terminal([*NNTUI, "train", "long.toml"], cwd=folder) as terminal:
        terminal.wait_for("epoch", "samples/s")
        terminal.hang_up()
        (run,) = list_runs(folder / "runs")
        async with Session.attach(run) as session:
            later = await session.epoch()
            assert later.name == "paused"
            ended = await session.stop()
        assert ended.reason == "stopped"
        assert terminal.process.wait(30) == 0
    assert "Traceback" not in run.log_path.read_text()
