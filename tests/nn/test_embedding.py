"""Embedding: PyTorch's gradient, ids that repeat, and ids that are none."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nntui.nn.gradcheck import check_gradients
from nntui.nn.layers.base import ShapeError
from nntui.nn.layers.dense import Dense
from nntui.nn.layers.embedding import Embedding
from nntui.nn.layers.flatten import Flatten
from nntui.nn.losses import Loss
from nntui.nn.network import Sequential
from tests.nn.test_network import peak_of

REFERENCE = json.loads((Path(__file__).parent / "reference" / "norms.json").read_text())["embedding"]


def network_of(*layers, shape, batch_size=8, dtype=np.float64, **options):
    return Sequential(layers, shape, batch_size=batch_size, rng=np.random.default_rng(0), dtype=dtype, **options)


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-12), (np.float32, 1e-6)])
def test_rows_and_their_gradients_are_pytorchs(dtype, tolerance):
    network = network_of(Embedding(vocabulary=7, dimensions=3), shape=(4,), dtype=dtype)
    network.arena.value("embedding_1.weight")[...] = REFERENCE["weight"]
    y = network.forward(np.array(REFERENCE["ids"], dtype), training=True)
    np.testing.assert_allclose(y, REFERENCE["y"], rtol=tolerance)
    for _ in range(2):  # The second time over what the first has left.
        network.backward(np.array(REFERENCE["upstream"], dtype))
        gradient = network.arena.gradient("embedding_1.weight")
        np.testing.assert_allclose(gradient, REFERENCE["weight_gradient"], rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("count", [1, 4])
def test_gradients(count):
    rng = np.random.default_rng(0)
    ids = rng.integers(0, 6, (count, 5)).astype(float)
    layers = [Embedding(vocabulary=6, dimensions=4), Flatten(), Dense(4, "tanh"), Dense(3)]
    loss = Loss.members()["cross_entropy"]()
    checks = check_gradients(layers, loss, ids + 0.5, rng.integers(0, 3, count), classes=3, rng=rng)
    assert "embedding_1.weight" in {check.name for check in checks}
    assert all(check.passed for check in checks)


@given(st.lists(st.floats(width=32) | st.integers(-3, 9), min_size=4, max_size=4))
def test_any_number_is_an_id(numbers):
    network = network_of(Embedding(vocabulary=5, dimensions=2), shape=(4,), dtype=np.float32)
    weight = network.arena.value("embedding_1.weight")
    y = network.forward(np.array([numbers], np.float32), training=True)
    ids = [0 if np.isnan(number) else int(min(max(number, 0), 4)) for number in numbers]
    np.testing.assert_array_equal(y[0], weight[ids])


def test_the_largest_vocabulary_keeps_its_ids_apart_in_float32():
    network = network_of(Embedding(vocabulary=10_000_000, dimensions=1), shape=(2,), batch_size=1, dtype=np.float32)
    weight = network.arena.value("embedding_1.weight")
    y = network.forward(np.array([[9_999_999, 9_999_998]], np.float32))
    np.testing.assert_array_equal(y[0], weight[[9_999_999, 9_999_998]])


def test_a_step_allocates_no_array():
    def step(batch_size):
        network = network_of(Embedding(vocabulary=50, dimensions=8), shape=(6,), batch_size=batch_size,
                             dtype=np.float32, input_gradient=True)  # fmt: skip
        ids = np.random.default_rng(0).integers(0, 50, (batch_size, 6)).astype(np.float32)
        grad = np.ones((batch_size, 6, 8), np.float32)

        def run():
            network.forward(ids, training=True)
            network.backward(grad)

        return run

    small = peak_of(step(4096))
    assert peak_of(step(8192)) - small < 1000
    assert small < 100_000


def test_an_image_is_no_sequence_of_ids():
    with pytest.raises(ShapeError, match="embedding needs a sequence of ids, got 8×8×1; put it first"):
        Embedding(vocabulary=5).output_shape((8, 8, 1))
