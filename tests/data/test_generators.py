"""Data made to order."""

import math
from typing import Any

import numpy as np
import pytest

from nntui.data.generators.base import Generator
from nntui.data.generators.circle import Circle
from nntui.data.generators.gaussian_hills import GaussianHills
from nntui.data.generators.gaussians import Gaussians
from nntui.data.generators.moons import Moons
from nntui.data.generators.plane import Plane
from nntui.data.generators.spiral import Spiral
from nntui.data.generators.xor import Xor

SHIPPED = ("circle", "gaussian_hills", "gaussians", "moons", "plane", "spiral", "xor")


def made(generator: Generator, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    return generator.generate(rng=np.random.default_rng(seed))


def test_every_generator_is_found_by_being_there() -> None:
    assert set(SHIPPED) <= set(Generator.names())


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("samples", [1, 2, 7, 500])
def test_shapes_types_and_counts(name: str, samples: int) -> None:
    generator = Generator.members()[name](samples=samples)
    x, y = made(generator)
    assert x.shape == (samples, 2)
    assert x.dtype == np.float32
    assert np.isfinite(x).all()
    if generator.task == "regression":
        assert (y.shape, y.dtype) == ((samples, len(generator.targets)), np.float32)
    else:
        assert y.dtype == np.int64
        assert tuple(np.bincount(y, minlength=len(generator.class_names))) == generator.class_counts


@pytest.mark.parametrize("name", SHIPPED)
def test_seed_decides(name: str) -> None:
    generator = Generator.members()[name]()
    np.testing.assert_array_equal(made(generator, 3)[0], made(generator, 3)[0])
    assert not np.array_equal(made(generator, 3)[0], made(generator, 4)[0])


@pytest.mark.parametrize("name", SHIPPED)
def test_noise_moves_what_is_made(name: str) -> None:
    kind: Any = Generator.members()[name]
    quiet, loud = (np.concatenate(made(kind(noise=noise)), axis=None) for noise in (0.0, 0.5))
    assert np.abs(quiet - loud).max() > 0.5


def test_circle_without_noise_lies_in_disc_and_ring() -> None:
    x, y = made(Circle(noise=0.0))
    radius = np.hypot(*x.T)
    assert radius[y == 0].max() <= 0.5
    assert 0.7 <= radius[y == 1].min() <= radius.max() <= 1.0 + 1e-6
    # Uniform over the area: a quarter of the disc lies within half its radius.
    assert np.mean(radius[y == 0] < 0.25) == pytest.approx(0.25, abs=0.06)


def test_xor_without_noise_is_the_sign_of_the_product() -> None:
    x, y = made(Xor(noise=0.0))
    np.testing.assert_array_equal(x[:, 0] * x[:, 1] < 0, y == 1)
    assert {(a, b) for a, b in (x > 0).tolist()} == {(True, True), (True, False), (False, True), (False, False)}


def test_gaussians_have_their_centres_apart_and_their_deviation() -> None:
    x, y = made(Gaussians(samples=6000, classes=3, noise=0.1))
    centres = np.array([x[y == label].mean(axis=0) for label in range(3)])
    np.testing.assert_allclose(np.hypot(*centres.T), 0.7, atol=0.02)
    assert x[y == 2].std(axis=0) == pytest.approx([0.1, 0.1], abs=0.01)


def test_spiral_turns_as_often_as_asked_and_every_arm_starts_elsewhere() -> None:
    x, y = made(Spiral(samples=300, classes=3, turns=2.0, noise=0.0))
    radius, angle = np.hypot(*x.T), np.arctan2(x[:, 1], x[:, 0])
    expected = 2 * math.pi * (2.0 * radius + y / 3)
    np.testing.assert_allclose(np.cos(angle - expected), 1.0, atol=1e-5)


def test_moons_reach_into_one_another() -> None:
    x, y = made(Moons(noise=0.0))
    upper, lower = x[y == 0], x[y == 1]
    assert lower[:, 1].max() > upper[:, 1].min()
    assert upper[:, 0].max() > lower[:, 0].min()
    np.testing.assert_allclose(lower[:, 1].min(), -upper[:, 1].max(), atol=0.01)


def test_plane_without_noise_is_linear() -> None:
    x, y = made(Plane(noise=0.0))
    solution, residuals, *_ = np.linalg.lstsq(x, y, rcond=None)
    np.testing.assert_allclose(solution.ravel(), [0.5, 0.5], atol=1e-5)
    assert residuals.max(initial=0.0) < 1e-6


def test_hills_are_odd_in_y_and_reach_one() -> None:
    heights = GaussianHills().height
    x, y = np.random.default_rng(0).uniform(-1, 1, (2, 200))
    np.testing.assert_allclose(heights(x, y), -heights(x, -y), atol=1e-12)
    assert heights(np.array([0.7]), np.array([0.5]))[0] == pytest.approx(1.0, abs=0.05)
