"""A worker pool: processes that share one task at a time, on memory they have in common.

Workers are forked, so that they have the data and the network without a copy, and they wait at a semaphore: they spin
for a moment and sleep after that. Each begins with shares of its own and goes on with those that nobody has begun:
which process does a share never changes the result, only how soon it is there.
"""

from __future__ import annotations

import mmap
import os
import signal
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.synchronize import Semaphore
from types import TracebackType
from typing import NamedTuple, Self

import numpy as np

from nntui.training.parallel.backoff import Backoff

_TRIES = 200
"""Of a semaphore between two looks at the clock: some twenty microseconds."""
_SPIN_SECONDS = 0.005
"""How long to try before falling asleep: to be woken costs whoever wakes a tenth of a millisecond, at every task."""
_NAP_SECONDS = 0.25
"""How long to sleep at a semaphore before looking whether the other side is still there."""
_MOST_DESCRIPTORS = 2**16


class WorkerPoolError(Exception):
    """A partner is gone; one line for people."""


def shared_array(shape: tuple[int, ...], dtype: str) -> np.ndarray:
    """Zeros that this process and those forked from it have in common."""
    count = int(np.prod(shape))
    memory = mmap.mmap(-1, max(count * np.dtype(dtype).itemsize, 1))
    return np.frombuffer(memory, dtype, count).reshape(shape)


def why_alone() -> str:
    """Why processes cannot work together here, such as 'Read-only file system'; '' where they can.

    What they wait at are semaphores, which on Linux are files in /dev/shm: a container may have none.
    """
    try:
        get_context("fork").Semaphore(0)
    except OSError as error:
        return error.strerror or str(error)
    return ""


class Task(NamedTuple):
    """Work in shares that may be done at once, in any order."""

    work: Callable[[int], None]
    """Does the share of this number, from 0."""
    shares: int


class WorkerPool:
    """`size` workers, this process among them, which share `tasks`.

    Outside a `with` block there are no partners, and all shares are done here; inside one too, with the same result,
    where `alone` says why no process can help. What tasks read and write in common
    must lie in shared memory that exists when the block is entered.
    """

    def __init__(self, size: int, tasks: Sequence[Task]) -> None:
        self.size = size
        self._tasks = tasks
        self._pids: list[int] = []
        self._backoff = Backoff(time.perf_counter, time.thread_time)
        self.alone = ""
        """Why this process does the work of all of them; '' where it does not."""
        if size > 1:
            try:
                self._make_semaphores()
            except OSError as error:
                self.alone = error.strerror or str(error)

    def _make_semaphores(self) -> None:
        context = get_context("fork")
        self._order = shared_array((1,), "int64")
        self._unclaimed = [[context.Semaphore(0) for _ in range(task.shares)] for task in self._tasks]
        self._starts = [context.Semaphore(0) for _ in range(self.size - 1)]
        self._ends = [context.Semaphore(0) for _ in range(self.size - 1)]

    def __enter__(self) -> Self:
        parent = os.getpid()
        for worker in range(1, self.size if not self.alone else 1):
            try:
                pid = os.fork()
            except OSError as error:
                # No memory, or no more processes allowed.
                self.alone = error.strerror or str(error)
                self._abandon()
                break
            if pid == 0:
                _become_worker(self, worker, parent)
            self._pids.append(pid)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # They hold nothing that would be lost, and one that was stopped would not hear of the end.
        self._abandon()

    def run(self, task: int, *, beside: Callable[[], int | None] = lambda: None) -> int | None:
        """Does every share of the task of this number; when the last is done, returns what `beside` has.

        `beside` is called in this process once the others have begun. Raises WorkerPoolError where another process
        has died at its share, and what `beside` or a share that was done here raised.
        """
        if not self._pids or self._backoff.resting():
            answer = beside()
            for share in range(self._tasks[task].shares):
                self._tasks[task].work(share)
            return answer
        for unclaimed in self._unclaimed[task]:
            unclaimed.release()
        self._order[0] = task
        for start in self._starts:
            start.release()
        self._backoff.begin()
        try:
            answer = beside()
            self._do_shares(task, worker=0)
        finally:
            self._backoff.own_share_done()
            for worker in range(1, self.size):
                # A partner that has not come yet finds that nothing is left to come for.
                if not self._starts[worker - 1].acquire(False):
                    self._await(worker)
            for unclaimed in self._unclaimed[task]:
                # Left over only where something was raised here.
                unclaimed.acquire(False)
            self._backoff.all_done()
        return answer

    def _do_shares(self, task: int, *, worker: int) -> None:
        """Does what nobody has begun, from the first of the worker's own shares on."""
        work, shares = self._tasks[task]
        unclaimed = self._unclaimed[task]
        first = worker * shares // self.size
        for share in (*range(first, shares), *range(first)):
            if unclaimed[share].acquire(False):
                work(share)

    def _await(self, worker: int) -> None:
        end = self._ends[worker - 1]
        if _acquired_at_once(end):
            return
        while not end.acquire(True, _NAP_SECONDS):
            pid = self._pids[worker - 1]
            if _has_ended(pid, os.WNOHANG):
                self._pids = [other for other in self._pids if other != pid]
                self._abandon()
                raise WorkerPoolError(
                    f"the process of worker {worker} has ended before its time; 'nntui resume' goes on"
                )
            # One that was stopped in the midst of its share would be waited for without end.
            _send(pid, signal.SIGCONT)

    def _abandon(self) -> None:
        """Ends the partners that are left, whatever they are doing."""
        pids, self._pids = self._pids, []
        for pid in pids:
            _send(pid, signal.SIGKILL)
            _has_ended(pid)

    def serve(self, worker: int, parent: int) -> None:
        """What a partner does: its share of each task, until its parent is gone."""
        start, end = self._starts[worker - 1], self._ends[worker - 1]
        while True:
            if not _acquired_at_once(start):
                while not start.acquire(True, _NAP_SECONDS):
                    if os.getppid() != parent:
                        return
            self._do_shares(int(self._order[0]), worker=worker)
            end.release()


def _send(pid: int, number: signal.Signals) -> None:
    """Sends a signal; nothing happens where the process is gone already."""
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _has_ended(pid: int, options: int = 0) -> bool:
    """Whether a process has ended; waits for its end unless `options` say otherwise."""
    try:
        return os.waitpid(pid, options)[0] != 0
    except ChildProcessError:
        # Where SIGCHLD is ignored, which a process inherits, ends are not kept for whoever asks.
        return True


def _acquired_at_once(semaphore: Semaphore) -> bool:
    until = time.perf_counter() + _SPIN_SECONDS
    while time.perf_counter() < until:
        for _ in range(_TRIES):
            if semaphore.acquire(False):
                return True
    return False


def _become_worker(pool: WorkerPool, worker: int, parent: int) -> None:
    """What a forked process does until its end; never returns."""
    # What overflows is seen in what comes out, by the process that leads.
    with _LastWords(), np.errstate(all="ignore"):
        # Ctrl+C and a closed terminal reach the whole group: when to end is for the process that leads it to say.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        # Whoever waits for the run's lock or for the end of a pipe must not wait for a partner.
        os.closerange(3, _MOST_DESCRIPTORS)
        pool.serve(worker, parent)


class _LastWords:
    """Ends the process with its block, and prints the exception that ended it, whatever it is."""

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is not None:
                # Python's own stderr may be a file that was closed here.
                os.write(2, "".join(traceback.format_exception(error)).encode())
        finally:
            # Whatever came of it: what comes after the block is for the process that leads to do.
            os._exit(0 if error is None else 1)
