"""Drafts as values: an edit gives a new draft and shares with the old one everything it did not touch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Draft = dict[str, Any]
Key = str | int
Path = tuple[Key, ...]
"""('layers', 2, 'units'); () is the draft itself."""
DEEPEST = 16
"""Keys of the longest path of a layer that is shown: what is in more blocks than that is refused anyway."""


def path_words(path: Path) -> str:
    """The path as problems name it: 'layers[2].units'."""
    words = ""
    for key in path:
        words += f"[{key}]" if isinstance(key, int) else f".{key}" if words else key
    return words


def value_at(draft: Any, path: Path) -> Any:
    """What stands at a path; None where nothing does."""
    for key in path:
        if isinstance(draft, Mapping):
            draft = draft.get(key)
        elif isinstance(draft, list) and isinstance(key, int) and key < len(draft):
            draft = draft[key]
        else:
            return None
    return draft


def with_value(draft: Any, path: Path, value: Any) -> Any:
    """The draft with a value put at a path, tables made on the way; None takes the key out.

    A text where a table is needed stands for a table of that type, as in a model file.
    """
    if not path:
        return value
    key, rest = path[0], path[1:]
    if isinstance(key, int):
        layers = list(draft) if isinstance(draft, list) else []
        layers[key] = with_value(layers[key], rest, value)
        return layers
    table = dict(draft) if isinstance(draft, Mapping) else {"type": draft} if isinstance(draft, str) else {}
    if rest:
        table[key] = with_value(table.get(key), rest, value)
    elif value is None:
        table.pop(key, None)
    else:
        table[key] = value
    return table


def layers_of(draft: Mapping[str, Any]) -> list[Any]:
    """The layers of a draft; [] where it has no list of them."""
    layers = draft.get("layers")
    return layers if isinstance(layers, list) else []


def layer_type(layer: Any) -> str:
    """The type a layer's table names; '?' where it names none."""
    if isinstance(layer, str):
        return layer
    kind = layer.get("type") if isinstance(layer, Mapping) else None
    return kind if isinstance(kind, str) else "?"


def layer_paths(draft: Draft) -> list[Path]:
    """Where each layer stands, line by line as the stack shows them: those of a block after the block."""
    return list(_paths_below(layers_of(draft), ("layers",)))


def _paths_below(layers: Sequence[Any], path: Path) -> Iterator[Path]:
    for index, layer in enumerate(layers):
        here = (*path, index)
        yield here
        if len(here) < DEEPEST:
            yield from _paths_below(inner_layers(layer), (*here, "layers"))


def inner_layers(layer: Any) -> list[Any]:
    """The layers of a block, which stand under the same key as those of the model; [] where it has no list of them."""
    return layers_of(layer) if isinstance(layer, Mapping) else []


def with_layer(draft: Draft, path: Path, layer: Any) -> Draft:
    """The draft with a layer put in before the one at `path`, or at the end of that list."""
    layers = _siblings(draft, path)
    layers.insert(_index(path), layer)
    return with_value(draft, path[:-1], layers)


def without_layer(draft: Draft, path: Path) -> Draft:
    """The draft without one of its layers."""
    layers = _siblings(draft, path)
    del layers[_index(path)]
    return with_value(draft, path[:-1], layers)


def with_layer_moved(draft: Draft, path: Path, by: int) -> Draft:
    """The draft with a layer moved down its list, or up; the same draft where it is at the end."""
    layers, to = _siblings(draft, path), _index(path) + by
    if not 0 <= to < len(layers):
        return draft
    layers.insert(to, layers.pop(_index(path)))
    return with_value(draft, path[:-1], layers)


def beside(path: Path, by: int) -> Path:
    """The path of a layer further down the same list, or up."""
    return (*path[:-1], _index(path) + by)


def _index(path: Path) -> int:
    index = path[-1]
    assert isinstance(index, int)
    return index


def _siblings(draft: Draft, path: Path) -> list[Any]:
    layers = value_at(draft, path[:-1])
    return list(layers) if isinstance(layers, list) else []


def with_source(draft: Draft, source: str, kept: Sequence[str]) -> Draft:
    """The draft with other data; of the old data's keys only those in `kept` stay, since the rest belong to it."""
    data = draft.get("data")
    old = data if isinstance(data, Mapping) else {}
    return {**draft, "data": {"source": source, **{key: old[key] for key in kept if key in old and key != "source"}}}
