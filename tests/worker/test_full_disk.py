"""A full disk: a run removes its own epochs first, reports nothing as finished that is not saved, and can resume."""

import contextlib
import shutil

import pytest

from nntui.runs.checkpoints import CheckpointStore
from nntui.runs.directory import RunsError
from nntui.runs.events import EpochEnded, RunEnded, Warning
from nntui.runs.status import Status, status_of
from nntui.worker.process import EXIT_CODES, Worker
from tests.small_disk import tmpfs
from tests.small_runs import assert_equal_tensors, draft, events_of, weights_of
from tests.worker.comparing import events_that_count, rows_of
from tests.worker.faults import counted, full_from

WIDE = draft(**{"layers": [{"type": "dense", "units": 600}, {"type": "dense"}], "training.epochs": 12})
"""Its checkpoints have about 40 kB."""


@pytest.fixture
def disk(tmp_path):
    """Where new runs are made: a disk of 400 kB, on which a run of WIDE does not have room for all its epochs."""
    with tmpfs(tmp_path / "runs", 400_000) as mounted:
        if not mounted:
            pytest.skip("no file system may be mounted here")
        yield tmp_path / "runs"


def fill(disk, *, leaving=0):
    """A file that takes all the room but this many bytes."""
    filler = disk / "filler"
    with filler.open("ab", buffering=0) as file:
        with contextlib.suppress(OSError):
            while file.write(bytes(4096)):
                pass
        file.truncate(max(file.tell() - leaving, 0))
    return filler


class Waiting:
    """Stands for waiting at the end of a run; does something at each call, and then gives up or not."""

    def __init__(self, *actions):
        self.actions = list(actions)
        self.calls = 0

    def __call__(self, seconds):
        self.calls += 1
        return bool(self.actions.pop(0)()) if self.actions else True


def test_a_run_larger_than_the_disk_removes_its_own_epochs_and_finishes(new_run, disk):
    run = new_run(WIDE)
    fill(disk, leaving=200_000)
    assert Worker(run).run().reason == "finished"
    store = CheckpointStore(run.checkpoints_path)
    assert not [event for event in events_of(run) if isinstance(event, Warning)]
    assert {1, 12} < set(store.epochs()) < set(range(1, 13))
    assert store.best() is not None


def test_a_disk_that_fills_up_meanwhile_is_waited_for_at_the_end(new_run, disk):
    run = new_run(WIDE)
    waiting = Waiting(lambda: None, lambda: (disk / "filler").unlink())

    def listener(event):
        if isinstance(event, EpochEnded) and event.epoch == 2:
            fill(disk, leaving=12_000)

    ended = Worker(run, listener=listener, wait=waiting).run()
    assert (ended.reason, waiting.calls) == ("finished", 2)
    told = [event.message for event in events_of(run) if isinstance(event, Warning)]
    assert "was not saved" in told[0]
    assert "No space left on device: waiting up to 60 s for room" in told[-1]
    tensors = weights_of(run)
    shutil.rmtree(run.path)
    Worker(other := new_run(WIDE)).run()
    assert_equal_tensors(tensors, weights_of(other))


def test_weights_that_cannot_be_saved_make_the_run_failed_and_it_is_resumed(new_run, disk):
    run = new_run(WIDE)

    def listener(event):
        if isinstance(event, EpochEnded) and event.epoch == 2:
            fill(disk, leaving=12_000)

    ended = Worker(run, listener=listener, wait=Waiting()).run()
    assert (ended.reason, EXIT_CODES[ended.reason], status_of(run)) == ("failed", 1, Status.FAILED)
    assert ended == events_of(run)[-1]
    assert ended.message.startswith("the weights of step 96 could not be saved: cannot write ")
    last = run.checkpoints_path / "last.safetensors"
    assert f"the newest checkpoint is {last}, of epoch 1 and step 8; 'nntui resume' goes on" in ended.message
    (disk / "filler").unlink()
    assert Worker(run).run().reason == "finished"
    assert [row["epoch"] for row in rows_of(run)] == [str(epoch) for epoch in range(1, 13)]
    tensors = weights_of(run)
    shutil.rmtree(run.path)
    Worker(other := new_run(WIDE)).run()
    assert_equal_tensors(tensors, weights_of(other))


def test_a_disk_too_full_for_a_line_fails_the_run_with_what_could_not_be_written(new_run, disk):
    run, heard = new_run(WIDE), []

    def listener(event):
        heard.append(event)
        if isinstance(event, EpochEnded):
            fill(disk)

    with pytest.raises(RunsError, match=r"No space left on device: \d+ events could not.*then 'nntui resume"):
        Worker(run, listener=listener, wait=Waiting()).run()
    assert [event.reason for event in heard if isinstance(event, RunEnded)] == ["failed"]
    (disk / "filler").unlink()
    assert status_of(run) is Status.CRASHED
    assert Worker(run).run().reason == "finished"
    assert [row["epoch"] for row in rows_of(run)] == [str(epoch) for epoch in range(1, 13)]


SHORT = draft(**{"training.epochs": 3, "training.batch_size": 36, "training.early_stopping": {"patience": 3}})


@pytest.mark.parametrize(("wait", "stride"), [(True, 9), (False, 9), pytest.param(True, 1, marks=pytest.mark.slow)])
def test_full_from_any_operation_on_nothing_is_called_finished_that_is_not_saved(new_run, wait, stride):
    """Waiting at the end either gives up, or the disk stays full for a minute; resumed, nothing is missing."""
    whole = new_run(SHORT)
    with counted().watched() as operations:
        Worker(whole).run()
    count = len(operations.names)
    for number in range(3, count, stride):
        run = new_run(SHORT)
        heard = []
        with full_from(number).watched(), contextlib.suppress(RunsError):
            Worker(run, listener=heard.append, wait=lambda seconds: wait).run()
        assert {event.reason for event in heard if isinstance(event, RunEnded)} <= {"failed"}
        assert status_of(run) is not Status.FINISHED
        assert Worker(run).run().reason == "finished"
        assert events_that_count(run) == events_that_count(whole)
        assert rows_of(run) == rows_of(whole)
        assert_equal_tensors(weights_of(run), weights_of(whole))
