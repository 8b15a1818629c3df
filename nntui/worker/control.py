"""Control: turning the commands of viewers into what the worker does next."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Mapping

from nntui.modelfile.tunable import Tunable, why_not
from nntui.runs.commands import BadCommand, CommandReader
from nntui.runs.directory import RunDirectory
from nntui.runs.events import Command

_LARGEST_SCALE = 1000


class Control:
    """The state requested by commands: running, paused, or running until the end of a step or epoch."""

    def __init__(self, reader: CommandReader, tunables: Mapping[str, Tunable]) -> None:
        """`tunables` are the settings that may be changed, by name."""
        self._reader, self._tunables = reader, tunables
        self.paused = False
        self.stopping = False
        self._until: str | None = None
        """'step' or 'epoch': run on to the end of one, then pause."""
        self._values: dict[str, float] = {}
        """The requested values of settings."""
        self._scale = 1.0
        """The factor for the learning rate, the requested one or else the current one."""
        self._repeated = False

    def read(self) -> Iterator[str]:
        """Reads new commands; yields a line for each that cannot be obeyed."""
        for command in self._reader.read():
            if isinstance(command, BadCommand):
                yield f"a command could not be understood: {command.reason}"
                continue
            refusal = self._take(command)
            if refusal:
                yield refusal

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
            case _:
                pass
        return None

    def _change(self, command: Command) -> str | None:
        name, value = command.setting, command.value
        tunable = self._tunables.get(name)
        if tunable is None:
            return why_not(name, self._tunables)
        if command.command == "scale":
            return self._multiply(name, value)
        problem = tunable.problem(value)
        if problem or value is None:
            return f"{name} {problem}"
        self._values[name] = value
        if name == "learning_rate":
            self._scale = 1.0
        return None

    def _multiply(self, name: str, value: float | None) -> str | None:
        if name != "learning_rate":
            return f"{name} cannot be multiplied, only set; learning_rate can"
        if value is None or not 0 < value <= _LARGEST_SCALE:
            return f"learning_rate can be multiplied by what is above 0 and at most {_LARGEST_SCALE}, got {value}"
        self._scale *= value
        return None

    def move(self, run: RunDirectory) -> None:
        """Continues to read commands in the run's directory at its new path."""
        self._reader.move(run.commands_path)

    def take_changes(self, rate: float) -> dict[str, float]:
        """The settings to change, with the last requested values, once; `rate` is the current learning rate.

        A learning rate that is multiplied beyond its bounds is clamped to them.
        """
        values, scale = self._values, self._scale
        self._values, self._scale = {}, 1.0
        if scale != 1:
            largest = self._tunables["learning_rate"].setting.maximum or math.inf
            rate = values.get("learning_rate", rate) * scale
            values["learning_rate"] = min(max(rate, sys.float_info.min), largest)
        return values

    def take_repeated(self) -> bool:
        """Whether a command asked for the present state, once; a viewer waits for an answer to it all the same."""
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
