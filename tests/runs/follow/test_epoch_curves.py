import math

import numpy as np

from nntui.runs.follow.epoch_curves import EpochCurves
from tests.tui.train.staging import STEPS, epoch


def test_curves_grow_with_the_epochs_and_stay_as_they_were():
    epochs = [epoch(1)]
    curves = EpochCurves()
    curves.update(epochs)
    first = curves.curves()
    epochs += [epoch(number) for number in range(2, 201)]
    curves.update(epochs)
    assert first["loss"].y.tolist() == [1.0]
    np.testing.assert_array_equal(curves.curves()["loss"].y, 1 / np.arange(1, 201))
    np.testing.assert_array_equal(curves.curves()["val_loss"].x, STEPS * np.arange(1, 201))


def test_a_metric_that_is_missing_is_a_gap():
    curves = EpochCurves()
    curves.update([epoch(1, loss=1.0), epoch(2, loss=2.0, f1=0.5), epoch(3, f1=0.75)])
    assert curves.curves()["loss"].y[:2].tolist() == [1.0, 2.0]
    assert math.isnan(curves.curves()["loss"].y[2])
    assert math.isnan(curves.curves()["f1"].y[0])
    assert curves.curves()["f1"].y[1:].tolist() == [0.5, 0.75]


def test_another_list_starts_over():
    curves = EpochCurves()
    curves.update([epoch(1), epoch(2)])
    curves.update([epoch(1, loss=7.0)])
    assert {name: curve.y.tolist() for name, curve in curves.curves().items()} == {"loss": [7.0]}


def test_the_last_two_epochs_may_be_replaced_and_curves_stay_as_they_were():
    epochs = [epoch(1), epoch(2), epoch(3)]
    curves = EpochCurves()
    curves.update(epochs)
    first = curves.curves()["val_loss"]
    epochs[1:] = [epoch(4), epoch(5)]
    curves.update(epochs)
    assert curves.curves()["val_loss"].x.tolist() == [STEPS, 4 * STEPS, 5 * STEPS]
    assert curves.curves()["val_loss"].y.tolist() == [1.5 / number for number in (1, 4, 5)]
    epochs.append(epoch(6))
    del epochs[1]
    curves.update(epochs)
    assert curves.curves()["val_loss"].x.tolist() == [STEPS, 5 * STEPS, 6 * STEPS]
    del epochs[1:]
    curves.update(epochs)
    assert len(curves.curves()["loss"]) == 1
    assert first.x.tolist() == [STEPS, 2 * STEPS, 3 * STEPS]
    assert first.y.tolist() == [1.5 / number for number in (1, 2, 3)]
