"""How the status of a run looks: a character that tells it without colour, and a component class for its colour."""

from __future__ import annotations

from nntui.runs.status import Status

_MARKS = {
    Status.STARTING: "○",
    Status.RUNNING: "●",
    Status.PAUSED: "‖",
    Status.FINISHED: "✓",
    Status.STOPPED: "■",
    Status.DIVERGED: "✗",
    Status.FAILED: "✗",
    Status.CRASHED: "✗",
}
_TONES = {
    Status.STARTING: "muted",
    Status.RUNNING: "good",
    Status.PAUSED: "warn",
    Status.FINISHED: "good",
    Status.STOPPED: "muted",
}


def mark(status: Status) -> str:
    """One cell: '●' for running."""
    return _MARKS[status]


def tone(status: Status) -> str:
    """'good', 'warn', 'bad' or 'muted'."""
    return _TONES.get(status, "bad")
