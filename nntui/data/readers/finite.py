"""Refusing values that a network cannot learn from."""

from __future__ import annotations

import numpy as np

from nntui.data.errors import source_error

LARGEST = float(np.finfo(np.float32).max)
_BLOCK = 2**20


def refuse_not_finite(values: np.ndarray, name: str) -> None:
    """Raises DataError with the index of the first NaN, infinity or number beyond float32, counted from 0."""
    # float16 cannot be compared with a number beyond its range.
    flat = values.reshape(-1).astype(np.float32, copy=False) if values.dtype.itemsize == 2 else values.reshape(-1)
    for start in range(0, flat.size, _BLOCK):
        # Written so that NaN, which compares as False, counts as bad.
        bad = ~(np.abs(flat[start : start + _BLOCK]) <= LARGEST)
        if bad.any():
            position = np.unravel_index(start + int(bad.argmax()), values.shape)
            index = ", ".join(str(int(number)) for number in position)
            value = float(values[position])
            what = "is too large for 32-bit numbers" if np.isfinite(value) else "is not a finite number"
            raise source_error(f"{name}[{index}] is {value:g}, which {what}: remove or fill the row")
