"""What the state line of a run says: how it stands, why, and which key to press next."""

from __future__ import annotations

from nntui.display.status import mark, tone
from nntui.runs.events import HyperparameterChanged, RunEnded, Warning
from nntui.runs.follow.follower import RunSnapshot
from nntui.runs.status import Status
from nntui.runs.verdict import advice, verdict
from nntui.tui.places.train.curves import change_words, metric_of
from nntui.tui.widgets.epoch_columns import short
from nntui.tui.widgets.note_line import Note

EMPTY = "No run attached.\n\n[b]1[/b] Build, then [b]r[/b] trains it\n[b]4[/b] Runs lists the saved ones"
_WARNED_SECONDS = 60.0
"""Of the run's own time: an older warning or change is a mark on the curves."""


def state_notes(snapshot: RunSnapshot, asked: str) -> list[Note]:
    """The state line; `asked` is what was asked of the worker and not answered yet, '' for nothing."""
    status = snapshot.status
    guessing = guesses(snapshot)
    head: Note = (f"{mark(status)} {status}", tone(status))
    if snapshot.problem:
        return [head, (snapshot.problem, "bad")]
    if not snapshot.complete:
        return [(f"○ reading the log, {len(snapshot.steps):,} steps so far", "muted")]
    if asked:
        return [head, (asked, "warn")]
    if guessing:
        # Alone on the line: with the status before it, it would be cut at 80 columns.
        return [(f"! {guessing}", "warn")]
    return [head, *_rest(snapshot)]


def second_note(snapshot: RunSnapshot) -> Note | None:
    """The line above: what to do about the end of the run, that nothing is saved, or a warning of the last minute."""
    if snapshot.status is Status.FAILED and snapshot.ended is not None:
        return (snapshot.ended.message, "bad")
    if snapshot.status is Status.DIVERGED and snapshot.ended is not None:
        hint = snapshot.ended.message.partition("; ")[2]
        return (f"{hint[:1].upper()}{hint[1:]}: 1 Build, then r", "warn") if hint else None
    if guesses(snapshot):
        words = advice(snapshot.started)
        return (f"{words[:1].upper()}{words[1:]}", "warn")
    unsaved = _unsaved(snapshot)
    if unsaved:
        return (unsaved, "bad")
    newest = next((remark for remark in reversed(snapshot.remarks) if isinstance(remark, Warning)), None)
    latest = float(snapshot.steps.time[-1]) if len(snapshot.steps) else 0.0
    if newest is None or latest - newest.time > _WARNED_SECONDS:
        return None
    return (f"! step {newest.step:,}: {newest.message}", "warn")


def headline_state(snapshot: RunSnapshot) -> str:
    """The word at the top right: the status, or that a finished run guesses."""
    return "guessing" if guesses(snapshot) else str(snapshot.status)


def guesses(snapshot: RunSnapshot) -> str:
    """That a finished run learned nothing; '' where it did."""
    if snapshot.status is not Status.FINISHED or snapshot.started is None or not snapshot.epochs:
        return ""
    best = [snapshot.best] if snapshot.best is not None else []
    return verdict(snapshot.started, [snapshot.epochs[-1], *best])


def _unsaved(snapshot: RunSnapshot) -> str:
    """That a run which goes on is not saved, for as long as that is so; '' where it is."""
    if not snapshot.status.alive:
        return ""
    if snapshot.disk_full:
        return "! The disk is full: training goes on, but nothing is saved until there is room"
    if snapshot.unsaved:
        since = f"since epoch {snapshot.saved_epoch}" if snapshot.saved_epoch else "so far"
        return f"! No checkpoint {since} could be saved: make room on the disk, see worker.log"
    return ""


def _rest(snapshot: RunSnapshot) -> list[Note]:
    message = snapshot.ended.message if snapshot.ended else ""
    match snapshot.status:
        case Status.RUNNING:
            return [(f"step {snapshot.step:,}", "plain"), *_changed(snapshot), *_best(snapshot)]
        case Status.PAUSED:
            after: Note = (f"after step {snapshot.step:,}", "plain")
            return [after, ("space goes on", "muted"), *_changed(snapshot), *_best(snapshot)]
        case Status.CRASHED if not snapshot.step:
            return [("the worker ended before the first step: worker.log says why", "plain")]
        case Status.CRASHED:
            return [(f"after step {snapshot.step:,}: the worker is gone", "plain"), ("R resumes it", "strong")]
        case Status.FINISHED:
            return [(_end_words(snapshot.ended), "plain"), *_best(snapshot)]
        case Status.DIVERGED:
            return [(message.partition("; ")[0], "plain")]
        case Status.FAILED:
            return [(f"after step {snapshot.step:,}", "plain"), ("R resumes it", "strong")]
        case Status.STOPPED:
            return [(message.partition("; ")[0], "plain"), ("R resumes it", "strong"), *_best(snapshot)]
        case _:
            return [("the worker is starting", "muted")]


def _changed(snapshot: RunSnapshot) -> list[Note]:
    """What was changed in the last minute, the newest of it."""
    changes = (remark for remark in reversed(snapshot.remarks) if isinstance(remark, HyperparameterChanged))
    newest = next(changes, None)
    latest = float(snapshot.steps.time[-1]) if len(snapshot.steps) else 0.0
    if newest is None or latest - newest.time > _WARNED_SECONDS:
        return []
    return [(f"◆ {change_words(newest)}", "plain")]


def _end_words(ended: RunEnded | None) -> str:
    """The end in words; which epoch a run went back to stands first, so that no narrow screen cuts it."""
    message = ended.message if ended is not None else ""
    cause, back, epoch = message.partition("; back to the weights of ")
    return f"back to {epoch}, {cause}" if back else message


def _best(snapshot: RunSnapshot) -> list[Note]:
    best = snapshot.best
    if best is None:
        return []
    # The loss is what tells the best epoch unless the model says otherwise: it must stand beside the metric.
    prefix = "val_" if "val_loss" in best.metrics else ""
    told = [f"{prefix}{name}" for name in ("loss", metric_of(snapshot)) if f"{prefix}{name}" in best.metrics]
    values = "  ".join(f"{short(name)} {best.metrics[name]:.3g}" for name in told)
    return [(f"★ epoch {best.epoch}: {values}", "muted")]
