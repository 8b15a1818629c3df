"""Starting a run from the app, and learning whether its worker refused it."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path
from typing import Any

from nntui.runs.directory import RunDirectory
from nntui.runs.events import RunStarted
from nntui.runs.last_record import last_record

_LOOK_SECONDS = 0.2


def start_run(draft: dict[str, Any], base: Path, root: Path) -> tuple[RunDirectory, subprocess.Popen[bytes]]:
    """Creates a run of the draft and starts its worker; SpecError or RunsError where that cannot be done."""
    from nntui.worker.launch import create_run, start_worker

    run = create_run(draft, base=base, root=root)
    return run, start_worker(run)


async def refusal_of(run: RunDirectory, worker: subprocess.Popen[bytes]) -> str | None:
    """Waits until a new run trains; why its worker refused it, in which case its directory is deleted, else None."""
    from nntui.worker.launch import REFUSED, discard_unstarted

    while worker.poll() is None:
        if await asyncio.to_thread(last_record, run.events_path, (RunStarted.name,)) is not None:
            return None
        await asyncio.sleep(_LOOK_SECONDS)
    return await asyncio.to_thread(discard_unstarted, run) if worker.returncode == REFUSED else None
