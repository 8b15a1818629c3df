"""Columns whose values fall together in 32 bits are found, and named where data are described."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nntui.data.catalogue import describe
from nntui.data.readers.rounding import merged_pair
from nntui.data.settings import DataSettings


@pytest.mark.parametrize(
    ("values", "pair"),
    [
        (1.7e9 + np.arange(50.0), (1.7e9, 1.7e9 + 1)),
        (52.5 + 1e-7 * np.arange(10.0), (52.5, 52.5 + 1e-7)),
        (np.array([16777217, 16777216, 3]), (16777216.0, 16777217.0)),
    ],
)
def test_two_values_that_become_one_are_named(values: np.ndarray, pair: tuple[float, float]) -> None:
    assert merged_pair(values) == pair


@pytest.mark.parametrize(
    "values",
    [
        np.random.default_rng(0).random(5000),
        np.random.default_rng(0).normal(size=5000) * 1e30,
        np.full(9, 1.7e9 + 1),
        np.arange(1990.0, 2020.0),
        np.where(np.arange(500) % 2, 0.3, 3 * 0.1)[:1],
        np.array([]),
        np.array([1e300, 2.0]),
    ],
)
def test_values_that_stay_apart_or_lose_nothing_that_matters_are_not(values: np.ndarray) -> None:
    assert merged_pair(values) is None


def hint(path: Path, **settings: object) -> str:
    return describe(replace(DataSettings(path.name), **settings), base=path.parent).hint


def test_a_table_says_which_column_and_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "time.csv"
    path.write_text("load,time,late\n" + "".join(f"{n % 7},{1_700_000_000 + 50 * n},{n // 20}\n" for n in range(40)))
    words = "'time' has 1700000000 and 1700000050, equal in the network's 32 bits: data.standardize = true"
    assert hint(path) == words
    assert hint(path, standardize=True) == ""


def test_targets_too(tmp_path: Path) -> None:
    path = tmp_path / "dates.csv"
    path.write_text("a,date\n" + "".join(f"{n % 7},{2460310.5 + n / 100}\n" for n in range(40)))
    words = "'date' has 2460310.5 and 2460310.51, equal in the network's 32 bits: data.standardize_targets = true"
    assert hint(path) == words
    assert hint(path, standardize_targets=True) == ""


@pytest.mark.parametrize("order", ["C", "F"])
def test_arrays_too(tmp_path: Path, order: str) -> None:
    path, y = tmp_path / "a.npz", np.arange(60) % 2
    x = np.stack([np.arange(60.0), 1e9 + np.arange(60.0)], axis=1)
    words = "'x2' has 1000000000 and 1000000001, equal in the network's 32 bits: data.standardize = true"
    for wide in (x, x.astype(np.int64)):
        np.savez(path, x=np.asarray(wide, order=order), y=y)
        assert hint(path) == words
    np.savez(path, x=x.astype(np.float32), y=y)
    assert hint(path) == ""
    np.savez(path, x=np.repeat(x[:, np.newaxis], 3, axis=1), y=y)
    assert hint(path) == words
    np.savez(path, x=np.zeros((60, 2)), y=1e9 + np.arange(60.0))
    assert hint(path) == words.replace("x2", "target").replace("standardize", "standardize_targets")
