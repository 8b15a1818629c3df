"""The settings a run was started with, as one flat table of names and texts, and where two of them differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_MOST = 400
"""Settings of a run: a model file may have a million layers."""
_LONGEST = 60
_DEEPEST = 8
_UNSPOKEN = ("training.optimizer.", "training.")
"""What the names leave out: `learning_rate` can be of nothing else."""
_TYPE = ".type"
_LARGEST = 10**18
"""Python refuses to write out integers of thousands of digits."""
_ABSENT = "-"


def settings_of(model: Mapping[str, Any]) -> dict[str, str]:
    """Each setting of a model file by its name, in the file's order; what is damaged is left out.

    `layers` is the chain of the layers' types, `dense_1.units` a setting of one; `optimizer`, `loss` and `schedule` are
    types, and `data` is the source. Name and provenance are no settings.
    """
    found: dict[str, str] = {}
    for name, text in _named(model):
        if len(found) >= _MOST:
            break
        found[name] = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    return found


def differences(one: Mapping[str, str], other: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Name, text in `one` and text in `other` of each setting that is not the same in both; '-' where there is none."""
    names = dict.fromkeys([*one, *other])
    pairs = ((name, one.get(name, _ABSENT), other.get(name, _ABSENT)) for name in names)
    return [(name, before, after) for name, before, after in pairs if before != after]


def _named(model: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in model.items():
        if key in ("name", "provenance"):
            continue
        if key == "layers":
            if isinstance(value, list):
                yield from _stack(value, "", 0)
            continue
        for name, text in _flat(key, value, 0):
            yield _short(name), text


def _short(name: str) -> str:
    if name == "data.source":
        return "data"
    name = name.removesuffix(_TYPE)
    return next((name.removeprefix(start) for start in _UNSPOKEN if name.startswith(start)), name)


def _flat(name: str, value: Any, depth: int) -> Iterator[tuple[str, str]]:
    if not isinstance(value, Mapping):
        yield name, _text(value)
    elif depth < _DEEPEST:
        for key, inner in value.items():
            yield from _flat(f"{name}.{key}", inner, depth + 1)


def _stack(layers: Sequence[Any], prefix: str, depth: int) -> Iterator[tuple[str, str]]:
    """Named as on the screen: each type counts its own, and in a block anew."""
    tables = [layer for layer in layers[:_MOST] if isinstance(layer, Mapping)]
    types = [str(layer.get("type", "layer")) for layer in tables]
    yield f"{prefix}layers", ", ".join(types)
    counts: Counter[str] = Counter()
    for kind, layer in zip(types, tables, strict=True):
        counts[kind] += 1
        name = f"{prefix}{kind}_{counts[kind]}"
        for key, value in layer.items():
            if key == "layers" and isinstance(value, list):
                if depth < _DEEPEST:
                    yield from _stack(value, f"{name}.", depth + 1)
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
        return ", ".join(_text(item) for item in value[:_LONGEST])
    return str(value)
