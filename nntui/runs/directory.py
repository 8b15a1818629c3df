"""Run directories and the root that holds them: creating, listing and finding runs."""

from __future__ import annotations

import difflib
import errno
import os
import re
import shutil
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Self

from nntui.display.message import message_line, path_text, quoted

_STAMP = re.compile(r"-(\d{8}-\d{6})(?:-(\d+))?$")
_LONGEST_SLUG = 40


class RunsError(Exception):
    """A problem with a run directory that a person can act on; its text is one line of bounded length."""

    def __init__(self, message: str) -> None:
        super().__init__(message_line(" ".join(message.split())))


def problem(path: Path, error: OSError) -> str:
    """'PATH: the system's message', for a RunsError."""
    if error.errno == errno.ELOOP:
        return f"{path_text(path)}: expected a file, got a symbolic link"
    return f"{path_text(path)}: {error.strerror or error}"


@dataclass(frozen=True)
class RunDirectory:
    """One run's directory and the names of the files in it; none of them need exist."""

    path: Path

    @property
    def id(self) -> str:
        """The directory's name: 'digits-mlp-20250131-140509'."""
        return self.path.name

    @property
    def model_path(self) -> Path:
        """The whole resolved model file, written once."""
        return self.path / "model.toml"

    @property
    def events_path(self) -> Path:
        """One event a line, appended by the worker."""
        return self.path / "events.jsonl"

    @property
    def commands_path(self) -> Path:
        """One command a line, appended by viewers."""
        return self.path / "commands.jsonl"

    @property
    def metrics_path(self) -> Path:
        """One row per epoch, for spreadsheets."""
        return self.path / "metrics.csv"

    @property
    def live_path(self) -> Path:
        """The newest weights and gradients, replaced atomically."""
        return self.path / "live.safetensors"

    @property
    def checkpoints_path(self) -> Path:
        """The directory of the checkpoints."""
        return self.path / "checkpoints"

    @property
    def log_path(self) -> Path:
        """What the worker wrote to stdout and stderr."""
        return self.path / "worker.log"

    @property
    def lock_path(self) -> Path:
        """Locked while a worker lives."""
        return self.path / "lock"

    @classmethod
    def create(cls, root: Path, name: str, *, now: datetime) -> Self:
        """A new directory `root/<slug>-<yyyymmdd-hhmmss>[-2]`, mode 0700, with `checkpoints/` inside.

        `root` is made when missing. RunsError when it cannot be written; no directory is left then.
        """
        stem = f"{_slug(name)}-{now:%Y%m%d-%H%M%S}"
        run: Self | None = None
        try:
            root.mkdir(parents=True, exist_ok=True)
            path, number = root / stem, 1
            while True:
                try:
                    path.mkdir(mode=0o700)
                    break
                except FileExistsError:
                    number += 1
                    path = root / f"{stem}-{number}"
            run = cls(path)
            run.checkpoints_path.mkdir(mode=0o700)
        except OSError as error:
            if run is not None:
                run.remove()
            raise RunsError(f"cannot create a run in {problem(root, error)}: choose another with --runs-dir") from error
        return run

    def refuse_links(self) -> None:
        """RunsError if the directory, its checkpoint directory or one of its files is a symbolic link.

        A run writes only within its directory: the person who made the directory must not redirect it elsewhere.
        """
        for folder in (self.path, self.checkpoints_path):
            if folder.is_symlink():
                more = f"; name the run by its own path, {self.path.resolve()}" if folder is self.path else ""
                raise RunsError(f"{folder}: expected a folder, got a symbolic link{more}")
        for path in (self.lock_path, self.model_path, self.events_path, self.commands_path, self.metrics_path,
                     self.live_path, self.log_path):  # fmt: skip
            if path.is_symlink():
                raise RunsError(f"{path}: expected a file, got a symbolic link")

    def remove(self) -> None:
        """Delete the directory and everything in it, as far as permissions allow."""
        shutil.rmtree(self.path, ignore_errors=True)

    def exists(self) -> bool:
        """Whether this is a run directory: it holds a log or a model file."""
        return _is_file(self.events_path) or _is_file(self.model_path)


def runs_root(option: Path | None) -> Path:
    """The directory that holds the runs: the given option, else $NNTUI_RUNS, else ./runs."""
    return (option or Path(os.environ.get("NNTUI_RUNS") or "runs")).expanduser()


def list_runs(root: Path) -> list[RunDirectory]:
    """The runs in `root`, newest first; [] if it does not exist. RunsError if it cannot be read."""
    try:
        with os.scandir(root) as entries:
            names = [entry.name for entry in entries if not entry.name.startswith(".")]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise RunsError(problem(root, error)) from error
    runs = [run for run in (RunDirectory(root / name) for name in names) if run.exists()]
    return sorted(runs, key=_created, reverse=True)


def find_run(root: Path, reference: str) -> RunDirectory:
    """The run with this id, unique prefix of an id, or path, or the 'latest'; else RunsError names the closest ids."""
    runs = list_runs(root)
    if reference == "latest":
        if not runs:
            raise RunsError(f"no runs in {root}: train one with 'nntui train MODEL'")
        return runs[0]
    by_path = RunDirectory(Path(reference).expanduser()) if "/" in reference or reference in (".", "..") else None
    if by_path is not None:
        if by_path.exists():
            return RunDirectory(by_path.path.resolve())
        raise RunsError(f"{quoted(reference)} is not a run directory: it holds neither events.jsonl nor model.toml")
    matches = [run for run in runs if reference and run.id.startswith(reference)]
    exact = [run for run in matches if run.id == reference]
    if exact or len(matches) == 1:
        return (exact or matches)[0]
    raise RunsError(_not_found(root, reference, runs, matches))


def _not_found(root: Path, reference: str, runs: list[RunDirectory], matches: list[RunDirectory]) -> str:
    if matches:
        ids = ", ".join(run.id for run in matches[:5]) + (", ..." if len(matches) > 5 else "")
        return f"{quoted(reference)} could be {len(matches)} runs ({ids}): give more of the id"
    if not runs:
        return f"no run {quoted(reference)}: there are no runs in {root}"
    ids = [run.id for run in runs]
    near = difflib.get_close_matches(reference, ids, n=3, cutoff=0.3) or ids[:3]
    return f"no run {quoted(reference)} in {root}; the nearest: {', '.join(near)}"


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = "-".join(re.findall(r"[a-z0-9]+", plain))
    return words[:_LONGEST_SLUG].strip("-") or "run"


def _created(run: RunDirectory) -> tuple[float, int, str]:
    # The name tells when a run was created, even after the directory was copied; a renamed run has only its mtime.
    stamp = _STAMP.search(run.id)
    if stamp is not None:
        try:
            moment = datetime.strptime(stamp[1], "%Y%m%d-%H%M%S").timestamp()
            return moment, int((stamp[2] or "1")[:9]), run.id
        except (ValueError, OverflowError):
            pass
    try:
        return run.path.stat().st_mtime, 0, run.id
    except OSError:
        return 0.0, 0, run.id


def _is_file(path: Path) -> bool:
    # Path.is_file raises where a parent cannot be searched.
    try:
        return path.is_file()
    except OSError:
        return False
