"""A model that is refused only once its worker reads the data: ids beyond an embedding's vocabulary."""

from pathlib import Path

import numpy as np

WORDS = "the data hold numbers from 0 to 9, expected ids from 0 to 3"
_MODEL = """\
name = "ids"

[data]
source = "beyond.npz"
validation = 0.2

[[layers]]
type = "embedding"
vocabulary = 4
dimensions = 2

[[layers]]
type = "flatten"

[[layers]]
type = "dense"

[training]
epochs = 3
"""


def write_unstartable(folder: Path) -> Path:
    """The model file, its data beside it."""
    np.savez(folder / "beyond.npz", x=np.tile(np.array([[0, 9], [1, 2]], np.float32), (10, 1)), y=np.arange(20) % 2)
    path = folder / "ids.toml"
    path.write_text(_MODEL)
    return path


def mend_data(folder: Path) -> None:
    """Writes data that can be trained in place of those."""
    np.savez(folder / "beyond.npz", x=np.tile(np.array([[0, 3], [1, 2]], np.float32), (10, 1)), y=np.arange(20) % 2)
