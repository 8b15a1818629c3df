"""TOML text of plain values: every draft can be written, and reads back as it was."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from typing import Any

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


def to_toml(values: Mapping[str, Any]) -> str:
    """The table as TOML: plain keys first, then a section for each table and each table of a list.

    None has no words in TOML: keys and items that are None are left out. Lone surrogates become U+FFFD.
    """
    return "\n".join(_lines(values, ())).strip("\n") + "\n"


def _lines(values: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    sections = {key: value for key, value in values.items() if _is_section(value)}
    for key, value in values.items():
        if key not in sections and value is not None:
            yield f"{_key(key)} = {_value(value)}"
    for key, value in sections.items():
        inner = (*path, key)
        header = ".".join(map(_key, inner))
        if isinstance(value, Mapping):
            yield from ("", f"[{header}]")
            yield from _lines(value, inner)
        else:
            for item in value:
                yield from ("", f"[[{header}]]")
                yield from _lines(item, inner)


def _is_section(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value) and all(isinstance(item, Mapping) for item in value)
    return isinstance(value, Mapping)


def _key(key: Any) -> str:
    return str(key) if _BARE_KEY.fullmatch(str(key)) else _quoted(str(key))


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return _whole(value)
    if isinstance(value, float):
        return repr(float(value))
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, Mapping):
        pairs = [f"{_key(key)} = {_value(item)}" for key, item in value.items() if item is not None]
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_value(item) for item in value if item is not None)}]"
    return _quoted(str(value))


def _whole(value: int) -> str:
    try:
        return str(value)
    except ValueError:
        # Python limits the digits of a decimal number; TOML texts can hold more in hexadecimal.
        return hex(value)


def _quoted(text: str) -> str:
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character < " " or character == "\x7f":
        return f"\\u{ord(character):04x}"
    return "\ufffd" if "\ud800" <= character <= "\udfff" else character
