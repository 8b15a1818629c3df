"""The columns of other data, put as the network has learnt to see them."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence

from nntui.data.dataset import Dataset, Split
from nntui.data.errors import shown, source_error

_MADE_UP = re.compile(r"(x|column_)\d+")
"""Names of columns that had none."""
_MOST = 6


def in_order(dataset: Dataset, names: Sequence[str]) -> Dataset:
    """The dataset with its columns in the order of `names`; DataError where they are others or not so many.

    By name, where both have names of their own; else they are taken as they come.
    """
    have = dataset.features
    if not names or not have or have == tuple(names):
        return dataset
    if _are_made_up(names) or _are_made_up(have):
        if len(have) != len(names):
            raise source_error(
                f"{shown(dataset.name)} has {len(have):,} inputs; the network was trained on {len(names):,}"
            )
        return dataset
    missing = [name for name in names if name not in have]
    unexpected = [name for name in have if name not in names]
    if missing or unexpected:
        words = [f"{kind} {_listed(some)}" for kind, some in (("lacks", missing), ("also has", unexpected)) if some]
        what = f"{shown(dataset.name)} does not have the columns the network was trained on"
        raise source_error(f"{what}: it {' and '.join(words)}")
    order = [have.index(name) for name in names]

    def ordered(part: Split) -> Split:
        return Split(part.x[..., order], part.y)

    fitted = dataset.preprocessing
    if fitted.offset.ndim:
        fitted = dataclasses.replace(fitted, offset=fitted.offset[..., order], scale=fitted.scale[..., order])
    return dataclasses.replace(
        dataset, train=ordered(dataset.train), val=ordered(dataset.val), features=tuple(names), preprocessing=fitted
    )


def _are_made_up(names: Sequence[str]) -> bool:
    return all(map(_MADE_UP.fullmatch, names))


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST:,} more" if len(names) > _MOST else ""
    return ", ".join(shown(name, 30) for name in names[:_MOST]) + more
