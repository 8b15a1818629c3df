"""Control: what viewers have asked for, turned into what the worker does next."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator

from nntui.display.message import quoted
from nntui.nn.optimizers import Optimizer
from nntui.nn.settings import settings_of
from nntui.runs.commands import BadCommand, CommandReader
from nntui.runs.directory import RunDirectory
from nntui.runs.events import Command

_LARGEST_SCALE = 1000


class Control:
    """The state that commands put the worker in: running, paused, or paused after one more step or epoch."""

    def __init__(self, reader: CommandReader) -> None:
        self._reader = reader
        self.paused = False
        self.stopping = False
        self._until: str | None = None
        """'step' or 'epoch': run on to the end of one, then pause."""
        self._learning_rate: float | None = None
        self._scale = 1.0
        """What to multiply by, the rate that is set or else the one there is."""
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
            case "set" | "scale":
                return self._change(command)
        return None

    def _change(self, command: Command) -> str | None:
        if command.setting != "learning_rate":
            return f"{quoted(command.setting)} cannot be changed while training; only learning_rate can"
        setting = settings_of(Optimizer)["learning_rate"]
        value = command.value
        if command.command == "scale":
            if value is None or not 0 < value <= _LARGEST_SCALE:
                return f"learning_rate can be multiplied by what is above 0 and at most {_LARGEST_SCALE}, got {value}"
            self._scale *= value
            return None
        if value is None or not (setting.above or 0) < value <= (setting.maximum or value):
            return f"learning_rate must be {setting.bounds}, got {value}"
        self._learning_rate, self._scale = value, 1.0
        return None

    def move(self, run: RunDirectory) -> None:
        """Reads commands from now on where the run's directory is after it was renamed."""
        self._reader.move(run.commands_path)

    def take_learning_rate(self, present: float) -> float | None:
        """The learning rate asked for last, once; None where none was. `present` is the one there is.

        One that is multiplied beyond the setting's bounds stops there.
        """
        rate, scale = self._learning_rate, self._scale
        self._learning_rate, self._scale = None, 1.0
        if rate is None and scale == 1:
            return None
        largest = settings_of(Optimizer)["learning_rate"].maximum or math.inf
        return min(max((present if rate is None else rate) * scale, sys.float_info.min), largest)

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
