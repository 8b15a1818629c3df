"""The stack: shapes, views, a step by hand, and a training step that allocates nothing."""

import dataclasses
import tracemalloc

import numpy as np
import pytest

from nntui.nn.activations import Activation
from nntui.nn.layers.activation import ActivationLayer
from nntui.nn.layers.base import ShapeError
from nntui.nn.layers.conv import Conv2D
from nntui.nn.layers.dense import Dense
from nntui.nn.layers.depthwise_conv2d import DepthwiseConv2D
from nntui.nn.layers.dropout import Dropout
from nntui.nn.layers.flatten import Flatten
from nntui.nn.layers.gru import GRU
from nntui.nn.losses import CrossEntropy, Loss, MeanSquaredError
from nntui.nn.metrics import ClassificationMeter
from nntui.nn.network import Sequential, plan
from nntui.nn.optimizers import SGD, Adam, Optimizer
from nntui.nn.regularization import Regularizer


def network_of(*layers, shape=(4,), batch_size=8, **options):
    return Sequential(layers, shape, batch_size=batch_size, rng=np.random.default_rng(0), **options)


def test_one_training_step_worked_by_hand():
    network = network_of(Dense(2, "relu"), Dense(1), shape=(2,), batch_size=1, dtype=np.float64)
    network.arena.value("dense_1.weight")[...] = [[1.0, -1.0], [0.5, 2.0]]
    network.arena.value("dense_1.bias")[...] = [0.0, 1.0]
    network.arena.value("dense_2.weight")[...] = [[2.0], [3.0]]
    network.arena.value("dense_2.bias")[...] = [-1.0]
    loss = MeanSquaredError()
    loss.build(batch_size=1, outputs=1, classes=0, dtype=np.dtype(float))
    # x = (1, 2): z1 = (1·1 + 2·0.5, 1·-1 + 2·2 + 1) = (2, 4), both above zero; y = 2·2 + 4·3 - 1 = 15.
    outputs = network.forward(np.array([[1.0, 2.0]]), training=True)
    assert outputs == 15.0
    # (15 - 14)² = 1, and its derivative is 2·(15 - 14) = 2.
    assert loss.forward(outputs, np.array([[14.0]])) == 1.0
    network.backward(loss.backward())
    # dW2 = (2·2, 4·2), db2 = 2; back through W2: (2·2, 2·3) = (4, 6); dW1 = x outer (4, 6), db1 = (4, 6).
    np.testing.assert_array_equal(network.arena.gradient("dense_2.weight"), [[4.0], [8.0]])
    np.testing.assert_array_equal(network.arena.gradient("dense_2.bias"), [2.0])
    np.testing.assert_array_equal(network.arena.gradient("dense_1.weight"), [[4.0, 6.0], [8.0, 12.0]])
    np.testing.assert_array_equal(network.arena.gradient("dense_1.bias"), [4.0, 6.0])
    optimizer = SGD(learning_rate=0.5)
    optimizer.build(network.arena)
    optimizer.step()
    np.testing.assert_array_equal(network.arena.value("dense_2.weight"), [[0.0], [-1.0]])
    np.testing.assert_array_equal(network.arena.value("dense_1.weight"), [[-1.0, -4.0], [-3.5, -4.0]])


def peak_of(step) -> int:
    """Bytes in use at the worst moment of a call, beyond those in use before it."""
    step()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        step()
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()


def training_step(activation, optimizer, batch_size):
    network = network_of(Flatten(), Dense(16, activation), Dropout(0.5), ActivationLayer("silu"), Dense(10),
                         shape=(5, 5), batch_size=batch_size)  # fmt: skip
    loss = CrossEntropy()
    loss.build(batch_size=batch_size, outputs=10, classes=10, dtype=network.dtype)
    rule = Optimizer.members()[optimizer]()
    rule.build(network.arena)
    regularizer = Regularizer(network.arena, l1=1e-5, l2=1e-4, clip_norm=0.1)
    meter = ClassificationMeter(batch_size=batch_size, classes=10, threshold=0.0)
    rng = np.random.default_rng(1)
    x, labels = rng.normal(size=(batch_size, 5, 5)).astype(np.float32), rng.integers(0, 10, batch_size)

    def step():
        outputs = network.forward(x, training=True)
        loss.forward(outputs, labels)
        meter.update(outputs, labels)
        network.backward(loss.backward())
        regularizer.apply()
        rule.step()

    return step


# NumPy's loops may use cast buffers of at most 8,192 numbers of their own. An array of ours would grow with the batch:
# by at least 8,192 bytes, one for each further sample.
@pytest.mark.parametrize("activation", Activation.names())
@pytest.mark.parametrize("optimizer", Optimizer.names())
def test_a_training_step_allocates_no_array(activation, optimizer):
    small = peak_of(training_step(activation, optimizer, 8192))
    large = peak_of(training_step(activation, optimizer, 16384))
    assert large - small < 1000
    assert small < 100_000


@pytest.mark.parametrize("name", Loss.names())
def test_a_loss_allocates_no_array(name):
    def step(batch_size):
        loss = Loss.members()[name]()
        classes = 10 if loss.tasks == ("classification",) else 0
        loss.build(batch_size=batch_size, outputs=10, classes=classes, dtype=np.dtype(np.float32))
        rng = np.random.default_rng(0)
        outputs = rng.normal(size=(batch_size, 10)).astype(np.float32)
        truth = rng.integers(0, 10, batch_size) if classes else outputs * 2
        return lambda: loss.forward(outputs, truth)

    assert peak_of(step(16384)) - peak_of(step(8192)) < 1000


def test_a_smaller_batch_gives_what_the_same_rows_give_in_a_full_one():
    network = network_of(Dense(6, "tanh"), Dense(3), dtype=np.float64)
    x = np.random.default_rng(2).normal(size=(8, 4))
    full = network.forward(x).copy()
    np.testing.assert_allclose(network.forward(x[:3]), full[:3], rtol=1e-14)
    np.testing.assert_allclose(network.predict(np.concatenate([x, x, x[:1]])), [*full, *full, full[0]], rtol=1e-14)
    assert network.predict(x[:0]).shape == (0, 3)


def test_parameters_are_views_of_one_vector_and_weights_come_first():
    network = network_of(Dense(3), Dense(2))
    arena = network.arena
    assert arena.size == 4 * 3 + 3 + 3 * 2 + 2
    arena.values[...] = 7
    assert (arena.value("dense_2.bias") == 7).all()
    assert (network.neuron("dense_1", 1).weights == 7).all()
    decaying = arena.values[arena.decaying]
    arena.values[...] = 0
    decaying[...] = 1
    assert arena.value("dense_1.weight").min() == arena.value("dense_2.weight").min() == 1
    assert arena.value("dense_1.bias").max() == arena.value("dense_2.bias").max() == 0
    assert arena.owner(arena.values.size - 1) == "dense_2.bias"
    assert arena.owner(0) == "dense_1.weight"


def test_a_neuron_shows_what_the_layer_computes():
    network = network_of(Dense(5, "gelu"), Dense(2), dtype=np.float64)
    network.arena.value("dense_1.bias")[...] = np.linspace(-1, 1, 5)
    x = np.random.default_rng(3).normal(size=(8, 4))
    outputs = dict(network.trace(x))
    for unit in range(5):
        neuron = network.neuron("dense_1", unit)
        np.testing.assert_allclose(neuron.output(x), outputs["dense_1"][:, unit], rtol=1e-12)
        z = neuron.contributions(x[0]).sum() + neuron.bias[0]
        assert neuron.pre_activation(x)[0] == pytest.approx(z, rel=1e-12)


def test_dropout_keeps_the_expected_sum_and_is_silent_in_evaluation():
    network = network_of(Dropout(0.25), shape=(20_000,), batch_size=2)
    x = np.ones((2, 20_000), np.float32)
    trained = network.forward(x, training=True)
    assert set(np.unique(trained)) == {np.float32(0), np.float32(1 / 0.75)}
    # 40,000 draws of 1/0.75 with chance 0.75: the mean's deviation is 0.0029, so this holds by 10 of them.
    assert trained.mean() == pytest.approx(1, abs=0.03)
    assert network.forward(x, training=False) is x


def test_the_seed_decides_everything():
    first, second = network_of(Dense(3), Dropout(0.5)), network_of(Dense(3), Dropout(0.5))
    np.testing.assert_array_equal(first.arena.values, second.arena.values)
    x = np.ones((8, 4), np.float32)
    np.testing.assert_array_equal(first.forward(x, training=True), second.forward(x, training=True))
    states = first.random_states()
    drawn = first.forward(x, training=True).copy()
    first.set_random_states(states)
    np.testing.assert_array_equal(first.forward(x, training=True), drawn)


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        ([Dense(3)], "dense needs a flat input, got 2×2×1; put a flatten layer before it"),
        ([Flatten(), Dense(), Dense(2)], "units may be left out in the last layer only"),
        ([ActivationLayer("softmax")], "softmax needs a flat input, got 2×2×1"),
        ([], "at least one layer"),
    ],
)
def test_shapes_that_do_not_fit_say_what_to_do(layers, words):
    with pytest.raises(ShapeError, match=words):
        network_of(*layers, shape=(2, 2, 1))


def test_arithmetic_is_of_the_arrays_that_are_built():
    network = network_of(Flatten(), Dense(6, "gelu"), Dense(3), shape=(2, 2, 1), batch_size=5)
    for item in plan(network.layers, (2, 2, 1)):
        built = item.layer.memory
        assert item.parameter_count == sum(array.size for array in built.parameters.values())
        assert item.buffer_bytes(5, network.dtype) == sum(array.nbytes for array in built.buffers.values())
    assert [item.flops for item in network.plans] == [0, 2 * 4 * 6 + 6, 2 * 6 * 3 + 3]


def test_adam_forgets_nothing_between_blocks():
    """More parameters than one block: each number moves as it would alone."""
    network = network_of(Dense(300), shape=(200,))
    assert network.arena.values.size > 32768
    optimizer = Adam(learning_rate=0.1)
    optimizer.build(network.arena)
    before = network.arena.values.copy()
    network.arena.gradients[...] = np.where(np.arange(before.size) % 2, 1.0, -3.0)
    optimizer.step()
    # The first step of Adam is the learning rate against the sign of the gradient, whatever its size.
    np.testing.assert_allclose(before - network.arena.values, np.sign(network.arena.gradients) * 0.1, rtol=1e-4)


BIASED = [
    ((9,), Dense(40), 9),
    ((6, 6, 2), Conv2D(30, 3), 18),
    ((6, 6, 20), DepthwiseConv2D(), 9),
    ((7, 3), GRU(25), 25),
]


@pytest.mark.parametrize(("shape", "layer", "fan_in"), BIASED, ids=lambda value: getattr(value, "type", ""))
def test_biases_start_within_pytorchs_bounds_or_as_asked_and_leave_the_weights_alone(shape, layer, fan_in):
    networks = {
        rule: Sequential(
            [dataclasses.replace(layer, bias_initializer=rule)], shape, batch_size=2, rng=np.random.default_rng(3)
        )
        for rule in ("fan_in", "zeros", "ones")
    }
    assert layer.bias_initializer == "fan_in"
    names = networks["zeros"].arena.specs
    biases = [name for name in names if name.endswith("bias")]
    assert biases
    for name in names:
        values = {rule: network.arena.value(name) for rule, network in networks.items()}
        if name not in biases:
            assert np.array_equal(values["fan_in"], values["zeros"])
            continue
        assert not values["zeros"].any()
        assert (values["ones"] == 1).all()
        bound = 1 / np.sqrt(fan_in)
        assert 0.7 * bound < np.abs(values["fan_in"]).max() <= bound
        assert values["fan_in"].min() < 0 < values["fan_in"].max()
