"""A run directory that is renamed, deleted or damaged while its run trains."""

import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from nntui.runs.checkpoints import CheckpointStore
from nntui.runs.commands import send
from nntui.runs.directory import RunDirectory, RunsError
from nntui.runs.events import CheckpointSaved, Command, EpochEnded, Paused, Step, Warning
from nntui.runs.lock import WorkerLock
from nntui.runs.status import Status, status_of
from nntui.worker.process import LostRunError, Worker
from tests.small_runs import assert_equal_tensors, draft, events_of, weights_of
from tests.worker.comparing import assert_same_checkpoints, assert_same_run, events_that_count, rows_of

follows = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="only Linux says where a directory went")


def at(run, kind, number, action):
    """A worker that finds this done when the event of this kind and number (a step's or an epoch's) is logged."""

    def listener(event):
        if isinstance(event, kind) and number == (event.step if kind is Step else event.epoch):
            action()

    return Worker(run, listener=listener)


@follows
@pytest.mark.parametrize(("kind", "number"), [(Step, 5), (EpochEnded, 2), (CheckpointSaved, 4)])
def test_a_run_whose_directory_is_renamed_goes_on_there(new_run, kind, number):
    whole, run = new_run(), new_run()
    Worker(whole).run()
    moved = RunDirectory(run.path.with_name("renamed"))
    worker = at(run, kind, number, lambda: run.path.rename(moved.path))
    assert worker.run().reason == "finished"
    assert worker.run_directory == moved
    assert not run.path.exists()
    assert status_of(moved) is Status.FINISHED
    assert_same_checkpoints(moved, whole)
    assert events_that_count(moved) == events_that_count(whole)
    assert rows_of(moved) == rows_of(whole)
    told = [event.message for event in events_of(moved) if isinstance(event, Warning)]
    assert told == [f"the run's directory was moved while it was trained: it is {moved.path}"]


@follows
def test_a_renamed_run_obeys_the_commands_sent_to_it_where_it_is(new_run):
    run = new_run()
    moved = RunDirectory(run.path.with_name("renamed"))

    def listener(event):
        if isinstance(event, Step) and event.step == 5:
            run.path.rename(moved.path)
            send(moved, Command("pause"))
        if isinstance(event, Paused):
            send(moved, Command("stop"))

    assert Worker(run, listener=listener).run().reason == "stopped"
    assert status_of(moved) is Status.STOPPED


@pytest.mark.parametrize("kind", [Step, EpochEnded, CheckpointSaved])
def test_a_run_whose_directory_is_deleted_ends_with_one_line(new_run, kind):
    run = new_run()
    worker = at(run, kind, 4, lambda: shutil.rmtree(run.path))
    with pytest.raises(LostRunError, match="was deleted, or moved out of reach, while it was trained"):
        worker.run()
    assert not run.path.exists()
    assert status_of(run) is Status.CRASHED


def test_a_paused_run_whose_directory_is_deleted_ends(new_run):
    run = new_run()
    send(run, Command("pause"))
    with pytest.raises(LostRunError):
        at(run, Paused, 1, lambda: shutil.rmtree(run.path)).run()


@pytest.mark.parametrize("replaced", [False, True])
def test_a_run_whose_lock_is_deleted_ends_and_leaves_the_log_to_others(new_run, replaced):
    run = new_run()

    def take():
        run.lock_path.unlink()
        if replaced:
            assert other.acquire()

    with (
        WorkerLock(run.lock_path) as other,
        pytest.raises(LostRunError, match="was deleted or replaced while"),
    ):
        at(run, EpochEnded, 2, take).run()
    assert events_of(run)[-1].name != "run_ended"
    assert status_of(run) is Status.CRASHED
    assert Worker(run).run().reason == "finished"


@pytest.mark.parametrize("how", ["deleted", "moved"])
def test_a_checkpoints_directory_that_is_gone_is_made_again(new_run, how, tmp_path):
    whole, run = new_run(), new_run()
    Worker(whole).run()

    def remove():
        if how == "moved":
            run.checkpoints_path.rename(tmp_path / "elsewhere")
        else:
            shutil.rmtree(run.checkpoints_path)

    assert at(run, CheckpointSaved, 2, remove).run().reason == "finished"
    assert CheckpointStore(run.checkpoints_path).epochs() == [3, 4]
    assert_equal_tensors(weights_of(run), weights_of(whole))


def test_a_file_in_place_of_the_checkpoints_fails_the_run_until_it_is_gone(new_run):
    run = new_run()

    def replace():
        shutil.rmtree(run.checkpoints_path)
        run.checkpoints_path.touch()

    ended = at(run, CheckpointSaved, 2, replace).run()
    assert (ended.reason, status_of(run)) == ("failed", Status.FAILED)
    assert "Not a directory; no checkpoint was saved; 'nntui resume' begins again" in ended.message
    with pytest.raises(RunsError, match="checkpoints: expected a directory, got something else"):
        Worker(run).run()
    run.checkpoints_path.unlink()
    assert Worker(run).run().reason == "finished"
    told = [event.message for event in events_of(run) if isinstance(event, Warning)]
    assert told[-1] == f"no checkpoint is left in {run.checkpoints_path}: training begins again"


def test_a_checkpoints_directory_that_becomes_read_only_fails_the_run_and_it_is_resumed(new_run):
    whole, run = new_run(), new_run()
    Worker(whole).run()
    mount = ["mount", "-t", "tmpfs", "-o", "ro,size=64k", "tmpfs", str(run.checkpoints_path)]
    mounted = []

    def cover():
        mounted.append(subprocess.run(mount, capture_output=True, check=False).returncode == 0)

    ended = at(run, CheckpointSaved, 2, cover).run()
    if mounted != [True]:
        pytest.skip("no file system may be mounted here")
    try:
        assert (ended.reason, status_of(run)) == ("failed", Status.FAILED)
        assert "Read-only file system" in ended.message
        with pytest.raises(RunsError, match="expected a directory that can be written to"):
            Worker(run).run()
    finally:
        subprocess.run(["umount", str(run.checkpoints_path)], check=True)
    assert Worker(run).run().reason == "finished"
    assert_same_run(run, whole)


def test_a_deleted_run_ends_the_command_with_one_line_and_exit_code_1(new_run):
    run = new_run(draft(**{"training.epochs": 100_000}))
    process = subprocess.Popen(
        [sys.executable, "-m", "nntui.worker.process", str(run.path)], stderr=subprocess.PIPE, text=True
    )
    pause = threading.Event()
    while not run.metrics_path.exists() and process.poll() is None:
        pause.wait(0.01)
    shutil.rmtree(run.path, ignore_errors=True)
    shutil.rmtree(run.path, ignore_errors=True)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 1
    assert told.splitlines()[-1].startswith(f"nntui: {run.path}")
    assert "Traceback" not in told
