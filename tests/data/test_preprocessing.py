"""Shift and scale."""

import json
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nntui.data import preprocessing as module
from nntui.data.preprocessing import Preprocessing

REFERENCE = json.loads((Path(__file__).parent / "reference" / "scaler.json").read_text())


def fit(x: np.ndarray, y: np.ndarray | None = None, *, standardize: bool = True) -> Preprocessing:
    targets = np.zeros(len(x), np.int64) if y is None else y
    return Preprocessing.fit(x, targets, standardize=standardize, standardize_targets=y is not None)


def test_columns_of_a_table_by_hand() -> None:
    # Column 0: mean 3, deviation sqrt(((1-3)^2 + (5-3)^2) / 2) = 2. Column 1 is constant.
    x = np.array([[1.0, 0.1], [5.0, 0.1]])
    prepared = fit(x).apply(x)
    assert prepared.dtype == np.float32
    np.testing.assert_allclose(prepared, [[-1.0, 0.0], [1.0, 0.0]], atol=1e-7)


def test_constant_column_whose_mean_is_inexact_gets_scale_one() -> None:
    assert fit(np.full((7, 1), 0.1)).scale.tolist() == [1.0]


def test_bytes_are_scaled_to_one_without_standardize() -> None:
    x = np.array([0, 51, 255], np.uint8).reshape(1, 3, 1, 1)
    np.testing.assert_allclose(fit(x, standardize=False).apply(x).ravel(), [0.0, 0.2, 1.0], rtol=1e-6)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_images_share_one_mean_and_deviation(dtype: type) -> None:
    x = np.random.default_rng(0).integers(0, 256, (9, 5, 4, 3)).astype(dtype)
    preprocessing = fit(x)
    assert preprocessing.offset.shape == preprocessing.scale.shape == ()
    wide = x.astype(np.float64)
    np.testing.assert_allclose(preprocessing.apply(x), (wide - wide.mean()) / wide.std(), atol=1e-5)


def test_image_of_one_colour_stays_finite() -> None:
    x = np.full((2, 3, 3, 1), 7, np.uint8)
    assert not fit(x).apply(x).any()


def test_small_differences_beside_a_large_offset_survive() -> None:
    x = 1.7e9 + np.arange(100.0)[:, None]
    prepared = fit(x).apply(x)
    np.testing.assert_allclose(np.diff(prepared[:, 0]), 1.0 / x.std(), rtol=1e-4)


def test_targets_come_back_in_their_own_units() -> None:
    y = np.array([[25.0], [100.0], [346.0]])
    preprocessing = fit(np.zeros((3, 1)), y)
    scaled = preprocessing.apply_targets(y)
    assert abs(float(scaled.mean())) < 1e-6
    np.testing.assert_allclose(preprocessing.restore_targets(scaled), y, rtol=1e-5)


@given(
    hnp.arrays(np.float64, hnp.array_shapes(min_dims=2, max_dims=2, max_side=6), elements=st.floats(-1e30, 1e30)),
)
def test_standardized_columns_are_finite_and_come_back(x: np.ndarray) -> None:
    preprocessing = fit(x)
    prepared = preprocessing.apply(x)
    assert np.isfinite(prepared).all()
    np.testing.assert_allclose(preprocessing.restore(prepared), x, rtol=1e-5, atol=1e-5 * np.abs(x).max() + 1e-30)


def test_tensors_hold_all_of_it() -> None:
    preprocessing = fit(np.random.default_rng(0).normal(size=(5, 3)), np.arange(10.0).reshape(5, 2))
    again = Preprocessing.from_tensors({**preprocessing.to_tensors(), "other": np.zeros(1)})
    for name, tensor in preprocessing.to_tensors().items():
        assert tensor.dtype == np.float64
        np.testing.assert_array_equal(again.to_tensors()[name], tensor)


@pytest.mark.parametrize("place", range(len(REFERENCE["names"])), ids=REFERENCE["names"])
def test_columns_that_32_bits_cannot_hold_are_standardized_as_scikit_learn_does(place: int) -> None:
    assert REFERENCE["made_by"].startswith("scikit-learn 1.")
    x = np.array(REFERENCE["table"])[:, [place]]
    preprocessing = fit(x)
    np.testing.assert_allclose(preprocessing.offset, REFERENCE["mean"][place], rtol=1e-14)
    np.testing.assert_allclose(preprocessing.scale, REFERENCE["scale"][place], rtol=1e-9)
    prepared = preprocessing.apply(x)[:, 0]
    assert prepared.dtype == np.float32
    # What a mean of 1.7e12 is rounded to in float64 is 1e-4 of a column that spans ten seconds.
    np.testing.assert_allclose(prepared, np.array(REFERENCE["standardized"])[:, place], atol=1e-6)
    assert abs(prepared.mean(dtype=np.float64)) < 1e-6


def test_what_an_older_version_saved_in_float32_is_read_as_it_is() -> None:
    saved = {name: tensor.astype(np.float32) for name, tensor in fit(np.arange(6.0).reshape(3, 2)).to_tensors().items()}
    for name, tensor in Preprocessing.from_tensors(saved).to_tensors().items():
        assert tensor.dtype == np.float64
        np.testing.assert_array_equal(tensor, saved[name])


def test_targets_keep_the_digits_that_float32_does_not_have() -> None:
    plain = fit(np.zeros((3, 1)))
    dates = np.array([[2460310.5], [2460310.53], [2460310.56]])
    assert plain.apply_targets(dates).dtype == np.float64
    np.testing.assert_array_equal(plain.apply_targets(dates), dates)
    # What it has it holds in half the memory.
    assert plain.apply_targets(np.array([[0.5], [-3.0]])).dtype == np.float32
    scaled = fit(np.zeros((3, 1)), dates).apply_targets(dates)
    np.testing.assert_allclose(scaled[:, 0], [-(1.5**0.5), 0, 1.5**0.5], atol=1e-7)


@pytest.mark.parametrize("shape", [(7, 5), (7, 3, 2), (0, 4)])
def test_blocks_change_nothing(shape: tuple[int, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    x = 1e6 + np.random.default_rng(0).normal(size=shape)
    preprocessing = fit(1e6 + np.random.default_rng(1).normal(size=(9, *shape[1:])))
    whole = preprocessing.apply(x)
    monkeypatch.setattr(module, "_TABLE_BLOCK", 11)
    np.testing.assert_array_equal(preprocessing.apply(x), whole)
    again = fit(1e6 + np.random.default_rng(1).normal(size=(9, *shape[1:])))
    np.testing.assert_allclose(again.scale, preprocessing.scale, rtol=1e-12)


def test_a_large_table_is_not_held_twice_in_float64() -> None:
    x = np.random.default_rng(0).normal(size=(200_000, 20))
    tracemalloc.start()
    try:
        fit(x).apply(x)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    # The result takes half of it.
    assert peak < 0.7 * x.nbytes
