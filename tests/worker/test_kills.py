"""Killing a worker at every file operation and resuming gives the same files as without the kill."""

import signal
import subprocess
import sys

import pytest

from nntui.worker import checkpointer as checkpointer
from nntui.worker import process as worker
from nntui.worker.process import Worker
from tests.small_runs import draft, events_of
from tests.worker.comparing import assert_same_run
from tests.worker.faults import PowerCut, counted, killed_at

SHORT = draft(**{
    "training.epochs": 4,
    "training.batch_size": 36,
    "training.seed": 0,
    "training.optimizer.learning_rate": 3.0,
    "training.early_stopping": {"patience": 3},
})  # fmt: skip


@pytest.fixture
def whole(new_run, monkeypatch):
    """A run that was not killed, whose second epoch's checkpoint is thinned out; and what it did to its files."""
    monkeypatch.setattr(checkpointer, "_CAP_EPOCHS", 2)
    # What goes by the clock is done once or always, so that the operations are the same in every run.
    monkeypatch.setattr(checkpointer, "_LIVE_SECONDS", 1e9)
    monkeypatch.setattr(worker, "_SYNC_SECONDS", 0.0)
    run = new_run(SHORT)
    with counted().watched() as operations:
        assert Worker(run).run().reason == "finished"
    assert [event.best for event in events_of(run) if event.name == "epoch_ended"] == [True, False, True, False]
    assert sorted(path.stem for path in run.checkpoints_path.iterdir()) == [
        "best", "epoch-0001", "epoch-0003", "epoch-0004", "last"
    ]  # fmt: skip
    return run, operations.names


def killed(run, number, *, torn=False):
    """Trains a run, killed before this operation; whether it lived to be killed."""
    with killed_at(number, torn=torn).watched():
        try:
            Worker(run).run()
        except PowerCut:
            return True
    return False


def assert_survives(new_run, whole, number, *, torn=False):
    run = new_run(SHORT)
    if killed(run, number, torn=torn):
        assert Worker(run).run().reason == "finished"
    assert_same_run(run, whole)


def points(names, *, first=1, last=None, torn=False):
    numbers = range(first, (last or len(names)) + 1)
    return [number for number in numbers if not torn or names[number - 1] == "write"]


def best_epoch_of(names):
    """The numbers of the operations of the third epoch, which is the best and has the second thinned out."""
    makes = [number for number, name in enumerate(names, 1) if name == "mkdir"]
    return {"first": makes[3] - 3, "last": makes[4]}


@pytest.mark.parametrize("torn", [False, True])
def test_killed_at_every_operation_of_an_epoch_and_resumed_it_is_the_same_run(new_run, whole, torn):
    run, names = whole
    assert (names.count("link"), names.count("mkdir"), names.count("fsync")) == (6, 6, 7)
    for number in points(names, **best_epoch_of(names), torn=torn):
        assert_survives(new_run, run, number, torn=torn)


@pytest.mark.slow
@pytest.mark.parametrize("torn", [False, True])
def test_killed_at_every_operation_and_resumed_it_is_the_same_run(new_run, whole, torn):
    run, names = whole
    for number in points(names, torn=torn):
        assert_survives(new_run, run, number, torn=torn)


@pytest.mark.slow
def test_killed_again_at_every_operation_while_it_is_resumed_it_is_the_same_run(new_run, whole):
    """After a kill at each operation of the best epoch, at each of those a resumed run does until its first step."""
    run, names = whole
    for number in points(names, **best_epoch_of(names)):
        for second in range(1, 40):
            again = new_run(SHORT)
            assert killed(again, number)
            if killed(again, second):
                assert Worker(again).run().reason == "finished"
            assert_same_run(again, run)


_KILLED = """
import os, signal, sys
from pathlib import Path
from nntui.runs.directory import RunDirectory
from nntui.worker import checkpointer
from nntui.worker import process as worker
from nntui.worker.process import Worker
from tests.worker.faults import Operations
checkpointer._CAP_EPOCHS, checkpointer._LIVE_SECONDS, worker._SYNC_SECONDS = 2, 1e9, 0.0

def fault(count, name, function, arguments):
    if count == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)

with Operations(fault).watched():
    Worker(RunDirectory(Path(sys.argv[1]))).run()
"""


def assert_survives_sigkill(new_run, whole, number):
    run = new_run(SHORT)
    process = subprocess.run([sys.executable, "-c", _KILLED, str(run.path), str(number)], check=False)
    assert process.returncode == -signal.SIGKILL
    assert Worker(run).run().reason == "finished"
    assert_same_run(run, whole)


def test_a_process_killed_between_the_links_of_last_and_best_is_the_same_run(new_run, whole):
    run, names = whole
    links = [number for number, name in enumerate(names, 1) if name == "link"]
    for number in links[3:5]:
        assert_survives_sigkill(new_run, run, number)


@pytest.mark.slow
def test_a_process_killed_at_every_operation_is_the_same_run(new_run, whole):
    run, names = whole
    for number in points(names):
        assert_survives_sigkill(new_run, run, number)


@pytest.mark.parametrize("damage", ["best", "last", "epoch-0003"])
def test_a_damaged_checkpoint_is_put_right_by_resume(new_run, whole, damage):
    run = new_run(SHORT)
    stopping = Worker(run, listener=lambda event: stopping.stop() if event.step == 7 else None)
    assert stopping.run().reason == "stopped"
    path = run.checkpoints_path / f"{damage}.safetensors"
    path.unlink()
    path.write_bytes(b"damaged")
    assert Worker(run).run().reason == "finished"
    assert_same_run(run, whole[0])
