"""The shape of samples: tables (features,), sequences (time, features) and images (height, width, channels)."""

from __future__ import annotations

from nntui.data.errors import source_error


def sample_shape(shape: tuple[int, ...], name: str, *, whole: bool = True) -> tuple[int, ...]:
    """The shape of one sample of an array of `shape`, (n,) being one feature.

    Of three dimensions, `whole` numbers are images of one channel (n, height, width), others sequences (n, time,
    features): pictures are kept as bytes, and measurements as floats.
    DataError for samples without values, with too many dimensions, or with the channels in front.
    """
    if not 1 <= len(shape) <= 4:
        raise source_error(
            f"{name} has shape {shape}, expected (rows, features), (rows, time, features), (rows, height, width) "
            "or (.., channels)"
        )
    if 0 in shape[1:]:
        raise source_error(f"{name} has shape {shape}: samples without values")
    if len(shape) == 4 and shape[1] in (1, 3) and shape[2] == shape[3] > 4:
        raise source_error(
            f"{name} has shape {shape} with the channels in front: transpose it to (rows, height, width, channels)"
        )
    if len(shape) == 1:
        return (1,)
    return (*shape[1:], 1) if len(shape) == 3 and whole else shape[1:]
