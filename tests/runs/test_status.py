from __future__ import annotations

import pytest

from nntui.runs.events import Paused, Resumed, Warning, to_json
from nntui.runs.lock import WorkerLock
from nntui.runs.status import Status, status_of

from .samples import ended, new_run, started, step

PAUSED, RESUMED = Paused(step=1, epoch=1), Resumed(step=1, epoch=1)


@pytest.fixture
def run(tmp_path):
    return new_run(tmp_path)


def write(run, *events, after: bytes = b""):
    run.events_path.write_bytes(b"".join(to_json(event).encode() + b"\n" for event in events) + after)


@pytest.mark.parametrize(
    ("events", "alive", "status"),
    [
        ([], True, Status.STARTING),
        ([step(1)], True, Status.STARTING),
        ([started()], True, Status.RUNNING),
        ([started(), step(1)], False, Status.CRASHED),
        ([started(), PAUSED], True, Status.PAUSED),
        ([started(), PAUSED, step(2)], True, Status.PAUSED),
        ([started(), PAUSED, RESUMED], True, Status.RUNNING),
        ([started(), PAUSED], False, Status.CRASHED),
        ([started(), PAUSED, started()], True, Status.RUNNING),
        ([started(), ended("finished")], False, Status.FINISHED),
        ([started(), ended("finished")], True, Status.FINISHED),
        ([started(), ended("stopped")], False, Status.STOPPED),
        ([started(), ended("diverged")], False, Status.DIVERGED),
        ([started(), ended("failed")], False, Status.FAILED),
        ([started(), ended("failed"), Warning(step=9, epoch=1, message="late")], False, Status.FAILED),
        ([started(), ended("stopped"), started(from_step=1)], True, Status.RUNNING),
        ([started(), ended("stopped"), started(from_step=1), step(2)], False, Status.CRASHED),
    ],
)
def test_the_status_follows_from_the_log_and_the_lock(run, events, alive, status):
    write(run, *events)
    with WorkerLock(run.lock_path) as lock:
        assert not alive or lock.acquire()
        run.lock_path.touch()
        assert status_of(run) == status
        assert status.alive == (status in ("starting", "running", "paused"))


def test_a_run_whose_worker_never_came_has_crashed_after_half_a_minute(run):
    created = run.path.stat().st_mtime
    assert status_of(run, now=created + 1) == Status.STARTING
    assert status_of(run, now=created + 31) == Status.CRASHED
    run.lock_path.touch()
    assert status_of(run, now=created + 1) == Status.CRASHED


@pytest.mark.parametrize("steps", [10, 5_000, 30_000])
def test_the_turn_is_found_however_far_back_it_stands(run, steps):
    write(run, started(), ended("stopped"), started(), PAUSED, *(step(number) for number in range(steps)))
    with WorkerLock(run.lock_path) as lock:
        assert lock.acquire()
        assert status_of(run) == Status.PAUSED


@pytest.mark.parametrize(
    "after",
    [
        b'{"event":"run_started"',
        b'{"event":"run_started"}',
        b'{"event":"run_ended","reason":"exploded"}\n',
        b'{"event":"run_ended","reason":["failed"]}\n',
        b'{"event":"run_ended"}\n',
        b'["run_ended","run_started","paused"]\n',
        b'{"event":"warning","x":{"event":"run_started"}}\n',
        b'\x00"run_started"\n' + b"\n" * 300_000,
        b"x" * 3_000_000 + b'"run_started"\n',
        b"x" * 20_000_000 + b"\n",
        b"x" * 20_000_000,
    ],
    ids=range(11),
)
def test_garbage_at_the_end_changes_nothing(run, after):
    write(run, started(), ended("diverged"), after=after)
    assert status_of(run) == Status.DIVERGED


def test_garbage_before_the_end_changes_nothing(run):
    run.events_path.write_bytes(b"x" * 20_000_000 + b"\n" + b"\xff" * 100_000 + to_json(ended()).encode() + b"\n")
    assert status_of(run, now=0) == Status.STARTING
    run.events_path.write_bytes(b"x" * 20_000_000 + b"\n" + to_json(ended()).encode() + b"\n")
    assert status_of(run) == Status.FINISHED


def test_a_log_that_is_a_directory_counts_as_empty(run):
    run.events_path.mkdir()
    run.lock_path.mkdir()
    assert status_of(run) == Status.CRASHED


def test_a_directory_that_is_gone_has_crashed(run):
    run.checkpoints_path.rmdir()
    run.path.rmdir()
    assert status_of(run) == Status.CRASHED
