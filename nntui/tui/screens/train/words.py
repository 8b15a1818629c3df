"""What the state line of a run says: how it stands, why, and which key to press next."""

from __future__ import annotations

from nntui.runs.events import Warning
from nntui.runs.status import Status
from nntui.tui.follow import Sighting
from nntui.tui.run_states import mark, tone
from nntui.tui.widgets.note_line import Note

EMPTY = "No run attached.\n\n[b]1[/b] Build, then [b]r[/b] trains it\n[b]4[/b] Runs lists the saved ones"
_RESUMABLE = (Status.STOPPED, Status.CRASHED, Status.FAILED)


def is_resumable(status: Status) -> bool:
    """Whether a new worker can go on with a run of this status; one that diverged would do so again."""
    return status in _RESUMABLE


def state_notes(sighting: Sighting, asked: str) -> list[Note]:
    """The state line; `asked` is what was asked of the worker and not answered yet, '' for nothing."""
    status = sighting.status
    head: Note = (f"{mark(status)} {status}", tone(status))
    if sighting.problem:
        return [head, (sighting.problem, "bad")]
    if not sighting.complete:
        return [(f"○ reading the log, {len(sighting.steps):,} steps so far", "muted")]
    if asked:
        return [head, (asked, "warn")]
    return [head, *_rest(sighting)]


def warning_note(sighting: Sighting) -> Note | None:
    """The newest warning; None when there is none."""
    newest = next((remark for remark in reversed(sighting.remarks) if isinstance(remark, Warning)), None)
    return (f"! step {newest.step}: {newest.message}", "warn") if newest else None


def _rest(sighting: Sighting) -> list[Note]:
    message = sighting.ended.message if sighting.ended else ""
    match sighting.status:
        case Status.STARTING:
            return [("the worker is starting", "muted")]
        case Status.RUNNING:
            return [(f"step {sighting.step:,}", "plain"), *_best(sighting)]
        case Status.PAUSED:
            return [(f"after step {sighting.step:,}", "plain"), ("space goes on", "muted"), *_best(sighting)]
        case Status.CRASHED:
            return [(f"after step {sighting.step:,}: the worker is gone", "plain"), ("R resumes it", "strong")]
        case Status.FINISHED:
            return [(message, "plain"), *_best(sighting)]
        case Status.DIVERGED:
            return [(message, "plain")]
        case _:
            # The key first: the message of a failure may be long.
            return [("R resumes it", "strong"), (message.partition(";")[0], "plain")]


def _best(sighting: Sighting) -> list[Note]:
    best = next((epoch for epoch in reversed(sighting.epochs) if epoch.epoch == sighting.best_epoch), None)
    if best is None:
        return []
    name = next((name for name in ("val_accuracy", "val_loss", "accuracy", "loss") if name in best.metrics), None)
    value = f": {name} {best.metrics[name]:.3g}" if name else ""
    return [(f"★ epoch {best.epoch}{value}", "muted")]
