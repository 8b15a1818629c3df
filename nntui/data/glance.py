"""A glance at data: a few samples as they are in the source, before any preprocessing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nntui.data.assembly import generate
from nntui.data.catalogue import checked_outline
from nntui.data.errors import source_error
from nntui.data.generators.base import Generator
from nntui.data.readers.outline import RawData
from nntui.data.settings import DataSettings
from nntui.data.sources import LocatedFile, locate
from nntui.display.sizes import size_text

LARGEST = 64 * 2**20
"""The most bytes of a source that are read for a glance."""
_POINTS, _SAMPLES = 2000, 64
"""How many samples are taken: of points on a line or plane, and of larger samples."""


@dataclass(frozen=True, eq=False, slots=True)
class Glance:
    """Some samples, alternating between classes; the names are as in `Dataset`."""

    x: np.ndarray
    """(n, *input_shape), raw."""
    y: np.ndarray
    """int64 labels (n,), or targets (n, k)."""
    rows: np.ndarray
    """The row of each sample in the source, from 0, int64 (n,)."""
    classes: tuple[str, ...]
    targets: tuple[str, ...]
    features: tuple[str, ...]
    target: str = ""

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Of one sample."""
        return self.x.shape[1:]

    def target_text(self, index: int) -> str:
        """The class of a sample, or its targets, as text."""
        if self.classes:
            return self.classes[int(self.y[index])]
        return ", ".join(f"{value:.4g}" for value in np.ravel(self.y[index]).tolist())


def glance(settings: DataSettings, *, base: Path, seed: int) -> Glance:
    """Samples of the data, the same ones each time; DataError where they cannot be read or are too large.

    Relative paths start at the folder `base`; `seed` is for generated data.
    """
    located = locate(settings, base)
    outline = checked_outline(settings, located)
    if isinstance(located, Generator):
        raw: RawData = generate(located, seed)
    else:
        size = _size(located)
        if size > LARGEST:
            raise source_error(f"{size_text(size)} are too much for a glance at samples; training reads them")
        raw = located.reader.read(located.path, settings.target, settings.task)
    most = _POINTS if math.prod(outline.input_shape) <= 2 else _SAMPLES
    rows = _chosen(raw.y if outline.classes else None, len(raw.x), most)
    return Glance(raw.x[rows], raw.y[rows], rows, outline.classes, outline.targets, outline.features, outline.target)


def _chosen(labels: np.ndarray | None, count: int, most: int) -> np.ndarray:
    """Rows drawn at random, always the same; with labels the classes alternate."""
    order = np.random.default_rng(0).permutation(count)
    if labels is None:
        return order[:most]
    drawn = labels[order]
    by_class = np.argsort(drawn, kind="stable")
    _, starts, counts = np.unique(drawn[by_class], return_index=True, return_counts=True)
    turn = np.empty(count, np.int64)
    turn[by_class] = np.arange(count) - np.repeat(starts, counts)
    return order[np.lexsort((drawn, turn))[:most]]


def _size(located: LocatedFile) -> int:
    try:
        if located.path.is_dir():
            return sum(path.stat().st_size for path in located.path.iterdir() if "-ubyte" in path.name)
        return located.path.stat().st_size
    except OSError as error:
        raise source_error(f"cannot read {located.name}: {error.strerror or error}") from error
