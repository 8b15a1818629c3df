from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nntui.runs.directory import RunsError
from nntui.runs.event_log import EventLog, EventReader
from nntui.runs.events import from_record, to_json
from nntui.runs.history import MOST_STEPS, History
from nntui.runs.step_lines import StepTable

from .samples import ended, epoch_ended, long_log_lines, started, step

STEP = b'{"event":"step","step":3,"epoch":1,"time":1.5,"loss":0.5,"learning_rate":1e-05,"accuracy":0.25,"count":1}'
GARBAGE = [
    b"",
    b" ",
    b"\r",
    b"1",
    b"[]",
    b"null",
    b"true",
    b'"text"',
    b"{",
    b"}",
    b"{}",
    b'{"a":1},{"b":2}',
    b'{"a":[{}',
    b'{"x":1}]}',
    b'{"a":"',
    b'"}',
    b"],[",
    b"{} {}",
    b'{"event":"step"}',
    b"\x00\x00",
    b"\xff\xfe",
    b"NaN",
    b'{"event":"step","loss":NaN}',
    b"[" * 199,
    b"[" * 300 + b"]" * 300,
    b'{"step":1' + b"0" * 400 + b"}",
    b'{"a":1' + b"0" * 5000 + b"}",
    b'{"a":1e400}',
    STEP[:40],
    STEP[40:],
    STEP + STEP,
    STEP + b",",
    STEP.replace(b'"step":3', b'"step":10' + b"0" * 400),
    STEP.replace(b'"step":3', b'"step":"3"'),
    STEP.replace(b'"step":3', b'"step":3.0'),
    STEP.replace(b"0.5", b"null"),
    STEP.replace(b"0.5", b"-0.5"),
    STEP.replace(b"0.5", b""),
    STEP.replace(b'"loss":0.5', b'"loss0.5":'),
    STEP.replace(b'"loss":0.5', b'"lo5ss":0.5'),
    STEP.replace(b"0.5", b"1e999"),
    STEP.replace(b'"loss":0.5,', b""),
    STEP.replace(b'"loss"', b'"lEoss"'),
    STEP.replace(b'"loss"', b'"loss-"'),
    STEP.replace(b"0.5", b"0,5"),
    STEP.replace(b'"loss"', b'"step"'),
    STEP.replace(b'"epoch":1', b'"epoch":1,"epoch":2'),
    STEP.replace(b":", b": "),
    STEP.replace(b"{", b"[").replace(b"}", b"]"),
    STEP[16:],
    STEP.replace(b"1e-05", b"1E-5"),
    STEP.replace(b"0.5", b"+0.5"),
    STEP.replace(b"0.5", b"00.5"),
    STEP[:16] + STEP,
    STEP.replace(b'"count":1', b'"count":true'),
    b"1" + STEP,
    STEP + b"1",
    to_json(epoch_ended(1)).encode(),
    to_json(ended()).encode(),
    to_json(started(from_step=2)).encode(),
]
LINES = st.lists(st.sampled_from([STEP] * 40 + GARBAGE) | st.binary(max_size=20), max_size=30)
CUTS = st.lists(st.floats(0, 1), max_size=6)


def _reference(log: bytes) -> tuple[list, int]:
    """Records and lines passed over, by the standard library, line by line."""
    records, skipped = [], 0
    for line in log.split(b"\n")[:-1]:
        try:
            record = json.loads(line.decode(), parse_constant=_refuse)
        except (ValueError, RecursionError):
            record = None
        if isinstance(record, dict):
            records.append(record)
        else:
            skipped += 1
    return records, skipped


def _refuse(name: str):
    raise ValueError(name)


def _read_in_pieces(path: Path, log: bytes, cuts: list[float], method: str) -> tuple[list, int]:
    reader, records = EventReader(path), []
    places = sorted(int(cut * len(log)) for cut in cuts)
    with path.open("wb", buffering=0) as file:
        for start, end in zip([0, *places], [*places, len(log)], strict=True):
            file.write(log[start:end])
            records += getattr(reader, method)()
    assert not reader.restarted
    return records, reader.skipped


@given(LINES, CUTS)
@settings(deadline=None)
def test_any_log_read_in_any_pieces_has_the_same_records_as_line_by_line(lines, cuts):
    log = b"\n".join(lines)
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "events.jsonl")
        assert _read_in_pieces(path, log, cuts, "read") == _reference(log)
        assert EventReader(path).read() == _reference(log)[0]


@given(LINES, CUTS)
@settings(deadline=None)
def test_fast_parsing_gives_the_same_history_as_one_record_at_a_time(lines, cuts):
    log = b"\n".join(lines) + b"\n"
    slow = History()
    for record in _reference(log)[0]:
        slow.update([record])
    with tempfile.TemporaryDirectory() as directory:
        batches, skipped = _read_in_pieces(Path(directory, "events.jsonl"), log, cuts, "batches")
    fast, together = History(), History()
    for batch in batches:
        fast.update(batch)
    together.update(_reference(log)[0])
    assert skipped == _reference(log)[1]
    for history in (fast, together):
        assert (history.skipped, history.epochs, history.ended, history.started, history.marks) == (
            slow.skipped, slow.epochs, slow.ended, slow.started, slow.marks
        )  # fmt: skip
        for name, column in vars(slow.steps).items():
            np.testing.assert_array_equal(getattr(history.steps, name), column, strict=True)


@given(st.binary(max_size=300), CUTS)
@settings(deadline=None)
def test_any_bytes_are_survived(log, cuts):
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "events.jsonl")
        assert _read_in_pieces(path, log, cuts, "read") == _reference(log)


@pytest.mark.parametrize("line", GARBAGE)
@pytest.mark.parametrize("place", [0, 1, 40])
def test_one_bad_line_among_many_changes_nothing_else(tmp_path, line, place):
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"".join(each + b"\n" for each in [STEP] * place + [line] + [STEP] * (40 - place)))
    slow, fast = History(), History()
    for record in _reference(path.read_bytes())[0]:
        slow.update([record])
    for batch in EventReader(path).batches():
        fast.update(batch)
    assert (len(fast.steps), fast.skipped) == (len(slow.steps), slow.skipped)
    for name, column in vars(slow.steps).items():
        np.testing.assert_array_equal(getattr(fast.steps, name), column, strict=True)


def test_plain_steps_are_parsed_fast_and_the_others_come_after(tmp_path):
    path = tmp_path / "events.jsonl"
    other = to_json(epoch_ended(1)).encode()
    path.write_bytes(b"\n".join([other, STEP, other, other, STEP, STEP]) + b"\n")
    table, records = EventReader(path).batches()
    assert isinstance(table, StepTable)
    assert table.rows == 3
    assert table.negated[:7] == [-3, -1, -1.5, -0.5, -1e-05, -0.25, -1]
    assert records == [json.loads(other)] * 3


def test_lines_that_are_json_only_together_are_not_records(tmp_path):
    path = tmp_path / "events.jsonl"
    path.write_bytes(b'{"a":[{}\n{"x":1}]}\n{"a":1},{"b":2}\n{"c":3}\n')
    reader = EventReader(path)
    assert reader.read() == [{"c": 3}]
    assert reader.skipped == 3


def test_the_first_line_carries_the_schema_and_a_reopened_log_does_not_repeat_it(tmp_path):
    path = tmp_path / "events.jsonl"
    for number in (1, 2):
        log = EventLog(path)
        log.append(step(number))
        log.close()
    lines = path.read_text().splitlines()
    assert lines[0].startswith('{"schema":1,"event":"step",')
    assert lines[1].startswith('{"event":"step",')
    assert [from_record(record) for record in EventReader(path).read()] == [step(1), step(2)]


@pytest.mark.parametrize("torn", [b'{"event":"st', b"x" * 200_000, b'{"event":"step"}'])
@pytest.mark.parametrize("whole", [b"", b'{"a":1}\n'])
def test_opening_cuts_off_a_torn_last_line(tmp_path, whole, torn):
    path = tmp_path / "events.jsonl"
    path.write_bytes(whole + torn)
    log = EventLog(path)
    assert path.read_bytes() == whole
    log.append(step(1))
    log.close()
    assert len(path.read_bytes().splitlines()) == bool(whole) + 1


def test_each_event_is_on_disk_as_soon_as_it_is_appended(tmp_path):
    log, reader = EventLog(tmp_path / "events.jsonl"), EventReader(tmp_path / "events.jsonl")
    for number in (1, 2, 3):
        log.append(step(number))
        assert [from_record(record) for record in reader.read()] == [step(number)]
    assert log.sync()
    log.close()
    log.close()


def test_two_readers_are_independent(tmp_path):
    path = tmp_path / "events.jsonl"
    path.write_bytes(b'{"a":1}\n')
    one, two = EventReader(path), EventReader(path)
    assert one.read() == [{"a": 1}]
    with path.open("ab") as file:
        file.write(b'{"a":2}\n')
    assert one.read() == [{"a": 2}]
    assert two.read() == [{"a": 1}, {"a": 2}]
    assert one.read() == two.read() == []


def test_a_missing_log_has_no_records_until_it_is_there(tmp_path):
    reader = EventReader(tmp_path / "none" / "events.jsonl")
    assert reader.read() == []
    (tmp_path / "none").mkdir()
    (tmp_path / "none" / "events.jsonl").write_bytes(b'{"a":1}\n')
    assert reader.read() == [{"a": 1}]
    assert not reader.restarted


def _replaced(path: Path) -> None:
    other = path.with_name("other")
    other.write_bytes(b'{"a":1}\n{"b":2}\n{"b":3}\n')
    other.replace(path)


def _deleted_and_written(path: Path) -> None:
    path.unlink()
    path.write_bytes(b'{"b":1}\n{"b":2}\n{"b":3}\n')


@pytest.mark.parametrize(
    "change",
    [
        _replaced,
        _deleted_and_written,
        lambda path: path.write_bytes(b'{"b":1}\n'),
        lambda path: path.write_bytes(b""),
    ],
)
def test_a_replaced_or_shrunk_log_starts_over(tmp_path, change):
    path = tmp_path / "events.jsonl"
    path.write_bytes(b'{"a":1}\ngarbage\n')
    reader = EventReader(path)
    assert reader.read() == [{"a": 1}]
    assert (reader.skipped, reader.restarted) == (1, False)
    change(path)
    assert reader.read() == _reference(path.read_bytes())[0]
    assert (reader.skipped, reader.restarted) == (0, True)
    assert reader.read() == []
    assert not reader.restarted


def test_a_torn_line_cut_off_by_a_new_worker_is_no_restart(tmp_path):
    path = tmp_path / "events.jsonl"
    path.write_bytes(b'{"a":1}\n{"event":"st')
    reader = EventReader(path)
    assert reader.read() == [{"a": 1}]
    log = EventLog(path)
    log.append(step(7))
    assert [from_record(record) for record in reader.read()] == [step(7)]
    assert not reader.restarted


def test_a_line_of_50_megabytes_is_skipped_in_bounded_memory(tmp_path):
    path = tmp_path / "events.jsonl"
    with path.open("wb") as file:
        file.write(b'{"a":1}\n{"b":"')
        for _ in range(50):
            file.write(b"x" * (1 << 20))
        file.write(b'"}\n{"c":2}\n')
    code = (
        "import resource,sys;from pathlib import Path;from nntui.runs.event_log import EventReader;"
        "before=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss;reader=EventReader(Path(sys.argv[1]));"
        "print(reader.read(),reader.skipped,resource.getrusage(resource.RUSAGE_SELF).ru_maxrss-before)"
    )
    result = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    assert result.stdout.startswith("[{'a': 1}, {'c': 2}] 1 ")
    assert int(result.stdout.split()[-1]) < 45_000


def test_lines_longer_than_a_block_are_read_whole(tmp_path):
    path = tmp_path / "events.jsonl"
    records = [{"a": "x" * size} for size in (10, 300_000, 3_000_000, (1 << 24) - 9, 10)]
    path.write_text("".join(json.dumps(record, separators=(",", ":")) + "\n" for record in records))
    reader = EventReader(path)
    assert reader.read() == records
    too_long = {"a": "x" * ((1 << 24) - 8)}
    with path.open("a") as file:
        file.write(json.dumps(too_long, separators=(",", ":")) + '\n{"b":1}\n')
    assert reader.read() == [{"b": 1}]
    assert reader.skipped == 1


def test_a_long_log_is_read_whole_and_in_order(tmp_path):
    path = tmp_path / "events.jsonl"
    path.write_text("".join(long_log_lines(20_000)))
    by_chunks, by_batches = History(), History()
    for chunk in EventReader(path).chunks():
        by_chunks.update(chunk)
    for batch in EventReader(path).batches():
        by_batches.update(batch)
    expected = [json.loads(line) for line in path.read_text().splitlines()]
    for history in (by_chunks, by_batches):
        assert history.skipped == 0
        for name in ("step", "epoch", "time", "loss", "accuracy", "learning_rate"):
            assert getattr(history.steps, name).tolist() == [record[name] for record in expected]


@pytest.mark.slow
def test_a_million_lines_take_less_than_60_megabytes(tmp_path):
    path = tmp_path / "events.jsonl"
    with path.open("w") as file:
        file.writelines(long_log_lines(1_000_000))
    code = (
        "import resource,sys;from pathlib import Path;from nntui.runs.event_log import EventReader;"
        "from nntui.runs.history import History;peak=lambda:resource.getrusage(resource.RUSAGE_SELF).ru_maxrss;"
        "before=peak();history=History()\n"
        "for batch in EventReader(Path(sys.argv[1])).batches(): history.update(batch)\n"
        "print(history.steps.count.sum(),len(history.steps),peak()-before)"
    )
    result = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    steps, rows, kilobytes = map(int, result.stdout.split())
    assert steps == 1_000_000
    assert rows <= MOST_STEPS
    assert kilobytes < 60_000


@pytest.mark.parametrize("kind", ["directory", "fifo"])
def test_anything_but_a_file_is_refused_in_one_line(tmp_path, kind):
    path = tmp_path / "events.jsonl"
    os.mkfifo(path) if kind == "fifo" else path.mkdir()
    for use in (lambda: EventReader(path).read(), lambda: EventLog(path)):
        with pytest.raises(RunsError, match=r"events\.jsonl: ") as caught:
            use()
        assert "\n" not in str(caught.value)


def test_an_overview_has_one_in_so_many_steps_and_all_other_records(tmp_path):
    path = tmp_path / "events.jsonl"
    steps = [f'{{"event":"step","step":{n},"epoch":1,"loss":{n / 7!r},"learning_rate":0.1}}' for n in range(1, 101)]
    lines = [*steps[:50], '{"event":"paused","step":50,"epoch":1}', *steps[50:]]
    path.write_text("\n".join(lines) + "\n")
    reader = EventReader(path)
    assert reader.backlog == path.stat().st_size
    table, others = reader.batches(one_in=7)
    history = History()
    history.update(table)
    # Counted from the newest, which is always among them.
    assert history.steps.step.tolist() == list(range(100, 0, -7))[::-1]
    assert history.steps.loss.tolist() == [n / 7 for n in range(100, 0, -7)][::-1]
    assert [record["event"] for record in others] == ["paused"]
    assert reader.backlog == 0
