from __future__ import annotations

import os

import pytest

from nntui.runs.commands import send
from nntui.runs.directory import RunDirectory, RunsError, find_run, list_runs
from nntui.runs.disk_usage import delete_run, size_of
from nntui.runs.event_log import EventLog, EventReader
from nntui.runs.events import Command
from nntui.runs.lock import WorkerLock
from nntui.runs.status import Status, status_of
from nntui.runs.summary import summarize

from .samples import ended, new_run, started, step


@pytest.fixture
def run(tmp_path):
    run = new_run(tmp_path)
    log = EventLog(run.events_path)
    for event in (started(), step(1), ended()):
        log.append(event)
    log.close()
    return run


def test_size_counts_each_file_once_and_follows_no_links(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "x").write_bytes(bytes(1000))
    (tmp_path / "a" / "b" / "y").write_bytes(bytes(234))
    os.link(tmp_path / "a" / "x", tmp_path / "a" / "b" / "z")
    (tmp_path / "big").write_bytes(bytes(9999))
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    assert size_of(tmp_path / "a") == 1234 + len(str(tmp_path))
    assert size_of(tmp_path / "none") == 0


def test_a_run_is_deleted_whole(run, tmp_path):
    delete_run(run)
    assert list(tmp_path.iterdir()) == []


def test_a_run_in_training_is_not_deleted(run):
    with WorkerLock(run.lock_path) as lock:
        assert lock.acquire()
        with pytest.raises(RunsError, match="still training: stop it first"):
            delete_run(run)
    assert run.exists()
    delete_run(run)
    assert not run.path.exists()


def test_anything_but_a_run_is_not_deleted(tmp_path, run):
    (tmp_path / "photos").mkdir()
    (tmp_path / "link").symlink_to(run.path)
    for path in (tmp_path / "photos", tmp_path / "link", tmp_path / "none"):
        with pytest.raises(RunsError):
            delete_run(RunDirectory(path))
    assert (tmp_path / "photos").exists()
    assert run.exists()


def test_a_deletion_cut_short_does_not_keep_a_namesake(run, tmp_path):
    (tmp_path / f".{run.id}.deleted" / "checkpoints").mkdir(parents=True)
    assert list_runs(tmp_path) == [run]
    delete_run(run)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["file", "link", "dangling link", "fifo"])
def test_what_is_in_the_way_of_a_deletion_is_left_alone(run, tmp_path, kind):
    kept = tmp_path / "kept"
    kept.write_text("kept")
    obstacle = tmp_path / f".{run.id}.deleted"
    match kind:
        case "file":
            obstacle.write_text("kept")
        case "fifo":
            os.mkfifo(obstacle)
        case _:
            obstacle.symlink_to(kept if kind == "link" else tmp_path / "nowhere")
    delete_run(run)
    assert {path.name for path in tmp_path.iterdir()} == {"kept", obstacle.name}
    assert kept.read_text() == "kept"


def test_a_run_with_the_longest_of_names_is_deleted(tmp_path):
    run = new_run(tmp_path, "学" * 85)
    run.model_path.touch()
    delete_run(run)
    assert list(tmp_path.iterdir()) == []


def test_a_read_only_run_is_read_and_neither_written_nor_deleted(open_directory, read_only):
    run = new_run(open_directory)
    log = EventLog(run.events_path)
    log.append(started())
    log.append(ended())
    log.close()
    run.lock_path.touch()
    run.commands_path.touch()
    with read_only(open_directory):
        assert find_run(open_directory, "latest") == run
        assert len(EventReader(run.events_path).read()) == 2
        assert status_of(run) == Status.FINISHED
        assert summarize(run).status == Status.FINISHED
        uses = (
            lambda: send(run, Command("stop")),
            lambda: EventLog(run.events_path),
            lambda: WorkerLock(run.lock_path).acquire(),
            lambda: delete_run(run),
        )
        for use in uses:
            with pytest.raises(RunsError, match="Permission denied") as caught:
                use()
            assert "\n" not in str(caught.value)


def test_no_run_is_created_in_a_read_only_directory(open_directory, read_only):
    from datetime import datetime

    with read_only(open_directory), pytest.raises(RunsError, match=r"cannot create a run in .*Permission denied"):
        RunDirectory.create(open_directory, "xor", now=datetime(2025, 1, 1))
