"""The base of reports: what every one of them says about a run on stderr."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from nntui.cli.console import info
from nntui.cli.event_text import message_of
from nntui.runs.events import Event, RunStarted, Warning


class Report:
    """Called with every event of a run, in order; a context manager, since what is drawn must be removed at the end."""

    draws = False
    """Whether the last line of the terminal is redrawn."""

    skipped_epochs = 0
    """Epochs at the beginning that are not reported, because they ended long before `nntui watch` was called."""

    def __init__(self, *, prints_warnings: bool) -> None:
        self._prints_warnings = prints_warnings

    def is_skipped(self, event: Event) -> bool:
        """Whether the event belongs to a skipped epoch."""
        return event.epoch <= self.skipped_epochs and not isinstance(event, RunStarted)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        return None

    def __call__(self, event: Event) -> None:
        """Reports the event; OSError if stdout cannot be written."""
        message = message_of(event) if not self.is_skipped(event) else None
        if message is not None and (self._prints_warnings or not isinstance(event, Warning)):
            info(message, at=event.time)
