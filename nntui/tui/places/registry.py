"""The places there are; one is imported when it is first shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nntui.tui.places.place import Place


@dataclass(frozen=True, slots=True)
class PlaceEntry:
    """A place before it is made."""

    key: str
    id: str
    title: str
    load: Callable[[], type[Place]]

    @staticmethod
    def named(identity: str) -> PlaceEntry:
        """The entry with this id."""
        return next(entry for entry in PLACES if entry.id == identity)


def _build() -> type[Place]:
    from nntui.tui.places.builder.place import BuildPlace

    return BuildPlace


def _train() -> type[Place]:
    from nntui.tui.places.train.place import TrainPlace

    return TrainPlace


def _runs() -> type[Place]:
    from nntui.tui.places.runs.place import RunsPlace

    return RunsPlace


PLACES = (
    PlaceEntry("1", "build", "Build", _build),
    PlaceEntry("2", "train", "Train", _train),
    PlaceEntry("4", "runs", "Runs", _runs),
)
