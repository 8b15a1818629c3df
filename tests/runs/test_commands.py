from __future__ import annotations

import math
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nntui.runs.commands import BadCommand, CommandReader, send
from nntui.runs.directory import RunDirectory, RunsError
from nntui.runs.events import Command

from .samples import new_run

CHANGES = ("set", "scale")
ALL = [Command(name, "learning_rate", 0.5) if name in CHANGES else Command(name) for name in Command.known]


def test_commands_arrive_once_and_in_order(tmp_path):
    run = new_run(tmp_path)
    reader = CommandReader(run.commands_path)
    assert reader.read() == []
    for command in ALL:
        send(run, command)
    assert reader.read() == ALL
    assert reader.read() == []
    send(run, ALL[0])
    assert reader.read() == [ALL[0]]


def test_a_resuming_worker_ignores_earlier_commands(tmp_path):
    run = new_run(tmp_path)
    send(run, Command("stop"))
    reader = CommandReader(run.commands_path)
    reader.skip_to_end()
    assert reader.read() == []
    send(run, Command("pause"))
    assert reader.read() == [Command("pause")]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"stop", "expected one JSON object"),
        (b"[1]", "expected one JSON object"),
        (b"\xff\x00", "expected one JSON object"),
        (b"[" * 5000, "expected one JSON object"),
        (b'{"command":"halt"}', "unknown command 'halt': expected pause, resume"),
        (b'{"command":["stop"]}', "unknown command"),
        (b"{}", "unknown command 'None'"),
        (b'{"command":"set","value":1}', "expected the name of a setting"),
        (b'{"command":"scale","value":1}', "scale: expected the name of a setting"),
        (b'{"command":"scale","setting":"learning_rate"}', "scale: expected a finite number"),
        (b'{"command":"set","setting":5,"value":1}', "setting: expected"),
        (b'{"command":"set","setting":"learning_rate"}', "expected a finite number"),
        (b'{"command":"set","setting":"learning_rate","value":"1"}', "expected a finite number as value, got '1'"),
        (b'{"command":"set","setting":"learning_rate","value":true}', "expected a finite number"),
        (b'{"command":"set","setting":"learning_rate","value":1e999}', "expected a finite number"),
        (b'{"command":"set","setting":"learning_rate","value":1' + b"0" * 400 + b"}", "expected a finite number"),
    ],
)
def test_an_invalid_line_says_why_and_the_next_one_counts(tmp_path, line, reason):
    run = new_run(tmp_path)
    run.commands_path.write_bytes(line + b"\n")
    send(run, Command("stop"))
    bad, good = CommandReader(run.commands_path).read()
    assert isinstance(bad, BadCommand)
    assert reason in bad.reason
    assert bad.text.isprintable()
    assert len(bad.text) <= 80
    assert good == Command("stop")


def test_a_torn_line_of_another_viewer_does_not_swallow_a_command(tmp_path):
    run = new_run(tmp_path)
    reader = CommandReader(run.commands_path)
    run.commands_path.write_bytes(b'{"command":"pa')
    assert reader.read() == []
    send(run, Command("stop"))
    bad, good = reader.read()
    assert isinstance(bad, BadCommand)
    assert good == Command("stop")


@given(st.binary(max_size=200))
def test_any_bytes_give_commands_or_bad_ones(content):
    with tempfile.TemporaryDirectory() as directory:
        run = RunDirectory(Path(directory))
        run.commands_path.write_bytes(content + b"\n")
        lines = [line for line in content.split(b"\n") if line.strip()]
        assert len(CommandReader(run.commands_path).read()) == len(lines)


@pytest.mark.parametrize(
    "command",
    [Command("halt"), Command("set"), Command("set", "x"), Command("set", "x", math.nan), Command("set", "", 1)],
)
def test_an_invalid_command_is_not_sent(tmp_path, command):
    run = new_run(tmp_path)
    with pytest.raises(RunsError):
        send(run, command)
    assert not run.commands_path.exists()


@pytest.mark.parametrize("kind", ["directory", "fifo", "missing"])
def test_a_file_that_cannot_be_written_is_said_in_one_line(tmp_path, kind):
    run = new_run(tmp_path)
    if kind == "missing":
        run = RunDirectory(tmp_path / "missing")
    else:
        run.commands_path.mkdir() if kind == "directory" else os.mkfifo(run.commands_path)
    with pytest.raises(RunsError, match=r"commands\.jsonl: "):
        send(run, Command("stop"))


def _send_many(run):
    for _ in range(1000):
        send(run, Command("set", "learning_rate", 0.123456789))


def test_a_full_disk_is_said(small_disk):
    run = new_run(small_disk.directory)
    send(run, Command("pause"))
    with small_disk.full(run.commands_path), pytest.raises(RunsError, match="cannot command"):
        _send_many(run)
    send(run, Command("stop"))
    assert CommandReader(run.commands_path).read()[-1] == Command("stop")
