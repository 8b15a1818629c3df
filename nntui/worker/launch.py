"""Starting runs: the directory, its resolved model, and the worker process, which outlives its parent."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import nntui
from nntui.runs.directory import RunDirectory, RunsError, problem
from nntui.runs.events import RunEnded, RunStarted
from nntui.runs.files import open_appending
from nntui.runs.last_record import last_record
from nntui.runs.lock import held
from nntui.training.parallel.blas_threads import set_threads_before_numpy

REFUSED = 2
"""The exit code of a worker that refused its run before it trained."""


def create_run(
    draft: dict[str, Any],
    *,
    base: Path,
    root: Path,
    name: str | None = None,
    on_hint: Callable[[str], None] = lambda hint: None,
) -> RunDirectory:
    """A new run of a draft, with its resolved model written, but not started.

    Relative data paths count from `base`; `name` replaces the draft's; `on_hint` is called with each hint for
    improving the model. Raises SpecError with every problem of the draft, and RunsError if the directory cannot be
    created; no directory is left behind then.
    """
    # Imported here, so that processes that only steer a run do not wait for NumPy.
    import numpy as np

    from nntui.data.catalogue import absolute_source
    from nntui.modelfile.document import write_document
    from nntui.modelfile.keys import PROVENANCE
    from nntui.modelfile.parsing import to_draft
    from nntui.modelfile.validation import validate
    from nntui.training.parallel.worker_count import is_worth_trying

    if name is not None:
        draft = {**draft, "name": name}
    validation = validate(draft, base=base)
    spec = validation.ready()
    resolved = to_draft(spec)
    resolved["data"]["source"] = absolute_source(spec.data, base=base)
    if spec.training.workers is None and validation.totals is not None:
        flops = validation.totals.flops * spec.training.batch_size
        # Otherwise the worker measures the fastest number and stores it.
        if not is_worth_trying(flops, batch_size=spec.training.batch_size):
            resolved["training"]["workers"] = 1
    resolved[PROVENANCE] = {
        "nntui": nntui.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
        "machine": platform.machine(),
    }
    for hint in validation.hints:
        on_hint(hint)
    run = RunDirectory.create(root, spec.name, now=datetime.now())
    try:
        write_document(resolved, run.model_path, private=True)
    except OSError as error:
        run.remove()
        raise RunsError(f"cannot write {problem(run.model_path, error)}") from error
    return run


def discard_unstarted(run: RunDirectory) -> str | None:
    """Deletes a run whose worker refused it before its training ever began; returns the reason in one line.

    Returns None and deletes nothing if the run has begun, a worker holds it, or the log gives no reason.
    """
    ended = last_record(run.events_path, (RunEnded.name,))
    if ended is None or held(run.lock_path) or last_record(run.events_path, (RunStarted.name,)) is not None:
        return None
    run.remove()
    return str(ended.get("message"))


def start_worker(run: RunDirectory, *, epochs: int | None = None) -> subprocess.Popen[bytes]:
    """Starts the worker of a new or resumed run in a session of its own, so that it survives the end of this process.

    `epochs` is a new total number of epochs, for continuing a run that is over. The worker's output goes to the run's
    worker.log. Raises RunsError if it cannot be started.
    """
    environment = dict(os.environ)
    set_threads_before_numpy(environment)
    environment["PYTHONUNBUFFERED"] = "1"
    # -P, so that a file in the working directory cannot shadow one of our modules.
    command = [sys.executable, "-P", "-m", "nntui.worker.process", str(run.path.resolve())]
    command += [str(epochs)] if epochs is not None else []
    run.refuse_links()
    try:
        with os.fdopen(open_appending(run.log_path), "ab") as log:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
                start_new_session=True,
            )
    except OSError as error:
        raise RunsError(f"cannot start the worker of {run.id}: {error}") from error
    # Waited for, or it would stay a zombie as long as this process lives.
    threading.Thread(target=process.wait, name=f"reaper of {run.id}", daemon=True).start()
    return process
