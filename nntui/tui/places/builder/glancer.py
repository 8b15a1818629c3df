"""Glancer: reads samples on a thread of its own, each kind of data once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nntui.tui.latest_job import LatestJob
from nntui.tui.places.builder.drafts import Draft

if TYPE_CHECKING:
    from nntui.data.catalogue import Description
    from nntui.data.glance import Glance

_NOT_OF_SAMPLES = ("validation", "standardize", "standardize_targets")
_KEPT = 4


@dataclass(frozen=True, eq=False, slots=True)
class Glanced:
    """What a glance at data found: samples, or why there are none."""

    key: object
    found: Glance | None
    problem: str = ""


class Glancer(LatestJob[[object, Draft, Path], Glanced]):
    """Looks at the data asked for last, by their `glance_key`; what was asked for in between is passed over."""

    def __init__(self, answer: Callable[[Glanced], None]) -> None:
        """`answer` is called on the event loop."""
        super().__init__(lambda key, draft, base: _glanced(key, draft, base), self._keep)
        self._answer_with = answer
        self._known: dict[object, Glanced] = {}

    def known(self, key: object) -> Glanced | None:
        """What was found for this key; None where it is to be looked for."""
        return self._known.get(key)

    def _keep(self, glanced: Glanced) -> None:
        if glanced.found is not None:
            self._known[glanced.key] = glanced
        while len(self._known) > _KEPT:
            del self._known[next(iter(self._known))]
        self._answer_with(glanced)


def glance_key(draft: Draft, base: Path, description: Description) -> object:
    """Equal for drafts whose samples are the same ones: what is done to them afterwards does not count."""
    data = draft.get("data")
    table = data if isinstance(data, Mapping) else {}
    kept = repr({name: value for name, value in table.items() if name not in _NOT_OF_SAMPLES})
    # A file that has other samples than before is another one.
    counts = sum(description.samples), description.class_counts, description.features
    return kept, str(base), _seed(draft) if description.kind == "generated" else 0, description.task, counts


def _seed(draft: Draft) -> int:
    training = draft.get("training")
    seed = training.get("seed") if isinstance(training, Mapping) else None
    return seed if type(seed) is int and seed >= 0 else 0


def _glanced(key: object, draft: Draft, base: Path) -> Glanced:
    from nntui.data.errors import DataError
    from nntui.data.glance import glance
    from nntui.modelfile.parsing import parse_parts

    settings = parse_parts(draft).data
    if settings is None:
        return Glanced(key, None)
    try:
        return Glanced(key, glance(settings, base=base, seed=_seed(draft)))
    except DataError as error:
        return Glanced(key, None, error.message)
