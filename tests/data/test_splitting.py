"""Held-out rows."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nntui.data.splitting import held_out, held_out_by_class, split_rows

SHARES = st.floats(0, 1, exclude_max=True)


def split(labels: list[int] | None, count: int, validation: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    array = None if labels is None else np.array(labels, np.int64)
    return split_rows(array, count, validation, rng=np.random.default_rng(seed))


@given(st.lists(st.integers(0, 5), max_size=60), SHARES)
def test_each_class_keeps_its_share_within_one_sample(labels: list[int], validation: float) -> None:
    train, val = split(labels, len(labels), validation)
    assert sorted([*train, *val]) == list(range(len(labels)))
    for label in set(labels):
        count = labels.count(label)
        held = sum(labels[row] == label for row in val)
        assert abs(held - count * validation) < 1
        assert held < count


@given(st.lists(st.integers(0, 5), max_size=60), SHARES)
def test_sizes_told_beforehand_are_those_of_the_split(labels: list[int], validation: float) -> None:
    counts = [labels.count(label) for label in range(8)]
    assert sum(held_out_by_class(counts, validation)) == len(split(labels, len(labels), validation)[1])


@given(st.integers(0, 60), SHARES)
def test_plain_split_takes_the_share_and_leaves_a_row_to_train(count: int, validation: float) -> None:
    train, val = split(None, count, validation)
    assert sorted([*train, *val]) == list(range(count))
    assert len(val) == held_out(count, validation)
    assert abs(len(val) - count * validation) <= 1
    assert count == 0 or len(train) > 0


def test_many_small_classes_still_hold_out_the_whole_share() -> None:
    # 20 % of 3 is 0.6: of ten such classes six give a sample, 20 % of 30.
    assert sum(held_out_by_class([3] * 10, 0.2)) == 6


def test_class_with_one_sample_stays_in_train() -> None:
    _, val = split([0] * 10 + [1], 11, 0.9)
    assert 10 not in val


def test_seed_decides_and_rows_keep_their_order() -> None:
    first, again, other = (split([0, 1] * 50, 100, 0.3, seed)[1] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert first.tolist() != other.tolist()
    assert first.tolist() == sorted(first.tolist())
