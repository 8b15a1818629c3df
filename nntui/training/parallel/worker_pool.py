"""A worker pool: processes that share one task at a time, using shared memory.

Workers are forked, so that they have the data and the network without a copy. They wait on a semaphore, spinning for a
moment before they sleep. Each starts with its own shares and then takes over any not yet started: which process does a
share changes only how soon the result is ready, never the result.
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
"""Attempts at a semaphore between two readings of the clock: about twenty microseconds."""
_SPIN_SECONDS = 0.005
"""How long to spin before sleeping: waking a sleeper costs the waking process a tenth of a millisecond per task."""
_NAP_SECONDS = 0.25
"""How long to sleep on a semaphore before checking that the other process is still alive."""
_MOST_DESCRIPTORS = 2**16


class WorkerPoolError(Exception):
    """Another process of the pool has died; one line for people."""


def shared_array(shape: tuple[int, ...], dtype: str) -> np.ndarray:
    """Zeros in memory that this process shares with those forked from it."""
    count = int(np.prod(shape))
    memory = mmap.mmap(-1, max(count * np.dtype(dtype).itemsize, 1))
    return np.frombuffer(memory, dtype, count).reshape(shape)


def why_alone() -> str:
    """Why processes cannot work together on this machine, such as 'Read-only file system'; '' if they can.

    They need semaphores, which on Linux are files in /dev/shm; a container may lack it.
    """
    try:
        get_context("fork").Semaphore(0)
    except OSError as error:
        return error.strerror or str(error)
    return ""


class Task(NamedTuple):
    """Work divided into shares, which may be done concurrently and in any order."""

    work: Callable[[int], None]
    """Does the share with this index, from 0."""
    shares: int


class WorkerPool:
    """`size` workers, including this process, which share `tasks`.

    Outside a `with` block this process does all shares. It does so inside the block too, with the same result, if
    `alone` says why no other process can help. Whatever several shares read and write must be in shared memory that
    exists when the block is entered.
    """

    def __init__(self, size: int, tasks: Sequence[Task]) -> None:
        self.size = size
        self._tasks = tasks
        self._pids: list[int] = []
        self._backoff = Backoff(time.perf_counter, time.thread_time)
        self.alone = ""
        """Why this process does the work of all workers; '' if it does not."""
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
        # Killed, since they have nothing to lose, and a stopped process would not notice anything gentler.
        self._abandon()

    def run(self, task: int, *, beside: Callable[[], int | None] = lambda: None) -> int | None:
        """Does every share of the task with this index; when all are done, returns the result of `beside`.

        `beside` is called in this process once the others have started. Raises WorkerPoolError if another process
        has died during its share, and whatever `beside` or a share done here raises.
        """
        if not self._pids or self._backoff.resting():
            result = beside()
            for share in range(self._tasks[task].shares):
                self._tasks[task].work(share)
            return result
        for unclaimed in self._unclaimed[task]:
            unclaimed.release()
        self._order[0] = task
        for start in self._starts:
            start.release()
        self._backoff.begin()
        try:
            result = beside()
            self._do_shares(task, worker=0)
        finally:
            self._backoff.own_share_done()
            for worker in range(1, self.size):
                # If the worker has not started yet, its start is taken back: no shares are left for it.
                if not self._starts[worker - 1].acquire(False):
                    self._await(worker)
            for unclaimed in self._unclaimed[task]:
                # Left over only after an exception in this process.
                unclaimed.acquire(False)
            self._backoff.all_done()
        return result

    def _do_shares(self, task: int, *, worker: int) -> None:
        """Does the shares not yet started, beginning with the worker's own."""
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
                self._pids.remove(pid)
                self._abandon()
                raise WorkerPoolError(
                    f"the process of worker {worker} has ended before its time; 'nntui resume' goes on"
                )
            # A process stopped in the middle of its share would otherwise be waited for forever.
            _send(pid, signal.SIGCONT)

    def _abandon(self) -> None:
        """Kills the remaining worker processes, whatever they are doing."""
        pids, self._pids = self._pids, []
        for pid in pids:
            _send(pid, signal.SIGKILL)
            _has_ended(pid)

    def serve(self, worker: int, parent: int) -> None:
        """The loop of a forked worker: does its share of each task until its parent is gone."""
        start, end = self._starts[worker - 1], self._ends[worker - 1]
        while True:
            if not _acquired_at_once(start):
                while not start.acquire(True, _NAP_SECONDS):
                    if os.getppid() != parent:
                        return
            self._do_shares(int(self._order[0]), worker=worker)
            end.release()


def _send(pid: int, number: signal.Signals) -> None:
    """Sends a signal; does nothing if the process is gone already."""
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _has_ended(pid: int, options: int = 0) -> bool:
    """Whether a process has ended; waits for it unless `options` say otherwise."""
    try:
        return os.waitpid(pid, options)[0] != 0
    except ChildProcessError:
        # If SIGCHLD is ignored, which may be inherited, exit statuses are not kept.
        return True


def _acquired_at_once(semaphore: Semaphore) -> bool:
    until = time.perf_counter() + _SPIN_SECONDS
    while time.perf_counter() < until:
        for _ in range(_TRIES):
            if semaphore.acquire(False):
                return True
    return False


def _become_worker(pool: WorkerPool, worker: int, parent: int) -> None:
    """The whole life of a forked process; never returns."""
    # The parent notices overflows in the results.
    with _ExitWithBlock(), np.errstate(all="ignore"):
        # Ctrl+C and a closed terminal reach the whole process group, but the parent decides when to end.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        # Other processes that wait for the run's lock or the end of a pipe must not wait for this one.
        os.closerange(3, _MOST_DESCRIPTORS)
        pool.serve(worker, parent)


class _ExitWithBlock:
    """Exits the process at the end of the block, printing the exception that ended it, if any."""

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is not None:
                # Python's own stderr may be a file that this process has closed.
                os.write(2, "".join(traceback.format_exception(error)).encode())
        finally:
            # In any case: the code after the block is for the parent only.
            os._exit(0 if error is None else 1)
