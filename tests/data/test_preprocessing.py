"""Shift and scale."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nntui.data.preprocessing import Preprocessing


def fit(x: np.ndarray, y: np.ndarray | None = None, *, standardize: bool = True) -> Preprocessing:
    answers = np.zeros(len(x), np.int64) if y is None else y
    return Preprocessing.fit(x, answers, standardize=standardize, standardize_targets=y is not None)


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
        assert tensor.dtype == np.float32
        np.testing.assert_array_equal(again.to_tensors()[name], tensor)
