"""Starting the app, and what is said when it has ended."""

from __future__ import annotations

import gc
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from nntui.display.printable import printable

if TYPE_CHECKING:
    from nntui.tui.app import NntuiApp


def run_app(
    *, runs_root: Path, base: Path, model: Path | None = None, guard: Callable[[NntuiApp], None] | None = None
) -> int:
    """Runs the app until it is quit; returns its exit code. What is still training is named on stdout.

    `guard` is given the app before it runs.
    """
    # Nothing that an import makes is garbage, and looking for some costs a fifth of the start.
    gc.disable()
    from nntui.tui.app import NntuiApp
    from nntui.tui.gc_pauses import GcPauses

    GcPauses.take_over()
    gc.enable()
    app = NntuiApp(runs_root=runs_root, base=base, model=model)
    if guard is not None:
        guard(app)
    app.run()
    for line in farewell(app):
        print(printable(line))
    return app.return_code or 0


def farewell(app: NntuiApp) -> list[str]:
    """The runs watched that go on without the app, and how to come back to them; [] where there are none."""
    from nntui.runs.status import Status, status_of
    from nntui.worker.running import is_running

    lines = []
    for run in filter(is_running, app.attached):
        how = "waits, paused" if status_of(run) is Status.PAUSED else "goes on training in the background"
        lines.append(f"{run.id} {how}.")
        lines.append(f"Come back with 'nntui' or 'nntui watch {run.id}'; end it with 'nntui stop {run.id}'.")
    return lines
