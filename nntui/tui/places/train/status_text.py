"""What the state line of a run says: how it stands, why, and which key to press next."""

from __future__ import annotations

from nntui.runs.events import HyperparameterChanged, RunEnded, Warning
from nntui.runs.follow.follower import Sighting
from nntui.runs.status import Status
from nntui.runs.verdict import advice, verdict
from nntui.tui.places.train.curves import change_words, metric_of
from nntui.tui.run_states import mark, tone
from nntui.tui.widgets.epoch_columns import short
from nntui.tui.widgets.note_line import Note

EMPTY = "No run attached.\n\n[b]1[/b] Build, then [b]r[/b] trains it\n[b]4[/b] Runs lists the saved ones"
_WARNED_SECONDS = 60.0
"""Of the run's own time: an older warning or change is a mark on the curves."""


def state_notes(sighting: Sighting, asked: str) -> list[Note]:
    """The state line; `asked` is what was asked of the worker and not answered yet, '' for nothing."""
    status = sighting.status
    guessing = guesses(sighting)
    head: Note = (f"{mark(status)} {status}", tone(status))
    if sighting.problem:
        return [head, (sighting.problem, "bad")]
    if not sighting.complete:
        return [(f"○ reading the log, {len(sighting.steps):,} steps so far", "muted")]
    if asked:
        return [head, (asked, "warn")]
    if guessing:
        # Alone on the line: with the status before it, it would be cut at 80 columns.
        return [(f"! {guessing}", "warn")]
    return [head, *_rest(sighting)]


def second_note(sighting: Sighting) -> Note | None:
    """The line above: what to do about the end of the run, that nothing is saved, or a warning of the last minute."""
    if sighting.status is Status.FAILED and sighting.ended is not None:
        return (sighting.ended.message, "bad")
    if sighting.status is Status.DIVERGED and sighting.ended is not None:
        hint = sighting.ended.message.partition("; ")[2]
        return (f"{hint[:1].upper()}{hint[1:]}: 1 Build, then r", "warn") if hint else None
    if guesses(sighting):
        words = advice(sighting.started)
        return (f"{words[:1].upper()}{words[1:]}", "warn")
    unsaved = _unsaved(sighting)
    if unsaved:
        return (unsaved, "bad")
    newest = next((remark for remark in reversed(sighting.remarks) if isinstance(remark, Warning)), None)
    latest = float(sighting.steps.time[-1]) if len(sighting.steps) else 0.0
    if newest is None or latest - newest.time > _WARNED_SECONDS:
        return None
    return (f"! step {newest.step:,}: {newest.message}", "warn")


def headline_state(sighting: Sighting) -> str:
    """The word at the top right: the status, or that a finished run guesses."""
    return "guessing" if guesses(sighting) else str(sighting.status)


def guesses(sighting: Sighting) -> str:
    """That a finished run learned nothing; '' where it did."""
    if sighting.status is not Status.FINISHED or sighting.started is None or not sighting.epochs:
        return ""
    best = [sighting.best] if sighting.best is not None else []
    return verdict(sighting.started, [sighting.epochs[-1], *best])


def _unsaved(sighting: Sighting) -> str:
    """That a run which goes on is not saved, for as long as that is so; '' where it is."""
    if not sighting.status.alive:
        return ""
    if sighting.disk_full:
        return "! The disk is full: training goes on, but nothing is saved until there is room"
    if sighting.unsaved:
        since = f"since epoch {sighting.saved_epoch}" if sighting.saved_epoch else "so far"
        return f"! No checkpoint {since} could be saved: make room on the disk, see worker.log"
    return ""


def _rest(sighting: Sighting) -> list[Note]:
    message = sighting.ended.message if sighting.ended else ""
    match sighting.status:
        case Status.RUNNING:
            return [(f"step {sighting.step:,}", "plain"), *_changed(sighting), *_best(sighting)]
        case Status.PAUSED:
            after: Note = (f"after step {sighting.step:,}", "plain")
            return [after, ("space goes on", "muted"), *_changed(sighting), *_best(sighting)]
        case Status.CRASHED if not sighting.step:
            return [("the worker ended before the first step: worker.log says why", "plain")]
        case Status.CRASHED:
            return [(f"after step {sighting.step:,}: the worker is gone", "plain"), ("R resumes it", "strong")]
        case Status.FINISHED:
            return [(_end_words(sighting.ended), "plain"), *_best(sighting)]
        case Status.DIVERGED:
            return [(message.partition("; ")[0], "plain")]
        case Status.FAILED:
            return [(f"after step {sighting.step:,}", "plain"), ("R resumes it", "strong")]
        case Status.STOPPED:
            return [(message.partition("; ")[0], "plain"), ("R resumes it", "strong"), *_best(sighting)]
        case _:
            return [("the worker is starting", "muted")]


def _changed(sighting: Sighting) -> list[Note]:
    """What was changed in the last minute, the newest of it."""
    changes = (remark for remark in reversed(sighting.remarks) if isinstance(remark, HyperparameterChanged))
    newest = next(changes, None)
    latest = float(sighting.steps.time[-1]) if len(sighting.steps) else 0.0
    if newest is None or latest - newest.time > _WARNED_SECONDS:
        return []
    return [(f"◆ {change_words(newest)}", "plain")]


def _end_words(ended: RunEnded | None) -> str:
    """The end in words; which epoch a run went back to stands first, so that no narrow screen cuts it."""
    message = ended.message if ended is not None else ""
    cause, back, epoch = message.partition("; back to the weights of ")
    return f"back to {epoch}, {cause}" if back else message


def _best(sighting: Sighting) -> list[Note]:
    best = sighting.best
    if best is None:
        return []
    # The loss is what tells the best epoch unless the model says otherwise: it must stand beside the metric.
    prefix = "val_" if "val_loss" in best.metrics else ""
    told = [f"{prefix}{name}" for name in ("loss", metric_of(sighting)) if f"{prefix}{name}" in best.metrics]
    values = "  ".join(f"{short(name)} {best.metrics[name]:.3g}" for name in told)
    return [(f"★ epoch {best.epoch}: {values}", "muted")]
