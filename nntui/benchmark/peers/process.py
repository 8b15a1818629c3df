"""Peers: the same training with another library, in a process of its own that trains one round at a time."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import numpy as np

from nntui.data.dataset import Dataset
from nntui.modelfile.model import ModelSpec
from nntui.nn.layers.plan import plan
from nntui.settings import settings_of
from nntui.training.parallel.blas_threads import VARIABLES

PACKAGES = {"torch": "torch", "jax": "jax", "sklearn": "scikit-learn"}
"""The available peers, and the names of their libraries for pip."""
_SCRIPT = Path(__file__).parent / "run.py"
_MOST_BYTES = 2**29
"""The largest inputs of a split, as float32, that a peer gets; of a larger split it gets only the first samples."""
_UNSUPPORTED = {"l1": 0.0, "l2": 0.0, "clip_value": None, "clip_norm": None, "accumulate": 1, "ema": None,
            "class_weights": None}  # fmt: skip
"""Settings of the training that no peer supports, with the value that turns each off."""


class PeerError(Exception):
    """A comparison that is not possible; one line for people."""


def job_of(spec: ModelSpec, dataset: Dataset, *, threads: int) -> dict[str, Any]:
    """The description of a training for a peer, JSON-compatible; PeerError if no peer supports it.

    Each layer is a table of its settings with its `input_shape` and `output_shape`.
    """
    training = spec.training
    for name, off in _UNSUPPORTED.items():
        if getattr(training, name) != off:
            raise PeerError(f"training.{name}: no peer does this; compare without it")
    if training.optimizer.weight_decay:
        raise PeerError("training.optimizer.weight_decay: no peer does this; compare with 0")
    layers = [
        {**_table(item.layer), "input_shape": item.input_shape, "output_shape": item.output_shape}
        for item in plan(spec.layers, dataset.input_shape)
    ]
    return {
        "layers": layers,
        "loss": _table(training.loss),
        "optimizer": _table(training.optimizer),
        "batch_size": min(training.batch_size, len(dataset.train)),
        "threads": threads,
    }


def _table(member: Any) -> dict[str, Any]:
    """A member of a family as a table, without settings that are not plain values, such as the layers of a block."""
    plain = {name: getattr(member, name) for name, item in settings_of(type(member)).items() if item.is_plain}
    return {"type": member.type, **plain}


def _write_arrays(path: Path, dataset: Dataset) -> None:
    """Writes the raw training split, so that bytes stay bytes in the file, with the offset and scale for its inputs."""
    split, preprocessing = dataset.train, dataset.preprocessing
    most = max(_MOST_BYTES // max(4 * split.x[0].size, 1), 1)
    raw = split.x.dtype == np.uint8
    offset, scale = (preprocessing.offset, preprocessing.scale) if raw else (0, 1)
    y = split.y if dataset.classes else split.y.astype(np.float32)
    np.savez(path, x=split.x[:most], y=y[:most], offset=np.float32(offset), scale=np.float32(scale))


@dataclasses.dataclass(frozen=True, slots=True)
class Round:
    """A timed round of training."""

    samples: int
    seconds: float

    @property
    def rate(self) -> float:
        """Samples per second."""
        return self.samples / self.seconds


class Peer:
    """A process that trains with the library `name` in the interpreter `python`, as a context manager.

    Raises PeerError if the interpreter does not exist, lacks the library, or the peer does not support the job. Once
    the context is entered, the peer is ready and everything is compiled.
    """

    def __init__(self, name: str, job: dict[str, Any], dataset: Dataset, *, python: str) -> None:
        self.name = name
        self.version = ""
        self.threads = 0
        self.compile_seconds: float | None = None
        """None for a library that does not compile."""
        self._job, self._dataset, self._python = job, dataset, python

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="nntui-peer-")))
            job, arrays = folder / "job.json", folder / "arrays.npz"
            job.write_text(json.dumps(self._job), encoding="utf-8")
            _write_arrays(arrays, self._dataset)
            self._stderr = stack.enter_context((folder / "stderr").open("w+b"))
            self._process = self._start([self._python, str(_SCRIPT), self.name, str(job), str(arrays)])
            stack.callback(self._end)
            ready = self._answer()
            self.version, self.threads = str(ready["version"]), int(ready["threads"])
            self.compile_seconds = ready["compile_seconds"]
            self._stack = stack.pop_all()
        return self

    def _start(self, command: list[str]) -> subprocess.Popen[str]:
        environment = {**os.environ, **dict.fromkeys(VARIABLES, str(self._job["threads"])), "PYTHONSAFEPATH": "1"}
        pipe = subprocess.PIPE
        try:
            return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=self._stderr, env=environment, text=True)
        except OSError as error:
            raise PeerError(f"cannot start {self._python}: {error.strerror}; --peer-python takes the path of a python"
                            ) from error  # fmt: skip

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def round(self, seconds: float) -> Round:
        """Trains for about `seconds`; PeerError if the process is gone."""
        commands = _piped(self._process.stdin)
        try:
            commands.write(json.dumps({"seconds": seconds}) + "\n")
            commands.flush()
        except BrokenPipeError:
            raise PeerError(self._last_words()) from None
        answer = self._answer()
        return Round(int(answer["samples"]), float(answer["seconds"]))

    def _answer(self) -> dict[str, Any]:
        line = _piped(self._process.stdout).readline()
        try:
            answer = json.loads(line)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise PeerError(self._last_words(line))
        if "error" not in answer:
            return answer
        advice = ""
        if answer.get("missing"):
            package = PACKAGES[self.name]
            advice = f": pip install {package} there, or name an interpreter that has it with --peer-python"
        raise PeerError(f"{answer['error']}{advice}")

    def _last_words(self, line: str = "") -> str:
        self._end()
        self._stderr.seek(0)
        output = self._stderr.read().decode(errors="replace").strip() or line.strip() or "it said nothing"
        return f"the {self.name} peer has ended before its time: {output.splitlines()[-1]}"

    def _end(self) -> None:
        _piped(self._process.stdout).close()
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        with suppress(BrokenPipeError):
            _piped(self._process.stdin).close()


def _piped(stream: IO[str] | None) -> IO[str]:
    assert stream is not None, "the process was started with pipes"
    return stream
