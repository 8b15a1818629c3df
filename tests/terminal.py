"""A real terminal for a test: a program on a pty, its output drawn by pyte, keys typed into it."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Self

import pyte

PATIENCE = 30.0
"""Seconds after which what should have appeared is taken not to come."""


class Terminal:
    """Runs a command on a terminal of its own; leaving the block closes the terminal, as a lost connection does."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        cwd: Path,
        size: tuple[int, int] = (80, 24),
        env: Mapping[str, str] | None = None,
    ) -> None:
        columns, rows = size
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self._parent, child = pty.openpty()
        fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        # The terminal's own size is meant, not that of the one the tests run on.
        inherited = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
        environment = {**inherited, "TERM": "xterm-256color", "LANG": "C.UTF-8", **(env or {})}
        self.process = subprocess.Popen(
            command, stdin=child, stdout=child, stderr=child, cwd=cwd, env=environment, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )  # fmt: skip
        os.close(child)
        self._open = True
        self.received = 0
        """Bytes the program has written."""
        self.raw = bytearray()
        """What they were."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.hang_up()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def hang_up(self) -> None:
        """Closes the terminal under the program."""
        if self._open:
            os.close(self._parent)
            self._open = False

    def type(self, keys: str) -> None:
        """Types text or control sequences."""
        os.write(self._parent, keys.encode())

    @property
    def text(self) -> str:
        """What the screen shows, line by line."""
        return "\n".join(self.screen.display)

    def wait_for(self, *words: str) -> str:
        """Waits until the screen shows all of the words; what it shows then."""
        return self.wait_until(lambda text: all(word in text for word in words), f"{words} on the screen")

    def wait_until(self, holds: Callable[[str], bool], what: str) -> str:
        """Waits until the screen's text is as wanted; an AssertionError with the screen where it does not come."""
        deadline = time.monotonic() + PATIENCE
        while not holds(self.text):
            if time.monotonic() > deadline or not self._read(deadline):
                raise AssertionError(f"waited in vain for {what}; the screen shows:\n{self.text}")
        return self.text

    def wait_for_end(self) -> int:
        """Reads until the program has ended; its exit code. The screen holds what it left behind."""
        deadline = time.monotonic() + PATIENCE
        while self._read(deadline):
            pass
        return self.process.wait(max(0.1, deadline - time.monotonic()))

    def _read(self, deadline: float) -> bool:
        ready, _, _ = select.select([self._parent], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            return False
        try:
            data = os.read(self._parent, 65536)
        except OSError:
            # Linux says so when the last process has closed its side.
            return False
        self.received += len(data)
        self.raw += data
        self._stream.feed(data)
        return bool(data)
