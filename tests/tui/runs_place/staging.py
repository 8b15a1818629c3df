"""Runs of the table, and the place around them."""

from nntui.runs.directory import RunDirectory
from nntui.runs.metrics_csv import MetricsCsv
from nntui.tui.places.runs.place import RunsPlace
from tests.tui.train.staging import BEGAN, Stage, drawn, epoch, until, write_run

MODEL = """\
name = "{}"
[data]
source = "digits"
validation = 0.2
[[layers]]
type = "dense"
units = 64
[training]
epochs = 5
batch_size = 32
seed = 0
[training.optimizer]
type = "adam"
learning_rate = {}
[training.loss]
type = "cross_entropy"
"""


def saved(root, name, *events, epochs=3, learning_rate=0.01) -> RunDirectory:
    """A run with its model file and metrics; the name ends with a stamp."""
    run = write_run(root / name, *events, live=False)
    run.model_path.write_text(MODEL.format(name[:-16], learning_rate))
    metrics = MetricsCsv(run.metrics_path)
    for number in range(1, epochs + 1):
        metrics.append(epoch(number))
    metrics.close()
    return run


def stage(root) -> Stage:
    """Runs alone, two hours after the runs were begun."""
    return Stage(RunsPlace(now=lambda: BEGAN + 7200), runs_root=root)


async def listed(pilot, app, count) -> None:
    """Waits until the table has this many runs."""
    await until(pilot, lambda: len(app.place.table.rows) == count)


async def previewed(pilot, app, run) -> None:
    """Waits until the curves of a run are drawn."""
    preview = app.place.preview
    await until(pilot, lambda: preview.shown == run)
    await drawn(pilot)
