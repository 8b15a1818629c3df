"""Pools: against PyTorch, against central differences and against a loop over windows."""

import json
import math
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nntui.nn.gradcheck import check_gradients
from nntui.nn.layers.base import ShapeError
from nntui.nn.layers.dense import Dense
from nntui.nn.layers.flatten import Flatten
from nntui.nn.layers.global_pooling import GlobalAveragePool1D, GlobalAveragePool2D
from nntui.nn.layers.pooling import AveragePool1D, AveragePool2D, MaxPool1D, MaxPool2D
from nntui.nn.losses import Loss
from nntui.nn.network import Sequential

REFERENCE = json.loads((Path(__file__).parent / "reference" / "convolution.json").read_text())
LAYERS = {
    "max_pool2d": MaxPool2D,
    "average_pool2d": AveragePool2D,
    "max_pool1d": MaxPool1D,
    "average_pool1d": AveragePool1D,
}
PRECISION = [(np.float64, 1e-9), (np.float32, 1e-5)]


def wave(shape, start, step=0.7):
    """The same numbers as `make_convolution.py` has."""
    values = [math.sin(start + step * index + 0.01 * index * index) for index in range(math.prod(shape))]
    return np.array(values).reshape(shape)


def network_of(*layers, shape, batch_size, dtype: type[np.floating] = np.float64, **options):
    return Sequential(layers, shape, batch_size=batch_size, rng=np.random.default_rng(0), dtype=dtype, **options)


@pytest.mark.parametrize(("dtype", "tolerance"), PRECISION)
@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind in LAYERS for name in REFERENCE[kind]])
def test_against_torch(kind, name, dtype, tolerance):
    """The inputs are tenths with equals among them, so that which of these receives the gradient is held to as well."""
    expected = REFERENCE[kind][name]
    case = dict(expected["case"])
    count, *shape = case.pop("shape")
    if kind.endswith("1d"):
        shape = shape[1:]
    network = network_of(LAYERS[kind](**case), shape=tuple(shape), batch_size=count, dtype=dtype, input_gradient=True)
    x = np.round(wave((count, *shape), 0.0) * 5) / 10
    y = network.forward(x.astype(dtype), training=True)
    assert list(y.shape) == expected["shape"]
    np.testing.assert_allclose(y.ravel(), expected["y"], rtol=tolerance, atol=tolerance)
    grad = network.backward(wave(y.shape, 2.0).astype(dtype))
    np.testing.assert_allclose(grad.ravel(), expected["input"], rtol=tolerance, atol=tolerance)


def assert_gradients(layer, shape, count=2):
    rng = np.random.default_rng(7)
    loss = Loss.members()["mean_squared_error"]()
    x, truth = rng.normal(size=(count, *shape)), rng.normal(size=(count, 2))
    checks = check_gradients([layer, Flatten(), Dense(2)], loss, x, truth, classes=0, rng=rng)
    assert "input" in {check.name for check in checks}
    assert [check for check in checks if not check.passed] == []


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize(("pool_size", "stride"), [(2, None), (3, 2), (2, 1), (2, 3), (1, 2), (3, None)])
@pytest.mark.parametrize("kind", LAYERS)
def test_central_differences(kind, pool_size, stride, padding):
    layer = LAYERS[kind](pool_size, stride, padding)
    assert_gradients(layer, (5, 7, 2) if layer.rank == 2 else (7, 3))
    assert_gradients(layer, (4, 4, 1) if layer.rank == 2 else (6, 1), count=1)


@pytest.mark.parametrize(("layer", "shape"), [(GlobalAveragePool2D(), (3, 5, 4)), (GlobalAveragePool1D(), (6, 1))])
def test_global_average(layer, shape):
    assert_gradients(layer, shape, count=3)
    network = network_of(layer, shape=shape, batch_size=3)
    x = np.random.default_rng(0).normal(size=(2, *shape))
    y = network.forward(x)
    assert y.shape == (2, shape[-1])
    np.testing.assert_allclose(y, x.reshape(2, -1, shape[-1]).mean(axis=1), rtol=1e-12)
    assert network.plans[0].flops == math.prod(shape)


@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_any_window_in_any_batch(data):
    size, stride = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 5))
    padding = data.draw(st.sampled_from(["valid", "same"]))
    height, width = data.draw(st.integers(1, 9)), data.draw(st.integers(1, 9))
    kind = data.draw(st.sampled_from(["max_pool2d", "average_pool2d"]))
    try:
        network = network_of(LAYERS[kind](size, stride, padding), shape=(height, width, 2), batch_size=5,
                             input_gradient=True)  # fmt: skip
    except ShapeError:
        assert padding == "valid"
        return
    before = [max((-(-side // stride) - 1) * stride + size - side, 0) // 2 for side in (height, width)]
    if padding == "valid":
        before = [0, 0]
    rng = np.random.default_rng(data.draw(st.integers(0, 1000)))
    for count in (5, data.draw(st.integers(1, 5))):
        x = rng.permutation(count * height * width * 2).reshape(count, height, width, 2).astype(float)
        y = network.forward(x, training=True).copy()
        grad = rng.normal(size=y.shape)
        expected = np.zeros_like(x)
        for row, column in np.ndindex(*y.shape[1:3]):
            top, left = row * stride - before[0], column * stride - before[1]
            window = (slice(None), slice(max(top, 0), top + size), slice(max(left, 0), left + size))
            seen = x[window]
            if kind == "max_pool2d":
                largest = seen.max(axis=(1, 2), keepdims=True)
                share = (seen == largest).astype(float)
            else:
                share = np.full(seen.shape, 1 / (seen.shape[1] * seen.shape[2]))
            np.testing.assert_allclose(y[:, row, column], (seen * share).sum(axis=(1, 2)), rtol=1e-12)
            expected[window] += grad[:, row, column][:, None, None] * share
        np.testing.assert_allclose(network.backward(grad), expected, atol=1e-12)


def test_evaluation_finds_what_training_finds():
    network = network_of(MaxPool2D(), shape=(4, 6, 3), batch_size=2)
    x = np.random.default_rng(0).normal(size=(2, 4, 6, 3))
    np.testing.assert_array_equal(network.forward(x).copy(), network.forward(x, training=True))


def test_padding_never_wins_and_what_is_not_a_number_shows():
    network = network_of(MaxPool2D(2, padding="same"), shape=(3, 3, 1), batch_size=1)
    x = np.full((1, 3, 3, 1), -5.0)
    assert (network.forward(x) == -5).all()
    x[0, 0, 0, 0] = np.nan
    assert np.isnan(network.forward(x)).sum() == 1


def peak_of(step) -> int:
    step()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        step()
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "layer", [MaxPool2D(), MaxPool2D(3, 2, "same"), AveragePool2D(), AveragePool2D(3, 2), GlobalAveragePool2D()]
)
def test_a_training_step_allocates_no_array(layer):
    def step(batch_size):
        network = network_of(layer, shape=(14, 14, 8), batch_size=batch_size, dtype=np.float32, input_gradient=True)
        x = np.random.default_rng(0).normal(size=(batch_size, 14, 14, 8)).astype(np.float32)
        grad = np.ones((batch_size, *network.output_shape), np.float32)

        def run():
            network.forward(x, training=True)
            network.backward(grad)

        return run

    assert peak_of(step(1024)) - peak_of(step(512)) < 5_000
    assert peak_of(step(1024)) < 150_000


@pytest.mark.parametrize(
    "layer", [MaxPool2D(), MaxPool2D(3, 2, "same"), AveragePool2D(3, 2, "same"), GlobalAveragePool2D()]
)
def test_arithmetic_is_of_the_arrays_that_are_built(layer):
    network = network_of(layer, shape=(9, 8, 2), batch_size=5, dtype=np.float32, input_gradient=True)
    (item,) = network.plans
    built = item.layer.memory
    assert item.buffer_bytes(5, network.dtype) == sum(array.nbytes for array in built.buffers.values())


def test_words():
    assert [MaxPool2D().detail(), MaxPool2D(3, 2, "same").detail(), AveragePool1D(4).detail()] == [
        "2x2",
        "3x3 stride 2 same",
        "4",
    ]
    with pytest.raises(ShapeError, match="a window that spans 3 does not fit a side of 2"):
        network_of(MaxPool2D(3), shape=(2, 8, 1), batch_size=1)
    with pytest.raises(ShapeError, match=r"max_pool1d needs \(time, features\), got 2×8×1"):
        network_of(MaxPool1D(), shape=(2, 8, 1), batch_size=1)
    with pytest.raises(ShapeError, match="got 5; take it out"):
        network_of(GlobalAveragePool2D(), shape=(5,), batch_size=1)
