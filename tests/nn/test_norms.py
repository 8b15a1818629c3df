"""BatchNorm and LayerNorm: PyTorch's values, gradients, running statistics, and the edges of both; and Reshape."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nntui.nn.gradcheck import check_gradients
from nntui.nn.layers.base import ShapeError
from nntui.nn.layers.batch_norm import BatchNorm
from nntui.nn.layers.dense import Dense
from nntui.nn.layers.flatten import Flatten
from nntui.nn.layers.layer_norm import LayerNorm
from nntui.nn.layers.reshape import Reshape
from nntui.nn.losses import Loss
from nntui.nn.network import Sequential
from tests.nn.test_network import peak_of

REFERENCE = json.loads((Path(__file__).parent / "reference" / "norms.json").read_text())
PRECISION = [(np.float64, 1e-9), (np.float32, 1e-5)]


def network_of(*layers, shape, batch_size=8, dtype=np.float64, input_gradient=True):
    rng = np.random.default_rng(0)
    return Sequential(layers, shape, batch_size=batch_size, rng=rng, dtype=dtype, input_gradient=input_gradient)


def assert_gradients(layers, shape, count, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(count, *shape))
    squared = Loss.members()["mean_squared_error"]()
    truth = rng.normal(size=(count, 3))
    wrong = [each for each in check_gradients(layers, squared, x, truth, classes=0, rng=rng) if not each.passed]
    assert not wrong


def close(actual, expected, tolerance):
    expected = np.asarray(expected)
    # Sums that all but cancel have the error of what they are made of.
    scale = max(1.0, float(np.abs(expected).max()))
    np.testing.assert_allclose(actual, expected, rtol=tolerance, atol=tolerance * scale)


def assert_step(network, name, step, dtype, tolerance, *, training):
    y = network.forward(np.array(step["x"], dtype).reshape(-1, *network.input_shape), training=training)
    close(y, np.reshape(step["y"], y.shape), tolerance)
    gradient = network.backward(np.array(step["upstream"], dtype).reshape(y.shape))
    close(gradient, np.reshape(step["input_gradient"], y.shape), tolerance)
    for key in ("gamma", "beta"):
        close(network.arena.gradient(f"{name}.{key}"), step[f"{key}_gradient"], tolerance)


@pytest.mark.parametrize(("dtype", "tolerance"), PRECISION)
@pytest.mark.parametrize(("case", "shape"), [("picture", (3, 2, 2)), ("flat", (3,))])
def test_batch_norm_trains_as_pytorch_does(case, shape, dtype, tolerance):
    assert REFERENCE["made_by"].startswith("torch 2.")
    reference = REFERENCE["batch_norm"][case]
    # PyTorch's momentum of 0.1 is what we call 0.9.
    network = network_of(BatchNorm(momentum=0.9), shape=shape, dtype=dtype)
    arena = network.arena
    for key in ("gamma", "beta"):
        arena.value(f"batch_norm_1.{key}")[...] = reference[key]
    for step in reference["steps"]:
        assert_step(network, "batch_norm_1", step, dtype, tolerance, training=True)
        arena.update_statistics()
        for key in ("running_mean", "running_variance"):
            close(arena.value(f"batch_norm_1.{key}"), step[key], tolerance)
    assert_step(network, "batch_norm_1", reference["evaluation"], dtype, tolerance, training=False)


@pytest.mark.parametrize(("dtype", "tolerance"), PRECISION)
@pytest.mark.parametrize(("case", "shape"), [("sequence", (3, 4)), ("flat", (5,))])
def test_layer_norm_is_pytorchs(case, shape, dtype, tolerance):
    reference = REFERENCE["layer_norm"][case]
    network = network_of(LayerNorm(), shape=shape, dtype=dtype)
    for key in ("gamma", "beta"):
        network.arena.value(f"layer_norm_1.{key}")[...] = reference[key]
    for training in (True, False):
        assert_step(network, "layer_norm_1", reference, dtype, tolerance, training=training)


@pytest.mark.parametrize("shape", [(4,), (5, 3, 2), (7, 4), (1, 1, 4), (1, 5, 3)])
@pytest.mark.parametrize("count", [1, 2, 5])
def test_gradients_of_batch_norm(shape, count):
    assert_gradients([BatchNorm(epsilon=0.01), Flatten(), Dense(3)], shape, count)
    assert_gradients([Flatten(), Dense(4), BatchNorm(epsilon=0.01), Dense(3)], shape, count)


# Over two or three features a norm is so bent that central differences see the bend.
@pytest.mark.parametrize("shape", [(4,), (5, 3, 6), (7, 4), (1, 1, 5)])
@pytest.mark.parametrize("count", [1, 2, 5])
def test_gradients_of_layer_norm(shape, count):
    assert_gradients([LayerNorm(epsilon=0.01), Flatten(), Dense(3)], shape, count)
    assert_gradients([Flatten(), Dense(4), LayerNorm(epsilon=0.01), Dense(3)], shape, count)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 6), min_size=1, max_size=3), st.integers(2, 7), st.integers(0, 99))
def test_a_batch_comes_out_with_mean_beta_and_deviation_gamma(shape, count, seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(3, 20, (count, *shape))
    network = network_of(BatchNorm(epsilon=1e-12), shape=tuple(shape))
    gamma, beta = rng.normal(size=shape[-1]), rng.normal(size=shape[-1])
    network.arena.value("batch_norm_1.gamma")[...], network.arena.value("batch_norm_1.beta")[...] = gamma, beta
    axes = tuple(range(len(shape)))
    y = network.forward(x, training=True)
    np.testing.assert_allclose(y.mean(axis=axes), beta, atol=1e-9)
    np.testing.assert_allclose(y.std(axis=axes), np.abs(gamma), rtol=1e-6)
    np.testing.assert_allclose(network.arena.gradient("batch_norm_1.running_mean"), x.mean(axis=axes), rtol=1e-9)
    np.testing.assert_allclose(
        network.arena.gradient("batch_norm_1.running_variance"), x.var(axis=axes, ddof=1), rtol=1e-9
    )


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 6), min_size=1, max_size=3), st.integers(1, 5), st.integers(0, 99))
def test_a_layer_norm_looks_at_each_row_alone(shape, count, seed):
    x = np.random.default_rng(seed).normal(3, 20, (count, *shape))
    network = network_of(LayerNorm(epsilon=1e-3), shape=tuple(shape))
    expected = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-3)
    np.testing.assert_allclose(network.forward(x, training=True), expected, atol=1e-9)
    alone = network.forward(x[-1:], training=False)
    np.testing.assert_allclose(alone, expected[-1:], atol=1e-9)


def test_a_batch_of_one_number_a_channel_gives_beta_and_moves_no_running_variance():
    network = network_of(BatchNorm(momentum=0.0), shape=(3,), dtype=np.float32)
    network.arena.value("batch_norm_1.beta")[...] = [1, 2, 3]
    x = np.array([[1e6, -5, 0]], np.float32)
    np.testing.assert_array_equal(network.forward(x, training=True), [[1, 2, 3]])
    gradient = network.backward(np.ones((1, 3), np.float32))
    np.testing.assert_array_equal(gradient, 0)
    network.arena.update_statistics()
    np.testing.assert_array_equal(network.arena.value("batch_norm_1.running_mean"), x[0])
    np.testing.assert_array_equal(network.arena.value("batch_norm_1.running_variance"), 1)


def test_a_channel_of_one_number_everywhere_does_not_blow_up():
    network = network_of(BatchNorm(), shape=(4, 4, 2), dtype=np.float32)
    x = np.full((8, 4, 4, 2), 7, np.float32)
    np.testing.assert_allclose(network.forward(x, training=True), 0, atol=1e-3)
    assert np.isfinite(network.backward(np.ones_like(x))).all()


def test_evaluation_does_not_depend_on_the_batch():
    network = network_of(BatchNorm(), shape=(4, 3))
    network.arena.value("batch_norm_1.running_mean")[...] = [1, -2, 0]
    network.arena.value("batch_norm_1.running_variance")[...] = [4, 0.25, 1]
    x = np.random.default_rng(0).normal(size=(8, 4, 3))
    expected = (x - [1, -2, 0]) / np.sqrt(np.array([4, 0.25, 1]) + 1e-5)
    np.testing.assert_allclose(network.forward(x), expected, rtol=1e-12)
    np.testing.assert_allclose(network.forward(x[2:3]), expected[2:3], rtol=1e-12)


def test_what_follows_is_not_learned():
    network = network_of(BatchNorm(), shape=(4, 3))
    assert network.plans[0].parameter_count == network.arena.size == 6
    assert network.arena.learned_names == ["batch_norm_1.gamma", "batch_norm_1.beta"]


@pytest.mark.parametrize("layer", [BatchNorm(), LayerNorm(), Reshape("?x3")], ids=lambda layer: layer.type)
def test_a_step_allocates_no_array_and_the_arithmetic_is_of_the_arrays(layer):
    def step(batch_size):
        network = network_of(layer, shape=(4, 2, 3), batch_size=batch_size, dtype=np.float32)
        (item,) = network.plans
        assert item.buffer_bytes(batch_size, network.dtype) == sum(
            array.nbytes for array in item.layer.memory.buffers.values()
        )
        x = np.random.default_rng(0).normal(size=(batch_size, 4, 2, 3)).astype(np.float32)
        grad = network.forward(x, training=True).copy()

        def run():
            network.forward(x, training=True)
            network.backward(grad)

        return run

    assert peak_of(step(8192)) - peak_of(step(4096)) < 1000


@pytest.mark.parametrize("text", ["2x3x2", "2×3×2", "2, 3, 2", "(2,3,2)", "[2 3 2]", "2x?x2", "-1x3x2", "2 X 3 X 2"])
def test_ways_to_write_a_shape(text):
    network = network_of(Reshape(text), shape=(4, 3))
    x = np.arange(24.0).reshape(2, 4, 3)
    y = network.forward(x)
    np.testing.assert_array_equal(y, x.reshape(2, 2, 3, 2))
    np.testing.assert_array_equal(network.backward(y.copy()), x)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("5x2", "'5x2' needs 10 numbers, got 12 (4×3)"),
        ("5x?", "'5x?' needs a multiple of 5 numbers, got 12 (4×3)"),
        ("", "expected lengths such as 8x8x1, one of which may be ?, got ''"),
        ("?x?", "expected lengths such as 8x8x1, one of which may be ?, got '?x?'"),
        ("0x12", "got '0x12'"),
        ("-2x6", "got '-2x6'"),
        ("3by4", "got '3by4'"),
        ("1x" * 9 + "12", "expected lengths"),
        ("9" * 5000, "got '999"),
    ],
    ids=lambda text: text[:8],
)
def test_shapes_that_cannot_be(text, words):
    with pytest.raises(ShapeError) as raised:
        Reshape(text).output_shape((4, 3))
    assert words in str(raised.value)
    assert raised.value.within == "shape"
    assert len(str(raised.value)) < 200


@given(st.text(st.sampled_from("0123456789x×, ?-()[]") | st.characters(), max_size=12))
def test_any_text_is_a_shape_or_refused(text):
    layer, problem = Reshape(text), ""
    try:
        assert np.prod(layer.output_shape((4, 3))) == 12
    except ShapeError as error:
        problem = error.within
    assert problem in ("", "shape")


def test_a_reshape_between_layers_passes_the_gradient():
    assert_gradients([Flatten(), Dense(6), Reshape("3x2"), LayerNorm(0.1), Flatten(), Dense(3)], (4,), 3)
