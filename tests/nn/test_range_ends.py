"""Every number of float32 goes through the engine as it would through float64, as far as float32 can say so."""

import math

import numpy as np
import pytest

from nntui.nn.activations import Activation
from nntui.nn.arena import Arena, ParameterSpec
from nntui.nn.layers.batch_norm import BatchNorm
from nntui.nn.layers.layer_norm import LayerNorm
from nntui.nn.losses import Loss
from nntui.nn.network import Sequential
from nntui.nn.regularization import Regularizer, gradient_norm

INFO = np.finfo(np.float32)
LARGEST, LEAST, EPSILON = float(INFO.max), float(INFO.smallest_subnormal), float(INFO.eps)
POSITIVE = [LEAST, float(INFO.tiny), *np.logspace(-36, 38, 149), 1.5e13, 1.9e19, LARGEST / 2, LARGEST]
ENDS = np.array([0.0, *POSITIVE, *(-value for value in POSITIVE)], np.float32)
CUBIC, WIDTH = 0.044715, math.sqrt(2 / math.pi)


def sigmoid(z: float) -> float:
    return 1 / (1 + math.exp(-z)) if z > -700 else 0.0


def gelu(z: float) -> tuple[float, float]:
    if abs(z) > 100:
        return (z, 1.0) if z > 0 else (0.0, 0.0)
    bend = math.tanh(WIDTH * (z + CUBIC * z**3))
    slope = (1 + bend) / 2 + z / 2 * (1 - bend**2) * WIDTH * (1 + 3 * CUBIC * z * z)
    return z / 2 * (1 + bend), slope


def elu(z: float, scale: float = 1.0, alpha: float = 1.0) -> tuple[float, float]:
    return (scale * z, scale) if z > 0 else (scale * alpha * math.expm1(z), scale * alpha * math.exp(z))


EXACT = {
    "linear": lambda z: (z, 1.0),
    "relu": lambda z: (max(z, 0.0), float(z > 0)),
    "leaky_relu": lambda z: (z, 1.0) if z > 0 else (0.01 * z, 0.01),
    "elu": elu,
    "selu": lambda z: elu(z, 1.0507009873554805, 1.6732632423543772),
    "gelu": gelu,
    "silu": lambda z: (z * sigmoid(z), sigmoid(z) * (1 + z * (1 - sigmoid(z)))),
    "tanh": lambda z: (math.tanh(z), 1 - math.tanh(z) ** 2),
    "sigmoid": lambda z: (sigmoid(z), sigmoid(z) * (1 - sigmoid(z))),
    "softplus": lambda z: (max(z, 0.0) + math.log1p(math.exp(-abs(z))), sigmoid(z)),
}
"""y and dy/dz, by Python's own float."""


@pytest.mark.parametrize("name", [name for name in Activation.names() if name != "softmax"])
def test_activations_and_their_slopes(name):
    function = Activation.members()[name]()
    z = ENDS.reshape(1, -1).copy()
    y = np.empty_like(z) if function.keeps_z else z
    scratch = [np.zeros_like(z) for _ in range(function.scratches)]
    slope = np.ones_like(z)
    with np.errstate(all="ignore"):
        function.forward(z, y, scratch)
        value = y.copy()
        function.backward(slope, z, y, scratch)
    expected = np.array([EXACT[name](float(each)) for each in ENDS])
    in_range = np.abs(expected[:, 0]) <= LARGEST  # selu takes the largest number beyond float32.
    assert not np.isnan(value).any()
    np.testing.assert_allclose(value[0, in_range], expected[in_range, 0], rtol=1e-5, atol=1e-30)
    # Where the output no longer tells the sum apart from 0, a slope read off it is 0 or 1 to within a half.
    settled = (ENDS == 0) | (np.abs(ENDS) > 1e-30)
    if name in ("relu", "leaky_relu", "selu", "elu"):
        settled &= ENDS != 0
    np.testing.assert_allclose(slope[0, settled], expected[settled, 1], rtol=2e-5, atol=2e-6)


def test_softmax():
    function = Activation.members()["softmax"]()
    rows = [[LARGEST, -LARGEST, 0], [LARGEST, LARGEST, -LARGEST], [LEAST, 0, -LEAST], [-LARGEST, -LARGEST, -LARGEST]]
    z = np.array(rows, np.float32)
    y, scratch = np.empty_like(z), [np.zeros_like(z) for _ in range(function.scratches)]
    with np.errstate(all="ignore"):
        function.forward(z, y, scratch)
        grad = np.ones_like(z)
        function.backward(grad, z, y, scratch)
    third = 1 / 3
    np.testing.assert_allclose(y, [[1, 0, 0], [0.5, 0.5, 0], [third] * 3, [third] * 3], rtol=1e-6)
    np.testing.assert_allclose(grad, 0, atol=1e-6)


def log_softmax(row: list[float]) -> list[float]:
    top = max(row)
    total = math.log(sum(math.exp(each - top) for each in row))
    return [each - top - total for each in row]


SOME = [-LARGEST, -1e30, -1e19, -88.0, -20.0, -1.0, -1e-23, 0.0, LEAST, 1e-23, 1.0, 20.0, 86.0, 1e19, 1e30, LARGEST]


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_cross_entropy_of_every_pair_of_logits(smoothing):
    loss = Loss.members()["cross_entropy"](label_smoothing=smoothing)
    loss.build(batch_size=1, outputs=2, classes=2, dtype=np.dtype(np.float32))
    for first in map(float, np.float32(SOME)):
        for second in map(float, np.float32(SOME)):
            with np.errstate(all="ignore"):
                got = loss.forward(np.array([[first, second]], np.float32), np.array([0]))
            logs = log_softmax([first, second])
            targets = [1 - smoothing / 2, smoothing / 2]
            exact = -math.fsum(t * log for t, log in zip(targets, logs, strict=True))
            # Probabilities near 1 are told apart as finely as float32 can.
            assert got == pytest.approx(exact, rel=1e-5, abs=EPSILON)
            expected = [math.exp(log) - t for log, t in zip(logs, targets, strict=True)]
            np.testing.assert_allclose(loss.backward()[0], expected, atol=1e-6)


@pytest.mark.parametrize("target", [0, 1])
def test_binary_cross_entropy_of_every_logit(target):
    loss = Loss.members()["binary_cross_entropy"]()
    loss.build(batch_size=3, outputs=1, classes=2, dtype=np.dtype(np.float32))
    for logit in map(float, np.float32(SOME)):
        with np.errstate(all="ignore"):
            got = loss.forward(np.full((3, 1), logit, np.float32), np.array([target] * 3))
        exact = (max(logit, 0) - logit * target) + math.log1p(math.exp(-abs(logit)))
        assert got == pytest.approx(exact, rel=1e-5, abs=1e-37)
        np.testing.assert_allclose(loss.backward(), (sigmoid(logit) - target) / 3, rtol=1e-5, atol=EPSILON)


DISTANCES = {
    "mean_squared_error": (lambda e: e * e, lambda e: 2 * e),
    "mean_absolute_error": (abs, lambda e: math.copysign(1, e) if e else 0.0),
    "huber": (
        lambda e: e * e / 2 if abs(e) < 1 else abs(e) - 0.5,
        lambda e: max(-1.0, min(1.0, e)),
    ),
}


@pytest.mark.parametrize("name", DISTANCES)
def test_distances_of_every_size(name):
    loss = Loss.members()[name]()
    loss.build(batch_size=4, outputs=1, classes=0, dtype=np.dtype(np.float32))
    value, slope = DISTANCES[name]
    for error in map(float, ENDS):
        with np.errstate(all="ignore"):
            got = loss.forward(np.full((4, 1), error, np.float32), np.zeros((4, 1), np.float32))
        assert got == pytest.approx(value(error), rel=1e-5, abs=0)
        expected = slope(error) / 4
        np.testing.assert_allclose(loss.backward(), expected, rtol=1e-5, atol=LEAST)


def test_hinge_of_far_outputs():
    loss = Loss.members()["hinge"]()
    loss.build(batch_size=2, outputs=2, classes=2, dtype=np.dtype(np.float32))
    with np.errstate(all="ignore"):
        got = loss.forward(np.array([[1e38, -1e38], [-1e38, 1e38]], np.float32), np.array([0, 0]))
    assert got == pytest.approx(2e38 / 4, rel=1e-6)
    np.testing.assert_allclose(loss.backward(), [[0, 0], [-0.25, 0.25]])


@pytest.mark.parametrize("size", [LEAST, 1e-38, 1e-30, 1e-23, 1e-19, 1e-12, 1.0, 1e18, 1e19, 1e25, 1e38])
def test_norms_of_gradients_of_every_size(size):
    gradient = np.full(64, size, np.float32)
    assert gradient_norm(gradient) == pytest.approx(8 * float(gradient[0]), rel=1e-6)


def test_the_norm_of_nothing_is_zero_and_of_infinity_infinite():
    assert gradient_norm(np.zeros(3, np.float32)) == 0
    assert gradient_norm(np.array([1, np.inf], np.float32)) == math.inf
    assert math.isnan(gradient_norm(np.array([1, np.nan], np.float32)))


@pytest.mark.parametrize("size", [1e-20, 1.0, 1e19, 1e25, 1e38])
@pytest.mark.parametrize("most", [1e-12, 1.0])
def test_a_gradient_is_clipped_to_its_norm_whatever_its_size(size, most):
    arena = Arena({"a.weight": ParameterSpec((4, 4), decays=True)}, dtype=np.dtype(np.float32))
    arena.gradient("a.weight")[...] = size
    Regularizer(arena, clip_norm=most).apply()
    expected = min(most, 4 * size) / 4
    np.testing.assert_allclose(arena.gradient("a.weight"), expected, rtol=1e-5)


@pytest.mark.parametrize("layer", [BatchNorm, LayerNorm])
@pytest.mark.parametrize("size", [1e-30, 1.0, 1e18, 1e19, 1e30, 1e38])
def test_norm_layers_of_inputs_of_every_size(layer, size):
    rng = np.random.default_rng(0)
    x = (rng.uniform(-1, 1, (8, 5)) * size).astype(np.float32)
    network = Sequential([layer()], (5,), batch_size=8, rng=rng, input_gradient=True)
    with np.errstate(all="ignore"):
        y = network.forward(x, training=True).copy()
        gradient = network.backward(np.ones((8, 5), np.float32) + np.eye(8, 5, dtype=np.float32))
    axis, wide = (0 if layer is BatchNorm else 1), x.astype(np.float64)
    deviation = wide - wide.mean(axis=axis, keepdims=True)
    epsilon = network.layers[0].epsilon
    expected = deviation / np.sqrt(np.square(deviation).mean(axis=axis, keepdims=True) + epsilon)
    np.testing.assert_allclose(y, expected, rtol=1e-4, atol=1e-6)
    assert np.isfinite(gradient).all()
    assert all(np.isfinite(network.arena.value(name)).all() for name in network.arena.specs)
