"""A first model for some data: layers that suit its shape and task, and training settings that suit its size."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nntui.data.catalogue import Description, describe, load
from nntui.data.settings import DataSettings

_SMALLEST_IMAGE = 8
"""Pixels across, from which on another convolution and pool are worthwhile."""
_MOST_BLOCKS = 4
_LARGEST_FLAT = 4096
"""Inputs of the dense layer after the convolutions; above it, it gets only the mean of each channel."""
_FEW_SAMPLES, _MANY_SAMPLES = 2_000, 20_000
_WIDE = 8
"""Columns from which on a table counts as wide."""
_LONGEST_NAME = 60

Table = dict[str, Any]


def first_draft(source: str, *, base: Path) -> Table:
    """A draft that trains on the source as it is; DataError if the source cannot be read.

    Relative paths count from `base`. Reads the samples themselves only if they may be ids, to count them.
    """
    description = describe(DataSettings(source=source), base=base)
    vocabulary = _vocabulary(source, base) if description.may_be_ids else None
    return {
        "name": _name(source),
        "data": _data(source, description, are_ids=vocabulary is not None),
        "layers": first_stack(description, vocabulary),
        "training": _training(description),
    }


def first_stack(description: Description, vocabulary: int | None = None) -> list[Table]:
    """The layers: convolutions for images, a GRU for sequences, else dense layers; the last one's units are left open.

    `vocabulary` is the number of ids if the inputs are sequences of ids, else None.
    """
    shape = description.input_shape
    if vocabulary is not None:
        embedding = {"type": "embedding", "vocabulary": vocabulary, "dimensions": 16}
        return [embedding, {"type": "global_average_pool1d"}, {"type": "dense"}]
    if len(shape) == 2:
        return [{"type": "gru", "units": 32}, {"type": "dense"}]
    if len(shape) == 3:
        return _image_stack(shape)
    units = 64 if shape[0] >= 16 else 32
    return [_dense(units), _dense(units // 2), {"type": "dense"}]


def _image_stack(shape: tuple[int, ...]) -> list[Table]:
    """Blocks of a convolution and a pool until the image is small."""
    layers: list[Table] = []
    height, width, channels = shape
    for block in range(_MOST_BLOCKS):
        if min(height, width) < _SMALLEST_IMAGE:
            break
        channels = 16 * 2**block
        convolution = {"type": "conv2d", "filters": channels, "kernel_size": 3, "padding": "same", "activation": "relu"}
        layers += [convolution, {"type": "max_pool2d", "pool_size": 2}]
        height, width = height // 2, width // 2
    is_large = layers and height * width * channels > _LARGEST_FLAT
    layers.append({"type": "global_average_pool2d" if is_large else "flatten"})
    return [*layers, _dense(64), {"type": "dense"}]


def _dense(units: int) -> Table:
    return {"type": "dense", "units": units, "activation": "relu"}


def _data(source: str, description: Description, *, are_ids: bool) -> Table:
    """The source with its split; inputs and targets are standardized if they have arbitrary units."""
    table: Table = {"source": source}
    if not description.brings_own_split:
        table["validation"] = 0.2
    if description.kind != "generated" and len(description.input_shape) < 3 and not are_ids:
        table["standardize"] = True
    if description.kind != "generated" and description.task == "regression":
        table["standardize_targets"] = True
    return table


def _training(description: Description) -> Table:
    """With few samples there are few steps, which are larger; with many columns the samples would be memorized."""
    samples = description.samples[0]
    is_small = samples < _FEW_SAMPLES
    table: Table = {
        "epochs": 50 if is_small else 20 if samples < _MANY_SAMPLES else 5,
        "batch_size": 32 if samples < _MANY_SAMPLES else 64,
        "seed": 0,
    }
    is_sequence, is_narrow = len(description.input_shape) == 2, description.input_shape[0] < _WIDE
    if is_sequence:
        table["clip_norm"] = 1.0
    is_table = len(description.input_shape) == 1
    rate = 0.01 if is_sequence or (is_small and is_table and is_narrow) else 0.001
    return {**table, "optimizer": {"type": "adam", "learning_rate": rate}}


def _vocabulary(source: str, base: Path) -> int | None:
    """The number of ids in the data; None if a number is below 0 and so not an id."""
    dataset = load(DataSettings(source=source), base=base, seed=0)
    inputs = [split.x for split in (dataset.train, dataset.val) if len(split)]
    if any(x.min() < 0 for x in inputs):
        return None
    return int(max(x.max() for x in inputs)) + 1


def _name(source: str) -> str:
    """The file's name without its extension, or the name of the source."""
    name = Path(source).expanduser().stem if ("/" in source or "." in source) else source
    return "".join(letter for letter in name if letter.isprintable()).strip()[:_LONGEST_NAME] or "model"
