"""Stopping at any moment and resuming gives the same run as without the stop, file by file."""

import pytest

from nntui.runs.events import EpochEnded, LayerStats, Step
from nntui.worker.process import Worker
from tests.small_runs import draft, events_of, trainer_of
from tests.worker.comparing import assert_same_run

SHORT = draft(**{
    "data.validation": 0.5,
    "training.epochs": 3,
    "training.batch_size": 15,
    "training.ema": 0.5,
    "training.early_stopping": {"patience": 2},
    "training.optimizer.learning_rate": 3.0,
})  # fmt: skip


def draft_of(seed):
    return {**SHORT, "training": {**SHORT["training"], "seed": seed}}


def stopped_at(run, index):
    """A worker that is asked to stop as the event of this index is logged."""
    heard = []

    def listener(event):
        if len(heard) == index:
            worker.stop("interrupted")
        heard.append(event)

    worker = Worker(run, listener=listener)
    return worker


@pytest.mark.parametrize(("seed", "best"), [(9, [True, True, False]), (5, [True, False, True])])
def test_stopped_at_every_event_and_resumed_it_is_the_same_run(new_run, seed, best):
    model = draft_of(seed)
    whole = new_run(model)
    assert Worker(whole).run().reason == "finished"
    events = events_of(whole)
    assert [event.best for event in events if isinstance(event, EpochEnded)] == best
    for index in range(len(events) - 1):
        run = new_run(model)
        assert stopped_at(run, index).run().reason == "stopped"
        assert Worker(run).run().reason == "finished"
        assert_same_run(run, whole)


def test_a_stop_while_an_epoch_is_evaluated_waits_for_the_epoch(new_run):
    run = new_run(SHORT)

    def listener(event):
        if isinstance(event, LayerStats):
            worker.stop()

    worker = Worker(run, listener=listener)
    ended = worker.run()
    told = [(event.name, event.epoch) for event in events_of(run)[-4:]]
    assert told == [("layer_stats", 1), ("epoch_ended", 1), ("checkpoint_saved", 1), ("run_ended", 1)]
    assert (ended.reason, ended.best_epoch) == ("stopped", 1)


def test_an_epoch_is_counted_when_its_event_is_out():
    trainer = trainer_of(SHORT)
    counted = [(type(event), trainer.epochs_done, trainer.best.epoch) for event in trainer.events()]
    first = counted[:6]
    assert first == [*[(Step, 0, 0)] * 3, (LayerStats, 0, 0), (EpochEnded, 1, 1), (Step, 1, 1)]
