"""Tiles: a batch in parts of a few samples, small enough to stay in a core's second-level cache."""

from __future__ import annotations

from itertools import pairwise


def tile_samples(batch_size: int, *, numbers_per_sample: int, most_numbers: int) -> int:
    """Samples in a tile: as many as hold at most `most_numbers` numbers, at least 1, in tiles of about equal size."""
    most = max(1, min(batch_size, most_numbers // max(numbers_per_sample, 1)))
    return -(-batch_size // -(-batch_size // most))


def tiles_of(count: int, samples: int) -> list[slice]:
    """A batch of `count` samples as the fewest tiles of at most `samples`, whose sizes differ by at most 1."""
    parts = -(-count // samples)
    edges = [index * count // max(parts, 1) for index in range(parts + 1)]
    return [slice(start, stop) for start, stop in pairwise(edges)]
