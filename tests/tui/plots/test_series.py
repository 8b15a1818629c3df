import numpy as np

from nntui.tui.plots.scale import Buckets
from nntui.tui.plots.series import Series, columns_of, spread_of

RNG = np.random.default_rng(0)


def test_a_column_is_the_mean_by_samples_and_gaps_are_reported():
    x, y, weight = np.arange(12.0), np.arange(12.0), np.ones(12)
    y[4:8], y[9], weight[11] = np.nan, np.inf, 9.0
    y[9] = np.nan
    columns = columns_of(x, y, weight, Buckets(0.0, 4.0, 3))
    assert columns.columns.tolist() == [0, 1, 2]
    np.testing.assert_allclose(columns.mean, [1.5, np.nan, (8 + 10 + 9 * 11) / 11])
    assert columns.broken.tolist() == [False, True, True]
    assert columns.crowded


def test_a_last_column_less_than_half_full_joins_the_one_before():
    buckets = Buckets(0.0, 10.0, 5)
    for size, expected in ((23, [4.5, np.mean(np.r_[10:23])]), (26, [4.5, 14.5, np.mean(np.r_[20:26])])):
        x = np.arange(float(size))
        np.testing.assert_allclose(columns_of(x, x, None, buckets).mean, expected)


def test_a_batch_of_two_samples_does_not_pull_a_column_down():
    loss, samples = np.r_[np.full(19, 0.5), 0.0], np.r_[np.full(19, 32.0), 2.0]
    mean = columns_of(np.arange(20.0), loss, samples, Buckets(0.0, 20.0, 1)).mean
    np.testing.assert_allclose(mean, 0.5 * 19 * 32 / (19 * 32 + 2))


def test_the_spread_is_nine_tenths_less_one():
    x = np.arange(1000.0)
    y = RNG.permutation(1000) / 1000
    columns, low, high = spread_of(x, y, Buckets(0.0, 1000.0, 1))
    assert (columns.tolist(), low.tolist(), high.tolist()) == ([0], [0.099], [0.9])
    assert len(spread_of(x[:1], y[:1], Buckets(0.0, 10.0, 3))[0]) == 0
    assert len(spread_of(x, np.full(1000, np.nan), Buckets(0.0, 10.0, 3))[0]) == 0


def test_what_is_outside_is_left_out_and_nothing_is_no_column():
    buckets = Buckets.exactly(10, 20, 11)
    found = columns_of(np.array([1.0, 10.0, 20.0, 50.0]), np.array([9.0, 1.0, 2.0, 9.0]), None, buckets)
    assert (found.columns.tolist(), found.mean.tolist()) == ([0, 10], [1, 2])
    for x in ([], [99.0]):
        assert len(columns_of(np.array(x), np.array(x), None, buckets).columns) == 0


def test_value_near():
    curve = Series("train", np.arange(3.0), np.array([5.0, 6.0, 7.0]))
    assert curve.value_near(1.2) == 6
    assert np.isnan(Series("none", np.empty(0), np.empty(0)).value_near(1.0))


def test_the_mean_of_a_constant_is_that_constant():
    # A tenth is no binary number: its sums and shares are rounded.
    columns = columns_of(np.arange(1000.0), np.full(1000, 0.1), np.full(1000, 3.0), Buckets(0.0, 7.0, 143))
    assert set(columns.mean.tolist()) == {0.1}
