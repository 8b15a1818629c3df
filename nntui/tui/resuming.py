"""Resuming a run whose worker has ended."""

from __future__ import annotations

import threading

from nntui.runs.directory import RunDirectory
from nntui.worker.launch import start_worker


def resume(run: RunDirectory, *, epochs: int | None = None) -> None:
    """Starts a worker that resumes from the newest checkpoint; `epochs` replaces the run's total.

    RunsError where it cannot be started.
    """
    worker = start_worker(run, epochs=epochs)
    # A worker that ended while the app lives would stay a zombie, were it not waited for.
    threading.Thread(target=worker.wait, name=f"wait for {run.id}", daemon=True).start()
