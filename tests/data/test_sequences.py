"""Sequences (time, features): made to order, from a person's own file, standardized and gathered."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nntui.data.batches import Batches
from nntui.data.catalogue import describe, load
from nntui.data.generators.adding import Adding
from nntui.data.generators.base import Generator
from nntui.data.generators.waves import Waves
from nntui.data.preprocessing import Preprocessing
from nntui.data.settings import DataSettings

SHIPPED = ("adding", "waves")


def made(generator: Generator, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    return generator.generate(rng=np.random.default_rng(seed))


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize(("samples", "length"), [(1, 2), (2, 3), (7, 2), (400, 50)])
def test_shapes_types_and_counts(name: str, samples: int, length: int) -> None:
    generator = Generator.members()[name](samples=samples, length=length)  # pyright: ignore[reportCallIssue]
    x, y = made(generator)
    assert x.shape == (samples, *generator.input_shape) == (samples, length, len(generator.features))
    assert x.dtype == np.float32
    assert np.isfinite(x).all()
    if generator.task == "regression":
        assert (y.shape, y.dtype) == ((samples, 1), np.float32)
    else:
        assert y.dtype == np.int64
        assert tuple(np.bincount(y, minlength=len(generator.class_names))) == generator.class_counts


@pytest.mark.parametrize("name", SHIPPED)
def test_seed_decides_and_noise_moves(name: str) -> None:
    kind = Generator.members()[name]
    quiet, loud = (np.concatenate(made(kind(noise=noise)), axis=None) for noise in (0.0, 0.5))  # pyright: ignore[reportCallIssue]
    assert np.abs(quiet - loud).max() > 0.5
    np.testing.assert_array_equal(made(kind(), 3)[0], made(kind(), 3)[0])
    assert not np.array_equal(made(kind(), 3)[0], made(kind(), 4)[0])


def test_waves_have_their_shapes_and_are_equally_loud() -> None:
    x, y = made(Waves(samples=400, length=600, noise=0.0))
    sine, square, sawtooth, noise = (x[y == label, :, 0].astype(np.float64) for label in range(4))
    for waves in (sine, square, sawtooth, noise):
        assert np.sqrt(np.mean(waves**2)) == pytest.approx(0.7, abs=0.01)
    assert sine.max() == pytest.approx(0.7 * np.sqrt(2), abs=1e-3)
    assert set(np.abs(square).round(5).ravel()) == {0.7}
    # A sawtooth rises by the same step, but where it falls.
    steps = np.diff(sawtooth[0])
    rising = steps[steps > 0]
    np.testing.assert_allclose(rising, rising[0], rtol=1e-3)
    assert 8 <= 600 / np.sum(steps < 0) <= 21
    # Of a wave the next value tells something, of noise it does not.
    lagged = [
        np.corrcoef(waves[:, :-1].ravel(), waves[:, 1:].ravel())[0, 1] for waves in (sine, square, sawtooth, noise)
    ]
    assert min(lagged[:3]) > 0.5
    assert abs(lagged[3]) < 0.02


def test_periods_stay_within_their_bounds_in_either_order() -> None:
    for shortest, longest in ((5.0, 10.0), (10.0, 5.0)):
        x, y = made(Waves(samples=40, length=1000, noise=0.0, shortest=shortest, longest=longest))
        turns = np.sum(np.diff(np.sign(x[y == 1, :, 0]), axis=1) > 0, axis=1)
        assert 1000 / 10 - 2 <= turns.min() <= turns.max() <= 1000 / 5 + 2


@pytest.mark.parametrize("length", [2, 3, 30])
def test_the_sum_is_of_one_number_of_each_half(length: int) -> None:
    x, y = made(Adding(samples=300, length=length))
    numbers, marker = x[..., 0], x[..., 1]
    assert set(np.unique(marker)) <= {0.0, 1.0}
    assert (marker[:, : length // 2].sum(axis=1) == 1).all()
    assert (marker[:, length // 2 :].sum(axis=1) == 1).all()
    np.testing.assert_allclose((numbers * marker).sum(axis=1), y[:, 0], atol=1e-6)
    assert np.abs(numbers).max() <= 1
    if length == 30:
        assert (marker.sum(axis=0) > 0).all()


def test_floats_of_three_dimensions_are_sequences_and_whole_numbers_images(tmp_path: Path) -> None:
    x = np.random.default_rng(0).normal(size=(12, 5, 3))
    np.savez(tmp_path / "own.npz", x=x.astype(np.float32), y=[0, 1] * 6)
    np.savez(tmp_path / "images.npz", x=(100 * np.abs(x)).astype(np.int64), y=[0, 1] * 6)
    description = describe(DataSettings("own.npz"), base=tmp_path)
    assert (description.input_shape, description.features) == ((5, 3), ("x1", "x2", "x3"))
    dataset = load(DataSettings("own.npz", validation=0), base=tmp_path, seed=0)
    assert dataset.input_shape == (5, 3)
    np.testing.assert_array_equal(dataset.train.x, x.astype(np.float32))
    assert describe(DataSettings("images.npz"), base=tmp_path).input_shape == (5, 3, 1)


def test_sequences_with_their_own_split(tmp_path: Path) -> None:
    x = np.random.default_rng(0).normal(5.0, 3.0, size=(12, 4, 2))
    np.savez(tmp_path / "own.npz", x_train=x[:8], y_train=[0, 1] * 4, x_test=x[8:], y_test=[0, 1] * 2)
    dataset = load(DataSettings("own.npz", standardize=True), base=tmp_path, seed=0)
    assert dataset.val.x.shape == (4, 4, 2)
    mean, deviation = x[:8].mean(axis=(0, 1)), x[:8].std(axis=(0, 1))
    np.testing.assert_allclose(dataset.val.x, (x[8:] - mean) / deviation, atol=1e-5)


def test_sequences_are_standardized_feature_by_feature_over_their_steps(tmp_path: Path) -> None:
    x = np.random.default_rng(1).normal([0.0, 100.0, 7.0], [1.0, 10.0, 0.0], size=(20, 6, 3))
    preprocessing = Preprocessing.fit(x, np.zeros(20, np.int64), standardize=True, standardize_targets=False)
    prepared = preprocessing.apply(x)
    np.testing.assert_allclose(prepared.mean(axis=(0, 1)), 0.0, atol=1e-5)
    np.testing.assert_allclose(prepared.std(axis=(0, 1)), [1.0, 1.0, 0.0], atol=1e-5)
    # Not step by step: how a sequence goes on stays in it.
    assert np.abs(prepared[..., 0].mean(axis=0)).max() > 0.05
    assert preprocessing.offset.shape == preprocessing.scale.shape == (6, 3)
    np.testing.assert_allclose(preprocessing.restore(prepared), x, rtol=1e-5, atol=1e-4)
    again = Preprocessing.from_tensors(preprocessing.to_tensors())
    np.testing.assert_array_equal(again.apply(x), prepared)


def test_the_fingerprint_is_of_the_sequences_and_not_of_their_preparation(tmp_path: Path) -> None:
    settings = DataSettings("adding", generator=Adding(samples=50, length=6))
    first = load(settings, base=tmp_path, seed=0)
    assert load(replace(settings, standardize=True), base=tmp_path, seed=0).fingerprint == first.fingerprint
    longer = replace(settings, generator=Adding(samples=50, length=7))
    assert load(longer, base=tmp_path, seed=0).fingerprint != first.fingerprint


def test_batches_of_sequences(tmp_path: Path) -> None:
    dataset = load(DataSettings("waves", standardize=True), base=tmp_path, seed=0)
    rows = np.array([5, 0, 5, len(dataset.train) - 1])
    x, y = Batches(dataset.train, dataset.preprocessing, 8).gather(rows)
    np.testing.assert_array_equal(x, dataset.train.x[rows])
    np.testing.assert_array_equal(y, dataset.train.y[rows])
