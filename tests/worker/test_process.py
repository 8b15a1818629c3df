"""The worker on a run directory: what it writes, which commands it obeys, and that resuming changes nothing."""

import csv
import json
import tomllib

import numpy as np
import pytest

from nntui.modelfile.problems import SpecError
from nntui.runs.checkpoints import CheckpointError
from nntui.runs.checkpoints import load as load_checkpoint
from nntui.runs.commands import send
from nntui.runs.directory import RunsError
from nntui.runs.events import (
    CheckpointSaved,
    Command,
    EpochEnded,
    HyperparameterChanged,
    Paused,
    Resumed,
    RunEnded,
    RunStarted,
    Step,
    Warning,
)
from nntui.runs.live import read_live
from nntui.runs.lock import WorkerLock, held
from nntui.runs.status import Status, status_of
from nntui.worker.process import Worker
from tests.small_runs import assert_equal_tensors, draft, events_of, trainer_of, weights_of


def test_a_run_leaves_every_documented_file(new_run):
    run = new_run()
    heard = []
    ended = Worker(run, listener=heard.append).run()
    events = events_of(run)
    assert events == heard
    assert isinstance(events[0], RunStarted)
    assert (events[0].steps_per_epoch, events[0].train_samples, events[0].val_samples) == (8, 72, 18)
    assert isinstance(events[-1], RunEnded)
    assert ended.reason == "finished"
    assert [event.step for event in events if isinstance(event, Step)] == list(range(1, 33))
    assert [event.epoch for event in events if isinstance(event, CheckpointSaved)] == [1, 2, 3, 4]
    first_line = run.events_path.read_text().splitlines()[0]
    assert json.loads(first_line)["schema"] == 1
    rows = list(csv.DictReader(run.metrics_path.read_text().splitlines()))
    epochs = [event for event in events if isinstance(event, EpochEnded)]
    assert [float(row["val_loss"]) for row in rows] == [epoch.metrics["val_loss"] for epoch in epochs]
    assert [float(row["time"]) for row in rows] == [epoch.time for epoch in epochs]
    names = {path.name for path in run.checkpoints_path.iterdir()}
    assert names == {*(f"epoch-000{n}.safetensors" for n in range(1, 5)), "best.safetensors", "last.safetensors"}
    assert status_of(run) is Status.FINISHED
    assert not held(run.lock_path)
    assert run.path.stat().st_mode & 0o777 == 0o700


def test_the_weights_are_those_of_the_loop_alone(new_run):
    """Headless and harness give the same bits: the worker adds nothing to the arithmetic."""
    run = new_run()
    Worker(run).run()
    trainer = trainer_of(draft())
    list(trainer.events())
    tensors = weights_of(run)
    for name in trainer.network.arena.specs:
        np.testing.assert_array_equal(tensors[name], trainer.network.arena.value(name))
    live = read_live(run.live_path)
    np.testing.assert_array_equal(live.weights["dense_1.weight"], tensors["dense_1.weight"])
    assert live.step == 32


def test_a_checkpoint_alone_says_what_it_is_of(new_run):
    run = new_run(draft(**{"data.standardize": True}))
    Worker(run).run()
    tensors, metadata = load_checkpoint(run.checkpoints_path / "best.safetensors")
    assert metadata["model"]["layers"][0]["units"] == 8
    assert metadata["classes"] == list(trainer_of(draft()).dataset.classes)
    dataset = trainer_of(draft(**{"data.standardize": True})).dataset
    np.testing.assert_array_equal(tensors["preprocessing.offset"], dataset.preprocessing.offset)


class Sender:
    """A listener that sends commands when it hears of a step."""

    def __init__(self, run, commands):
        self._run, self._commands = run, dict(commands)

    def __call__(self, event):
        if isinstance(event, Step):
            for command in self._commands.pop(event.step, ()):
                send(self._run, command)


class EveryStep(Worker):
    """A worker that looks for commands after every step, not fifty times a second, so that a test knows the step."""

    def _on_step(self, step):
        self._next_poll = 0.0
        super()._on_step(step)


def obeying(run, commands):
    return EveryStep(run, listener=Sender(run, commands))


def test_stopped_and_resumed_is_the_same_run(new_run):
    whole, stopped = new_run(), new_run()
    Worker(whole).run()
    ended = obeying(stopped, {11: [Command("stop")]}).run()
    assert (ended.reason, ended.step) == ("stopped", 11)
    assert status_of(stopped) is Status.STOPPED
    Worker(stopped).run()
    events = events_of(stopped)
    starts = [event for event in events if isinstance(event, RunStarted)]
    assert [event.from_step for event in starts] == [0, 11]
    assert_equal_tensors(weights_of(stopped), weights_of(whole))
    ours = [event.metrics for event in events if isinstance(event, EpochEnded)]
    theirs = [event.metrics for event in events_of(whole) if isinstance(event, EpochEnded)]
    assert ours == theirs
    assert [row["epoch"] for row in csv.DictReader(stopped.metrics_path.read_text().splitlines())] == [
        "1",
        "2",
        "3",
        "4",
    ]


def test_paused_stepped_and_resumed_is_the_same_run(new_run):
    whole, paused = new_run(), new_run()
    Worker(whole).run()
    asked = iter([Command("step"), Command("epoch"), Command("resume")])

    def listener(event):
        if isinstance(event, Step) and event.step == 5:
            send(paused, Command("pause"))
        if isinstance(event, Paused):
            send(paused, next(asked))

    EveryStep(paused, listener=listener).run()
    events = events_of(paused)
    assert [event.step for event in events if isinstance(event, Paused)] == [5, 6, 8]
    assert [event.step for event in events if isinstance(event, Resumed)] == [5, 6, 8]
    assert_equal_tensors(weights_of(paused), weights_of(whole))


def test_a_new_learning_rate_counts_from_the_next_step_and_survives_going_on(new_run):
    change = {13: [Command("set", setting="learning_rate", value=0.5)]}
    whole, stopped = new_run(), new_run()
    obeying(whole, change).run()
    obeying(stopped, {**change, 20: [Command("stop")]}).run()
    Worker(stopped).run()
    rates = {event.step: event.learning_rate for event in events_of(whole) if isinstance(event, Step)}
    assert {rates[step] for step in range(1, 14)} == {0.02}
    assert {rates[step] for step in range(14, 33)} == {0.5}
    changed = [event for event in events_of(whole) if isinstance(event, HyperparameterChanged)]
    assert [(event.step, event.old, event.new) for event in changed] == [(13, 0.02, 0.5)]
    assert_equal_tensors(weights_of(stopped), weights_of(whole))


def test_a_killed_run_keeps_a_logged_learning_rate(new_run):
    """Dying right after the change is told: the resumed run goes on from the step of the change, with it."""

    class PowerCut(BaseException):
        pass

    run, whole = new_run(), new_run()
    change = {13: [Command("set", setting="learning_rate", value=0.5)]}
    sender = Sender(run, change)

    def listener(event):
        sender(event)
        if isinstance(event, HyperparameterChanged):
            raise PowerCut

    with pytest.raises(PowerCut):
        EveryStep(run, listener=listener).run()
    Worker(run).run()
    obeying(whole, change).run()
    assert_equal_tensors(weights_of(run), weights_of(whole))


def test_commands_that_make_no_sense_are_warnings(new_run):
    run = new_run()
    bad = [
        Command("set", setting="learning_rate", value=-1.0),
        Command("set", setting="momentum", value=0.5),
    ]
    worker = obeying(run, {3: bad})
    run.commands_path.write_text("not json\n")
    assert worker.run().reason == "finished"
    warnings = [event.message for event in events_of(run) if isinstance(event, Warning)]
    assert len(warnings) == 3
    assert any("expected one JSON object" in message for message in warnings)
    assert "learning_rate must be above 0 and at most 1000, got -1.0" in warnings
    assert any("'momentum' cannot be changed while training: the optimizer has none" in each for each in warnings)


def test_commands_of_the_past_are_not_obeyed_again(new_run):
    run = new_run()
    obeying(run, {5: [Command("stop")]}).run()
    assert Worker(run).run().reason == "finished"


def test_a_second_worker_is_refused(new_run):
    run = new_run()
    with WorkerLock(run.lock_path) as lock:
        assert lock.acquire()
        with pytest.raises(RunsError, match="is being trained already"):
            Worker(run).run()
    assert events_of(run) == []


def test_changed_data_are_refused(new_run, tmp_path):
    table = tmp_path / "points.csv"
    rows = [f"{n},{n % 7},{'ab'[n % 2]}" for n in range(40)]
    table.write_text("x,y,kind\n" + "\n".join(rows) + "\n")
    run = new_run(draft(**{"data": {"source": "points.csv"}}), base=tmp_path)
    obeying(run, {2: [Command("stop")]}).run()
    table.write_text("x,y,kind\n" + "\n".join(reversed(rows)) + "\n")
    with pytest.raises(CheckpointError, match="not those the run began with"):
        Worker(run).run()
    ended = events_of(run)[-1]
    assert (ended.reason, "not those the run began with" in ended.message) == ("failed", True)
    assert status_of(run) is Status.FAILED


def test_missing_data_fail_the_run_in_one_line(new_run, tmp_path):
    table = tmp_path / "points.csv"
    table.write_text("x,y,kind\n" + "\n".join(f"{n},{n % 7},{'ab'[n % 2]}" for n in range(40)) + "\n")
    run = new_run(draft(**{"data": {"source": "points.csv"}}), base=tmp_path)
    table.unlink()
    with pytest.raises(SpecError, match="no file or folder"):
        Worker(run).run()
    assert "no file or folder" in events_of(run)[-1].message


def test_a_bug_in_the_middle_is_recorded_and_not_hidden(new_run):
    run = new_run()

    def listener(event):
        if isinstance(event, Step) and event.step == 4:
            raise ZeroDivisionError("a bug")

    with pytest.raises(ZeroDivisionError):
        Worker(run, listener=listener).run()
    ended = events_of(run)[-1]
    assert (ended.reason, ended.step) == ("failed", 4)
    assert "ZeroDivisionError: a bug" in ended.message


def test_an_immediately_non_finite_loss_ends_the_run_as_diverged(new_run, tmp_path):
    table = tmp_path / "steep.csv"
    rows = "\n".join(f"{n}e18,{(-1) ** n}e18" for n in range(1, 41))
    table.write_text(f"x,t\n{rows}\n")
    model = draft(**{
        "data": {"source": "steep.csv", "task": "regression"},
        "layers": [{"type": "dense"}],
        "training.optimizer": "sgd",
    })  # fmt: skip
    run = new_run(model, base=tmp_path)
    ended = Worker(run).run()
    assert (ended.reason, ended.step) == ("diverged", 1)
    assert ended.quantity == "gradient", "the loss, about 1e39, is a number still"
    assert "standardize" in ended.message
    assert status_of(run) is Status.DIVERGED


def test_the_runs_model_file_names_versions_threads_and_the_datas_fingerprint(new_run):
    run = new_run(draft(**{"training.epochs": 1}))
    Worker(run).run()
    provenance = tomllib.loads(run.model_path.read_text())["provenance"]
    assert provenance["numpy"] == np.__version__
    assert provenance["threads_per_worker"] == 1
    assert provenance["fingerprint"] == trainer_of(draft()).dataset.fingerprint
