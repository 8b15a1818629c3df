"""`commands.jsonl`: what viewers ask of a worker. Any number of viewers append to it, and the worker reads it."""

from __future__ import annotations

import json
import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic_core import from_json

from nntui.display.printable import printable
from nntui.runs.directory import RunDirectory, RunsError, problem
from nntui.runs.events import Command
from nntui.runs.files import open_appending
from nntui.runs.tailing import LineTail

_QUOTED_CHARACTERS = 80


@dataclass(frozen=True, slots=True)
class BadCommand:
    """A line of the commands file that is not a valid command."""

    text: str
    """The beginning of the line, printable, at most 80 characters."""
    reason: str
    """What was expected and what was found: "unknown command 'halt': expected pause, resume ..."."""


def send(run: RunDirectory, *commands: Command) -> None:
    """Append commands in a single write; RunsError if one is invalid or the directory cannot be written."""
    records = [_record(command) for command in commands]
    reason = next(filter(None, map(_why_invalid, records)), "")
    if reason:
        raise RunsError(reason)
    run.refuse_links()
    line = b"".join(json.dumps(record, separators=(",", ":")).encode() + b"\n" for record in records)
    try:
        descriptor = open_appending(run.commands_path)
        try:
            size = os.fstat(descriptor).st_size
            if size and os.pread(descriptor, 1, size - 1) != b"\n":
                # Another viewer's torn line must not swallow this one.
                line = b"\n" + line
            written = os.write(descriptor, line)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise RunsError(f"cannot command run {run.id}: {problem(run.commands_path, error)}") from error
    if written < len(line):
        raise RunsError(f"cannot command run {run.id}: {run.commands_path}: the disk is full")


def _record(command: Command) -> dict[str, Any]:
    record: dict[str, Any] = {"command": command.command}
    if command.setting:
        record["setting"] = command.setting
    if command.value is not None:
        record["value"] = command.value
    return record


class CommandReader:
    """Reads the commands that arrived since the last call, starting at the file's head or after `skip_to_end`."""

    def __init__(self, path: Path) -> None:
        self._tail = LineTail(path)

    def skip_to_end(self) -> None:
        """Ignore the commands so far: a worker that resumes a run must not obey those meant for its predecessor."""
        self._tail.skip_to_end()

    def move(self, path: Path) -> None:
        """Continue with the same file at the path it was moved to."""
        self._tail.path = path

    def read(self) -> list[Command | BadCommand]:
        """The new commands in order, with a BadCommand for each invalid line; empty lines are skipped.

        When nothing is new, a call costs one `stat`. RunsError if the file cannot be read.
        """
        if self._is_unchanged():
            return []
        lines = [line for block in self._tail.blocks() for line in block.split(b"\n") if line.strip()]
        return [_parse(line) for line in lines]

    def _is_unchanged(self) -> bool:
        try:
            return self._tail.path.stat().st_size == self._tail.offset
        except OSError:
            return False


def _parse(line: bytes) -> Command | BadCommand:
    try:
        record = from_json(line, allow_inf_nan=False)
    except ValueError:
        return _bad(line, "expected one JSON object")
    reason = _why_invalid(record)
    if reason:
        return _bad(line, reason)
    return Command(record["command"], record.get("setting", ""), record.get("value"))


def _bad(line: bytes, reason: str) -> BadCommand:
    text = line[:_QUOTED_CHARACTERS].decode("utf-8", "replace")
    return BadCommand(printable(text), reason)


def _why_invalid(record: Any) -> str:
    if not isinstance(record, dict):
        return "expected one JSON object"
    name, setting, value = record.get("command"), record.get("setting", ""), record.get("value")
    if name not in Command.known:
        return f"unknown command {str(name)[:20]!r}: expected {', '.join(Command.known)}"
    if not isinstance(setting, str) or len(setting) > _QUOTED_CHARACTERS:
        return "setting: expected the name of a setting"
    is_change = name in ("set", "scale")
    if is_change and not setting:
        return f"{name}: expected the name of a setting"
    if value is None and not is_change:
        return ""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not _is_finite(value):
        return f"{name}: expected a finite number as value, got {str(value)[:20]!r}"
    return ""


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:
        return False
