"""The command line as scripts and people call it: as a process, in this process, and on a terminal."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
from dataclasses import dataclass
from pathlib import Path

import pyte
import pytest

from nntui.cli.main import run as run_command_line
from nntui.runs.directory import RunDirectory, list_runs
from nntui.runs.event_log import EventReader
from nntui.runs.lock import held

QUICK = ("iris", "--set", "training.epochs=2")
COMMAND = (sys.executable, "-m", "nntui")


@dataclass(frozen=True)
class Answer:
    """What a call came to."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Seen:
    """What a person saw on a terminal of 80x24."""

    code: int
    raw: bytes
    frames: tuple[tuple[str, ...], ...]
    """The screen's lines after each piece of output."""


@pytest.fixture
def root(tmp_path, monkeypatch) -> Path:
    """An empty directory of runs, the default one; workers left in it are ended afterwards."""
    folder = tmp_path / "runs"
    monkeypatch.setenv("NNTUI_RUNS", str(folder))
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    yield folder
    for run in list_runs(folder):
        if held(run.lock_path):
            starts = [record for record in EventReader(run.events_path).read() if record["event"] == "run_started"]
            os.kill(starts[-1]["pid"], signal.SIGKILL)


@pytest.fixture
def call(root):
    """`nntui` as a process, its streams pipes."""

    def call(*arguments: str, **environment: str) -> Answer:
        done = subprocess.run(
            [*COMMAND, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
            env={**os.environ, **environment},
            check=False,
        )
        return Answer(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))

    return call


@pytest.fixture
def ask(root, capsys):
    """`nntui` in this process: quicker, and the same but for the streams."""

    def no_app(**arguments) -> int:
        raise AssertionError("the app is not asked for")

    def ask(*arguments: str) -> Answer:
        capsys.readouterr()
        code = run_command_line(arguments, run_app=no_app)
        return Answer(code, *capsys.readouterr())

    return ask


@pytest.fixture
def look(root):
    """`nntui` on a terminal of its own."""

    def look(*arguments: str, **environment: str) -> Seen:
        child, terminal = pty.fork()
        if child == 0:
            os.execve(COMMAND[0], [*COMMAND, *arguments], {**os.environ, **environment})
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        screen = pyte.Screen(80, 24)
        stream = pyte.ByteStream(screen)
        raw, frames = b"", []
        while piece := _read(terminal):
            raw += piece
            stream.feed(piece)
            frames.append(tuple(line.rstrip() for line in screen.display))
        os.close(terminal)
        return Seen(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), raw, tuple(frames))

    return look


def _read(terminal: int) -> bytes:
    """What came next; b'' at the end."""
    ready, _, _ = select.select([terminal], [], [], 60)
    if not ready:
        return b""
    try:
        return os.read(terminal, 1 << 16)
    except OSError:
        return b""


def newest(root: Path) -> RunDirectory:
    """The newest run."""
    return list_runs(root)[0]
