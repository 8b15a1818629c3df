"""A log of a million lines opens while the keys go on answering."""

import asyncio
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from nntui.runs.events import to_json
from nntui.runs.history import MOST_STEPS
from tests.tui.train.staging import ended, epoch, started, step, write_run

EPOCHS, STEPS = 5000, 199
"""With an epoch_ended each, a million lines."""


@pytest.mark.slow
def test_a_million_lines_open_in_little_memory(tmp_path):
    run = write_run(tmp_path / "big")
    with run.events_path.open("w") as log:
        log.write(to_json(started(epochs=EPOCHS, steps_per_epoch=STEPS)) + "\n")
        for number in range(1, EPOCHS + 1):
            for place in range((number - 1) * STEPS + 1, number * STEPS + 1):
                log.write(to_json(step(place, epoch=number)) + "\n")
            log.write(to_json(epoch(number, step=number * STEPS)) + "\n")
        log.write(to_json(ended("finished", "trained", at=EPOCHS * STEPS)) + "\n")
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    opened = subprocess.run(
        [sys.executable, __file__, str(run.path)], capture_output=True, text=True, check=True, env=environment
    )
    print(opened.stdout)
    seconds, megabytes, slowest = map(float, opened.stdout.split())
    assert megabytes < 150
    # Several times what an idle machine needs: this is to catch a log read in the event loop.
    assert seconds < 10
    assert slowest < 0.5


async def _open(path: Path) -> tuple[float, float]:
    from nntui.runs.directory import RunDirectory
    from nntui.tui.places.train.place import TrainPlace
    from tests.tui.train.staging import Stage

    app = Stage(place := TrainPlace())
    slowest = 0.0
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        began = time.perf_counter()
        place.attach(RunDirectory(path))
        while place.snapshot is None or not place.snapshot.complete:
            focused, pressed = app.focused, time.perf_counter()
            app.simulate_key("tab")
            while app.focused is focused:
                await asyncio.sleep(0.001)
            slowest = max(slowest, time.perf_counter() - pressed)
            await asyncio.sleep(0.02)
        seconds = time.perf_counter() - began
        steps = place.snapshot.steps
        # No stretch is missing: what is left out lies between two steps that are there.
        gaps = np.diff(steps.step, prepend=0)
        assert gaps.min() > 0
        assert gaps.max() <= 4 * place.snapshot.one_in
        assert len(steps) <= MOST_STEPS
        assert steps.step[-1] == EPOCHS * STEPS
    return seconds, slowest


if __name__ == "__main__":
    seconds, slowest = asyncio.run(_open(Path(sys.argv[1])))
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000, slowest)
