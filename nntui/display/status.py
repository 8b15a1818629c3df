"""How the status of a run looks: a character that shows it without colour, and a tone for its colour."""

from __future__ import annotations

_MARKS = {
    "starting": "○",
    "running": "●",
    "paused": "‖",
    "finished": "✓",
    "stopped": "■",
    "diverged": "✗",
    "failed": "✗",
    "crashed": "✗",
}
_TONES = {"starting": "muted", "running": "good", "paused": "warn", "finished": "good", "stopped": "muted"}


def mark(status: str) -> str:
    """One cell for a value of `runs.status.Status`: '●' for running."""
    return _MARKS[status]


def tone(status: str) -> str:
    """'good', 'warn', 'bad' or 'muted' for a value of `runs.status.Status`."""
    return _TONES.get(status, "bad")
