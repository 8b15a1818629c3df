"""A team: threads that do the same task at once, each its own share, while NumPy has let go of the interpreter."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType

Task = Callable[[int], None]


class Team:
    """`size` workers, the calling thread among them; the others wait, without spinning, until there is something to do.

    Locks hand over a task in some ten microseconds, which pays where a share takes a millisecond or more.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._task: Task = lambda worker: None
        self._errors: list[BaseException] = []
        self._starts = [threading.Lock() for _ in range(size - 1)]
        self._ends = [threading.Lock() for _ in range(size - 1)]
        for lock in (*self._starts, *self._ends):
            lock.acquire()
        for worker in range(1, size):
            threading.Thread(target=self._serve, args=(worker,), name=f"worker {worker}", daemon=True).start()

    def run(self, task: Task) -> None:
        """Calls `task(worker)` for every worker from 0, all at once, and returns when the last is done.

        An exception of any share is raised here once all have ended.
        """
        self._task = task
        for start in self._starts:
            start.release()
        try:
            task(0)
        finally:
            for end in self._ends:
                end.acquire()
        if self._errors:
            raise self._errors.pop()

    def _serve(self, worker: int) -> None:
        start, end = self._starts[worker - 1], self._ends[worker - 1]
        while True:
            start.acquire()
            with _Handing(self._errors):
                self._task(worker)
            end.release()


class _Handing:
    """Hands an exception, whatever it is, to the thread that asked for the work, where it is raised again."""

    def __init__(self, errors: list[BaseException]) -> None:
        self._errors = errors

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool:
        if error is not None:
            self._errors.append(error)
        return True
