"""Backpropagation against central differences in float64: every layer, activation, loss and combination that ships."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nntui.nn.activations import Activation
from nntui.nn.gradcheck import TOLERANCE, check_gradients
from nntui.nn.initializers import Initializer
from nntui.nn.layers.activation import ActivationLayer
from nntui.nn.layers.base import Layer
from nntui.nn.layers.dense import Dense
from nntui.nn.layers.dropout import Dropout
from nntui.nn.layers.flatten import Flatten
from nntui.nn.losses import Loss


def truth_for(loss: Loss, count: int, outputs: int, rng: np.random.Generator):
    if loss.tasks == ("classification",):
        classes = max(outputs, 2)
        return rng.integers(0, classes, count), classes
    return rng.normal(size=(count, outputs)), 0


def assert_right(layers, loss, *, shape=(4,), count=3, outputs=3, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(count, *shape))
    truth, classes = truth_for(loss, count, outputs, rng)
    checks = check_gradients(layers, loss, x, truth, classes=classes, rng=rng)
    assert {check.name for check in checks} >= {"input"}
    assert all(check.checked > 0 for check in checks)
    wrong = [check for check in checks if not check.passed]
    assert not wrong


@pytest.mark.parametrize("loss", Loss.names())
@pytest.mark.parametrize("activation", Activation.names())
def test_two_dense_layers_with_every_activation_and_loss(activation, loss):
    assert_right([Dense(5, activation=activation), Dense(3)], Loss.members()[loss]())


@pytest.mark.parametrize("activation", Activation.names())
def test_activation_at_the_output_and_as_a_layer(activation):
    squared = Loss.members()["mean_squared_error"]()
    assert_right([Dense(3, activation=activation)], squared)
    assert_right([Dense(3), ActivationLayer(activation), Dense(3)], squared)


@pytest.mark.parametrize("initializer", Initializer.names())
def test_every_initializer_starts_a_stack_whose_gradients_are_right(initializer):
    assert_right([Dense(6, "tanh", initializer), Dense(3)], Loss.members()["cross_entropy"]())


@pytest.mark.parametrize("rate", [0.0, 0.3, 0.9])
def test_dropout_with_the_same_draw_each_time(rate):
    assert_right([Dense(8, "tanh"), Dropout(rate), Dense(3)], Loss.members()["cross_entropy"](), seed=3)


@pytest.mark.parametrize("use_bias", [True, False])
@pytest.mark.parametrize("count", [1, 5])
def test_flatten_bias_and_a_batch_of_one(use_bias, count):
    layers = [Flatten(), Dense(4, "gelu", use_bias=use_bias), Dense(1, use_bias=use_bias)]
    assert_right(layers, Loss.members()["huber"](), shape=(2, 3, 2), count=count, outputs=1)


def test_one_output_for_two_classes():
    assert_right([Dense(4, "silu"), Dense(1)], Loss.members()["binary_cross_entropy"](), outputs=1)


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_any_stack(data):
    kinds = st.sampled_from(["dense", "activation", "dropout"])
    smooth = st.sampled_from([name for name in Activation.names() if name not in ("relu", "leaky_relu")])
    layers: list[Layer] = []
    for kind in data.draw(st.lists(kinds, max_size=4)):
        if kind == "dense":
            layers.append(Dense(data.draw(st.integers(1, 6)), activation=data.draw(smooth)))
        elif kind == "activation":
            layers.append(ActivationLayer(data.draw(smooth)))
        else:
            layers.append(Dropout(data.draw(st.sampled_from([0.0, 0.25, 0.5]))))
    outputs = data.draw(st.integers(2, 4))
    loss = Loss.members()[data.draw(st.sampled_from(["cross_entropy", "mean_squared_error", "binary_cross_entropy"]))]()
    shape = (data.draw(st.integers(1, 5)),)
    assert_right([*layers, Dense(outputs)], loss, shape=shape, count=data.draw(st.integers(1, 4)), outputs=outputs,
                 seed=data.draw(st.integers(0, 1000)))  # fmt: skip


def test_a_wrong_gradient_is_found():
    class WrongBias(Dense):
        def backward(self, grad):
            result = super().backward(grad)
            self.memory.gradients["bias"][0] *= 1.001
            return result

    rng = np.random.default_rng(0)
    checks = check_gradients([WrongBias(3)], Loss.members()["cross_entropy"](), rng.normal(size=(4, 2)),
                             np.array([0, 1, 2, 0]), classes=3, rng=rng)  # fmt: skip
    errors = {check.name: check.error for check in checks}
    assert errors["dense_1.bias"] > TOLERANCE > errors["dense_1.weight"]
