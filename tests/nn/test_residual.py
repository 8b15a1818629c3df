"""Residual: the sum of block and skip, its projection, its names in the arena, and blocks within blocks."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nntui.nn.activations import Activation
from nntui.nn.gradcheck import check_gradients
from nntui.nn.layers.activation import ActivationLayer
from nntui.nn.layers.base import Layer, ShapeError
from nntui.nn.layers.batch_norm import BatchNorm
from nntui.nn.layers.dense import Dense
from nntui.nn.layers.dropout import Dropout
from nntui.nn.layers.flatten import Flatten
from nntui.nn.layers.gaussian_noise import GaussianNoise
from nntui.nn.layers.random_shift import RandomShift
from nntui.nn.layers.reshape import Reshape
from nntui.nn.layers.residual import Residual, skip_strides
from nntui.nn.losses import Loss
from nntui.nn.network import Sequential
from nntui.settings import settings_of
from tests.nn.test_network import peak_of

REFERENCE = json.loads((Path(__file__).parent / "reference" / "norms.json").read_text())["residual"]


def network_of(*layers, shape, batch_size=8, dtype=np.float64, input_gradient=True):
    rng = np.random.default_rng(0)
    return Sequential(layers, shape, batch_size=batch_size, rng=rng, dtype=dtype, input_gradient=input_gradient)


def images(height, width, channels):
    """Layers that turn images of any shape into those of this one, without a convolution."""
    return (Flatten(), Dense(height * width * channels, "tanh"), Reshape(f"{height}x{width}x{channels}"))


def assert_gradients(layers, shape, count, seed=0):
    rng = np.random.default_rng(seed)
    x, truth = rng.normal(size=(count, *shape)), rng.normal(size=(count, 3))
    squared = Loss.members()["mean_squared_error"]()
    checks = check_gradients(layers, squared, x, truth, classes=0, rng=rng)
    assert [check for check in checks if not check.passed] == []
    return {check.name for check in checks}


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-9), (np.float32, 1e-5)])
def test_a_projecting_block_gives_what_pytorch_gives(dtype, tolerance):
    network = network_of(Residual((Dense(6, "tanh"), Dense(5)), "relu"), shape=(4,), dtype=dtype)
    names = {"W1": "dense_1.weight", "b1": "dense_1.bias", "W2": "dense_2.weight", "b2": "dense_2.bias",
             "P": "projection.weight"}  # fmt: skip
    values = {key: np.array(value, dtype) for key, value in REFERENCE["values"].items()}
    for key, name in names.items():
        network.arena.value(f"residual_1.{name}")[...] = values[key]
    y = network.forward(values["x"], training=True)
    np.testing.assert_allclose(y, REFERENCE["y"], rtol=tolerance, atol=tolerance)
    gradient = network.backward(np.array(REFERENCE["upstream"], dtype))
    np.testing.assert_allclose(gradient, REFERENCE["gradients"]["x"], rtol=tolerance, atol=10 * tolerance)
    for key, name in names.items():
        actual = network.arena.gradient(f"residual_1.{name}")
        np.testing.assert_allclose(actual, REFERENCE["gradients"][key], rtol=tolerance, atol=10 * tolerance)


def test_a_block_by_hand():
    network = network_of(Residual((Dense(2),)), shape=(2,), batch_size=1)
    network.arena.value("residual_1.dense_1.weight")[...] = [[1, 2], [3, 4]]
    network.arena.value("residual_1.dense_1.bias")[...] = [10, 20]
    # x = (1, 1): block (1 + 3 + 10, 2 + 4 + 20) = (14, 26), and x itself: (15, 27).
    np.testing.assert_array_equal(network.forward(np.array([[1.0, 1.0]]), training=True), [[15, 27]])
    # Back through W: (1·1 + 2·2, 1·3 + 2·4) = (5, 11), and the gradient itself: (6, 13).
    np.testing.assert_array_equal(network.backward(np.array([[1.0, 2.0]])), [[6, 13]])
    np.testing.assert_array_equal(network.arena.gradient("residual_1.dense_1.weight"), [[1, 2], [1, 2]])


@pytest.mark.parametrize("activation", Activation.names())
def test_gradients_with_every_activation_and_with_and_without_projection(activation):
    assert_gradients([Residual((Dense(6, "tanh"), Dense(4)), activation), Dense(3)], (4,), 3)
    assert_gradients([Residual((Dense(6, "tanh"),), activation), Dense(3)], (4,), 3)


BLOCKS = {
    "same shape": ((4, 4, 2), (4, 4, 2)),
    "channels": ((3, 2, 2), (3, 2, 5)),
    "half the size": ((4, 6, 2), (2, 3, 3)),
    "rounded up": ((5, 7, 1), (3, 4, 2)),
    "rounded down": ((5, 7, 1), (2, 3, 2)),
    "to one pixel": ((3, 3, 2), (1, 1, 2)),
    "one axis": ((4, 3, 2), (2, 3, 2)),
}


@pytest.mark.parametrize("case", BLOCKS)
@pytest.mark.parametrize("count", [1, 3])
def test_gradients_where_the_block_changes_the_shape(case, count):
    before, after = BLOCKS[case]
    layers = [Residual(images(*after), "gelu"), Flatten(), Dense(3)]
    names = assert_gradients(layers, before, count)
    assert ("residual_1.projection.weight" in names) == (before != after)


def test_a_projection_takes_every_other_place():
    network = network_of(Residual(images(2, 3, 1)), shape=(4, 6, 2))
    network.arena.values[...] = 0
    network.arena.value("residual_1.projection.weight")[...] = [[1], [10]]
    x = np.random.default_rng(0).normal(size=(3, 4, 6, 2))
    expected = x[:, ::2, ::2, :1] + 10 * x[:, ::2, ::2, 1:]
    np.testing.assert_allclose(network.forward(x, training=True), expected)


@given(st.integers(1, 40), st.integers(1, 6))
def test_strides_of_every_length(length, stride):
    for shorter in (length // stride, -(-length // stride)):
        if shorter:
            (found,) = skip_strides((length, 3), (shorter, 5))
            assert 1 <= found <= stride
            assert len(range(0, length, found)) >= shorter


@pytest.mark.parametrize(
    ("before", "after"), [((8,), (2, 4)), ((8, 8, 1), (7, 8, 1)), ((8, 8, 1), (9, 8, 1)), ((8, 8, 1), (64,))]
)
def test_a_skip_that_cannot_follow(before, after):
    with pytest.raises(ShapeError, match=r"the block makes [0-9×]+ into [0-9×]+, which the skip cannot follow; keep"):
        skip_strides(before, after)


@pytest.mark.parametrize(
    ("layers", "words", "within"),
    [
        ((), "is empty; add at least one layer", "layers"),
        ((Dense(2), Dense()), "units may be left out in the last layer only", "layers[1]"),
        ((Residual((Dense(2), Reshape("5"))),), "'5' needs 5 numbers, got 2 (2)", "layers[0].layers[1].shape"),
        ((Residual(()),), "is empty", "layers[0].layers"),
        ((Reshape("2x2"),), "the block makes 4 into 2×2", ""),
    ],
)
def test_what_does_not_fit_in_a_block_says_where(layers, words, within):
    with pytest.raises(ShapeError) as raised:
        Residual(layers).output_shape((4,))
    assert str(raised.value).startswith(words)
    assert raised.value.within == within


def test_softmax_of_an_image_is_refused():
    with pytest.raises(ShapeError, match="softmax needs a flat output, got 2×2×1") as raised:
        Residual((ActivationLayer("tanh"),), "softmax").output_shape((2, 2, 1))
    assert raised.value.within == "activation"


def deep(levels, layer):
    for _ in range(levels):
        layer = Residual((layer,))
    return layer


def test_blocks_within_blocks_have_names_numbers_and_gradients_of_their_own():
    block = Residual((Dense(4, "tanh"), Residual((BatchNorm(), Dense(6), Dense(4))), Dense(4)))
    network = network_of(Dense(4), block, Dense(3), shape=(5,))
    assert "residual_1.residual_1.dense_2.weight" in network.arena.specs
    assert network.arena.specs["residual_1.residual_1.batch_norm_1.running_mean"].update_rate
    assert network.plans[1].parameter_count == 20 + (8 + 30 + 28) + 20
    assert_gradients([Dense(4), block, Dense(3)], (5,), 5)


def test_the_depth_of_blocks_costs_time_in_proportion():
    """Not in powers: each of a layer's questions asks those within it."""
    calls = []

    class Counted(Dense):
        def output_shape(self, input_shape):
            calls.append(input_shape)
            return super().output_shape(input_shape)

    network = network_of(deep(12, Counted(4)), shape=(4,))
    assert len(calls) < 200
    assert len(network.arena.specs) == 2


def test_running_values_within_a_block_follow_what_was_seen():
    network = network_of(Residual((BatchNorm(momentum=0.5), Dense(3))), shape=(3,))
    x = np.random.default_rng(0).normal(5, 2, (8, 3))
    network.forward(x, training=True)
    network.backward(np.ones((8, 3)))
    network.arena.update_statistics()
    np.testing.assert_allclose(network.arena.value("residual_1.batch_norm_1.running_mean"), x.mean(0) / 2)


def test_random_layers_within_blocks_draw_each_for_itself_and_the_same_again():
    block = Residual((Dropout(0.5), Residual((GaussianNoise(1.0), Dropout(0.5)))))
    network = network_of(block, shape=(50,))
    names = ["residual_1.dropout_1", "residual_1.residual_1.gaussian_noise_1", "residual_1.residual_1.dropout_1"]
    states = network.random_states()
    assert list(states) == names
    assert len({json.dumps(state) for state in states.values()}) == 3
    x = np.ones((8, 50))
    first = network.forward(x, training=True).copy()
    assert not np.array_equal(network.forward(x, training=True), first)
    network.set_random_states(states)
    np.testing.assert_array_equal(network.forward(x, training=True), first)
    np.testing.assert_array_equal(network.forward(x, training=False), 3 * x)


def test_the_layers_given_are_left_alone():
    layers = (Dense(4), Dense(4))
    block = Residual(layers)
    first, second = network_of(block, shape=(4,)), network_of(block, shape=(4,))
    x = np.ones((2, 4))
    before = first.forward(x, training=True).copy()
    second.arena.values[...] = 0
    second.forward(x, training=True)
    np.testing.assert_array_equal(first.forward(x, training=True), before)
    assert not any(hasattr(layer, "memory") for layer in (*layers, block))


def test_a_first_block_is_not_asked_for_the_gradient_of_its_input():
    block = Residual((RandomShift(1), Flatten(), Dropout(0.5), Dense(6), Reshape("2x1x3")), "relu")
    network = network_of(block, Flatten(), Dense(3), shape=(4, 2, 1), input_gradient=False)
    held = network.layers[0].memory.buffers
    assert not {"skip_gradient", "input_gradient", "dense_1.input_gradient"} & set(held)
    network.forward(np.ones((8, 4, 2, 1)), training=True)
    network.backward(np.ones((8, 3)))
    assert network.arena.gradient("residual_1.projection.weight").any()


def test_a_batch_of_another_size():
    network = network_of(Residual((BatchNorm(), Dense(6, "tanh"), Dense(5)), "relu"), shape=(4,))
    x = np.random.default_rng(0).normal(size=(8, 4))
    whole = network.forward(x).copy()
    for count in (1, 5, 8):
        np.testing.assert_allclose(network.forward(x[:count]), whole[:count], rtol=1e-12)


@pytest.mark.parametrize("case", BLOCKS)
def test_a_step_allocates_no_array_and_the_arithmetic_is_of_the_arrays(case):
    before, after = BLOCKS[case]

    def step(batch_size):
        block = Residual((GaussianNoise(), *images(*after), BatchNorm()), "gelu")
        network = network_of(block, shape=before, batch_size=batch_size, dtype=np.float32)
        (item,) = network.plans
        held = sum(array.nbytes for array in item.layer.memory.buffers.values())
        assert item.buffer_bytes(batch_size, network.dtype) == held
        assert item.parameter_count == network.arena.size
        x = np.random.default_rng(0).normal(size=(batch_size, *before)).astype(np.float32)
        grad = np.ones((batch_size, *after), np.float32)

        def run():
            network.forward(x, training=True)
            network.backward(grad)

        return run

    small = peak_of(step(8192))
    assert peak_of(step(16384)) - small < 1000
    assert small < 150_000


def test_flops_are_those_of_block_sum_and_projection():
    item = network_of(Residual((Dense(6), Dense(5))), shape=(4,)).plans[0]
    assert item.flops == (2 * 4 * 6 + 6) + (2 * 6 * 5 + 5) + 5 + 2 * 4 * 5
    assert item.layer.detail() == "2 layers"
    assert Residual((Dense(2),), "relu").detail() == "1 layer relu"


def test_its_layers_are_a_list_of_the_family():
    setting = settings_of(Residual)["layers"]
    assert (setting.kind, setting.is_list, setting.is_table, setting.is_plain, setting.required) == (
        Layer, True, False, False, True
    )  # fmt: skip
