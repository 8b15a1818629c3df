"""A first model for data: a stack that fits their shape and their task, and a training that suits their number."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nntui.data.catalogue import Description, describe, load
from nntui.data.settings import DataSettings

_SMALLEST_PICTURE = 8
"""Pixels across that a convolution and a pool still make something of."""
_MOST_BLOCKS = 4
_LARGEST_ROW = 4096
"""Numbers that a dense layer is given behind convolutions; of more, only each channel's mean."""
_FEW_SAMPLES, _MANY_SAMPLES = 2_000, 20_000
_WIDE = 8
"""Columns of a table."""
_LONGEST_NAME = 60

Table = dict[str, Any]


def first_draft(source: str, *, base: Path) -> Table:
    """A draft that trains on the source as it is; DataError where that cannot be read. `base`: of relative paths.

    Reads the samples themselves only where they may be ids, to count them.
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
    """The layers: convolutions for pictures, a GRU for sequences, else dense layers; the last one's units are open.

    `vocabulary` is how many ids there are where the inputs are sequences of ids, None where they are not.
    """
    shape = description.input_shape
    if vocabulary is not None:
        embedding = {"type": "embedding", "vocabulary": vocabulary, "dimensions": 16}
        return [embedding, {"type": "global_average_pool1d"}, {"type": "dense"}]
    if len(shape) == 2:
        return [{"type": "gru", "units": 32}, {"type": "dense"}]
    if len(shape) == 3:
        return _for_pictures(shape)
    units = 64 if shape[0] >= 16 else 32
    return [_dense(units), _dense(units // 2), {"type": "dense"}]


def _for_pictures(shape: tuple[int, ...]) -> list[Table]:
    """Blocks of a convolution and a pool until the picture is small."""
    layers: list[Table] = []
    height, width, channels = shape
    for block in range(_MOST_BLOCKS):
        if min(height, width) < _SMALLEST_PICTURE:
            break
        channels = 16 * 2**block
        convolution = {"type": "conv2d", "filters": channels, "kernel_size": 3, "padding": "same", "activation": "relu"}
        layers += [convolution, {"type": "max_pool2d", "pool_size": 2}]
        height, width = height // 2, width // 2
    is_large = layers and height * width * channels > _LARGEST_ROW
    layers.append({"type": "global_average_pool2d" if is_large else "flatten"})
    return [*layers, _dense(64), {"type": "dense"}]


def _dense(units: int) -> Table:
    return {"type": "dense", "units": units, "activation": "relu"}


def _data(source: str, description: Description, *, are_ids: bool) -> Table:
    """The source with its split; inputs and targets standardized where they come in units of their own."""
    table: Table = {"source": source}
    if not description.brings_own_split:
        table["validation"] = 0.2
    if description.kind != "generated" and len(description.input_shape) < 3 and not are_ids:
        table["standardize"] = True
    if description.kind != "generated" and description.task == "regression":
        table["standardize_targets"] = True
    return table


def _training(description: Description) -> Table:
    """Few samples make few steps, which are larger then; with many columns they would be learned by heart."""
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
    """How many ids the data hold; None where some number is below 0, which no id is."""
    dataset = load(DataSettings(source=source), base=base, seed=0)
    parts = [part.x for part in (dataset.train, dataset.val) if len(part)]
    if any(x.min() < 0 for x in parts):
        return None
    return int(max(x.max() for x in parts)) + 1


def _name(source: str) -> str:
    """The file's name without its ending, or the source's own."""
    words = Path(source).expanduser().stem if ("/" in source or "." in source) else source
    return "".join(letter for letter in words if letter.isprintable()).strip()[:_LONGEST_NAME] or "model"
