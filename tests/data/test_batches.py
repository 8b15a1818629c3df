"""Gathering of batches."""

import tracemalloc

import numpy as np
import pytest

from nntui.data.batches import Batches
from nntui.data.dataset import Split
from nntui.data.preprocessing import Preprocessing


def images(standardize: bool) -> tuple[Split, Preprocessing]:
    rng = np.random.default_rng(0)
    split = Split(rng.integers(0, 256, (50, 4, 3, 1), dtype=np.uint8), rng.integers(0, 3, 50))
    return split, Preprocessing.fit(split.x, split.y, standardize=standardize, standardize_targets=False)


@pytest.mark.parametrize("standardize", [False, True])
def test_bytes_come_out_as_apply_gives_them_bit_for_bit(standardize: bool) -> None:
    split, preprocessing = images(standardize)
    indices = np.array([49, 0, 7, 7])
    x, y = Batches(split, preprocessing, 8).gather(indices)
    assert x.dtype == np.float32
    np.testing.assert_array_equal(x, preprocessing.apply(split.x[indices]))
    np.testing.assert_array_equal(y, split.y[indices])


def test_prepared_floats_and_targets_are_copied_as_they_are() -> None:
    split = Split(np.arange(12, dtype=np.float32).reshape(6, 2), np.arange(6, dtype=np.float32).reshape(6, 1))
    preprocessing = Preprocessing.fit(split.x, split.y, standardize=True, standardize_targets=True)
    x, y = Batches(split, preprocessing, 3).gather(np.array([5, 1]))
    np.testing.assert_array_equal(x, [[10, 11], [2, 3]])
    np.testing.assert_array_equal(y, [[5], [1]])


def test_next_batch_takes_the_place_of_the_last() -> None:
    batches = Batches(*images(False), 4)
    first, _ = batches.gather(np.arange(4))
    second, _ = batches.gather(np.arange(4, 7))
    assert np.shares_memory(first, second)
    assert len(second) == 3


def test_empty_batch_and_too_large_a_batch() -> None:
    batches = Batches(*images(False), 4)
    x, y = batches.gather(np.empty(0, np.intp))
    assert x.shape == (0, 4, 3, 1)
    assert y.shape == (0,)
    with pytest.raises(ValueError, match="5 rows do not fit a batch of 4"):
        batches.gather(np.arange(5))


@pytest.mark.parametrize("standardize", [False, True])
def test_gathering_allocates_no_array(standardize: bool) -> None:
    rng = np.random.default_rng(0)
    split = Split(rng.integers(0, 256, (200, 28, 28, 1), dtype=np.uint8), rng.integers(0, 3, 200))
    preprocessing = Preprocessing.fit(split.x, split.y, standardize=standardize, standardize_targets=False)
    batches, indices = Batches(split, preprocessing, 64), np.arange(64)
    batches.gather(indices)
    tracemalloc.start()
    try:
        batches.gather(indices)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    # Views and other small objects only: one image alone would be 3,136 bytes as float32.
    assert peak < 3000


def test_two_splits_share_memory_where_they_hold_the_same_kind_of_number() -> None:
    split, preprocessing = images(True)
    first = Batches(split, preprocessing, 8)
    beside = Batches(split, preprocessing, 8, beside=first)
    x, _ = first.gather(np.arange(8))
    other, y = beside.gather(np.arange(10, 15))
    assert np.shares_memory(x, other)
    np.testing.assert_array_equal(other, preprocessing.apply(split.x[10:15]))
    np.testing.assert_array_equal(y, split.y[10:15])
    floats = Split(preprocessing.apply(split.x), split.y)
    prepared, _ = Batches(floats, preprocessing, 8, beside=first).gather(np.arange(3))
    assert not np.shares_memory(prepared, x)
    np.testing.assert_array_equal(prepared, floats.x[:3])
