"""The recurrent layers: gradients, PyTorch's values, memory, time in both directions, and nothing allocated."""

import itertools
import json
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nntui.nn.gradcheck import TOLERANCE, check_gradients
from nntui.nn.layers.base import Layer, ShapeError
from nntui.nn.layers.dense import Dense
from nntui.nn.layers.flatten import Flatten
from nntui.nn.layers.gru import GRU
from nntui.nn.layers.lstm import LSTM
from nntui.nn.layers.plan import plan
from nntui.nn.layers.simple_rnn import SimpleRNN
from nntui.nn.losses import CrossEntropy, MeanSquaredError
from nntui.nn.network import Sequential

REFERENCE = json.loads((Path(__file__).parent / "reference" / "recurrent.json").read_text())
KINDS = (SimpleRNN, LSTM, GRU)
LAYERS = {
    "simple_rnn_tanh": lambda **flags: SimpleRNN(2, **flags),
    "simple_rnn_relu": lambda **flags: SimpleRNN(2, activation="relu", **flags),
    "lstm": lambda **flags: LSTM(2, forget_bias=0.0, **flags),
    "gru": lambda **flags: GRU(2, **flags),
}


def network_of(*layers, shape=(5, 3), batch_size=4, **options):
    return Sequential(layers, shape, batch_size=batch_size, rng=np.random.default_rng(0), **options)


def assert_right(layers, *, shape=(4, 3), count=3, outputs=2, seed=0, tolerance=TOLERANCE):
    rng = np.random.default_rng(seed)
    x, targets = rng.normal(size=(count, *shape)), rng.normal(size=(count, outputs))
    checks = check_gradients(layers, MeanSquaredError(), x, targets, classes=0, rng=rng)
    assert {check.name for check in checks} >= {"input"}
    assert [check for check in checks if check.error > tolerance] == []


@pytest.mark.parametrize(("sequences", "both", "use_bias"), list(itertools.product([False, True], repeat=3)))
@pytest.mark.parametrize("kind", KINDS)
def test_gradients_with_every_flag(kind, sequences, both, use_bias):
    layer = kind(3, return_sequences=sequences, bidirectional=both, use_bias=use_bias)
    assert_right([layer, Flatten(), Dense(2)])


@pytest.mark.parametrize("kind", [*KINDS, lambda *a, **b: SimpleRNN(*a, activation="relu", **b)])
@pytest.mark.parametrize(("count", "shape"), [(1, (1, 1)), (1, (3, 2)), (2, (1, 3)), (3, (7, 1))])
def test_gradients_of_a_batch_of_one_and_of_a_single_step(kind, count, shape):
    assert_right([kind(2)], shape=shape, count=count)
    assert_right([kind(1, bidirectional=True)], shape=shape, count=count)


@pytest.mark.parametrize("kind", KINDS)
def test_gradients_of_a_stack(kind):
    assert_right(
        [kind(3, return_sequences=True, bidirectional=True), kind(2, return_sequences=True), kind(3), Dense(2)]
    )


@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_gradients_of_any_stack(data):
    layers: list[Layer] = []
    for _ in range(data.draw(st.integers(1, 3))):
        kind, both = data.draw(st.sampled_from(KINDS)), data.draw(st.booleans())
        layers.append(kind(data.draw(st.integers(1, 4)), return_sequences=True, bidirectional=both))
    shape = (data.draw(st.integers(1, 4)), data.draw(st.integers(1, 4)))
    count, seed = data.draw(st.integers(1, 4)), data.draw(st.integers(0, 1000))
    # Some of these stacks pass next to no gradient down, where differences have fewer digits.
    assert_right([*layers, LSTM(3), Dense(2)], shape=shape, count=count, seed=seed, tolerance=1e-3)


@pytest.mark.parametrize("dtype_and_tolerance", [(np.float64, 1e-9), (np.float32, 1e-5)], ids=["float64", "float32"])
@pytest.mark.parametrize("output", ["sequences", "last"])
@pytest.mark.parametrize("name", REFERENCE["cases"])
def test_outputs_and_gradients_are_those_of_pytorch(name, output, dtype_and_tolerance):
    dtype, tolerance = dtype_and_tolerance
    case = REFERENCE["cases"][name]
    kind, both = name.removesuffix("_bidirectional"), name.endswith("_bidirectional")
    layer = LAYERS[kind](return_sequences=output == "sequences", bidirectional=both)
    network = network_of(layer, shape=(4, 3), dtype=dtype, input_gradient=True)
    assert set(case["parameters"]) == set(network.plans[0].parameters)
    for key, value in case["parameters"].items():
        network.arena.value(f"{layer.type}_1.{key}")[...] = value
    y = network.forward(np.array(case["x"], dtype), training=True)
    expected = case[output]
    np.testing.assert_allclose(y, expected["y"], rtol=tolerance, atol=tolerance / 10)
    found = {"input": network.backward(np.array(expected["upstream"], dtype))}
    found |= {key: network.arena.gradient(f"{layer.type}_1.{key}") for key in case["parameters"]}
    for key, value in expected["gradients"].items():
        np.testing.assert_allclose(found[key], value, rtol=tolerance, atol=tolerance / 3, err_msg=key)


def test_the_reference_says_what_made_it():
    assert REFERENCE["made_by"].startswith("torch 2.")


def test_the_forget_bias_is_a_bias_of_the_forget_gate():
    x = np.random.default_rng(1).normal(size=(4, 5, 3))
    constant = network_of(LSTM(2, forget_bias=1.5, bias_initializer="zeros"), dtype=np.float64)
    learned = network_of(LSTM(2, forget_bias=0.0), dtype=np.float64)
    without = network_of(LSTM(2, forget_bias=1.5, use_bias=False), dtype=np.float64)
    learned.arena.values[...] = constant.arena.values
    learned.arena.value("lstm_1.bias")[2:4] = 1.5
    without.arena.values[...] = constant.arena.values[: without.arena.values.size]
    np.testing.assert_allclose(constant.forward(x), learned.forward(x), rtol=1e-13)
    np.testing.assert_allclose(constant.forward(x), without.forward(x), rtol=1e-13)


def test_one_step_of_an_lstm_worked_by_hand():
    network = network_of(LSTM(1, forget_bias=0.0), shape=(2, 1), batch_size=1, dtype=np.float64)
    network.arena.value("lstm_1.weight")[...] = [[1.0, 2.0, 3.0, 4.0]]
    network.arena.value("lstm_1.recurrent_weight")[...] = [[0.5, -0.5, 0.25, -1.0]]
    network.arena.value("lstm_1.bias")[...] = [0.1, 0.2, 0.3, 0.4]

    def sigmoid(z):
        return 1 / (1 + np.exp(-z))

    # h and c start at 0; the blocks are i, f, g, o.
    c = sigmoid(0.6) * np.tanh(1.8)
    h = sigmoid(2.4) * np.tanh(c)
    i, f, o = sigmoid(-1.0 + 0.1 + 0.5 * h), sigmoid(-2.0 + 0.2 - 0.5 * h), sigmoid(-4.0 + 0.4 - h)
    h = o * np.tanh(f * c + i * np.tanh(-3.0 + 0.3 + 0.25 * h))
    np.testing.assert_allclose(network.forward(np.array([[[0.5], [-1.0]]])), [[h]], rtol=1e-13)


@pytest.mark.parametrize("kind", KINDS)
def test_the_backward_half_is_the_forward_half_of_the_reversed_sequence(kind):
    network = network_of(kind(3, bidirectional=True, return_sequences=True), dtype=np.float64)
    for key in network.plans[0].parameters:
        if key.startswith("backward_"):
            name = f"{kind.type}_1."
            network.arena.value(name + key)[...] = network.arena.value(name + key.removeprefix("backward_"))
    x = np.random.default_rng(2).normal(size=(4, 5, 3))
    there = network.forward(x).copy()
    back = network.forward(x[:, ::-1])
    np.testing.assert_allclose(there[..., 3:], back[:, ::-1, :3], rtol=1e-13)
    assert not np.allclose(there[..., 3:], there[..., :3])


@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_the_last_output_is_the_end_of_the_sequence_of_outputs(kind, both):
    every = network_of(kind(3, return_sequences=True, bidirectional=both), dtype=np.float64)
    last = network_of(kind(3, bidirectional=both), dtype=np.float64)
    x = np.random.default_rng(3).normal(size=(4, 5, 3))
    sequence = every.forward(x)
    assert sequence.shape == (4, 5, 6 if both else 3)
    expected = np.concatenate([sequence[:, -1, :3], sequence[:, 0, 3:]], axis=1)
    np.testing.assert_array_equal(last.forward(x), expected)


@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_batches_of_any_size_in_any_order_give_what_each_gives_alone(kind, both):
    network = network_of(kind(3, return_sequences=True, bidirectional=both), LSTM(2), dtype=np.float64, batch_size=8)
    rng = np.random.default_rng(4)
    x, grad = rng.normal(size=(8, 5, 3)), rng.normal(size=(8, 2))
    for count in (8, 3, 1, 8, 5):
        outputs = network.forward(x[:count], training=True).copy()
        network.backward(grad[:count].copy())
        fresh = network_of(
            kind(3, return_sequences=True, bidirectional=both), LSTM(2), dtype=np.float64, batch_size=count
        )
        np.testing.assert_allclose(outputs, fresh.forward(x[:count], training=True), rtol=1e-12)
        fresh.backward(grad[:count].copy())
        np.testing.assert_allclose(network.arena.gradients, fresh.arena.gradients, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_large_sums_saturate_without_a_warning(kind):
    network = network_of(kind(3), shape=(6, 2), input_gradient=True)
    x = np.full((4, 6, 2), 1e4, np.float32) * [[[1], [-1], [1], [1], [-1], [0]]]
    outputs = network.forward(x.astype(np.float32), training=True)
    assert np.abs(outputs).max() <= 6
    gradient = network.backward(np.ones((4, 3), np.float32))
    assert np.isfinite(gradient).all()


@pytest.mark.parametrize("kind", KINDS)
def test_recurrent_weights_start_with_orthonormal_rows_and_biases_as_asked(kind):
    network, at_zero = network_of(kind(4, bidirectional=True)), network_of(kind(4, bias_initializer="zeros"))
    assert not at_zero.arena.value(f"{kind.type}_1.bias").any()
    for prefix in ("", "backward_"):
        recurrent = network.arena.value(f"{kind.type}_1.{prefix}recurrent_weight")
        np.testing.assert_allclose(recurrent @ recurrent.T, np.eye(4), atol=1e-6)
        # PyTorch's bound, 1/√units.
        biases = np.abs(network.arena.value(f"{kind.type}_1.{prefix}bias"))
        assert 0.2 < biases.max() <= 0.5


def test_shapes_parameters_and_arithmetic():
    shape = (10, 3)
    assert LSTM(7).output_shape(shape) == (7,)
    assert LSTM(7, return_sequences=True, bidirectional=True).output_shape(shape) == (10, 14)
    # PyTorch counts 4·(3·7 + 7·7 + 7) and as many biases again.
    (item,) = plan([LSTM(7)], shape)
    assert item.parameter_count == 4 * (3 * 7 + 7 * 7 + 7)
    assert item.flops == 10 * (2 * 4 * 7 * (3 + 7) + 4 * 7 + 4 * 7)
    (item,) = plan([GRU(7, bidirectional=True)], shape)
    assert item.parameter_count == 2 * (3 * (3 * 7 + 7 * 7 + 7) + 7)
    (item,) = plan([SimpleRNN(7, use_bias=False)], shape)
    assert item.parameter_count == 3 * 7 + 7 * 7
    assert [layer.detail() for layer in (LSTM(7, return_sequences=True), GRU(7, bidirectional=True), SimpleRNN(7))] == [
        "7 sequences", "7 both ways", "7 tanh",
    ]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_memory_is_what_the_plan_says(kind):
    network = network_of(kind(4, return_sequences=True), kind(4, bidirectional=True), batch_size=6)
    for item in network.plans:
        held = sum(array.nbytes for array in item.layer.memory.buffers.values())
        assert item.buffer_bytes(6, network.dtype) == held


@pytest.mark.parametrize("shape", [(4,), (8, 8, 1)])
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_sequence_is_refused(kind, shape):
    with pytest.raises(ShapeError, match=f"{kind.type} needs a sequence \\(time, features\\), got .*reshape"):
        network_of(kind(3), shape=shape)


@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_a_training_step_allocates_no_array(kind, both):
    def peak_of(batch_size):
        network = network_of(kind(8, return_sequences=True, bidirectional=both), kind(8, bidirectional=both), Dense(3),
                             batch_size=batch_size)  # fmt: skip
        loss = CrossEntropy()
        loss.build(batch_size=batch_size, outputs=3, classes=3, dtype=network.dtype)
        rng = np.random.default_rng(1)
        x, labels = rng.normal(size=(batch_size, 5, 3)).astype(np.float32), rng.integers(0, 3, batch_size)

        def step():
            loss.forward(network.forward(x, training=True), labels)
            network.backward(loss.backward())

        step()
        tracemalloc.start()
        try:
            before = tracemalloc.get_traced_memory()[0]
            tracemalloc.reset_peak()
            step()
            return tracemalloc.get_traced_memory()[1] - before
        finally:
            tracemalloc.stop()

    # What NumPy's own loops buffer does not grow with the batch; an array of ours would, by 8,192 bytes at least.
    small, large = peak_of(4096), peak_of(8192)
    assert large - small < 1000
    assert small < 400_000
