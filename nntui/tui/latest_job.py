"""Work on a thread for requests that come faster than they are done: only the newest one waits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Generic, ParamSpec, TypeVar

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


class LatestJob(Generic[Parameters, Result]):
    """Does one request at a time on a thread; a request that waits gives way to a newer one."""

    def __init__(self, work: Callable[Parameters, Result], answer: Callable[[Result], None]) -> None:
        """`work` is called on the thread; `answer` on the event loop with each result, in order."""
        self._work, self._answer = work, answer
        self._next: Callable[[], Result] | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def idle(self) -> bool:
        """Whether no request is being worked on or waits."""
        return self._task is None

    def request(self, *args: Parameters.args, **kwargs: Parameters.kwargs) -> None:
        """Calls `work` with these arguments as soon as the request before is done."""
        self._next = lambda: self._work(*args, **kwargs)
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def done(self) -> None:
        """Waits until the newest request is answered."""
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        try:
            while self._next is not None:
                job, self._next = self._next, None
                self._answer(await asyncio.to_thread(job))
        finally:
            self._task = None
