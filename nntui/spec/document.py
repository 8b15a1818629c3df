"""Documents: model files on disk, read with their mistakes told in one line and written for people to edit."""

from __future__ import annotations

import itertools
import os
import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nntui.spec.parsing import TOP_LEVEL
from nntui.spec.problems import Problem, SpecError

LARGEST_FILE = 1_000_000
"""Bytes: a thousand times the largest model a person would write."""


def read_document(path: Path) -> dict[str, Any]:
    """The draft in a model file; raises SpecError where it cannot be read or is not TOML."""
    try:
        if path.is_dir():
            raise _refused(f"{path} is a directory; expected a model file (TOML)")
        with path.open("rb") as file:
            raw = file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise _refused(f"{path} does not exist") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise _refused(f"{path} cannot be read: {reason}") from None
    if len(raw) > LARGEST_FILE:
        raise _refused(f"{path} is larger than {LARGEST_FILE:,} bytes, which no model file is")
    try:
        return parse_document(raw.decode("utf-8"), where=str(path))
    except UnicodeDecodeError as error:
        raise _refused(f"{path} is not UTF-8 text (byte {error.start})") from None


def parse_document(text: str, *, where: str = "the model") -> dict[str, Any]:
    """The draft in a TOML text; raises SpecError, with line and column, where it is not TOML."""
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise _refused(f"{where} is not valid TOML: {error}") from None


def _refused(message: str) -> SpecError:
    return SpecError([Problem("", message)])


def dump_document(draft: dict[str, Any]) -> str:
    """The draft as TOML, its tables in the order of DESIGN: name, data, layers, training."""
    import tomlkit
    from tomlkit.items import AoT

    document = tomlkit.document()
    for key in (*TOP_LEVEL, *(key for key in draft if key not in TOP_LEVEL)):
        value = draft.get(key)
        if isinstance(value, list):
            document.append(key, AoT([_toml_table(item) for item in value]))
        elif isinstance(value, dict):
            document.append(key, _toml_table(value))
        elif value is not None:
            document.append(key, tomlkit.item(value))
    return tomlkit.dumps(document)


def _toml_table(values: Any) -> Any:
    import tomlkit

    if not isinstance(values, dict):
        return tomlkit.item(values)
    table = tomlkit.table()
    for key, value in sorted(values.items(), key=lambda item: isinstance(item[1], dict)):
        if value is not None:
            table.append(key, _toml_table(value))
    return table


def write_document(draft: dict[str, Any], path: Path) -> None:
    """Replaces the file at once with the draft, never leaving half of one; raises OSError where it cannot."""
    text = dump_document(draft)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        temporary.chmod(0o644)
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def apply_overrides(draft: dict[str, Any], assignments: Sequence[str]) -> None:
    """Sets keys of the draft in place: 'training.epochs=5', 'layers[0].units=64', 'training.optimizer.type=sgd'.

    The right side is read as TOML, and as a plain text where that fails. Raises SpecError where a path leads nowhere.
    """
    for assignment in assignments:
        path, equals, text = assignment.partition("=")
        keys = _keys(path.strip())
        if not equals or not keys:
            raise _refused(f"--set {assignment}: expected PATH=VALUE, such as training.epochs=5")
        _assign(draft, keys, _value(text.strip()), path.strip())


def _keys(path: str) -> list[str | int]:
    keys: list[str | int] = []
    for part in path.split("."):
        name, bracket, index = part.partition("[")
        if name:
            keys.append(name)
        if bracket and index.rstrip("]").isdigit():
            keys.append(int(index.rstrip("]")))
    return keys


def _value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _assign(draft: dict[str, Any], keys: list[str | int], value: Any, path: str) -> None:
    place: Any = draft
    for key, following in itertools.pairwise(keys):
        if isinstance(place, dict) and isinstance(key, str):
            child = place.setdefault(key, [] if isinstance(following, int) else {})
            # A text alone stands for a table with that type: 'optimizer = "adam"'.
            place[key] = {"type": child} if isinstance(child, str) else child
        elif not (isinstance(place, list) and isinstance(key, int) and key < len(place)):
            raise _refused(f"--set {path}: there is no {key!r} to go into")
        place = place[key]
    last = keys[-1]
    in_table = isinstance(place, dict) and isinstance(last, str)
    in_list = isinstance(place, list) and isinstance(last, int) and last < len(place)
    if not (in_table or in_list):
        raise _refused(f"--set {path}: there is no {last!r} to set")
    place[last] = value
