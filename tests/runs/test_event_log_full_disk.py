from __future__ import annotations

import os
from pathlib import Path

import pytest

from nntui.runs.directory import RunsError
from nntui.runs.event_log import EventLog, EventReader
from nntui.runs.events import from_record
from nntui.runs.line_file import LineFile

from .samples import epoch_ended, started, step


def test_events_of_a_full_disk_come_in_order_after_there_is_room_again(small_disk):
    path = small_disk.directory / "events.jsonl"
    log = EventLog(path)
    log.append(started())
    log.append(step(1))
    whole = path.read_bytes()
    with small_disk.full(path):
        # A tmpfs page with room left takes some more events: enough of them to fill it.
        for number in range(2, 60):
            log.append(step(number))
        content = path.read_bytes()
        pending = log.pending
        assert pending > 0
        assert log.problem.startswith(str(path))
        assert not log.sync()
    assert content.startswith(whole)
    assert content.endswith(b"\n")
    assert len(content.splitlines()) == 60 - pending
    log.append(step(60))
    assert (log.pending, log.problem) == (0, "")
    assert log.sync()
    log.close()
    events = [from_record(record) for record in EventReader(path).read()]
    assert events == [started(), *(step(number) for number in range(1, 61))]


def test_a_log_begun_on_a_full_disk_still_carries_its_schema(small_disk):
    with small_disk.full():
        log = EventLog(small_disk.directory / "events.jsonl")
        log.append(started())
        log.append(step(1))
        assert log.pending == 2
    log.close()
    assert log.pending == 0
    records = EventReader(small_disk.directory / "events.jsonl").read()
    assert [("schema" in record, record["event"]) for record in records] == [(True, "run_started"), (False, "step")]


def test_dev_full_makes_lines_wait_and_is_no_place_for_a_log():
    with pytest.raises(RunsError, match="expected a file"):
        EventLog(Path("/dev/full"))


def test_a_disk_that_stays_full_drops_only_steps(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "write", _no_room)
    log = EventLog(tmp_path / "events.jsonl")
    for number in range(1, 31_001):
        log.append(step(number))
        if number % 1000 == 0:
            log.append(epoch_ended(number))
    assert log.pending + log.dropped == 31_031
    assert 0 < log.pending <= 40_000
    assert log.dropped > 5000
    monkeypatch.undo()
    assert log.sync()
    log.close()
    records = EventReader(tmp_path / "events.jsonl").read()
    assert records[0]["schema"] == 1
    steps = [record["step"] for record in records if record["event"] == "step"]
    assert steps == sorted(steps)
    assert [record["epoch"] for record in records if record["event"] == "epoch_ended"] == [*range(1000, 31_001, 1000)]


def _no_room(*_):
    raise OSError(28, "No space left on device")


def test_other_errors_are_not_hidden(tmp_path):
    lines = LineFile(tmp_path / "file")
    lines.close()
    with pytest.raises(OSError, match="Bad file descriptor"):
        lines.append(b"line\n")
