"""Session: driving a run from asyncio. A session tails the log and sends commands; it never computes.

async with Session.start(draft, base=Path("."), root=Path("runs")) as session:
    async for event in session.events():
        ...
"""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from nntui.runs.commands import send
from nntui.runs.directory import RunDirectory, RunsError
from nntui.runs.event_log import EventReader
from nntui.runs.events import (
    Command,
    Event,
    HyperparameterChanged,
    Paused,
    Resumed,
    RunEnded,
    RunStarted,
    Warning,
    from_record,
)
from nntui.runs.lock import held
from nntui.runs.status import Status, status_of
from nntui.worker.launch import create_run, start_worker

_POLL_SECONDS = 0.02


class Session:
    """One run, watched and steered. Leaving the block leaves the training running.

    Make one with `start`, `resume` or `attach`; any number of sessions may watch one run.
    """

    def __init__(self, run: RunDirectory, *, start: bool, epochs: int | None = None) -> None:
        self.run = run
        self._start = start
        self._epochs = epochs
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    def start(cls, draft: dict[str, Any], *, base: Path, root: Path, name: str | None = None) -> Self:
        """A session that trains a new run; SpecError with every problem of the draft."""
        return cls(create_run(draft, base=base, root=root, name=name), start=True)

    @classmethod
    def resume(cls, run: RunDirectory, *, epochs: int | None = None) -> Self:
        """A session that resumes a run whose worker has ended, up to `epochs`; RunsError if it has not ended."""
        if status_of(run).alive:
            raise RunsError(f"{run.id} is being trained; attach to it")
        return cls(run, start=True, epochs=epochs)

    @classmethod
    def attach(cls, run: RunDirectory) -> Self:
        """A session of an existing run, whether it is running or over."""
        return cls(run, start=False)

    async def __aenter__(self) -> Self:
        if self._start:
            reader = _reader_at_end(self.run)
            self._process = start_worker(self.run, epochs=self._epochs)
            await self._answers(reader, RunStarted, Paused)
        return self

    async def __aexit__(self, *exception: object) -> None:
        self._process = None

    async def exit_code(self) -> int | None:
        """Waits until the worker started by this session has ended; returns its exit code, None if it started none."""
        process = self._process
        while process is not None and process.poll() is None:
            await asyncio.sleep(_POLL_SECONDS)
        return process.returncode if process is not None else None

    async def events(self) -> AsyncIterator[Event]:
        """Every event of the run from its first, then new ones as they come; ends with the run.

        Ends without RunEnded if the worker was killed.
        """
        reader = EventReader(self.run.events_path)
        while True:
            # Checked before reading, so that the records include everything a worker wrote before it ended.
            alive = self._alive()
            ended = False
            for records in reader.chunks():
                for event in map(from_record, records):
                    if event is not None:
                        yield event
                        ended = isinstance(event, RunEnded)
                await asyncio.sleep(0)
            if ended or not alive:
                return
            await asyncio.sleep(_POLL_SECONDS)

    async def pause(self) -> Event:
        """Pauses after the current step; returns Paused, or RunEnded if the run ended first."""
        return await self._ask(Command("pause"), Paused)

    async def resume_training(self) -> Event:
        """Continues after a pause."""
        return await self._ask(Command("resume"), Resumed)

    async def step(self) -> Event:
        """Trains one batch and pauses."""
        return await self._ask(Command("step"), Paused)

    async def epoch(self) -> Event:
        """Trains to the end of the epoch and pauses."""
        return await self._ask(Command("epoch"), Paused)

    async def stop(self) -> Event:
        """Ends the run after the current step; the progress so far is saved."""
        return await self._ask(Command("stop"), RunEnded)

    async def change(self, settings: Mapping[str, float]) -> list[Event]:
        """Changes settings (see `modelfile.tunable`) from the same step on; an answer for each, the refusals first.

        A refusal is a Warning. With a schedule, the learning rate is the base rate, as in the model file.
        """
        commands = [Command("set", setting=name, value=value) for name, value in settings.items()]
        return await self._ask_all(commands, HyperparameterChanged, Warning)

    async def scale_learning_rate(self, factor: float) -> Event:
        """Multiplies the learning rate from the next step on, with or without a schedule."""
        return await self._ask(Command("scale", setting="learning_rate", value=factor), HyperparameterChanged, Warning)

    async def _ask(self, command: Command, *answers: type[Event]) -> Event:
        return (await self._ask_all([command], *answers))[-1]

    async def _ask_all(self, commands: Sequence[Command], *answers: type[Event]) -> list[Event]:
        """Sends commands together; returns an answer for each, or those before the end and RunEnded."""
        if not self._alive():
            status = status_of(self.run)
            more = "" if status is Status.FINISHED else f"; 'nntui resume {self.run.id}' goes on with it"
            raise RunsError(f"{self.run.id} is not being trained: it is {status}{more}")
        reader = _reader_at_end(self.run)
        send(self.run, *commands)
        return await self._answers(reader, *answers, count=len(commands))

    async def _answers(self, reader: EventReader, *kinds: type[Event], count: int = 1) -> list[Event]:
        """Waits for `count` events of these kinds, or for RunEnded."""
        received: list[Event] = []
        while True:
            alive = self._alive()
            for event in map(from_record, reader.read()):
                if isinstance(event, (*kinds, RunEnded)):
                    received.append(event)
                if len(received) == count or isinstance(event, RunEnded):
                    return received
            if not alive:
                raise RunsError(f"the worker of {self.run.id} ended without a word; see {self.run.log_path}")
            await asyncio.sleep(_POLL_SECONDS)

    def _alive(self) -> bool:
        if self._process is not None and self._process.poll() is None:
            return True
        return held(self.run.lock_path)


def _reader_at_end(run: RunDirectory) -> EventReader:
    reader = EventReader(run.events_path)
    for _ in reader.chunks():
        pass
    return reader
