from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from nntui.runs.directory import RunsError
from nntui.runs.lock import WorkerLock, held

WORKER = """
import sys
from pathlib import Path
from nntui.runs.lock import WorkerLock
lock = WorkerLock(Path(sys.argv[1]))
print(lock.acquire(), flush=True)
sys.stdin.read()
"""


def test_a_lock_is_held_by_one_and_free_after_release(tmp_path):
    path = tmp_path / "lock"
    assert not held(path)
    one, two = WorkerLock(path), WorkerLock(path)
    assert one.acquire()
    assert one.acquire()
    assert held(path)
    assert not two.acquire(0)
    one.release()
    one.release()
    assert not held(path)
    with two:
        assert two.acquire()
        assert held(path)
    assert not held(path)


def test_a_killed_worker_holds_nothing(tmp_path):
    path = tmp_path / "lock"
    with subprocess.Popen(
        [sys.executable, "-c", WORKER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "True\n"
        assert held(path)
        assert not WorkerLock(path).acquire(0.02)
        worker.kill()
        worker.wait()
        assert not held(path)
        assert WorkerLock(path).acquire()


def test_viewers_that_look_do_not_keep_a_worker_out(tmp_path):
    path = tmp_path / "lock"
    path.touch()
    stop = threading.Event()

    def look():
        while not stop.is_set():
            held(path)

    viewers = [threading.Thread(target=look) for _ in range(2)]
    for viewer in viewers:
        viewer.start()
    try:
        for _ in range(50):
            with WorkerLock(path) as lock:
                assert lock.acquire(5)
    finally:
        stop.set()
        for viewer in viewers:
            viewer.join()


def test_two_viewers_that_look_at_once_see_no_worker(tmp_path):
    import fcntl

    path = tmp_path / "lock"
    path.touch()
    with path.open() as other_viewer:
        fcntl.flock(other_viewer, fcntl.LOCK_SH)
        assert not held(path)


def test_a_lock_file_deleted_under_its_holder_does_not_count(tmp_path):
    path = tmp_path / "lock"
    one, two = WorkerLock(path), WorkerLock(path)
    assert one.acquire()
    path.unlink()
    assert not held(path)
    assert two.acquire()
    assert held(path)
    one.release()
    assert held(path)


def test_a_lock_that_cannot_be_written_is_said_in_one_line(tmp_path):
    (tmp_path / "lock").mkdir()
    assert not held(tmp_path / "lock")
    with pytest.raises(RunsError, match="cannot lock"):
        WorkerLock(tmp_path / "lock").acquire()
    with pytest.raises(RunsError, match="cannot lock"):
        WorkerLock(tmp_path / "none" / "lock").acquire()


def test_a_waiting_process_gets_the_lock_as_soon_as_it_is_released(tmp_path):
    first, second = WorkerLock(tmp_path / "lock"), WorkerLock(tmp_path / "lock")
    assert first.acquire()
    waiting = threading.Thread(target=second.acquire, args=(60,))
    waiting.start()
    first.release()
    waiting.join(30)
    assert not waiting.is_alive()
    assert held(tmp_path / "lock")
    assert not first.acquire(0.01)
    second.release()
    assert first.acquire(30)
    first.release()


def test_a_refused_lock_is_asked_for_again_after_pauses_and_leaves_nothing_behind(tmp_path):
    path, pauses, threads = tmp_path / "lock", [], threading.active_count()
    first, second = WorkerLock(path), WorkerLock(path, pause=pauses.append)
    assert first.acquire()
    assert not second.acquire(0.3)
    assert sum(pauses) == pytest.approx(0.3)
    assert 0 < min(pauses) <= max(pauses) <= 0.02
    assert threading.active_count() == threads
    first.release()
    assert not held(path)
    assert second.acquire(0)
    second.release()


def test_a_lock_released_during_a_pause_is_taken(tmp_path):
    first = WorkerLock(tmp_path / "lock")
    second = WorkerLock(tmp_path / "lock", pause=lambda seconds: first.release())
    assert first.acquire()
    assert second.acquire()
    assert second.stands()
    assert not first.stands()
    second.release()


def test_a_lock_whose_file_is_gone_or_another_does_not_stand(tmp_path):
    path = tmp_path / "lock"
    with WorkerLock(path) as lock:
        assert lock.acquire()
        assert lock.stands()
        path.unlink()
        assert not lock.stands()
        path.touch()
        assert not lock.stands()
