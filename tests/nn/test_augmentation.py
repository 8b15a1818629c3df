"""Layers that act in training only: what they do to an image or a row, what goes back, and that it stays at that."""

import itertools
import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nntui.nn.gradcheck import check_gradients
from nntui.nn.layers.activation import ActivationLayer
from nntui.nn.layers.alpha_dropout import AlphaDropout
from nntui.nn.layers.base import ShapeError
from nntui.nn.layers.cutout import Cutout
from nntui.nn.layers.dense import Dense
from nntui.nn.layers.dropout import Dropout
from nntui.nn.layers.flatten import Flatten
from nntui.nn.layers.gaussian_noise import GaussianNoise
from nntui.nn.layers.random_flip import RandomFlip
from nntui.nn.layers.random_rotation import RandomRotation
from nntui.nn.layers.random_shift import RandomShift
from nntui.nn.layers.reshape import Reshape
from nntui.nn.layers.spatial_dropout import SpatialDropout
from nntui.nn.losses import Loss
from nntui.nn.network import Sequential
from tests.nn.test_network import peak_of

REFERENCE = json.loads((Path(__file__).parent / "reference" / "norms.json").read_text())["alpha_dropout"]
PICTURES = [RandomShift(2), RandomFlip(True, True), RandomRotation(30.0), Cutout(3)]
LAYERS = [*PICTURES, GaussianNoise(0.5), SpatialDropout(0.5), AlphaDropout(0.3)]
IDLE = [RandomShift(0), RandomFlip(False, False), RandomRotation(0.0), Cutout(0), GaussianNoise(0.0),
        SpatialDropout(0.0), AlphaDropout(0.0)]  # fmt: skip


def by_type(layer):
    return layer.type


def network_of(*layers, shape, batch_size=8, dtype=np.float64, seed=0):
    rng = np.random.default_rng(seed)
    return Sequential(layers, shape, batch_size=batch_size, rng=rng, dtype=dtype, input_gradient=True)


def images(count, *shape, seed=0):
    """No number twice and none zero, so that each pixel says where it comes from."""
    size = count * math.prod(shape)
    return np.random.default_rng(seed).permutation(size).reshape(count, *shape) + 1.0


@pytest.mark.parametrize("layer", LAYERS, ids=by_type)
def test_evaluation_gives_back_what_it_is_given(layer):
    network, x = network_of(layer, shape=(6, 5, 2)), images(8, 6, 5, 2)
    assert network.forward(x, training=False) is x
    np.testing.assert_array_equal(network.backward(np.ones_like(x)), 1)
    assert not np.array_equal(network.forward(x, training=True), x)


@pytest.mark.parametrize("layer", IDLE, ids=by_type)
def test_what_is_set_to_nothing_does_nothing(layer):
    network, x = network_of(layer, shape=(6, 5, 2)), images(8, 6, 5, 2)
    assert network.forward(x, training=True) is x
    np.testing.assert_array_equal(network.backward(np.ones_like(x)), 1)


@pytest.mark.parametrize("layer", LAYERS, ids=by_type)
def test_the_same_draw_comes_again_from_the_same_state_and_another_otherwise(layer):
    network, x = network_of(layer, shape=(6, 5, 2)), images(8, 6, 5, 2)
    states = network.random_states()
    assert list(states) == [f"{layer.type}_1"]
    first = network.forward(x, training=True).copy()
    assert not np.array_equal(network.forward(x, training=True), first)
    network.forward(x[:3], training=True)
    network.set_random_states(states)
    np.testing.assert_array_equal(network.forward(x, training=True), first)


@pytest.mark.parametrize("layer", LAYERS, ids=by_type)
@pytest.mark.parametrize(("shape", "count"), [((6, 5, 2), 4), ((1, 1, 1), 1), ((1, 7, 3), 2), ((5, 4, 1), 1)])
def test_gradients_first_and_further_in(layer, shape, count):
    rng = np.random.default_rng(0)
    squared = Loss.members()["mean_squared_error"]()
    for layers, given_shape in (
        ([layer, Flatten(), Dense(3)], shape),
        ([Dense(math.prod(shape)), Reshape("x".join(map(str, shape))), layer, Flatten(), Dense(3)], (4,)),
    ):
        x, truth = rng.normal(size=(count, *given_shape)), rng.normal(size=(count, 3))
        checks = check_gradients(layers, squared, x, truth, classes=0, rng=rng)
        assert [check for check in checks if not check.passed] == []


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(PICTURES), st.tuples(st.integers(1, 9), st.integers(1, 9), st.integers(1, 3)), st.integers(1, 9),
    st.integers(0, 99),
)  # fmt: skip
def test_what_goes_back_is_the_transpose_of_what_went_in(layer, shape, count, seed):
    """For any linear A: (A·x)·g = x·(Aᵀ·g)."""
    network, rng = network_of(layer, shape=shape, batch_size=9, seed=seed), np.random.default_rng(seed)
    x, grad = rng.normal(size=(2, count, *shape))
    y = network.forward(x, training=True).copy()
    back = network.backward(grad.copy())
    assert np.sum(y * grad) == pytest.approx(np.sum(x * back), abs=1e-9)


def shifted(image, down, right):
    """By padding and cutting."""
    reach = 20
    padded = np.pad(image, ((reach, reach), (reach, reach), (0, 0)))
    height, width, _ = image.shape
    return padded[reach - down : reach - down + height, reach - right : reach - right + width]


@pytest.mark.parametrize(("shape", "reach"), [((5, 6, 2), 1), ((4, 3, 1), 2), ((2, 2, 1), 3)])
def test_an_image_moves_by_every_whole_number_up_to_its_reach(shape, reach):
    # 400 draws of at most 49 ways: the chance that one never comes is 49·(48/49)^400 < 0.02, and the seed is fixed.
    network, x = network_of(RandomShift(reach), shape=shape, batch_size=400), images(400, *shape)
    y = network.forward(x, training=True)
    ways = list(itertools.product(range(-reach, reach + 1), repeat=2))
    seen = set()
    for before, after in zip(x, y, strict=True):
        fitting = [way for way in ways if np.array_equal(shifted(before, *way), after)]
        assert fitting
        seen.update(fitting)
    assert seen == set(ways)


def test_an_image_that_moves_further_than_its_size_is_black():
    network, x = network_of(RandomShift(10_000), shape=(3, 3, 1)), images(8, 3, 3, 1)
    assert not network.forward(x, training=True).any()


@pytest.mark.parametrize("horizontal", [True, False])
@pytest.mark.parametrize("vertical", [True, False])
def test_images_are_mirrored_the_ways_asked_for(horizontal, vertical):
    network, x = network_of(RandomFlip(horizontal, vertical), shape=(3, 4, 2), batch_size=200), images(200, 3, 4, 2)
    y = network.forward(x, training=True)
    counts = {}
    for before, after in zip(x, y, strict=True):
        ways = {(0, 0): before, (1, 0): before[:, ::-1], (0, 1): before[::-1], (1, 1): before[::-1, ::-1]}
        (way,) = [way for way, result in ways.items() if np.array_equal(result, after)]
        counts[way] = counts.get(way, 0) + 1
    expected = set(itertools.product({0, horizontal}, {0, vertical}))
    assert set(counts) == expected
    # Each way as likely as the others: 50 of 200 have a deviation of 6.
    assert all(abs(count - 200 / len(expected)) < 35 for count in counts.values())


def turned(image, angle):
    """Pixel by pixel, by the definition of bilinear interpolation."""
    height, width, channels = image.shape
    result = np.zeros_like(image)
    for row, column, channel in np.ndindex(height, width, channels):
        down, right = row - (height - 1) / 2, column - (width - 1) / 2
        y = math.cos(angle) * down - math.sin(angle) * right + (height - 1) / 2
        x = math.sin(angle) * down + math.cos(angle) * right + (width - 1) / 2
        for near_row, near_column in itertools.product(range(height), range(width)):
            share = max(0, 1 - abs(y - near_row)) * max(0, 1 - abs(x - near_column))
            result[row, column, channel] += share * image[near_row, near_column, channel]
    return result


@pytest.mark.parametrize("shape", [(4, 5, 2), (1, 6, 1), (5, 5, 3)])
@pytest.mark.parametrize("degrees", [10.0, 180.0])
def test_an_image_turns_about_its_centre(shape, degrees):
    network, x = network_of(RandomRotation(degrees), shape=shape, batch_size=6), images(6, *shape)
    y = network.forward(x, training=True)
    angles = network.layers[0].memory.buffers["angles"]
    assert np.abs(angles).max() <= math.radians(degrees)
    assert len(set(angles)) == 6
    for before, after, angle in zip(x, y, angles, strict=True):
        np.testing.assert_allclose(after, turned(before, angle), atol=1e-9)


def test_both_ways_of_turning_are_drawn_in_equal_shares():
    network = network_of(RandomRotation(10.0), shape=(2, 2, 1), batch_size=1000)
    network.forward(np.ones((1000, 2, 2, 1)), training=True)
    angles = network.layers[0].memory.buffers["angles"] / math.radians(10)
    assert angles.mean() == pytest.approx(0, abs=0.1)  # Deviation of the mean: 0.018.
    assert angles.std() == pytest.approx(1 / math.sqrt(3), abs=0.05)


def test_many_images_are_done_in_tiles_as_few_are():
    """More pixels than one tile holds, and a last tile that is not full."""
    for layer in PICTURES:
        network, x = network_of(layer, shape=(40, 40, 2), batch_size=25), images(25, 40, 40, 2)
        states = network.random_states()
        y = network.forward(x, training=True).copy()
        back = network.backward(y.copy()).copy()
        alone = network_of(layer, shape=(40, 40, 2), batch_size=1)
        alone.set_random_states(states)
        for index in range(25):
            np.testing.assert_array_equal(alone.forward(x[index : index + 1], training=True)[0], y[index])
            np.testing.assert_allclose(alone.backward(y[index : index + 1].copy())[0], back[index], rtol=1e-12)


@pytest.mark.parametrize("size", [1, 2, 3, 4, 9])
def test_a_square_is_cut_out_whose_centre_is_in_the_image(size):
    network, x = network_of(Cutout(size), shape=(5, 6, 2), batch_size=300), images(300, 5, 6, 2)
    y = network.forward(x, training=True)
    corners = set()
    for before, after in zip(x, y, strict=True):
        hole = after[..., 0] == 0
        np.testing.assert_array_equal(after[..., 1] == 0, hole)
        np.testing.assert_array_equal(after[~hole], before[~hole])
        rows, columns = np.flatnonzero(hole.any(1)), np.flatnonzero(hole.any(0))
        assert hole[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].all()
        assert len(rows) <= size
        assert len(columns) <= size
        # Shorter only where an edge is.
        assert len(rows) == min(size, 5) or rows[0] == 0 or rows[-1] == 4
        corners.add((rows[0], columns[0]))
    assert len(corners) > 1 or size >= 9


def test_noise_has_the_deviation_asked_for():
    network, x = network_of(GaussianNoise(0.5), shape=(1000,), batch_size=10), np.full((10, 1000), 3.0)
    noise = network.forward(x, training=True) - x
    assert noise.mean() == pytest.approx(0, abs=0.05)
    assert noise.std() == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize("shape", [(4, 5, 30), (6, 30)])
def test_whole_channels_are_dropped_and_the_rest_makes_up_for_them(shape):
    network = network_of(SpatialDropout(0.25), shape=shape, batch_size=100)
    y = network.forward(np.ones((100, *shape)), training=True)
    channels = y.reshape(100, -1, 30)
    assert (channels == channels[:, :1]).all()
    assert set(np.unique(y)) == {0, 1 / 0.75}
    # 3,000 channels: the mean's deviation is 0.0105.
    assert channels[:, 0].mean() == pytest.approx(1, abs=0.06)
    assert len({tuple(row) for row in channels[:, 0]}) > 90


@pytest.mark.parametrize("rate", REFERENCE)
def test_alpha_dropout_gives_what_pytorch_gives_for_the_same_mask(rate):
    case = REFERENCE[rate]
    x, kept, y = np.array(case["x"]), np.array(case["kept"]), np.array(case["y"])
    network = network_of(AlphaDropout(float(rate)), shape=(1,), batch_size=1)
    ours = {}
    for value in (1.0, 3.0):
        for _ in range(200):
            given_value = np.array([[value]])
            ours.setdefault(value, set()).add(float(network.forward(given_value, training=True)[0, 0]))
    # What is dropped is one number whatever it was; of what is kept two points tell the line.
    (dropped,) = [low for low in ours[1.0] for other in ours[3.0] if low == pytest.approx(other, abs=1e-12)]
    (first,) = ours[1.0] - {dropped}
    (second,) = [each for each in ours[3.0] if each != pytest.approx(dropped, abs=1e-12)]
    slope = (second - first) / 2
    np.testing.assert_allclose(np.where(kept, first + slope * (x - 1), dropped), y, rtol=1e-9, atol=1e-12)


def test_alpha_dropout_keeps_mean_and_variance_of_a_selu_network():
    network = network_of(AlphaDropout(0.3), shape=(10_000,), batch_size=10)
    x = np.random.default_rng(1).normal(size=(10, 10_000))
    y = network.forward(x, training=True)
    assert y.mean() == pytest.approx(0, abs=0.02)
    assert y.std() == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("layer", LAYERS, ids=by_type)
def test_a_step_allocates_no_array_and_the_arithmetic_is_of_the_arrays(layer):
    def step(batch_size):
        network = network_of(ActivationLayer("tanh"), layer, shape=(6, 5, 2), batch_size=batch_size, dtype=np.float32)
        item = network.plans[1]
        held = sum(array.nbytes for array in item.layer.memory.buffers.values())
        assert item.buffer_bytes(batch_size, network.dtype) == held
        x = np.random.default_rng(0).normal(size=(batch_size, 6, 5, 2)).astype(np.float32)
        grad = np.ones_like(x)

        def run():
            network.forward(x, training=True)
            network.backward(grad)

        return run

    small = peak_of(step(4096))
    assert peak_of(step(8192)) - small < 4096
    assert small < 150_000


@pytest.mark.parametrize("layer", PICTURES, ids=by_type)
def test_a_flat_row_is_not_an_image(layer):
    with pytest.raises(ShapeError, match=f"{layer.type} needs images .*, got 64; put a reshape layer before it"):
        layer.output_shape((64,))


def test_a_row_has_no_channels():
    with pytest.raises(ShapeError, match="spatial_dropout needs images or sequences, got 64; use dropout"):
        SpatialDropout().output_shape((64,))


@pytest.mark.parametrize("first", [*LAYERS, Dropout(0.5)], ids=by_type)
def test_before_the_first_weights_no_gradient_is_wanted(first):
    rng = np.random.default_rng(0)
    network = Sequential([first, Flatten(), Dense(3)], (4, 5, 2), batch_size=6, rng=rng, dtype=np.float64)
    network.forward(np.ones((6, 4, 5, 2)), training=True)
    network.backward(np.ones((6, 3)))
    np.testing.assert_array_equal(network.arena.gradient("dense_1.bias"), 6)
