"""The engine against values that PyTorch computed; `reference/make_torch.py` makes them again."""

import json
from pathlib import Path

import numpy as np
import pytest

from nntui.nn.activations import Activation
from nntui.nn.arena import Arena, ParameterSpec
from nntui.nn.optimizers import SGD, Adagrad, Adam, AdamW, RMSprop

REFERENCE = json.loads((Path(__file__).parent / "reference" / "torch.json").read_text())
PRECISION = [(np.float64, 1e-9), (np.float32, 1e-5)]


def test_the_reference_says_what_made_it_and_covers_the_families():
    assert REFERENCE["made_by"].startswith("torch 2.")
    assert set(REFERENCE["activations"]["cases"]) == set(Activation.names())


@pytest.mark.parametrize(("dtype", "tolerance"), PRECISION)
@pytest.mark.parametrize("name", Activation.names())
def test_activation_and_its_gradient(name, dtype, tolerance):
    reference = REFERENCE["activations"]
    function = Activation.members()[name]()
    z = np.array(reference["z"], dtype)
    y = np.empty_like(z) if function.keeps_z else z
    scratch = [np.zeros_like(z) for _ in range(function.scratches)]
    # What a batch leaves in the scratches must not reach the next one.
    function.forward(np.negative(z), np.empty_like(z), scratch)
    function.backward(np.ones_like(z), np.negative(z), np.negative(z), scratch)
    function.forward(z, y, scratch)
    # Where a value is a difference of numbers near 1, float32 has no digits left below 1e-7.
    np.testing.assert_allclose(y, reference["cases"][name]["y"], rtol=tolerance, atol=tolerance / 100)
    grad = np.array(reference["upstream"], dtype)
    function.backward(grad, z, y, scratch)
    np.testing.assert_allclose(grad, reference["cases"][name]["gradient"], rtol=tolerance, atol=tolerance / 30)


OPTIMIZERS = {
    "sgd": SGD(learning_rate=0.1),
    "sgd_momentum": SGD(learning_rate=0.1, momentum=0.9),
    "sgd_nesterov": SGD(learning_rate=0.1, momentum=0.9, nesterov=True),
    "rmsprop": RMSprop(learning_rate=0.01),
    "adagrad": Adagrad(learning_rate=0.05),
    "adam": Adam(learning_rate=0.01),
    "adamw": AdamW(learning_rate=0.01, weight_decay=0.1),
}


@pytest.mark.parametrize(("dtype", "tolerance"), PRECISION)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_ten_steps_of_an_optimizer(name, dtype, tolerance):
    reference = REFERENCE["optimizers"]
    arena = Arena({"p": ParameterSpec((5,), decays=True)}, dtype=np.dtype(dtype))
    p = arena.value("p")
    p[...] = reference["start"]
    optimizer = OPTIMIZERS[name]
    optimizer.build(arena)
    steepness = np.array([1.0, 10.0, 0.1, 5.0, 0.0])
    for number, expected in enumerate(reference["cases"][name]):
        arena.gradient("p")[...] = 2 * steepness * (p - 0.1 * number)
        optimizer.step()
        np.testing.assert_allclose(p, expected, rtol=tolerance, atol=tolerance / 10)
