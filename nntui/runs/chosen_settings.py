"""The settings of a run as a flat table of names and texts, and the differences between two such tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_MAX_SETTINGS = 400
"""Per run: a model file may have a million layers."""
_MAX_TEXT = 60
_MAX_DEPTH = 8
_OMITTED_PREFIXES = ("training.optimizer.", "training.")
"""Prefixes that names do without: `learning_rate` is unambiguous."""
_TYPE = ".type"
_LARGEST = 10**18
"""Python refuses to write out integers of thousands of digits."""
_ABSENT = "-"


def settings_of(model: Mapping[str, Any]) -> dict[str, str]:
    """Each setting of a model file by its name, in the file's order; damaged entries are left out.

    `layers` lists the types of the layers, and `dense_1.units` is a setting of one layer. `optimizer`, `loss` and
    `schedule` are types, and `data` is the source. Name and provenance do not count as settings.
    """
    settings: dict[str, str] = {}
    for name, text in _named_texts(model):
        if len(settings) >= _MAX_SETTINGS:
            break
        settings[name] = text if len(text) <= _MAX_TEXT else text[: _MAX_TEXT - 1] + "…"
    return settings


def differences(one: Mapping[str, str], other: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Name, text in `one` and text in `other` of each setting that differs; '-' where one lacks it."""
    names = dict.fromkeys([*one, *other])
    pairs = ((name, one.get(name, _ABSENT), other.get(name, _ABSENT)) for name in names)
    return [(name, before, after) for name, before, after in pairs if before != after]


def _named_texts(model: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in model.items():
        if key in ("name", "provenance"):
            continue
        if key == "layers":
            if isinstance(value, list):
                yield from _layer_texts(value, "", 0)
            continue
        for name, text in _flat(key, value, 0):
            yield _short(name), text


def _short(name: str) -> str:
    if name == "data.source":
        return "data"
    name = name.removesuffix(_TYPE)
    return next((name.removeprefix(prefix) for prefix in _OMITTED_PREFIXES if name.startswith(prefix)), name)


def _flat(name: str, value: Any, depth: int) -> Iterator[tuple[str, str]]:
    if not isinstance(value, Mapping):
        yield name, _text(value)
    elif depth < _MAX_DEPTH:
        for key, inner in value.items():
            yield from _flat(f"{name}.{key}", inner, depth + 1)


def _layer_texts(layers: Sequence[Any], prefix: str, depth: int) -> Iterator[tuple[str, str]]:
    """Layers are named as on the screen: numbered by type, and afresh within each block."""
    tables = [layer for layer in layers[:_MAX_SETTINGS] if isinstance(layer, Mapping)]
    types = [str(layer.get("type", "layer")) for layer in tables]
    yield f"{prefix}layers", ", ".join(types)
    counts: Counter[str] = Counter()
    for kind, layer in zip(types, tables, strict=True):
        counts[kind] += 1
        name = f"{prefix}{kind}_{counts[kind]}"
        for key, value in layer.items():
            if key == "layers" and isinstance(value, list):
                if depth < _MAX_DEPTH:
                    yield from _layer_texts(value, f"{name}.", depth + 1)
            elif key != "type":
                for inner, text in _flat(f"{name}.{key}", value, depth):
                    yield inner.removesuffix(_TYPE), text


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and abs(value) > _LARGEST:
        return "huge"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list):
        return ", ".join(_text(item) for item in value[:_MAX_TEXT])
    return str(value)
