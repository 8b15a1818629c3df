"""Tiles: a batch in parts of a few samples, so that what is worked on stays in a core's second cache."""

from __future__ import annotations

from itertools import pairwise


def tile_samples(batch_size: int, *, numbers_each: int, most_numbers: int) -> int:
    """Samples of a tile: as many as hold together at most so many numbers, at least 1, tiles being about even."""
    most = max(1, min(batch_size, most_numbers // max(numbers_each, 1)))
    return -(-batch_size // -(-batch_size // most))


def tiles_of(count: int, samples: int) -> list[slice]:
    """The tiles of a batch of `count`: the fewest of at most `samples`, their sizes at most 1 apart."""
    parts = -(-count // samples)
    edges = [index * count // max(parts, 1) for index in range(parts + 1)]
    return [slice(start, stop) for start, stop in pairwise(edges)]
