"""A peer's process: trains as described by a job, one round per request, so that rounds of several can alternate.

    PYTHON run.py NAME JOB.json ARRAYS.npz

It answers in lines of JSON on stdout: first {"version", "threads", "compile_seconds"}, or {"error"} and exit code 2;
then, for each line {"seconds"} on stdin, {"samples", "seconds"} of a round of about that length. It ends with stdin.

A peer is a file NAME_peer.py beside this one, with a class `Peer(job, x, y)` that has `version`, `compile_seconds`
(None if nothing is compiled), `steps_at_once`, `advance(order)`, which makes a training step for each row of indices,
and, if its threads can be chosen, `use_threads(count)`. It raises NotImplementedError for whatever it does not support.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
import time
from pathlib import Path
from typing import Any, TextIO

_TRY_SECONDS = 0.1
_CHUNKS_A_ROUND = 4
_LEAST_STEPS = 16
"""The fewest steps in the order of samples; the steps of a shorter epoch are repeated."""


def load_peer(name: str) -> Any:
    """The module of a peer, which imports its library only when a `Peer` is created."""
    path = Path(__file__).with_name(f"{name}_peer.py")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Training:
    """A peer training on a job, in chunks of steps large enough for the overhead to be negligible."""

    def __init__(self, peer: Any, job: dict[str, Any], samples: int) -> None:
        import numpy as np

        self.peer = peer
        batch = job["batch_size"]
        steps = samples // batch
        order = np.random.default_rng(0).permutation(samples)[: steps * batch].reshape(steps, batch)
        self._order = np.tile(order, (-(-_LEAST_STEPS // steps), 1))
        self._position = 0
        self._steps = min(peer.steps_at_once, len(self._order))
        self.threads = self._choose_threads(job["threads"])

    def _choose_threads(self, most: int) -> int:
        """All threads, or one if that is faster, as for small networks."""
        if not hasattr(self.peer, "use_threads"):
            return most
        seconds: dict[int, float] = {}
        for count in sorted({1, most}):
            self.peer.use_threads(count)
            self._advance()
            samples, spent = self.round(_TRY_SECONDS)
            seconds[count] = spent / samples
        best = min(seconds, key=seconds.__getitem__)
        self.peer.use_threads(best)
        return best

    def round(self, seconds: float) -> tuple[int, float]:
        """Trains for about `seconds`; returns the samples and the seconds it took."""
        samples, began = 0, time.perf_counter()
        while True:
            samples += self._advance()
            spent = time.perf_counter() - began
            if spent >= seconds:
                self._grow(samples / spent, seconds)
                return samples, spent

    def _advance(self) -> int:
        if self._position + self._steps > len(self._order):
            self._position = 0
        chunk = self._order[self._position : self._position + self._steps]
        self._position += self._steps
        self.peer.advance(chunk)
        return chunk.size

    def _grow(self, rate: float, seconds: float) -> None:
        once = self.peer.steps_at_once
        steps = int(rate * seconds / _CHUNKS_A_ROUND / self._order.shape[1])
        self._steps = max(min(steps, len(self._order)) // once * once, self._steps)


def main(arguments: list[str], commands: TextIO, answers: TextIO) -> int:
    """Serves requests until `commands` ends; returns the exit code."""
    name, job_path, arrays_path = arguments

    def answer(record: dict[str, Any]) -> None:
        print(json.dumps(record), file=answers, flush=True)

    try:
        import numpy as np

        job = json.loads(Path(job_path).read_text(encoding="utf-8"))
        with np.load(arrays_path) as arrays:
            x = (arrays["x"] - arrays["offset"]) * arrays["scale"]
            peer = load_peer(name).Peer(job, x.astype(np.float32, copy=False), arrays["y"])
    except ModuleNotFoundError as error:
        answer({"error": f"{error.name} is not installed in {sys.executable}", "missing": True})
        return 2
    except NotImplementedError as error:
        answer({"error": f"the {name} peer knows no {error}"})
        return 2
    training = Training(peer, job, len(x))
    training.round(_TRY_SECONDS)
    answer({"version": peer.version, "threads": training.threads, "compile_seconds": peer.compile_seconds})
    for line in commands:
        samples, seconds = training.round(json.loads(line)["seconds"])
        answer({"samples": samples, "seconds": seconds})
    return 0


if __name__ == "__main__":
    # Stdout becomes stderr, so that what a library prints is not taken for an answer.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    sys.exit(main(sys.argv[1:], sys.stdin, answers))
