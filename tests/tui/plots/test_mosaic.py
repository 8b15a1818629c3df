import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nntui.tui.plots.color_depth import ColorDepth
from nntui.tui.plots.heatmap import Heatmap
from nntui.tui.plots.mosaic import Mosaic
from nntui.tui.plots.palette import palette

COLORS, PLAIN = palette(ColorDepth.EIGHT_BIT), palette(ColorDepth.NONE)


def numbered(*shape):
    return np.arange(np.prod(shape)).reshape(shape)


def test_each_filter_is_a_tile():
    kernels = numbered(2, 2, 1, 3)
    mosaic = Mosaic.of(kernels.shape, 1, 8, per_cell=2)
    spread = mosaic.spread(kernels, between=-1)
    assert spread.tolist() == [
        [0, 3, -1, 1, 4, -1, 2, 5],
        [6, 9, -1, 7, 10, -1, 8, 11],
    ]
    assert np.array_equal(spread[:, 3:5], kernels[:, :, 0, 1])


def test_filters_run_to_the_right_and_channels_downwards():
    kernels = numbered(3, 3, 4, 5)
    spread = Mosaic.of(kernels.shape, 8, 19, per_cell=2).spread(kernels, between=-1)
    assert spread.shape == (15, 19)
    for channel in range(4):
        for filter in range(5):
            tile = spread[4 * channel : 4 * channel + 3, 4 * filter : 4 * filter + 3]
            assert np.array_equal(tile, kernels[:, :, channel, filter])


def test_filters_without_room_on_a_line_go_on_in_the_next():
    kernels = numbered(3, 3, 1, 5)
    spread = Mosaic.of(kernels.shape, 4, 11, per_cell=2).spread(kernels, between=-1)
    assert spread.shape == (7, 11)
    assert np.array_equal(spread[4:, 4:7], kernels[:, :, 0, 4])
    assert (spread[4:, 8:] == -1).all()


def test_channels_stand_beside_one_another_where_a_line_has_room_for_several():
    kernels = numbered(3, 3, 4, 2)
    spread = Mosaic.of(kernels.shape, 2, 80, per_cell=2).spread(kernels, between=-1)
    assert spread.shape == (3, 31)
    assert np.array_equal(spread[:, 8:11], kernels[:, :, 1, 0])


def test_one_dimensional_filters_are_tiles_of_all_their_channels():
    kernels = numbered(5, 2, 3)
    spread = Mosaic.of(kernels.shape, 3, 8, per_cell=2).spread(kernels, between=-1)
    assert np.array_equal(spread[:, 3:5], kernels[:, :, 1])


@pytest.mark.parametrize("shape", [(), (4,), (3, 3), (1, 1, 8, 8), (3, 3, 0, 4), (2, 2, 2, 2, 2)])
def test_what_is_no_kernels_has_no_tiles(shape):
    assert Mosaic.of(shape, 20, 80, per_cell=2) is None


def test_too_many_tiles_are_drawn_as_a_matrix():
    kernels = np.random.default_rng(0).normal(size=(3, 3, 16, 32))
    assert Mosaic.of(kernels.shape, 20, 76, per_cell=2) is None
    drawn = Heatmap().draw(kernels, 76, 20, COLORS)
    assert [strip.text for strip in drawn] == [
        strip.text for strip in Heatmap().draw(kernels.reshape(-1, 32), 76, 20, COLORS)
    ]


@given(
    st.tuples(st.integers(1, 7), st.integers(1, 7), st.integers(1, 9), st.integers(1, 9)),
    st.integers(0, 30),
    st.integers(0, 120),
    st.sampled_from([1, 2]),
)
def test_every_value_is_shown_once_as_a_block(shape, rows, columns, per_cell):
    mosaic = Mosaic.of(shape, rows, columns, per_cell=per_cell)
    if mosaic is None:
        return
    tall, wide = mosaic.places.shape
    assert tall <= rows * per_cell
    assert wide <= columns
    values, counts = np.unique(mosaic.places[mosaic.places >= 0], return_counts=True)
    assert values.tolist() == list(range(int(np.prod(shape))))
    assert len(set(counts.tolist())) == 1


def test_between_tiles_nothing_is_drawn():
    kernels = np.ones((2, 2, 1, 2))
    (line,) = Heatmap().draw(kernels, 5, 1, COLORS)
    assert [segment.style is not None and segment.style.bgcolor is not None for segment in line] == [True, False, True]
    plain = Heatmap().draw(kernels, 9, 2, PLAIN)
    assert [strip.text for strip in plain] == ["████ ████"] * 2
