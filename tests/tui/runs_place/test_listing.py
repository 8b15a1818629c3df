import os
import shutil

import pytest

from nntui.runs.directory import RunsError
from nntui.runs.lock import WorkerLock
from nntui.runs.metrics_csv import MetricsCsv
from nntui.runs.status import Status
from nntui.tui.places.runs import listing
from nntui.tui.places.runs.listing import Listing
from tests.tui.train.staging import BEGAN, append, ended, epoch, trained, write_run

NOW = BEGAN + 3600


@pytest.fixture
def counted(monkeypatch):
    """How often a run was really opened."""
    calls = []

    def summarize(run, *, now):
        calls.append(run.id)
        return original(run, now=now)

    original = listing.summarize
    monkeypatch.setattr(listing, "summarize", summarize)
    return calls


def test_newest_first_and_only_what_changed_is_opened_again(tmp_path, counted):
    old = write_run(tmp_path / "old-20230101-000000", *trained(1), ended("finished", "done"))
    new = write_run(tmp_path / "new-20240101-000000", *trained(1), ended("finished", "done"))
    runs = Listing(tmp_path)
    assert [row.run.id for row in runs.scan(NOW)] == [new.id, old.id]
    assert runs.scan(NOW)[0].created == BEGAN
    assert sorted(counted) == [new.id, old.id]
    MetricsCsv(old.metrics_path).append(epoch(1))
    assert runs.scan(NOW)[1].summary.epochs_done == 1
    assert counted[2:] == [old.id]
    shutil.rmtree(new.path)
    assert [row.run.id for row in runs.scan(NOW)] == [old.id]


def test_a_worker_that_dies_without_a_word_is_noticed(tmp_path):
    run = write_run(tmp_path / "run-20240101-000000", *trained(1))
    runs = Listing(tmp_path)
    with WorkerLock(run.lock_path) as lock:
        assert lock.acquire()
        assert runs.scan(NOW)[0].summary.status is Status.RUNNING
    assert runs.scan(NOW)[0].summary.status is Status.CRASHED


def test_a_run_that_never_starts_is_not_starting_for_ever(tmp_path):
    run = write_run(tmp_path / "run-20240101-000000", live=False)
    os.utime(run.path, (NOW, NOW))
    runs = Listing(tmp_path)
    assert runs.scan(NOW + 1)[0].summary.status is Status.STARTING
    assert runs.scan(NOW + 60)[0].summary.status is Status.CRASHED


def test_damaged_directories_are_rows_too(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "events.jsonl").write_bytes(os.urandom(3000))
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "model.toml").write_bytes(b"\xff[[[")
    (tmp_path / "b" / "metrics.csv").write_bytes(b"epoch,loss\n\x00\n1e999,nan\n")
    (tmp_path / "no-run").mkdir()
    rows = Listing(tmp_path).scan(NOW)
    assert {row.run.id for row in rows} == {"a", "b"}
    assert all(row.damaged for row in rows)


def test_words_are_looked_for_in_name_data_and_state(tmp_path):
    run = write_run(tmp_path / "digits-20240101-000000", *trained(1), ended("finished", "done"))
    append(run)
    (row,) = Listing(tmp_path).scan(NOW)
    assert row.matches("SMALL fin")
    assert row.matches("digits-2024")
    assert not row.matches("small running")


def test_a_root_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RunsError):
        Listing(tmp_path / "file").scan(NOW)


def test_a_missing_root_is_empty(tmp_path):
    assert Listing(tmp_path / "missing").scan(NOW) == []
