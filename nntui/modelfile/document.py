"""Documents: reading model files with one-line error messages, and writing them for people to edit."""

from __future__ import annotations

import errno
import os
import re
import stat
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Any

from nntui.display.message import path_text
from nntui.display.printable import cut
from nntui.files import OWNER_ONLY, NotAFileError, open_regular, write_atomically
from nntui.modelfile.keys import TOP_LEVEL
from nntui.modelfile.overrides import apply_overrides
from nntui.modelfile.problems import SpecError, refusal

__all__ = ["apply_overrides", "dump_document", "parse_document", "read_document", "write_document"]

LARGEST_FILE = 1_000_000
"""Bytes, a thousand times the largest model a person would write."""
_MOST_DOTS = 100
"""Per line: the time and memory that tomllib needs for a dotted key grow faster than quadratically."""
_DEEPEST = 50
"""Nested tables and lists, so that code may walk a draft recursively."""
_READABLE_BY_ALL = 0o644


def read_document(path: Path, *, follow: bool = True) -> dict[str, Any]:
    """The draft in a model file; raises SpecError if it cannot be read or is not TOML. Never waits for a pipe.

    `follow`: whether it may be a symbolic link.
    """
    try:
        with os.fdopen(open_regular(path, follow=follow), "rb") as file:
            raw = file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise refusal(f"{path_text(path)} does not exist") from None
    except IsADirectoryError:
        raise refusal(f"{path_text(path)} is a directory; expected a model file (TOML)") from None
    except NotAFileError:
        raise refusal(f"{path_text(path)} is not a regular file; expected a model file (TOML)") from None
    except (OSError, ValueError) as error:
        if not follow and getattr(error, "errno", None) == errno.ELOOP:
            raise refusal(f"{path_text(path)}: expected a file, got a symbolic link") from None
        reason = getattr(error, "strerror", None) or error
        raise refusal(f"{path_text(path)} cannot be read: {reason}") from None
    if len(raw) > LARGEST_FILE:
        raise refusal(f"{path_text(path)} is larger than {LARGEST_FILE:,} bytes, which no model file is")
    try:
        # -sig, because some editors begin a file with a byte order mark.
        return parse_document(raw.decode("utf-8-sig"), where=path_text(path))
    except UnicodeDecodeError as error:
        raise refusal(f"{path_text(path)} is not UTF-8 text (byte {error.start})") from None


def parse_document(text: str, *, where: str = "the model") -> dict[str, Any]:
    """The draft in a TOML text; raises SpecError, with line and column, if it is not TOML."""
    for number, line in enumerate(text.split("\n"), start=1):
        if line.count(".") > _MOST_DOTS:
            raise refusal(f"{where} has more than {_MOST_DOTS} dots in line {number}, which no model file has")
    try:
        draft = tomllib.loads(text)
    except RecursionError:
        raise _too_deep(where) from None
    except ValueError as error:
        raise refusal(f"{where} is not valid TOML: {cut(str(error), 200)}") from None
    if _depth(draft) > _DEEPEST:
        raise _too_deep(where)
    return draft


def _too_deep(where: str) -> Exception:
    return refusal(f"{where} has more than {_DEEPEST} tables and lists within one another, which no model file has")


def _depth(draft: dict[str, Any]) -> int:
    """How deeply tables and lists are nested, computed without recursion."""
    depth, level = 0, [draft]
    while level:
        depth += 1
        items = [item for each in level for item in (each.values() if isinstance(each, dict) else each)]
        level = [item for item in items if isinstance(item, (dict, list))]
    return depth


def dump_document(draft: dict[str, Any], *, older: str = "") -> str:
    """The draft as TOML, in the order name, data, layers, training; keys that are None are omitted.

    Comments in an `older` text of the model are kept where their keys are.
    """
    # Imported here, so that reading does not wait for the import of the writer.
    from nntui.modelfile.toml_text import to_toml

    order = [*(key for key in TOP_LEVEL if key in draft), *(key for key in draft if key not in TOP_LEVEL)]
    return to_toml({key: draft[key] for key in order}, older=older)


def _older_text(path: Path) -> str:
    try:
        read_document(path)
        return path.read_text(encoding="utf-8")
    except (SpecError, OSError, UnicodeDecodeError):
        # Not a model, so there is nothing worth keeping.
        return ""


def _sweep(target: Path) -> None:
    """Removes the temporary files of processes that were killed while they wrote this file."""
    leftover = re.compile(re.escape(f".{target.name}.") + r"(\d{1,9})\.[^.]+\.tmp")
    # A directory may be writable without being readable.
    with suppress(OSError):
        for entry in target.parent.iterdir():
            match = leftover.fullmatch(entry.name)
            if match and not _lives(int(match[1])):
                entry.unlink(missing_ok=True)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass
    return True


def write_document(draft: dict[str, Any], path: Path, *, private: bool = False) -> None:
    """Replaces the file atomically with the draft; raises OSError if that fails.

    A symbolic link stays one, and a file keeps its permissions and its comments. `private` is for a run's own copy:
    a symbolic link is refused, and only the owner may read the file.
    """
    if private and path.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
    target = path if private else Path(os.path.realpath(path))
    text = dump_document(draft, older=_older_text(target))
    mode = OWNER_ONLY if private else _READABLE_BY_ALL
    if not private and target.exists():
        mode = stat.S_IMODE(target.stat().st_mode)
    _sweep(target)
    write_atomically(target, text.encode(), mode=mode, durable=True)
