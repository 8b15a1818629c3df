"""The worker pool: shares done by several processes in any order, and what happens when one of them dies."""

import os
import signal
import subprocess
import sys
from multiprocessing import get_context

import numpy as np
import pytest

from nntui.training.parallel.backoff import Backoff
from nntui.training.parallel.worker_pool import Task, WorkerPool, WorkerPoolError, shared_array


class Meeting:
    """A task in which all workers wait for one another, so that each must be done by a process of its own."""

    def __init__(self, size):
        self.pids = shared_array((size,), "int64")
        self._barrier = get_context("fork").Barrier(size)

    def __call__(self, worker):
        self.pids[worker] = os.getpid()
        self._barrier.wait(timeout=60)


def test_each_share_is_done_by_a_process_of_its_own_and_all_are_gone_at_the_end():
    meeting = Meeting(3)
    with WorkerPool(3, [Task(meeting, 3)]) as pool:
        for _ in range(2):
            pool.run(0)
        assert meeting.pids[0] == os.getpid()
        assert len(set(meeting.pids.tolist())) == 3
    for pid in meeting.pids[1:].tolist():
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_tasks_are_distinguished_and_see_what_was_written_before_them():
    numbers, found = shared_array((1,), "float64"), shared_array((2, 2), "float64")

    def double(worker):
        found[0, worker] = 2 * numbers[0]

    def square(worker):
        found[1, worker] = numbers[0] ** 2

    with WorkerPool(2, [Task(double, 2), Task(square, 2)]) as pool:
        for number in range(200):
            numbers[0] = number
            pool.run(0)
            pool.run(1)
            np.testing.assert_array_equal(found, [[2 * number] * 2, [number**2] * 2])


def test_without_workers_all_shares_are_done_here():
    pids = shared_array((3,), "int64")

    def note(worker):
        pids[worker] = os.getpid()

    WorkerPool(3, [Task(note, 3)]).run(0)
    assert pids.tolist() == [os.getpid()] * 3


def test_a_share_that_no_worker_starts_is_done_here():
    meeting, pids = Meeting(2), shared_array((2,), "int64")

    def note(worker):
        pids[worker] = os.getpid()

    with WorkerPool(2, [Task(meeting, 2), Task(note, 2)]) as pool:
        pool.run(0)
        pid = int(meeting.pids[1])
        os.kill(pid, signal.SIGSTOP)
        os.waitpid(pid, os.WUNTRACED)
        pool.run(1)
        assert pids.tolist() == [os.getpid()] * 2
        os.kill(pid, signal.SIGCONT)
        pool.run(0)


def test_a_fast_worker_takes_over_shares_not_yet_started():
    """The other worker keeps one of four shares until this process has done the other three."""
    doers, done = shared_array((4,), "int64"), get_context("fork").Semaphore(0)
    begun = get_context("fork").Semaphore(0)
    leader = os.getpid()

    def note(share):
        doers[share] = os.getpid()
        if os.getpid() == leader:
            # Not before the other worker has a share to keep.
            assert begun.acquire(timeout=60)
            begun.release()
            done.release()
        else:
            begun.release()
            for _ in range(3):
                assert done.acquire(timeout=60)

    with WorkerPool(2, [Task(note, 4)]) as pool:
        pool.run(0)
    assert doers[2] != leader
    assert doers[[0, 1, 3]].tolist() == [leader] * 3


def test_what_runs_beside_a_task_runs_here_once():
    pids = []
    pool = WorkerPool(2, [Task(lambda share: None, 2)])
    assert pool.run(0, beside=lambda: pids.append(os.getpid()) or 7) == 7
    with pool:
        assert pool.run(0, beside=lambda: pids.append(os.getpid()) or 8) == 8
        with pytest.raises(ArithmeticError):
            pool.run(0, beside=lambda: 1 / 0)
        pool.run(0, beside=lambda: pids.append(os.getpid()))
    assert pids == [os.getpid()] * 3


def test_a_worker_killed_during_its_share_is_an_error_of_one_line():
    begun = get_context("fork").Semaphore(0)
    pid = shared_array((1,), "int64")

    def wait(worker):
        if worker:
            pid[0] = os.getpid()
            begun.release()
            signal.pause()
        else:
            begun.acquire()
            os.kill(int(pid[0]), signal.SIGKILL)

    with (
        WorkerPool(2, [Task(wait, 2)]) as pool,
        pytest.raises(WorkerPoolError, match="worker 1 has ended before its time"),
    ):
        pool.run(0)


def test_what_a_worker_raises_is_printed_and_ends_the_run(capfd):
    meeting = Meeting(2)

    def fail(worker):
        meeting(worker)
        if worker:
            raise ArithmeticError("no such number")

    with WorkerPool(2, [Task(fail, 2)]) as pool, pytest.raises(WorkerPoolError):
        pool.run(0)
    assert "ArithmeticError: no such number" in capfd.readouterr().err


def test_what_the_own_share_raises_is_raised_once_the_others_are_done():
    meeting, done = Meeting(2), shared_array((1,), "int64")

    def fail(worker):
        meeting(worker)
        if worker == 0:
            raise ArithmeticError("no such number")
        done[0] += 1

    with WorkerPool(2, [Task(fail, 2)]) as pool, pytest.raises(ArithmeticError):
        pool.run(0)
    assert done[0] == 1


@pytest.fixture
def ends_forgotten():
    """As for a process that was started by one that ignores SIGCHLD."""
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    yield
    signal.signal(signal.SIGCHLD, before)


@pytest.mark.usefixtures("ends_forgotten")
def test_workers_whose_exit_status_is_not_kept():
    pid = shared_array((1,), "int64")

    def fail(worker):
        if worker:
            pid[0] = os.getpid()
            signal.raise_signal(signal.SIGKILL)
        while not pid[0]:
            pass

    with WorkerPool(2, [Task(fail, 2), Task(lambda share: None, 2)]) as pool:
        pool.run(1)
        with pytest.raises(WorkerPoolError, match="ended before its time"):
            pool.run(0)
    with WorkerPool(2, [Task(lambda share: None, 2)]) as pool:
        pool.run(0)


def test_a_stopped_worker_does_not_delay_the_end():
    meeting = Meeting(2)
    with WorkerPool(2, [Task(meeting, 2)]) as pool:
        pool.run(0)
        pid = int(meeting.pids[1])
        os.kill(pid, signal.SIGSTOP)
        os.waitpid(pid, os.WUNTRACED)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_worker_stopped_in_the_middle_of_its_share_continues():
    begun, stopped, done = (get_context("fork").Semaphore(0) for _ in range(3))
    pid = shared_array((1,), "int64")

    def work(worker):
        if worker:
            pid[0] = os.getpid()
            begun.release()
            assert stopped.acquire(timeout=60)
            done.release()
        else:
            assert begun.acquire(timeout=60)
            os.kill(int(pid[0]), signal.SIGSTOP)
            os.waitpid(int(pid[0]), os.WUNTRACED)
            stopped.release()

    with WorkerPool(2, [Task(work, 2)]) as pool:
        pool.run(0)
        assert done.acquire(timeout=60)


def test_a_worker_that_cannot_report_its_error_exits_all_the_same():
    """What comes after the block is written once: by the process that leads."""
    program = """
import os
from multiprocessing import get_context
from nntui.training.parallel.worker_pool import WorkerPool, WorkerPoolError, Task

os.close(2)
leader, begun = os.getpid(), get_context("fork").Semaphore(0)

def fail(share):
    if os.getpid() == leader:
        begun.acquire()
    else:
        begun.release()
        raise ArithmeticError

try:
    with WorkerPool(2, [Task(fail, 2)]) as pool:
        pool.run(0)
except WorkerPoolError:
    os.write(1, b"the leader goes on. ")
except BaseException as error:
    os.write(1, type(error).__name__.encode())
os.write(1, b"end")
"""
    process = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, timeout=60)
    assert process.stdout == b"the leader goes on. end"


@pytest.mark.parametrize("forks", [0, 1])
def test_where_no_more_processes_can_be_made_all_is_done_here(monkeypatch, forks):
    pids, fork, made = shared_array((3,), "int64"), os.fork, []

    def limited():
        if len(made) == forks:
            raise BlockingIOError
        pid = fork()
        made.append(pid)
        return pid

    def note(share):
        pids[share] = os.getpid()

    monkeypatch.setattr(os, "fork", limited)
    with WorkerPool(3, [Task(note, 3)]) as pool:
        pool.run(0)
    assert pids.tolist() == [os.getpid()] * 3
    for pid in made:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_workers_end_with_their_parent():
    """Killed, it cannot tell them: they notice. Their end is seen as that of the pipe they hold open."""
    program = "\n".join(
        [
            "import os, signal",
            "from nntui.training.parallel.worker_pool import WorkerPool, Task",
            "with WorkerPool(2, [Task(lambda share: None, 2)]) as pool:",
            "    pool.run(0)",
            "    os.kill(os.getpid(), signal.SIGKILL)",
        ]
    )
    process = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert process.stdout == b""


class Clocks:
    """What a process sees of time: that which goes by, and that in which it computes."""

    def __init__(self):
        self.now = 0.0
        self.computed = 0.0
        self.rest = Backoff(lambda: self.now, lambda: self.computed)

    def task(self, *, own, waited=0.0, halted=0.0):
        """A shared task, halted for a while in the middle of our own share."""
        self.rest.begin()
        self.now += own + halted
        self.computed += own
        self.rest.own_share_done()
        self.now += waited
        self.computed += waited
        self.rest.all_done()

    def rested(self):
        """Seconds until the other workers are tried again."""
        began = self.now
        while self.rest.resting():
            self.now += 0.001
        return pytest.approx(self.now - began, abs=0.002)


@pytest.mark.parametrize("late", [{"waited": 0.0008}, {"halted": 0.0008}, {"waited": 0.0004, "halted": 0.0004}])
def test_workers_that_cost_more_than_they_bring_rest_longer_each_time(late):
    clocks = Clocks()
    lengths = []
    for _ in range(7):
        for _ in range(56):  # A tenth of a second at 1.8 ms a task.
            assert not clocks.rest.resting()
            clocks.task(own=0.001, **late)
        lengths.append(clocks.rested())
    assert lengths == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 3.2]


def test_brief_load_now_and_then_is_no_reason_to_back_off():
    clocks = Clocks()
    for _ in range(100):
        for _ in range(60):
            clocks.task(own=0.001, waited=0.0001)
        for _ in range(20):
            clocks.task(own=0.001, halted=0.001)
        assert not clocks.rest.resting()


def test_few_long_tasks_are_not_judged_by_one():
    clocks = Clocks()
    for _ in range(20):
        for _ in range(31):
            clocks.task(own=1, waited=0.1)
        clocks.task(own=1, waited=20)
        assert not clocks.rest.resting()


def test_workers_that_pay_again_do_not_rest_for_long():
    clocks = Clocks()
    for _ in range(3):
        for _ in range(32):
            clocks.task(own=0.001, waited=0.005)
        last = clocks.rested()
    assert last == 0.4
    for _ in range(84):
        assert not clocks.rest.resting()
        clocks.task(own=0.001, waited=0.0002)
    for _ in range(32):
        clocks.task(own=0.001, waited=0.005)
    assert clocks.rested() == 0.1
