"""A benchmark: its arithmetic by hand, and its measurements against what must be there."""

import itertools
import tracemalloc
from pathlib import Path

import pytest

from nntui.benchmark.layer_times import measure_layers
from nntui.benchmark.measure import BenchmarkError, _rounds, measure, training_flops
from nntui.benchmark.memory import measured_step_bytes, peak_rss_bytes
from nntui.benchmark.peak import sgemm_peak
from nntui.benchmark.peers.process import Round
from nntui.data.catalogue import load
from nntui.modelfile.validation import validate
from nntui.nn.layers.plan import plan
from tests.small_runs import draft, trainer_of

SHORT = 0.02


def validated(model):
    validation = validate(model, base=Path())
    spec = validation.ready()
    return validation, load(spec.data, base=Path(), seed=0)


def flops(layers, **changes):
    validation, dataset = validated(draft(layers=layers, **changes))
    return training_flops(plan(validation.ready().layers, dataset.input_shape))


def test_flops_of_training_by_hand():
    # 2·2·5 + 5 = 25 forward and once more for the weights; 2·5·2 + 2 = 22 forward, for the weights, for the input.
    assert flops([{"type": "dense", "units": 5}, {"type": "dense"}]) == 2 * 25 + 3 * 22


def test_flops_of_layers_without_weights_count_twice_behind_the_first_weights_and_once_before():
    # Dropout is one multiplication a number: of 2 inputs before the first weights, of 5 outputs behind them.
    noise = {"type": "dropout", "rate": 0.5}
    assert flops([noise, {"type": "dense", "units": 5}, noise, {"type": "dense"}]) == 2 + 50 + 2 * 5 + 66


def test_rounds_count_the_short_batch_at_an_epochs_end():
    trainer = trainer_of(draft())
    rounds = list(itertools.islice(_rounds(trainer, lambda: True, 0.0), 16))
    # 72 samples in batches of 10; the first step is not counted.
    assert [each.samples for each in rounds] == [10] * 6 + [2] + [10] * 7 + [2, 10]
    assert all(each.seconds > 0 for each in rounds)


def test_a_diverging_training_has_no_speed():
    model = draft(**{"training.optimizer": {"type": "sgd", "learning_rate": 1000}})
    model |= {"data": {"source": "diabetes"}, "layers": [{"type": "dense"}]}
    with pytest.raises(BenchmarkError, match=r"^the loss is not finite after \d+ steps; try a lower learning rate$"):
        measure(*validated(model), seconds=5.0, peer_python="")


def test_a_benchmark_is_complete_and_consistent():
    validation, dataset = validated(draft(**{"training.workers": 2}))
    found = measure(validation, dataset, seconds=SHORT, peer_python="")
    speed = found.speed
    assert (found.model, found.data, found.samples, found.peers) == ("small", "moons", 72, ())
    assert (speed.workers, speed.samples_per_step) == (2, 10)
    assert speed.step_seconds * speed.samples_per_second == pytest.approx(10)
    # By hand: 2·2·8 + 8 twice, 8 twice, 2·8·2 + 2 three times.
    assert speed.gflops == pytest.approx(speed.samples_per_second * (2 * 40 + 2 * 8 + 3 * 34) / 1e9)
    assert 0 < speed.peak_share == speed.gflops / speed.peak_gflops < 1
    assert [layer.name for layer in found.step.layers] == ["dense_1", "dropout_1", "dense_2"]
    assert validation.totals is not None
    assert found.memory.reckoned_bytes == validation.totals.step_bytes
    assert found.memory.peak_rss_bytes > found.memory.measured_bytes > 0


def test_requested_workers_override_the_models():
    found = measure(*validated(draft(**{"training.workers": 2})), seconds=SHORT, workers=3, peer_python="")
    assert found.speed.workers == 3
    found = measure(*validated(draft(**{"training.batch_size": 2})), seconds=SHORT, workers=3, peer_python="")
    assert found.speed.workers == 2
    assert measure(*validated(draft()), seconds=SHORT, peer_python="").speed.workers == 1


def test_a_block_is_one_row_and_layers_before_the_first_weights_take_no_time_backward():
    block = {"type": "residual", "layers": [{"type": "dense", "units": 8}, {"type": "dense", "units": 8}]}
    layers = [{"type": "dropout"}, {"type": "dense", "units": 8}, block, {"type": "dense"}]
    validation, dataset = validated(draft(layers=layers))
    step = measure_layers(validation.ready(), dataset, seconds=0.0)
    assert [layer.name for layer in step.layers] == ["dropout_1", "dense_1", "residual_1", "dense_2"]
    assert [layer.parameters for layer in step.layers] == [0, 24, 2 * 72, 18]
    assert [layer.output_shape for layer in step.layers] == [(2,), (8,), (8,), (2,)]
    assert all(layer.forward > 0 for layer in step.layers)
    assert [layer.backward > 0 for layer in step.layers] == [False, True, True, True]
    assert list(step.rest) == ["gather", "loss", "metrics", "optimizer"]
    assert step.batch_size == 10


def test_a_regularizer_is_timed_if_there_is_one_and_a_batch_may_be_the_whole_data():
    validation, dataset = validated(draft(**{"training.clip_norm": 1.0, "training.batch_size": 500}))
    step = measure_layers(validation.ready(), dataset, seconds=0.0)
    assert list(step.rest) == ["gather", "loss", "metrics", "regularizer", "optimizer"]
    assert step.batch_size == 72


def test_measured_memory_is_a_little_more_than_estimated():
    """Weights, gradients and Adam's two slots are most of it here: 4 bytes each, four times."""
    model = draft(layers=[{"type": "dense", "units": 500}, {"type": "dense", "units": 400}, {"type": "dense"}])
    validation, dataset = validated(model)
    assert validation.totals is not None
    measured = measured_step_bytes(validation.ready(), dataset)
    assert measured > 16 * (3 * 500 + 501 * 400 + 401 * 2)
    assert validation.totals.step_bytes <= measured < 1.5 * validation.totals.step_bytes
    assert not tracemalloc.is_tracing()


def test_peak_memory_is_at_least_the_present_memory():
    held = bytearray(1 << 24)
    held[::4096] = b"x" * len(held[::4096])
    assert peak_rss_bytes() > len(held)


@pytest.mark.parametrize("workers", [1, 2])
def test_the_peak_is_reached(workers):
    assert sgemm_peak(workers, seconds=0.0) > 0


def test_a_rate_is_samples_a_second():
    assert Round(30, 0.5).rate == 60
