"""Frames: checkpoints of past epochs without the state that only a resumed run needs; with Adam a third of the size."""

from __future__ import annotations

from pathlib import Path

from nntui.runs.tensor_file import is_readable, load, load_metadata, save

RESUME_ONLY = ("optimizer.", "raw.", "best.")
"""Prefixes of the tensors that a frame omits."""


def is_complete(path: Path) -> bool:
    """Whether a run can be resumed from the file: it is undamaged and not a frame."""
    return is_readable(path) and load_metadata(path).get("frame") is not True


def make_frame(path: Path, *, durable: bool = False) -> None:
    """Replace a complete checkpoint with its frame; CheckpointError if it is damaged or cannot be written."""
    if load_metadata(path).get("frame") is True:
        return
    tensors, metadata = load(path)
    kept = {name: tensor for name, tensor in tensors.items() if not name.startswith(RESUME_ONLY)}
    save(path, kept, {**metadata, "frame": True}, durable=durable)
