"""One IDX file as an array."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from nntui.data.readers.idx_content import read_content
from nntui.data.readers.prefetch import take_prefetched


def read_array(path: Path, dimensions: int) -> np.ndarray:
    """The array, uint8, read-only; DataError where header and contents do not agree."""
    shape, content = take_prefetched(path, dimensions) or read_content(path, dimensions)
    size = math.prod(shape)
    return np.frombuffer(content, np.uint8, size, len(content) - size).reshape(shape)
