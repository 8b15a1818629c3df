"""Small checkpoints whose weights all are their epoch's number, and what reads them back."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from nntui.runs.checkpoints import load


def weights(value: float, size: int = 10) -> dict[str, np.ndarray]:
    return {"w": np.full(size, value, np.float32)}


def fill(store, epochs, best=(), size=10):
    for epoch in epochs:
        name = store.save_epoch(epoch, weights(epoch, size), {"epoch": epoch}, best=epoch in best)
        assert name == f"epoch-{epoch:04d}.safetensors"


def epoch_of(path: Path | None) -> int:
    assert path is not None
    tensors, metadata = load(path)
    assert (tensors["w"] == metadata["epoch"]).all()
    return metadata["epoch"]
