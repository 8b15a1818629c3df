"""`nntui train`: a new run, in this process or a separate one."""

from __future__ import annotations

from pathlib import Path

import click

from nntui.cli.console import info
from nntui.cli.parameters import (
    DEFAULT_MODEL,
    base_of,
    chosen_root,
    find_model,
    json_option,
    model_argument,
    read_model,
    runs_dir_option,
    set_option,
    timestamps_option,
)


@click.command("train")
@model_argument(DEFAULT_MODEL)
@set_option("training.epochs=5")
@click.option("--name", help="Name of the model and beginning of the run's id.")
@click.option("--detach", is_flag=True, help="Train in the background and print the run's id.")
@json_option("Print every event as a line of JSON, as in the run's log.")
@timestamps_option
@runs_dir_option
def train_command(
    model: str, overrides: tuple[str, ...], name: str | None, detach: bool, as_json: bool, runs_dir: Path | None
) -> int:
    """Train MODEL, a model file or a bundled model [default: digits-mlp], into a new run.

    Ctrl+c ends it after the step it is making and saves; a second one leaves at once.
    It prints a line per epoch, from the 4,097th on for every second, fourth,
    eighth ... one; the run's metrics.csv has a row for each.

    \b
    Example: nntui train digits-mlp --set training.epochs=5
    Exit codes: 0 finished, 1 failed, 2 wrong input, 3 diverged, 130 interrupted.
    """
    return train(
        find_model(model), overrides=overrides, name=name, root=chosen_root(runs_dir), as_json=as_json, detach=detach
    )


def train(
    path: Path,
    *,
    root: Path,
    overrides: tuple[str, ...] = (),
    name: str | None = None,
    as_json: bool = False,
    detach: bool = False,
) -> int:
    """Trains a model file into a new run in `root`; the exit code."""
    from nntui.data.readers.prefetch import prefetch_images

    draft = read_model(path, overrides)
    base = base_of(path)
    if not detach and isinstance(draft.get("data"), dict):
        prefetch_images(draft["data"].get("source"), base)
    # Only now, because this brings NumPy and much else, which takes as long as inflating does.
    from nntui.worker.launch import create_run

    run = create_run(draft, base=base, root=root, name=name, on_hint=lambda hint: info(f"hint: {hint}"))
    if detach:
        from nntui.cli.background import train_detached

        return train_detached(run)
    from nntui.cli.foreground import train_here

    return train_here(run, as_json=as_json)
