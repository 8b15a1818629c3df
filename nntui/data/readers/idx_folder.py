"""A folder of IDX files with the MNIST family's names: train-images-idx3-ubyte.gz and the others."""

from __future__ import annotations

from pathlib import Path

from nntui.data.errors import DataError, shown, source_error
from nntui.data.input_schema import InputSchema
from nntui.data.readers.file_cache import cached_by_file, unreadable
from nntui.data.readers.idx import read_array
from nntui.data.readers.idx_content import NAME, read_shape
from nntui.data.readers.outline import Outline, RawData
from nntui.data.readers.sample_shapes import sample_shape
from nntui.data.readers.targets import Targets, read_targets

_DIMENSIONS = {"images": 3, "labels": 1}


@cached_by_file
def outline(path: Path, target: str | None, task: str | None, schema: InputSchema | None = None) -> Outline:
    """From the headers of the images and from the labels; the images themselves are not read."""
    if target is not None:
        raise DataError("data.target", f"{shown(str(path), 200)} holds images, not columns: leave target out")
    files = _files(path)
    shapes = [read_shape(files[f"{split}-images"], 3) for split in _splits(files)]
    targets = _targets(files, task)
    for split, shape, labels in zip(_splits(files), shapes, targets.parts, strict=True):
        if shape[0] != len(labels):
            images = files[f"{split}-images"].name
            raise source_error(f"{images} has {shape[0]:,} images, but there are {len(labels):,} labels")
        if shape[1:] != shapes[0][1:]:
            raise source_error(f"the train images are {shapes[0][1:]} pixels, the test images {shape[1:]}")
    return Outline(
        task=targets.task,
        input_shape=sample_shape(shapes[0], files["train-images"].name),
        rows=shapes[0][0],
        classes=targets.classes,
        class_counts=targets.class_counts,
        val_class_counts=targets.val_class_counts,
        constant_targets=targets.constant_targets,
        targets=targets.targets,
        val_rows=shapes[1][0] if len(shapes) > 1 else None,
    )


def read(path: Path, target: str | None, task: str | None, schema: InputSchema | None = None) -> RawData:
    """Images uint8 (n, height, width, 1)."""
    outline(path, target, task, schema)
    try:
        files = _files(path)
        images = [read_array(files[f"{split}-images"], 3)[..., None] for split in _splits(files)]
        targets = _targets(files, task)
    except OSError as error:
        raise unreadable(path, error) from error
    if any(len(x) != len(y) for x, y in zip(images, targets.parts, strict=True)):
        raise source_error(f"{shown(str(path), 200)} changed while it was read")
    own_val = (images[1], targets.parts[1]) if len(images) > 1 else None
    return RawData(images[0], targets.parts[0], own_val)


def _splits(files: dict[str, Path]) -> list[str]:
    return ["train", "test"] if "test-images" in files else ["train"]


def _targets(files: dict[str, Path], task: str | None) -> Targets:
    labels = [read_array(files[f"{split}-labels"], 1) for split in _splits(files)]
    return read_targets(labels, task or "classification")


def _files(folder: Path) -> dict[str, Path]:
    """The files by role: train-images, train-labels, and test-images, test-labels where there are any."""
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        match = NAME.fullmatch(path.name)
        if match is None or not path.is_file():
            continue
        role = f"{'train' if match[1] == 'train' else 'test'}-{match[2]}"
        other = found.setdefault(role, path)
        # In sorted order "x" comes right before "x.gz": of the two the plain one is read.
        if other != path and f"{other.name}.gz" != path.name:
            raise source_error(f"{shown(str(folder), 200)} holds more than one set: {other.name} and {path.name}")
    if not found:
        raise source_error(
            f"the folder {shown(str(folder), 200)} holds no IDX files; expected train-images-idx3-ubyte and "
            "train-labels-idx1-ubyte, with .gz or without"
        )
    wanted = ["train-images", "train-labels"]
    if any(role.startswith("test") for role in found):
        wanted += ["test-images", "test-labels"]
    for role in wanted:
        if role not in found:
            name = f"{role.replace('test', 't10k')}-idx{_DIMENSIONS[role.split('-')[1]]}-ubyte"
            raise source_error(f"the folder {shown(str(folder), 200)} has {_names(found)} but no {name}[.gz]")
    return found


def _names(found: dict[str, Path]) -> str:
    return ", ".join(path.name for path in found.values())
