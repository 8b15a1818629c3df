import shutil
import threading

import pytest

from nntui.runs.decimation import WHOLE_EPOCHS
from nntui.runs.events import CheckpointSaved, HyperparameterChanged, Paused, Resumed, Warning, to_json
from nntui.runs.follow.follower import Follower, RunSnapshot
from nntui.runs.lock import WorkerLock
from nntui.runs.metrics_csv import MetricsCsv
from nntui.runs.status import Status
from tests.tui.train.staging import PATIENCE, STEPS, append, ended, epoch, started, step, trained, write_run


class Audience:
    """Listens to a follower and waits for snapshots."""

    def __init__(self, run):
        self.news = threading.Event()
        self.calls = 0
        self.follower = Follower(run, self._hear)
        self.follower.start()

    def _hear(self, follower):
        self.calls += 1
        self.news.set()

    def sees(self, condition) -> RunSnapshot:
        while True:
            assert self.news.wait(PATIENCE), "no such snapshot came"
            self.news.clear()
            snapshot = self.follower.take()
            assert snapshot is not None
            if condition(snapshot):
                return snapshot


def saved(number: int) -> CheckpointSaved:
    return CheckpointSaved(step=number * STEPS, epoch=number, file=f"epoch-{number:04}.safetensors")


@pytest.fixture
def attend():
    audiences = []

    def begin(run):
        audiences.append(Audience(run))
        return audiences[-1]

    yield begin
    for audience in audiences:
        audience.follower.stop()
        audience.follower.join(PATIENCE)


def test_a_finished_run_is_seen_whole(tmp_path, attend):
    run = write_run(tmp_path / "run", *trained(3), ended("finished", "trained 3 epochs"))
    seen = attend(run).sees(lambda snapshot: snapshot.complete)
    assert seen.status is Status.FINISHED
    assert seen.step == 3 * STEPS
    assert seen.steps.step.tolist() == list(range(1, 3 * STEPS + 1))
    assert seen.steps.loss.tolist() == [2 / number for number in range(1, 3 * STEPS + 1)]
    assert [one.epoch for one in seen.epochs] == [1, 2, 3]
    assert seen.best is seen.epochs[1]
    assert seen.metrics["val_loss"].x.tolist() == [STEPS, 2 * STEPS, 3 * STEPS]
    assert seen.metrics["val_loss"].y.tolist() == [1.5, 0.75, 0.5]
    assert seen.learning_rate == 0.01
    assert seen.live is not None
    assert set(seen.live.weights) == {"dense_1.weight", "dense_1.bias", "dense_2.weight"}
    assert seen.problem == ""


def test_the_log_is_followed_and_a_torn_line_waits_for_its_rest(tmp_path, attend):
    run = write_run(tmp_path / "run", started(), step(1))
    audience = attend(run)
    audience.sees(lambda snapshot: snapshot.step == 1)
    append(run, step(2))
    whole = run.events_path.read_bytes()
    audience.sees(lambda snapshot: snapshot.step == 2)
    append(run, step(3))
    line = run.events_path.read_bytes()[len(whole) :]
    with run.events_path.open("ab") as log:
        log.write(line.replace(b'"step":3', b'"step":4')[:20])
    audience.sees(lambda snapshot: snapshot.step == 3)
    with run.events_path.open("ab") as log:
        log.write(line.replace(b'"step":3', b'"step":4')[20:])
    audience.sees(lambda snapshot: snapshot.step == 4)


def test_garbage_in_the_middle_is_passed_over(tmp_path, attend):
    run = write_run(tmp_path / "run", started(), step(1))
    with run.events_path.open("ab") as log:
        log.write(b'\x00\xff\n{"event":"step"\n[]\n{"event":"run_ended","reason":7}\n' + b"{" * 5000 + b"\n")
    append(run, step(2), epoch(1))
    seen = attend(run).sees(lambda snapshot: snapshot.complete)
    assert seen.step == 2
    assert len(seen.epochs) == 1
    assert seen.ended is None


def test_the_lock_and_the_log_tell_the_status(tmp_path, attend):
    run = write_run(tmp_path / "run", *trained(1))
    with WorkerLock(run.lock_path) as lock:
        assert lock.acquire()
        audience = attend(run)
        audience.sees(lambda snapshot: snapshot.status is Status.RUNNING)
        append(run, Paused(step=STEPS, epoch=1))
        audience.sees(lambda snapshot: snapshot.status is Status.PAUSED)
        append(run, Resumed(step=STEPS, epoch=1))
        audience.sees(lambda snapshot: snapshot.status is Status.RUNNING)
    audience.sees(lambda snapshot: snapshot.status is Status.CRASHED)
    append(run, ended("stopped", "stopped on request"))
    audience.sees(lambda snapshot: snapshot.status is Status.STOPPED)


def test_a_resumed_run_forgets_what_was_overtaken(tmp_path, attend):
    run = write_run(
        tmp_path / "run",
        *trained(2),
        Warning(step=30, epoch=2, message="lost"),
        ended("stopped", "stopped"),
        started(from_step=STEPS, step=STEPS, epoch=1),
        step(STEPS + 1, loss=9.0),
    )
    seen = attend(run).sees(lambda snapshot: snapshot.complete)
    assert seen.steps.step.tolist() == list(range(1, STEPS + 2))
    assert seen.steps.loss[-1] == 9.0
    assert [one.epoch for one in seen.epochs] == [1]
    assert seen.metrics["val_loss"].y.tolist() == [1.5]
    assert seen.remarks == ()
    assert seen.ended is None


def test_the_learning_rate_is_the_newest_named(tmp_path, attend):
    changed = HyperparameterChanged(step=5, epoch=1, setting="learning_rate", old=0.01, new=0.02)
    run = write_run(tmp_path / "run", started(), *[step(number) for number in range(1, 6)], changed)
    audience = attend(run)
    assert audience.sees(lambda snapshot: snapshot.complete).learning_rate == 0.02
    append(run, step(6, learning_rate=0.03))
    audience.sees(lambda snapshot: snapshot.learning_rate == 0.03)


def test_a_changed_learning_rate_is_shown_as_the_schedule_makes_it(tmp_path, attend):
    """The schedule has halved 0.04; the change is told of the 0.04."""
    changes = [
        HyperparameterChanged(step=5, epoch=1, setting="learning_rate", old=old, new=new)
        for old, new in ((0.04, 0.02), (0.02, 0.08))
    ]
    steps = [step(number, learning_rate=0.02) for number in range(1, 6)]
    run = write_run(tmp_path / "run", started(), *steps, *changes)
    assert attend(run).sees(lambda snapshot: snapshot.complete).learning_rate == 0.04


def test_another_log_in_its_place_starts_over(tmp_path, attend):
    run = write_run(tmp_path / "run", *trained(3))
    audience = attend(run)
    audience.sees(lambda snapshot: snapshot.step == 3 * STEPS)
    run.events_path.unlink()
    append(run, started(model="other"), step(1))
    seen = audience.sees(lambda snapshot: snapshot.step == 1)
    assert seen.started is not None
    assert seen.started.model == "other"
    assert seen.epochs == []


def test_a_directory_that_goes_is_said_to_be_gone(tmp_path, attend):
    run = write_run(tmp_path / "run", *trained(1))
    audience = attend(run)
    audience.sees(lambda snapshot: snapshot.complete)
    shutil.rmtree(run.path)
    seen = audience.sees(lambda snapshot: snapshot.problem != "")
    assert "is gone" in seen.problem
    assert seen.step == STEPS


def test_a_log_that_is_no_file_is_a_problem_not_an_exception(tmp_path, attend):
    run = write_run(tmp_path / "run")
    run.events_path.unlink()
    run.events_path.mkdir()
    seen = attend(run).sees(lambda snapshot: snapshot.problem != "")
    assert "expected a file" in seen.problem


def test_damaged_live_weights_are_told_until_there_are_good_ones(tmp_path, attend):
    run = write_run(tmp_path / "run", *trained(1), live=False)
    run.live_path.write_bytes(b"\xff" * 100)
    audience = attend(run)
    assert "live.safetensors" in audience.sees(lambda snapshot: snapshot.complete).problem
    write_run(run.path)
    seen = audience.sees(lambda snapshot: snapshot.live is not None)
    assert seen.problem == ""


def test_the_listener_is_not_called_again_before_take(tmp_path, attend):
    run = write_run(tmp_path / "run", started())
    with WorkerLock(run.lock_path) as lock:
        assert lock.acquire()
        audience = attend(run)
        audience.sees(lambda snapshot: snapshot.status is Status.RUNNING)
        append(run, Paused(step=0, epoch=0))
        assert audience.news.wait(PATIENCE)
        calls = audience.calls
        append(run, Resumed(step=0, epoch=0), step(1), Paused(step=1, epoch=1))
        other = attend(run)
        other.sees(lambda snapshot: snapshot.step == 1)
        assert audience.calls == calls
        assert audience.sees(lambda snapshot: snapshot.step == 1).status is Status.PAUSED


def test_a_stopped_follower_says_nothing_more(tmp_path, attend):
    run = write_run(tmp_path / "run", started())
    audience = attend(run)
    audience.sees(lambda snapshot: True)
    audience.follower.stop()
    audience.follower.join(PATIENCE)
    calls = audience.calls
    append(run, step(1), ended("finished", "done"))
    attend(run).sees(lambda snapshot: snapshot.status is Status.FINISHED)
    assert audience.calls == calls


def test_a_long_log_is_read_in_part_and_says_so(tmp_path, attend, monkeypatch):
    run = write_run(tmp_path / "run", *trained(1))
    more = "".join(to_json(step(STEPS + number)) + "\n" for number in range(1, 101))
    with WorkerLock(run.lock_path) as lock:
        assert lock.acquire()
        audience = attend(run)
        assert audience.sees(lambda snapshot: snapshot.complete).one_in == 1
        monkeypatch.setattr("nntui.runs.follow.follower._BACKLOG_SHOWN_WHOLE", len(more) // 3 - 1)
        # In one go, so that it is one backlog.
        with run.events_path.open("ab", buffering=0) as log:
            log.write(more.encode())
        seen = audience.sees(lambda snapshot: snapshot.step == STEPS + 100)
        assert seen.one_in == 4
        assert len(seen.steps) == STEPS + 25
        # What comes afterwards is whole, which does not make the rest so.
        append(run, step(STEPS + 101), step(STEPS + 102))
        seen = audience.sees(lambda snapshot: snapshot.step == STEPS + 102)
        assert seen.one_in == 4
        assert len(seen.steps) == STEPS + 27


def test_an_epoch_without_its_checkpoint_is_seen_once_the_training_goes_on(tmp_path, attend):
    run = write_run(tmp_path / "run", *trained(1), CheckpointSaved(step=STEPS, epoch=1, file="epoch-0001.safetensors"))
    with WorkerLock(run.lock_path) as lock:
        assert lock.acquire()
        audience = attend(run)
        append(run, step(STEPS + 1))
        seen = audience.sees(lambda snapshot: snapshot.step == STEPS + 1)
        assert (seen.unsaved, seen.saved_epoch) == (False, 1)
        append(run, epoch(2))
        assert not audience.sees(lambda snapshot: len(snapshot.epochs) == 2).unsaved
        append(run, step(2 * STEPS + 1))
        seen = audience.sees(lambda snapshot: snapshot.step == 2 * STEPS + 1)
        assert (seen.unsaved, seen.saved_epoch) == (True, 1)
        append(run, epoch(3), CheckpointSaved(step=3 * STEPS, epoch=3, file="epoch-0003.safetensors"))
        append(run, step(3 * STEPS + 1))
        assert not audience.sees(lambda snapshot: snapshot.step == 3 * STEPS + 1).unsaved
        # A resumed run goes on from a checkpoint there is.
        append(run, started(from_step=STEPS, step=STEPS, epoch=1), step(STEPS + 1))
        assert audience.sees(lambda snapshot: snapshot.step == STEPS + 1).saved_epoch == 1


def test_the_last_epochs_of_a_long_run_are_all_there_and_saved(tmp_path, attend):
    """Of epochs beyond 8,192 the log has every fourth; metrics.csv has all."""
    at = 2 * WHOLE_EPOCHS
    logged = [at - 2, at, at + 4]
    run = write_run(
        tmp_path / "run",
        started(epochs=at * 2),
        *[event for number in logged for event in (epoch(number), saved(number))],
    )
    metrics = MetricsCsv(run.metrics_path)
    for number in range(at - 20, at + 7):
        metrics.append(epoch(number))
    metrics.close()
    with WorkerLock(run.lock_path) as lock:
        assert lock.acquire()
        audience = attend(run)
        append(run, step((at + 6) * STEPS + 1))
        seen = audience.sees(lambda snapshot: snapshot.complete and snapshot.step > (at + 6) * STEPS)
        assert [one.epoch for one in seen.epochs] == [*range(at - 20, at + 7)]
        assert [one.best for one in seen.epochs[-3:]] == [True, False, False]
        assert (seen.unsaved, seen.saved_epoch) == (False, at + 6)
        assert seen.best is not None
        assert seen.best.epoch == at + 4
        # Of one that could not be saved the log says so at once.
        append(run, epoch(at + 7), Warning(step=(at + 7) * STEPS, epoch=at + 7, message="not saved"))
        append(run, step((at + 7) * STEPS + 1))
        assert audience.sees(lambda snapshot: snapshot.step == (at + 7) * STEPS + 1).unsaved


def test_a_full_disk_is_seen_while_the_run_goes_on(tmp_path, attend, monkeypatch):
    full = True
    monkeypatch.setattr("nntui.runs.follow.follower.is_full", lambda path: full)
    monkeypatch.setattr("nntui.runs.follow.follower._DISK_SECONDS", 0.0)
    run = write_run(tmp_path / "run", *trained(1))
    with WorkerLock(run.lock_path) as lock:
        assert lock.acquire()
        audience = attend(run)
        assert audience.sees(lambda snapshot: snapshot.complete).disk_full
        full = False
        assert not audience.sees(lambda snapshot: not snapshot.disk_full).disk_full
        full = True
        audience.sees(lambda snapshot: snapshot.disk_full)
    assert not audience.sees(lambda snapshot: snapshot.status is Status.CRASHED).disk_full
