"""Handwritten runs and an app around one place."""

import time
from pathlib import Path

import numpy as np
from textual.app import App, ComposeResult

from nntui.runs.commands import CommandReader
from nntui.runs.directory import RunDirectory
from nntui.runs.event_log import EventLog
from nntui.runs.events import (
    EpochEnded,
    Event,
    RunEnded,
    RunStarted,
    Step,
)
from nntui.runs.live import write_live
from nntui.tui.chrome.key_line import KeyLine
from nntui.tui.chrome.top_line import Headline, TopLine
from nntui.tui.places.place import Place
from nntui.tui.widgets.line_diffed import LineDiffed
from nntui.tui.widgets.note_line import NoteLine
from tests.tui.screen_text import screen_text

PATIENCE = 20.0
BEGAN = 1_700_000_000.0
STEPS = 20
"""An epoch's."""


def started(**changes) -> RunStarted:
    values = {
        "step": 0, "epoch": 0, "time": BEGAN, "from_step": 0, "model": "small", "epochs": 5, "steps_per_epoch": STEPS,
        "batch_size": 32, "train_samples": STEPS * 32, "val_samples": 64, "parameters": 24, "task": "classification",
        "classes": ["a", "b"], "layers": ["dense_1", "dense_2"], "metrics": ["accuracy"], "pid": 1, "versions": {},
    }  # fmt: skip
    return RunStarted(**{**values, **changes})


def step(number: int, **changes) -> Step:
    values = {
        "step": number, "epoch": (number - 1) // STEPS + 1, "time": BEGAN + number / 10, "loss": 2 / number,
        "learning_rate": 0.01, "accuracy": 1 - 0.5 / number,
    }  # fmt: skip
    return Step(**{**values, **changes})


def epoch(number: int, *, best: bool = True, step: int | None = None, **metrics: float) -> EpochEnded:
    return EpochEnded(
        step=number * STEPS if step is None else step,
        epoch=number,
        time=BEGAN + number * 2.5,
        metrics=metrics
        or {"loss": 1 / number, "accuracy": 0.8, "val_loss": 1.5 / number, "val_accuracy": 1 - 0.2 / number},
        learning_rate=0.01,
        seconds=2.0,
        samples_per_second=320.0,
        best=best,
    )


def ended(reason: str, message: str, *, at: int = 3 * STEPS) -> RunEnded:
    return RunEnded(step=at, epoch=at // STEPS, time=BEGAN + at, reason=reason, message=message, best_epoch=2)


def trained(epochs: int = 3) -> list[Event]:
    """A start and this many epochs, the second the best."""
    events: list[Event] = [started()]
    for number in range(1, epochs + 1):
        events += [step(place) for place in range((number - 1) * STEPS + 1, number * STEPS + 1)]
        events.append(epoch(number, best=number <= 2))
    return events


def write_run(path: Path, *events: Event, live: bool = True) -> RunDirectory:
    """A run directory with this log, and with weights of two layers."""
    run = RunDirectory(path)
    run.checkpoints_path.mkdir(parents=True, exist_ok=True)
    append(run, *events)
    if live:
        ramp = np.linspace(-1, 1, 32, dtype=np.float32)
        weights = {
            "dense_1.weight": ramp.reshape(4, 8),
            "dense_1.bias": ramp[:8],
            "dense_2.weight": ramp[:16].reshape(8, 2),
        }
        write_live(run.live_path, 60, 3, weights, {name: -array for name, array in weights.items()})
    return run


def append(run: RunDirectory, *events: Event) -> None:
    """Adds to the log, as a worker would."""
    log = EventLog(run.events_path)
    for event in events:
        log.append(event)
    log.close()


class Stage(App):
    """One place between the top line and the key line, with what places ask of the app."""

    CSS_PATH = str(Path(__file__).parents[3] / "nntui" / "tui" / "nntui.tcss")

    def __init__(self, place: Place, *, runs_root: Path = Path("runs")) -> None:
        super().__init__()
        self.place = place
        self.runs_root = runs_root
        self.attached: list[RunDirectory] = []

    def compose(self) -> ComposeResult:
        yield TopLine([("2", "train", "Train"), ("4", "runs", "Runs")])
        yield self.place
        yield KeyLine()

    def on_mount(self) -> None:
        self.place.focus_first()

    def on_place_headline(self, message: Place.Headline) -> None:
        self.query_one(TopLine).headline = Headline(message.name, str(message.state))

    def attach(self, run: RunDirectory) -> None:
        self.attached.append(run)

    async def may_start(self) -> bool:
        return True


async def until(pilot, condition) -> None:
    """Waits for the condition; fails when it does not come true."""
    limit = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < limit, "it did not come true"
        await pilot.pause(0.01)
    await pilot.pause()


async def drawn(pilot) -> None:
    """Waits until no widget has put a drawing off."""
    await until(pilot, lambda: not any(widget.is_behind for widget in pilot.app.query(LineDiffed)))


async def attached(pilot, place, run) -> None:
    place.attach(run)
    await until(pilot, lambda: place.snapshot is not None and place.snapshot.complete)


def state(place) -> str:
    return place.query_one("#train-state", NoteLine).text


def keys(app) -> str:
    return screen_text(app).splitlines()[-1]


async def asks(pilot, run, key, count=1) -> list:
    """The commands that a key has written."""
    reader = CommandReader(run.commands_path)
    reader.read()
    await pilot.press(key)
    found: list = []

    def read():
        found.extend(reader.read())
        return len(found) >= count

    await until(pilot, read)
    return found
