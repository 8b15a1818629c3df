from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nntui.runs.decimation import WHOLE_EPOCHS, EpochDecimator, keeps_epoch, last_kept_epoch, spacing


def test_the_spacing_doubles_as_the_number_does():
    assert [spacing(number, 4) for number in range(1, 18)] == [1] * 4 + [2] * 4 + [4] * 8 + [8]
    assert spacing(2**60, 4) == 2**58


def test_each_doubling_keeps_as_many_more():
    kept = [sum(map(keeps_epoch, range(1, WHOLE_EPOCHS * 2**doubling + 1))) for doubling in range(7)]
    assert kept == [WHOLE_EPOCHS + WHOLE_EPOCHS // 2 * doubling for doubling in range(7)]


def test_the_last_that_is_kept_is_found_from_any_epoch():
    kept = 0
    for epoch in range(1, 20_000):
        kept = epoch if keeps_epoch(epoch) else kept
        assert last_kept_epoch(epoch) == kept
    assert last_kept_epoch(0) == 0


def thin(epochs: list[tuple[int, bool]]) -> tuple[list[int], list[int]]:
    decimator, kept = EpochDecimator[int](), []
    for epoch, best in epochs:
        kept += decimator.add(epoch, epoch=epoch, best=best)
    return kept, decimator.waiting


@given(st.sets(st.integers(1, 20_000)), st.integers(1, 20_000))
def test_the_newest_and_the_newest_best_are_always_there(bests, last):
    kept, waiting = thin([(epoch, epoch in bests) for epoch in range(1, last + 1)])
    assert [*kept, *waiting] == sorted({*kept, *waiting})
    assert last in (kept + waiting)[-1:]
    best = max((epoch for epoch in bests if epoch <= last), default=last)
    assert best in kept + waiting
    assert set(kept + waiting) >= set(filter(keeps_epoch, range(1, last + 1)))


@pytest.mark.parametrize("is_best", [lambda epoch: True, lambda epoch: epoch % 2, lambda epoch: False])
def test_no_pattern_of_bests_makes_it_grow(is_best):
    kept, waiting = thin([(epoch, bool(is_best(epoch))) for epoch in range(1, 360_001)])
    assert len(kept) <= WHOLE_EPOCHS * (1 + 7)
    assert len(waiting) <= 2
