"""Control: what viewers have asked for, turned into what the worker does next."""

from __future__ import annotations

from collections.abc import Iterator

from nntui.nn.optimizers import Optimizer
from nntui.nn.settings import settings_of
from nntui.runs.commands import BadCommand, CommandReader
from nntui.runs.events import Command


class Control:
    """The state that commands put the worker in: running, paused, or paused after one more step or epoch."""

    def __init__(self, reader: CommandReader) -> None:
        self._reader = reader
        self.paused = False
        self.stopping = False
        self._until: str | None = None
        """'step' or 'epoch': run on to the end of one, then pause."""
        self._learning_rate: float | None = None
        self._repeated = False

    def read(self) -> Iterator[str]:
        """Takes in new commands; yields a line for each that cannot be obeyed."""
        for command in self._reader.read():
            if isinstance(command, BadCommand):
                yield f"a command could not be understood: {command.reason}"
                continue
            complaint = self._take(command)
            if complaint:
                yield complaint

    def _take(self, command: Command) -> str | None:
        match command.command:
            case "pause":
                self._repeated |= self.paused
                self.paused, self._until = True, None
            case "resume":
                self._repeated |= not self.paused
                self.paused, self._until = False, None
            case "step" | "epoch":
                self.paused, self._until = False, command.command
            case "stop":
                self.stopping = True
            case "set":
                return self._set(command)
        return None

    def _set(self, command: Command) -> str | None:
        if command.setting != "learning_rate":
            return f"{command.setting!r} cannot be changed while training; only learning_rate can"
        setting = settings_of(Optimizer)["learning_rate"]
        value = command.value
        if value is None or not (setting.above or 0) < value <= (setting.maximum or value):
            return f"learning_rate must be {setting.bounds}, got {value}"
        self._learning_rate = value
        return None

    def take_learning_rate(self) -> float | None:
        """The learning rate asked for last, once; None where none was."""
        rate, self._learning_rate = self._learning_rate, None
        return rate

    def take_repeated(self) -> bool:
        """Whether what is the case already was asked for, once: whoever asked waits for an answer all the same."""
        repeated, self._repeated = self._repeated, False
        return repeated

    def pauses_after_step(self) -> bool:
        """Whether to pause now, after a step."""
        if self._until == "step":
            self.paused, self._until = True, None
        return self.paused

    def pauses_after_epoch(self) -> bool:
        """Whether to pause now, after an epoch."""
        if self._until == "epoch":
            self.paused, self._until = True, None
        return self.paused
