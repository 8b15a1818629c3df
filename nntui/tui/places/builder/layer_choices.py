"""The layers that can be added, by kind, and why one does not fit where it would stand."""

from __future__ import annotations

import re
from collections.abc import Iterable

from nntui.nn.layers.base import GROUPS, Layer, Shape, ShapeError
from nntui.settings import settings_of
from nntui.tui.dialogs.choice import Choice

_WANTED = {"channels": "needs images", "time": "needs sequences", "ids": "needs ids", "flat": "needs a flat row"}
"""What a layer's refusal says it needs, by a word in it."""


def layer_choices(shape: Shape | None, *, is_first: bool) -> list[Choice]:
    """A choice for each type, those of a kind together; `shape` is what goes in, None where that is not known.

    `is_first` says whether the layer would be given the data themselves.
    """
    members = Layer.members()
    kinds = list(dict.fromkeys([*GROUPS, *(member.group for member in members.values())]))
    ordered = sorted(members.items(), key=lambda item: kinds.index(item[1].group))
    return [
        Choice(name, name, member.summary(), lead=member.group, obstacle=obstacle(member, shape, is_first=is_first))
        for name, member in ordered
    ]


def obstacle(kind: type[Layer], shape: Shape | None, *, is_first: bool) -> str:
    """Why a new layer of this type does not fit, in a word or two: 'needs images'; '' where it does."""
    if kind.reads_ids and not is_first:
        return "must be first"
    if shape is None:
        return ""
    required = [name for name, setting in settings_of(kind).items() if setting.required]
    if any(not _is_number(kind, name) for name in required):
        return ""  # Whether it fits depends on what is typed.
    try:
        kind(**{**dict.fromkeys(required, 1), **kind.form_defaults}).output_shape(shape)
    except ShapeError as error:
        return _in_short(str(error))
    return ""


def _is_number(kind: type[Layer], name: str) -> bool:
    return settings_of(kind)[name].kind in (int, float)


def _in_short(message: str) -> str:
    need = message.partition(", got")[0]
    return next((words for word, words in _WANTED.items() if re.search(rf"\b{word}\b", need)), "does not fit")


def shape_before(
    rows: Iterable[tuple[tuple[str | int, ...], Shape | None]], path: tuple[str | int, ...], data: Shape | None
) -> Shape | None:
    """What goes into a layer put in at `path`: given each layer's path and output, and the shape of the data."""
    index = path[-1]
    assert isinstance(index, int)
    outputs = dict(rows)
    while index == 0 and len(path) > 2:
        # The first of a block is given what the block is given.
        path, index = path[:-2], int(path[-3])
    return outputs.get((*path[:-1], index - 1)) if index else data
