"""How a run ended, in words and as an exit code."""

from __future__ import annotations

from nntui.cli.failures import FAILED
from nntui.cli.parameters import command_for
from nntui.cli.speech import say
from nntui.runs.directory import RunDirectory
from nntui.runs.events import RunEnded

DIVERGED = 3
_CODES = {"finished": 0, "stopped": 0, "diverged": DIVERGED}


def tell_end(run: RunDirectory, ended: RunEnded) -> int:
    """Says how the run ended and what can be done now; the exit code."""
    # What a worker says of going on cannot name the run as it is called from here.
    cause = ended.message.replace("'nntui resume'", command_for("resume", run))
    if ended.reason == "stopped":
        say(cause)
    elif ended.reason == "finished":
        best = f", best epoch {ended.best_epoch}" if ended.best_epoch else ""
        say(f"{run.id} finished: {cause}{best}")
    else:
        say(f"{run.id} {ended.reason}: {cause}")
    return _CODES.get(ended.reason, FAILED)
