"""The log of a long run grows logarithmically with its steps, and is the same however the run was interrupted."""

import csv
import itertools

import pytest

from nntui.runs.checkpoints import CheckpointError
from nntui.runs.commands import send
from nntui.runs.decimation import WHOLE_EPOCHS, WHOLE_STEPS, keeps_epoch
from nntui.runs.directory import RunDirectory
from nntui.runs.event_log import EventLog
from nntui.runs.events import (
    CheckpointSaved,
    Command,
    EpochEnded,
    LayerStats,
    Paused,
    RunStarted,
    Step,
    Warning,
)
from nntui.runs.history import History
from nntui.worker.process import Worker
from nntui.worker.step_averager import EpochRecords, StepAverager
from tests.small_runs import assert_equal_tensors, draft, events_of, weights_of


def step(number: int, steps_per_epoch: int) -> Step:
    epoch = (number - 1) // steps_per_epoch + 1
    return Step(step=number, epoch=epoch, loss=float(number), learning_rate=0.1, accuracy=0.5)


def logged(steps: range, steps_per_epoch: int) -> list[Step]:
    averager = StepAverager(steps_per_epoch)
    records = [averager.add(step(number, steps_per_epoch)) for number in steps]
    return [record for record in [*records, averager.flush()] if record is not None]


@pytest.mark.parametrize("steps_per_epoch", [1, 8, 200, 450, 60_000])
def test_the_first_epochs_have_about_200_records_each(steps_per_epoch):
    every = -(-steps_per_epoch // 200)
    ends = [record.step for record in logged(range(1, 5 * steps_per_epoch + 1), steps_per_epoch)]
    places = [*range(every, steps_per_epoch, every), steps_per_epoch]
    assert ends == [epoch * steps_per_epoch + place for epoch in range(5) for place in places]


@pytest.mark.parametrize("steps_per_epoch", [1, 3, 8, 200, 333])
def test_records_grow_logarithmically_with_the_steps(steps_per_epoch, monkeypatch):
    monkeypatch.setattr("nntui.worker.step_averager.WHOLE_STEPS", 512)
    counts, records, averager = [], 0, StepAverager(steps_per_epoch)
    for number in range(1, 512 * 2**9 + 1):
        records += averager.add(step(number, steps_per_epoch)) is not None
        if number.bit_count() == 1 and number >= 512:
            counts.append(records)
    growth = [after - before for before, after in itertools.pairwise(counts)]
    # Where an epoch does not divide into intervals it has one more, shorter, at its end.
    assert all(growth <= 512 + 1 for growth in growth)
    assert all(growth >= 256 / 2 - 1 for growth in growth)


def test_two_doublings_after_the_first_thousands_make_twice_the_records():
    steps = (step(number, 1) for number in range(1, 4 * WHOLE_STEPS + 1))
    assert sum(record is not None for record in map(StepAverager(1).add, steps)) == 2 * WHOLE_STEPS


def test_no_step_is_lost_and_each_record_is_the_mean_of_its_steps(monkeypatch):
    monkeypatch.setattr("nntui.worker.step_averager.WHOLE_STEPS", 64)
    records = logged(range(1, 5_001), 6)
    assert sum(record.count for record in records) == 5_000
    first = 1
    for record in records:
        assert record.step == first + record.count - 1
        assert record.loss == (first + record.step) / 2
        first = record.step + 1
    longest = max(record.count for record in records)
    assert longest == 6 * 16
    assert all(record.step % 6 == 0 for record in records[:-1] if record.count > 6)


@pytest.mark.parametrize("pause", [1, 700, 701, 4_321])
def test_a_resumed_run_logs_at_the_same_steps(monkeypatch, pause):
    monkeypatch.setattr("nntui.worker.step_averager.WHOLE_STEPS", 64)
    whole = [record.step for record in logged(range(1, 5_001), 6)]
    before, after = logged(range(1, pause + 1), 6), logged(range(pause + 1, 5_001), 6)
    assert sorted({*whole, pause}) == [record.step for record in [*before, *after]]


def of_epoch(number: int, *, best: bool = False) -> tuple[LayerStats, EpochEnded, CheckpointSaved]:
    at = {"step": number * 10, "epoch": number, "time": float(number)}
    metrics = {"loss": 1 / number, "accuracy": 0.9, "val_loss": 2 / number, "val_accuracy": 0.8}
    return (
        LayerStats(**at, weight_norm={"dense_1.weight": 1.0}, gradient_norm={"dense_1.weight": 1.0}),
        EpochEnded(**at, metrics=metrics, learning_rate=0.1, seconds=0.01, samples_per_second=1e4, best=best),
        CheckpointSaved(**at, file=f"epoch-{number:04}.safetensors"),
    )


def names(events) -> list[tuple[str, int]]:
    return [(event.name, event.epoch) for event in events]


def test_records_of_epochs_grow_logarithmically_and_in_order(tmp_path):
    records, run = EpochRecords(), RunDirectory(tmp_path)
    log, counts, sizes, history = EventLog(run.events_path), [], [], 0
    for number in range(1, WHOLE_EPOCHS * 8 + 1):
        for event in of_epoch(number, best=True):
            for record in records.add(event):
                log.append(record)
                history += 1
        if number.bit_count() == 1 and number >= WHOLE_EPOCHS:
            counts.append(history)
            sizes.append(run.events_path.stat().st_size)
    log.close()
    assert counts == [3 * (WHOLE_EPOCHS + WHOLE_EPOCHS // 2 * doubling) for doubling in range(4)]
    assert sizes[-1] < 2.6 * sizes[0]


def test_the_best_between_two_epochs_that_are_kept_comes_before_the_second():
    records, last = EpochRecords(), WHOLE_EPOCHS * 4
    told = []
    for number in range(last + 1, last + 17):
        for event in of_epoch(number, best=number in (last + 3, last + 6)):
            told += records.add(event)
    of_one = ["layer_stats", "epoch_ended", "checkpoint_saved"]
    expected = [(name, last + place) for place in (6, 8, 16) for name in of_one]
    assert names(told) == expected
    assert records.flush() == []


def test_flush_returns_held_back_events_and_the_last_checkpoint():
    records, last = EpochRecords(), WHOLE_EPOCHS * 4
    for number in range(last + 1, last + 6):
        for event in of_epoch(number, best=number == last + 2):
            assert records.add(event) == []
    stats, ended, _ = of_epoch(last + 6)
    assert [*records.add(stats), *records.add(ended)] == []
    # Its checkpoint could not be saved.
    assert names(records.flush()) == [
        ("layer_stats", last + 2), ("epoch_ended", last + 2), ("checkpoint_saved", last + 2),
        ("checkpoint_saved", last + 5), ("layer_stats", last + 6), ("epoch_ended", last + 6),
    ]  # fmt: skip
    assert records.flush() == []


@pytest.fixture
def sparse(monkeypatch):
    """A log that leaves out epochs from the fifth on, and steps from the 65th on."""
    monkeypatch.setattr("nntui.runs.decimation.WHOLE_EPOCHS", 4)
    monkeypatch.setattr("nntui.worker.step_averager.WHOLE_STEPS", 64)


LONG = draft(**{"training.epochs": 37})
STEPS = 8
"""An epoch's."""


class Steered(Worker):
    """A worker that hears of every step, logged or not, and looks for commands after each."""

    def __init__(self, run, commands, *, fails=frozenset(), dies=0):
        super().__init__(run, listener=self._go_on)
        self._commands, self._fails, self._dies = dict(commands), fails, dies

    def _go_on(self, event):
        if isinstance(event, Paused):
            send(self.run_directory, Command("resume"))

    def _on_step(self, step):
        for command in self._commands.pop(step.step, ()):
            send(self.run_directory, command)
        self._next_poll = 0.0
        super()._on_step(step)

    def _on_epoch(self, ended):
        checkpointer, epoch = self._record._checkpointer, ended.epoch
        keep = checkpointer.keep_epoch
        if epoch in self._fails:
            checkpointer.keep_epoch = refuse
        super()._on_epoch(ended)
        checkpointer.keep_epoch = keep
        if epoch == self._dies:
            raise PowerCut


def refuse(ended):
    raise CheckpointError("there is no room")


class PowerCut(BaseException):
    pass


class Killed(Steered):
    """Says nothing when it dies."""

    def fail(self, error):
        pass


def epochs_in(run) -> list[int]:
    return [event.epoch for event in events_of(run) if isinstance(event, EpochEnded)]


def history_of(run) -> History:
    from nntui.runs.event_log import EventReader

    history = History()
    for batch in EventReader(run.events_path).batches():
        history.update(batch)
    return history


def metrics_of(run) -> list[dict[str, str]]:
    timed = ("seconds", "samples_per_second", "time")
    rows = csv.DictReader(run.metrics_path.read_text().splitlines())
    return [{name: cell for name, cell in row.items() if name not in timed} for row in rows]


def test_a_long_run_logs_some_epochs_and_keeps_all_in_its_metrics(new_run, sparse):
    run, heard = new_run(LONG), []
    ended = Worker(run, listener=heard.append).run()
    events = events_of(run)
    assert events == heard
    kept = [epoch for epoch in range(1, 38) if keeps_epoch(epoch)]
    assert kept == [1, 2, 3, 4, 6, 8, 12, 16, 24, 32]
    told = epochs_in(run)
    # Besides: the best where it lies between two, and the last.
    assert set(kept) | {37, ended.best_epoch} <= set(told)
    assert told == sorted(set(told))
    bests = {event.epoch for event in events if isinstance(event, EpochEnded) and event.best}
    assert set(told) <= set(kept) | {37} | bests
    assert [int(row["epoch"]) for row in metrics_of(run)] == [*range(1, 38)]
    assert [event.epoch for event in events if isinstance(event, LayerStats)] == told
    assert [event.epoch for event in events if isinstance(event, CheckpointSaved)] == told
    assert sum(event.count for event in events if isinstance(event, Step)) == 37 * STEPS
    rows = {row["epoch"]: row for row in csv.DictReader(run.metrics_path.read_text().splitlines())}
    for event in events:
        if isinstance(event, EpochEnded):
            assert float(rows[str(event.epoch)]["time"]) == event.time


def test_paused_stopped_and_killed_it_keeps_the_same(new_run, sparse):
    whole, ended = new_run(LONG), new_run(LONG)
    Worker(whole).run()
    paused = Steered(ended, {9 * STEPS + 3: [Command("pause")], 20 * STEPS + 1: [Command("stop")]})
    assert paused.run().reason == "stopped"
    for death in (21, 22, 29, 30):
        with pytest.raises(PowerCut):
            Killed(ended, {}, dies=death).run()
    Worker(ended).run()
    assert_equal_tensors(weights_of(ended), weights_of(whole))
    assert metrics_of(ended) == metrics_of(whole)
    ours, theirs = history_of(ended), history_of(whole)
    assert {epoch.epoch: epoch.metrics for epoch in theirs.epochs}.items() <= {
        epoch.epoch: epoch.metrics for epoch in ours.epochs
    }.items()
    assert ours.best is not None
    assert theirs.best is not None
    assert (ours.best.epoch, ours.best.metrics) == (theirs.best.epoch, theirs.best.metrics)
    assert set(theirs.steps.step.tolist()) <= set(ours.steps.step.tolist())
    told = epochs_in(ended)
    assert len(told) == len(set(told))


def test_a_pause_shows_the_epoch_before_it(new_run, sparse):
    run = new_run(LONG)
    Steered(run, {13 * STEPS + 3: [Command("pause")]}).run()
    events = events_of(run)
    pause = next(place for place, event in enumerate(events) if isinstance(event, Paused))
    before = events[:pause]
    assert [event.epoch for event in before if isinstance(event, EpochEnded)][-1] == 13
    assert isinstance(before[-1], Step)
    assert before[-1].step == 13 * STEPS + 3


def test_the_best_epoch_that_a_killed_worker_held_back_is_logged_by_the_next(new_run, sparse):
    whole = new_run(LONG)
    Worker(whole).run()
    bests = [event.epoch for event in events_of(whole) if isinstance(event, EpochEnded) and event.best]
    held = next(epoch for epoch in bests if not keeps_epoch(epoch) and epoch > 16)
    run = new_run(LONG)
    with pytest.raises(PowerCut):
        Killed(run, {}, dies=held).run()
    assert held not in epochs_in(run)
    Steered(run, {held * STEPS + 1: [Command("stop")]}).run()
    best = history_of(run).best
    expected = next(event for event in events_of(whole) if isinstance(event, EpochEnded) and event.epoch == held)
    assert best is not None
    assert (best.epoch, best.step, best.metrics) == (held, held * STEPS, expected.metrics)
    Worker(run).run()
    assert epochs_in(run).count(held) == 1


def test_a_checkpoint_that_fails_is_seen_at_once_and_so_is_the_next_that_does_not(new_run, sparse):
    run = new_run(LONG)
    Steered(run, {}, fails={18, 19}).run()
    told = [event for event in events_of(run) if isinstance(event, (EpochEnded, CheckpointSaved, Warning))]
    place = next(place for place, event in enumerate(told) if isinstance(event, Warning))
    assert names(told[place - 1 : place + 1]) == [("epoch_ended", 18), ("warning", 18)]
    saved = [event.epoch for event in told[:place] if isinstance(event, CheckpointSaved)]
    assert saved[-1] == 17
    assert names(told[place + 1 : place + 3]) == [("epoch_ended", 20), ("checkpoint_saved", 20)]


def test_a_best_epoch_too_far_back_in_the_log_to_be_found_is_not_logged_again(new_run, monkeypatch):
    monkeypatch.setattr("nntui.runs.best_in_log._SEARCHED_BYTES", 0)
    run = new_run()
    assert Steered(run, {3 * STEPS + 1: [Command("stop")]}).run().best_epoch == 2
    Worker(run).run()
    assert [event.from_step for event in events_of(run) if isinstance(event, RunStarted)] == [0, 3 * STEPS + 1]
    assert epochs_in(run) == [1, 2, 3, 4]
