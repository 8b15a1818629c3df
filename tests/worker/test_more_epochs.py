"""Continuing finished runs for more epochs gives, bit for bit, the run with that number of epochs from the start."""

import pytest

from nntui.modelfile.problems import SpecError
from nntui.runs.checkpoints import load
from nntui.runs.directory import RunsError
from nntui.runs.events import Command, EpochEnded, HyperparameterChanged, RunStarted, Step, Warning
from nntui.runs.status import Status, status_of
from nntui.runs.summary import summarize
from nntui.worker.changes import extension
from nntui.worker.launch import start_worker
from nntui.worker.process import Worker
from nntui.worker.session import Session
from tests.small_runs import assert_equal_tensors, draft, events_of, weights_of
from tests.training.test_live_settings import PowerCut, setting
from tests.worker.test_process import obeying

PATIENCE = 60


def both(new_run, **changes):
    """A run of 20 epochs, and one of 50 that is trained."""
    short, whole = (new_run(draft(**changes, **{"training.epochs": epochs})) for epochs in (20, 50))
    Worker(whole).run()
    return short, whole


def assert_same(run, whole):
    assert_equal_tensors(weights_of(run), weights_of(whole))
    best, theirs = (load(each.checkpoints_path / "best.safetensors")[0] for each in (run, whole))
    assert_equal_tensors(best, theirs)
    ours, planned = ([e.metrics for e in events_of(each) if isinstance(e, EpochEnded)] for each in (run, whole))
    assert ours == planned
    assert len(run.metrics_path.read_text().splitlines()) == 51


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"training.workers": 2},
        {"training.ema": 0.9},
        {"training.early_stopping": {"patience": 1000}, "data.noise": 0.5},
        {"training.checkpoints": {"every": 0}},
    ],
    ids=["plain", "workers", "average", "best weights", "few checkpoints"],
)
def test_20_and_30_more_epochs_are_50(new_run, changes):
    run, whole = both(new_run, **changes)
    assert Worker(run).run().reason == "finished"
    ended = Worker(run, epochs=extension(run).total("+30")).run()
    assert (ended.reason, ended.epoch) == ("finished", 50)
    assert_same(run, whole)
    events = events_of(run)
    assert not [event for event in events if isinstance(event, Warning)]
    assert [(event.epochs, event.from_step) for event in events if isinstance(event, RunStarted)] == [
        (20, 0),
        (20, 160),
    ]
    (changed,) = (event for event in events if isinstance(event, HyperparameterChanged))
    assert (changed.setting, changed.old, changed.new, changed.step) == ("epochs", 20, 50, 160)
    summary = summarize(run)
    assert (summary.epochs_done, summary.epochs_planned, summary.status) == (50, 50, Status.FINISHED)


def test_killed_on_its_way_to_the_new_total_it_goes_on_there(new_run):
    run, whole = both(new_run)
    Worker(run).run()

    def listener(event):
        if isinstance(event, Step) and event.step == 205:
            raise PowerCut

    with pytest.raises(PowerCut):
        Worker(run, epochs=50, listener=listener).run()
    assert Worker(run).run().epoch == 50
    assert_same(run, whole)


def test_a_stopped_run_goes_on_to_another_total(new_run):
    run, whole = both(new_run)
    obeying(run, {83: [Command("stop")]}).run()
    with pytest.raises(SpecError, match="epochs: must be at least 11, the epoch that is being trained, got 10"):
        extension(run).total("10")
    Worker(run, epochs=extension(run).total("50")).run()
    assert_same(run, whole)


def test_a_change_at_the_very_end_of_a_run_still_counts(new_run):
    run = new_run(draft(**{"training.epochs": 20}))
    obeying(run, {160: [setting("learning_rate", 0.5)]}).run()
    Worker(run, epochs=50).run()
    rates = [event.learning_rate for event in events_of(run) if isinstance(event, Step)]
    assert set(rates[:160]) == {0.02}
    assert set(rates[160:]) == {0.5}


async def test_a_worker_of_its_own_trains_more(new_run):
    run, whole = both(new_run)
    assert start_worker(run).wait(PATIENCE) == 0
    async with Session.resume(run, epochs=50) as session:
        assert await session.exit_code() == 0
    assert status_of(run) is Status.FINISHED
    assert_same(run, whole)


def test_without_the_last_epochs_checkpoint_it_says_which_weights_it_goes_on_from(new_run):
    run = new_run(draft(**{"training.ema": 0.9}))
    Worker(run).run()
    (run.checkpoints_path / "epoch-0004.safetensors").unlink()
    Worker(run, epochs=5).run()
    (warning,) = (event.message for event in events_of(run) if isinstance(event, Warning))
    assert "goes on from the weights that it ended with" in warning


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("4", "epochs: must be at least 5, as 4 are trained, got 4"),
        ("3", "epochs: must be at least 5, as 4 are trained, got 3"),
        ("+0", "epochs: must be at least 5, as 4 are trained, got 4"),
        ("many", "epochs: must be a whole number, got 'many'"),
        ("10000001", "epochs: must be at least 1 and at most 10000000, got 10000001"),
    ],
)
def test_an_invalid_total_is_refused(new_run, text, words):
    run = new_run()
    Worker(run).run()
    with pytest.raises(SpecError) as refused:
        extension(run).total(text)
    assert str(refused.value) == words


def test_early_stopping_cannot_be_overruled(new_run):
    run = new_run(draft(**{"training.early_stopping": {"patience": 1, "min_delta": 9.0}}))
    assert "early stopping" in Worker(run).run().message
    with pytest.raises(RunsError, match=r"was ended by early stopping, which no more epochs change: .* than 1$"):
        extension(run).total("+10")
