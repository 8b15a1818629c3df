"""Convolutions: against PyTorch, against central differences and against a loop over places, whatever the shape."""

import json
import math
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nntui.nn.activations import Activation
from nntui.nn.gradcheck import check_gradients
from nntui.nn.layers.base import ShapeError
from nntui.nn.layers.conv import Conv1D, Conv2D
from nntui.nn.layers.dense import Dense
from nntui.nn.layers.depthwise_conv2d import DepthwiseConv2D
from nntui.nn.layers.flatten import Flatten
from nntui.nn.losses import Loss
from nntui.nn.network import Sequential

REFERENCE = json.loads((Path(__file__).parent / "reference" / "convolution.json").read_text())
LAYERS = {"conv2d": Conv2D, "conv1d": Conv1D, "depthwise_conv2d": DepthwiseConv2D}
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
    expected = REFERENCE[kind][name]
    case = dict(expected["case"])
    count, *shape = case.pop("shape")
    network = network_of(LAYERS[kind](**case), shape=tuple(shape), batch_size=count, dtype=dtype, input_gradient=True)
    for parameter, start in (("weight", 1.0), ("bias", 3.0)):
        value = network.arena.value(f"{kind}_1.{parameter}")
        value[...] = wave(value.shape, start)
    y = network.forward(wave((count, *shape), 0.0).astype(dtype), training=True)
    assert list(y.shape) == expected["shape"]
    found = {"y": y.copy()}
    found["input"] = network.backward(wave(y.shape, 2.0).astype(dtype))
    found |= {key: network.arena.gradient(f"{kind}_1.{key}") for key in ("weight", "bias")}
    for key, array in found.items():
        np.testing.assert_allclose(array.ravel(), expected[key], rtol=tolerance, atol=tolerance, err_msg=key)


def test_the_reference_says_what_made_it():
    assert REFERENCE["made_by"].startswith("torch 2.")


def assert_gradients(layer, shape, count=2):
    rng = np.random.default_rng(5)
    x, truth = rng.normal(size=(count, *shape)), rng.normal(size=(count, 2))
    loss = Loss.members()["mean_squared_error"]()
    checks = check_gradients([layer, Flatten(), Dense(2)], loss, x, truth, classes=0, rng=rng)
    assert {check.name for check in checks} >= {"input", f"{layer.type}_1.weight"}
    assert [check for check in checks if not check.passed] == []


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize(("stride", "dilation"), [(1, 1), (2, 1), (3, 1), (1, 2), (2, 2)])
@pytest.mark.parametrize("channels", [1, 3])
def test_central_differences(channels, stride, dilation, padding):
    settings = {"stride": stride, "dilation": dilation, "padding": padding}
    assert_gradients(Conv2D(3, 3, activation="tanh", **settings), (5, 7, channels))
    assert_gradients(DepthwiseConv2D(3, 2, activation="tanh", **settings), (7, 5, channels))
    assert_gradients(Conv1D(3, 3, activation="tanh", **settings), (7, channels))


@pytest.mark.parametrize("activation", Activation.names())
def test_every_activation_and_a_batch_of_one(activation):
    assert_gradients(Conv2D(4, 2, activation=activation), (3, 4, 2), count=1)
    assert_gradients(Conv2D(4, 3, activation=activation, use_bias=False), (4, 3, 1), count=1)


def slowly(x, weight, stride, dilation, padding):
    """A convolution by its definition, place by place."""
    edges, places = [(0, 0)], []
    for side, kernel in zip(x.shape[1:3], weight.shape[:2], strict=True):
        span = (kernel - 1) * dilation + 1
        count = -(-side // stride) if padding == "same" else (side - span) // stride + 1
        total = max((count - 1) * stride + span - side, 0) if padding == "same" else 0
        edges.append((total // 2, total - total // 2))
        places.append(count)
    padded = np.pad(x, [*edges, (0, 0)])
    z = np.empty((len(x), *places, weight.shape[3]))
    for row, column in np.ndindex(*places):
        rows = slice(row * stride, row * stride + (weight.shape[0] - 1) * dilation + 1, dilation)
        columns = slice(column * stride, column * stride + (weight.shape[1] - 1) * dilation + 1, dilation)
        z[:, row, column] = np.tensordot(padded[:, rows, columns], weight, 3)
    return z


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_shape_in_any_batch(data):
    """The sums are those of the definition, and both gradients its transposes, as <g, conv(x, w)> is linear."""
    small = st.integers(1, 4)
    height, width = data.draw(st.integers(1, 9)), data.draw(st.integers(1, 9))
    channels, filters = data.draw(small), data.draw(st.sampled_from([1, 3, 33]))
    how = (data.draw(st.integers(1, 3)), data.draw(st.integers(1, 3)), data.draw(st.sampled_from(["same", "valid"])))
    layer = Conv2D(filters, data.draw(small), *how[:1], how[2], how[1])
    try:
        network = network_of(layer, shape=(height, width, channels), batch_size=7, input_gradient=True)
    except ShapeError:
        assert how[2] == "valid"
        return
    rng = np.random.default_rng(data.draw(st.integers(0, 1000)))
    weight, bias = network.arena.value("conv2d_1.weight"), network.arena.value("conv2d_1.bias")
    bias[...] = rng.normal(size=bias.shape)
    # A full batch first: what it leaves in the buffers must not reach a smaller one.
    for count in (7, data.draw(st.integers(1, 7)), 7):
        x = rng.normal(size=(count, height, width, channels))
        expected = slowly(x, weight, *how)
        y = network.forward(x, training=True)
        np.testing.assert_allclose(y, expected + bias, atol=1e-11)
        grad = rng.normal(size=y.shape)
        images_gradient = network.backward(grad.copy())
        np.testing.assert_allclose(network.arena.gradient("conv2d_1.bias"), grad.sum((0, 1, 2)), atol=1e-11)
        other_x, other_weight = rng.normal(size=x.shape), rng.normal(size=weight.shape)
        assert np.sum(images_gradient * other_x) == pytest.approx(
            np.sum(grad * slowly(other_x, weight, *how)), abs=1e-9
        )
        found = np.sum(network.arena.gradient("conv2d_1.weight") * other_weight)
        assert found == pytest.approx(np.sum(grad * slowly(x, other_weight, *how)), abs=1e-9)


@pytest.mark.parametrize("filters", [8, 40])
def test_a_batch_of_many_tiles_and_products_in_pieces(filters):
    network = network_of(
        Conv2D(filters, 3, bias_initializer="zeros"), shape=(30, 20, 16), batch_size=20, input_gradient=True
    )
    rng = np.random.default_rng(1)
    for count in (20, 13):
        x = rng.normal(size=(count, 30, 20, 16))
        weight = network.arena.value("conv2d_1.weight")
        expected = slowly(x, weight, 1, 1, "same")
        y = network.forward(x, training=True)
        np.testing.assert_allclose(y, expected, atol=1e-10)
        # Of its own output the gradient of <y, y>/2 is linear: <gradient, weight> is <y, y>.
        images_gradient = network.backward(y.copy())
        total = np.sum(expected * expected)
        assert np.sum(network.arena.gradient("conv2d_1.weight") * weight) == pytest.approx(total, rel=1e-10)
        assert np.sum(images_gradient * x) == pytest.approx(total, rel=1e-10)


def test_what_is_not_a_number_is_not_hidden():
    network = network_of(Conv2D(2, 3, activation="relu"), shape=(4, 4, 2), batch_size=2)
    x = np.ones((2, 4, 4, 2))
    x[1, 2, 2, 0] = np.nan
    y = network.forward(x, training=True)
    assert np.isnan(y[1, 1:4, 1:4]).all()
    assert not np.isnan(y[0]).any()


def test_images_that_were_transposed():
    network = network_of(Conv2D(3, 3), shape=(5, 6, 2), batch_size=2)
    x = np.random.default_rng(2).normal(size=(2, 2, 6, 5)).transpose(0, 3, 2, 1)
    np.testing.assert_array_equal(network.forward(x).copy(), network.forward(np.ascontiguousarray(x)))


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
    "layers",
    [
        [Conv2D(8, 3, activation="relu"), Conv2D(40, 3, activation="gelu"), Conv2D(4, 3, 2), Conv2D(4, 2, dilation=2)],
        [DepthwiseConv2D(3, 2, activation="relu"), DepthwiseConv2D(3, stride=2)],
    ],
)
def test_a_training_step_allocates_no_array(layers):
    """NumPy's loops have cast buffers of at most 8,192 numbers; what grew with the batch would show in the larger."""

    def step(batch_size):
        network = network_of(*layers, shape=(12, 12, 2), batch_size=batch_size, dtype=np.float32)
        x = np.random.default_rng(0).normal(size=(batch_size, 12, 12, 2)).astype(np.float32)
        grad = np.ones((batch_size, *network.output_shape), np.float32)

        def run():
            network.forward(x, training=True)
            network.backward(grad)

        return run

    # Every tile of a batch has views of its own for the time of a call: some hundred bytes, where an array has 10,000s.
    assert peak_of(step(512)) - peak_of(step(256)) < 5_000
    assert peak_of(step(512)) < 150_000


def test_arithmetic_is_of_the_arrays_that_are_built():
    network = network_of(Conv2D(4, 3, activation="gelu"), Conv2D(5, 2, 2), DepthwiseConv2D(3, 2), shape=(9, 8, 2),
                         batch_size=5, dtype=np.float32)  # fmt: skip
    for item in network.plans:
        built = item.layer.memory
        assert item.parameter_count == sum(array.size for array in built.parameters.values())
        assert item.buffer_bytes(5, network.dtype) == sum(array.nbytes for array in built.buffers.values())
    # (9, 8) to (5, 4) by the stride; 2·3·3·2 and a bias for each of 9·8·4 sums, and so on.
    assert [item.flops for item in network.plans] == [9 * 8 * 4 * 37, 5 * 4 * 5 * 33, 5 * 4 * 10 * 19]


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        (Conv2D(32, activation="relu"), "32 3x3 relu"),
        (Conv2D(4, 5, 2, "valid", 3), "4 5x5 stride 2 dilation 3 valid"),
        (Conv1D(6, 4), "6 4"),
        (DepthwiseConv2D(3, 2), "2 each 3x3"),
    ],
)
def test_detail(layer, words):
    assert layer.detail() == words


@pytest.mark.parametrize(
    ("layer", "shape", "words"),
    [
        (Conv2D(4), (8,), r"conv2d needs \(height, width, channels\), got 8; put a reshape layer before it"),
        (Conv1D(4), (8, 8, 1), r"conv1d needs \(time, features\), got 8×8×1; put a reshape layer before it"),
        (Conv2D(4, 5, padding="valid"), (4, 9, 1), "a window that spans 5 does not fit a side of 4"),
        (Conv2D(4, 3, padding="valid", dilation=4), (9, 8, 1), "a window that spans 9 does not fit a side of 8"),
    ],
)
def test_shapes_that_do_not_fit_say_what_to_do(layer, shape, words):
    with pytest.raises(ShapeError, match=words):
        network_of(layer, shape=shape, batch_size=1)
