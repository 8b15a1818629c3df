"""What a run survives: repeated kills of its worker, a terminal that goes away, a full disk."""

import copy
import os
import pty
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from nntui.runs.event_log import EventReader
from nntui.runs.events import EpochEnded, RunEnded, RunStarted, Step, Warning
from nntui.runs.lock import held
from nntui.runs.status import Status, status_of
from nntui.worker.launch import REFUSED, start_worker
from nntui.worker.process import Worker
from tests.small_runs import assert_equal_tensors, draft, events_of, weights_of

LONG = draft(**{
    "data": {"source": "spiral", "samples": 400, "validation": 0.2},
    "training.epochs": 200,
    "training.batch_size": 8,
    "training.early_stopping": {"patience": 1000},
})  # fmt: skip
PATIENCE = 60
"""Seconds after which something that should have happened is taken not to."""


def wait_until(holds, process=None):
    """Waits, bounded, for something another process does; there is nothing of it to await but what it writes."""
    pause = threading.Event()
    for _ in range(PATIENCE * 200):
        if holds():
            return
        if process is not None and process.poll() is not None and not holds():
            pytest.fail(f"the worker ended with {process.returncode}")
        pause.wait(0.005)
    pytest.fail("waited in vain")


def newest_step(reader, seen):
    for records in reader.chunks():
        seen.extend(record["step"] for record in records if record.get("event") == "step")
    return seen[-1] if seen else 0


def trains_past(death, reader, starts, *, number):
    """Whether the worker that started as this `number`, from 1, has made a step, and is at or past this one."""
    for records in reader.chunks():
        for record in records:
            if record.get("event") == "run_started":
                starts.append(0)
            elif record.get("event") == "step":
                starts[-1] = record["step"]
    return len(starts) == number and starts[-1] >= max(death, 1)


def test_killed_ten_times_at_random_moments_it_ends_as_if_it_had_not_been(new_run):
    whole, killed = new_run(LONG), new_run(LONG)
    Worker(whole).run()
    last = events_of(whole)[-1].step
    rng = np.random.default_rng(0)
    deaths = np.sort(rng.integers(1, last // 2, 10)).tolist()
    starts, reader = [], EventReader(killed.events_path)
    for number, death in enumerate(deaths, 1):
        process = start_worker(killed)
        wait_until(lambda: trains_past(death, reader, starts, number=number), process)  # noqa: B023
        process.kill()
        process.wait()
        assert status_of(killed) is Status.CRASHED
    process = start_worker(killed)
    assert process.wait(PATIENCE) == 0
    events = events_of(killed)
    starts = [event.from_step for event in events if isinstance(event, RunStarted)]
    assert len(starts) == 11
    assert starts == sorted(starts)
    assert_equal_tensors(weights_of(killed), weights_of(whole))
    assert events[-1].best_epoch == events_of(whole)[-1].best_epoch
    metrics = {event.epoch: event.metrics for event in events if isinstance(event, EpochEnded)}
    expected = {event.epoch: event.metrics for event in events_of(whole) if isinstance(event, EpochEnded)}
    assert metrics == expected
    assert len(killed.metrics_path.read_text().splitlines()) == 201


def workers_of(process):
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    return [int(pid) for pid in children.read_text().split()] if children.exists() else []


@pytest.mark.parametrize("ending", ["kill", "terminate", "worker"])
def test_a_run_with_workers_ended_in_any_way_resumes_as_the_same_run(new_run, ending):
    """Killed, asked to end, or with one of its workers killed."""
    model = copy.deepcopy(LONG)
    model["training"] |= {"workers": 2, "epochs": 60}
    whole, ended = new_run(model), new_run(model)
    Worker(whole).run()
    process = start_worker(ended)
    reader, seen = EventReader(ended.events_path), []
    wait_until(lambda: newest_step(reader, seen) >= 50, process)
    pids = workers_of(process)
    if ending == "worker":
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        # Killed between two shares it is not missed; killed within one it ends the run.
        if process.wait(PATIENCE):
            assert "the process of worker 1 has ended before its time" in events_of(ended)[-1].message
            assert status_of(ended) is Status.FAILED
    else:
        getattr(process, ending)()
        assert process.wait(PATIENCE) == (0 if ending == "terminate" else -signal.SIGKILL)
    if status_of(ended) is not Status.FINISHED:
        assert start_worker(ended).wait(PATIENCE) == 0
    assert_equal_tensors(weights_of(ended), weights_of(whole))
    wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids))


def test_a_terminal_that_goes_away_does_not_take_the_worker_with_it(new_run):
    """The worker is started from a process on a terminal of its own, and that terminal is closed under it."""
    run = new_run(LONG)
    script = (
        "import sys, signal; from pathlib import Path;"
        "from nntui.runs.directory import RunDirectory; from nntui.worker.launch import start_worker;"
        "start_worker(RunDirectory(Path(sys.argv[1]))); print('started', flush=True); signal.pause()"
    )
    parent, child = pty.openpty()
    viewer = subprocess.Popen(
        [sys.executable, "-c", script, str(run.path)],
        stdin=child, stdout=child, stderr=child, start_new_session=True, preexec_fn=_take_terminal(child),
    )  # fmt: skip
    os.close(child)
    assert b"started" in os.read(parent, 100)
    os.close(parent)
    assert viewer.wait(PATIENCE) == -signal.SIGHUP
    wait_until(lambda: status_of(run) is Status.FINISHED)
    assert isinstance(events_of(run)[-1], RunEnded)


def _take_terminal(descriptor):
    import fcntl
    import termios

    return lambda: fcntl.ioctl(descriptor, termios.TIOCSCTTY, 0)


def test_sigterm_saves_and_going_on_is_the_same_run(new_run):
    whole, ended = new_run(LONG), new_run(LONG)
    Worker(whole).run()
    process = start_worker(ended)
    reader, seen = EventReader(ended.events_path), []
    wait_until(lambda: newest_step(reader, seen) >= 50, process)
    process.terminate()
    assert process.wait(PATIENCE) == 0
    last = events_of(ended)[-1]
    assert (last.reason, "asked to end" in last.message) == ("stopped", True)
    assert start_worker(ended).wait(PATIENCE) == 0
    assert_equal_tensors(weights_of(ended), weights_of(whole))


def test_a_worker_that_cannot_begin_says_so_in_its_log_and_in_the_runs(new_run):
    run = new_run()
    run.model_path.write_text("layers = 3\n")
    assert start_worker(run).wait(PATIENCE) == REFUSED
    assert "layers: must be a list of tables" in events_of(run)[-1].message
    assert "Traceback" not in run.log_path.read_text()


def test_a_limit_on_the_size_of_files_costs_checkpoints_and_never_the_training(new_run):
    run = new_run(draft(**{"layers": [{"type": "dense", "units": 600}, {"type": "dense"}]}))
    limited = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000)); {_WORK}"
    done = subprocess.run(
        [sys.executable, "-c", limited, str(run.path)], capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    events = events_of(run)
    told = [event.message for event in events if isinstance(event, Warning)]
    assert "the checkpoint of epoch 1 was not saved" in told[0]
    assert (events[-1].reason, max(event.step for event in events if isinstance(event, Step))) == ("failed", 32)
    assert "File too large; no checkpoint was saved; 'nntui resume' begins again" in events[-1].message
    assert list(run.checkpoints_path.iterdir()) == []


_WORK = (
    "import sys; from pathlib import Path; import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
    "from nntui.worker.process import main; sys.exit(main([sys.argv[1]]))"
)


def test_the_lock_goes_with_the_process(new_run):
    run = new_run(LONG)
    process = start_worker(run)
    wait_until(lambda: held(run.lock_path), process)
    process.kill()
    process.wait()
    assert not held(run.lock_path)
