"""The first model for data: it fits them, and it learns from them."""

import time
from pathlib import Path

import numpy as np
import pytest

from nntui.data.catalogue import load, sources
from nntui.data.errors import DataError
from nntui.modelfile.first_stack import first_draft
from nntui.modelfile.validation import validate
from nntui.runs.events import EpochEnded
from nntui.training.loop import train


def types(draft: dict) -> list[str]:
    return [layer["type"] for layer in draft["layers"]]


@pytest.mark.parametrize("source", [source.name for source in sources()])
def test_every_source_there_is_gets_a_model_without_problems(tmp_path: Path, source: str):
    draft = first_draft(source, base=tmp_path)
    assert validate(draft, base=tmp_path).problems == ()
    assert draft["name"] == draft["data"]["source"] == source


@pytest.mark.parametrize(
    ("source", "metric", "least"),
    [
        ("iris", "val_accuracy", 0.9),
        ("spiral", "val_accuracy", 0.9),
        ("diabetes", "val_r2", 0.2),
        ("plane", "val_r2", 0.9),
    ],
)
def test_what_it_gets_learns(tmp_path: Path, source: str, metric: str, least: float):
    spec = validate(first_draft(source, base=tmp_path), base=tmp_path).ready()
    dataset = load(spec.data, base=tmp_path, seed=0)
    epochs = [event for event in train(spec, dataset, clock=time.perf_counter) if isinstance(event, EpochEnded)]
    value = epochs[-1].metrics[metric]
    assert value is not None
    assert value > least


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((28, 28), ["conv2d", "max_pool2d", "conv2d", "max_pool2d", "flatten", "dense", "dense"]),
        ((4, 4), ["flatten", "dense", "dense"]),
        ((1, 300), ["flatten", "dense", "dense"]),
        ((256, 256), [*["conv2d", "max_pool2d"] * 4, "global_average_pool2d", "dense", "dense"]),
    ],
)
def test_pictures_of_any_size_fit(tmp_path: Path, shape: tuple[int, int], expected: list[str]):
    y = np.arange(20) % 2
    np.savez(tmp_path / "pictures.npz", x=np.zeros((20, *shape), np.uint8), y=y)
    draft = first_draft("pictures.npz", base=tmp_path)
    assert types(draft) == expected
    assert validate(draft, base=tmp_path).problems == ()


def ids(low: int, dtype: type, columns: int = 12) -> np.ndarray:
    return np.random.default_rng(0).integers(low, 90, (40, columns)).astype(dtype)


def test_sequences_of_ids_are_embedded_with_as_many_as_there_are(tmp_path: Path):
    x = ids(0, np.int64)
    x[3, 3] = 99
    np.savez(tmp_path / "ids.npz", x=x, y=np.arange(40) % 2)
    draft = first_draft("ids.npz", base=tmp_path)
    assert types(draft) == ["embedding", "global_average_pool1d", "dense"]
    assert draft["layers"][0]["vocabulary"] == 100
    assert "standardize" not in draft["data"]
    assert validate(draft, base=tmp_path).problems == ()


@pytest.mark.parametrize("x", [ids(-3, np.int64), ids(0, np.uint8), ids(0, np.float32), ids(0, np.int64, columns=5)])
def test_other_rows_of_numbers_are_a_table(tmp_path: Path, x: np.ndarray):
    np.savez(tmp_path / "table.npz", x=x, y=np.arange(40) % 2)
    draft = first_draft("table.npz", base=tmp_path)
    assert types(draft) == ["dense", "dense", "dense"]
    assert draft["data"]["standardize"]


def test_a_table_of_ones_own_is_standardized_and_named_by_its_file(tmp_path: Path):
    rows = "".join(f"{number},{number * 1000},{number * 2.5}\n" for number in range(40))
    (tmp_path / "house prices.csv").write_text("rooms,area,price\n" + rows)
    draft = first_draft("house prices.csv", base=tmp_path)
    assert draft["name"] == "house prices"
    assert draft["data"] == {
        "source": "house prices.csv", "validation": 0.2, "standardize": True, "standardize_targets": True,
    }  # fmt: skip
    assert validate(draft, base=tmp_path).problems == ()


def test_data_that_cannot_be_read_are_refused(tmp_path: Path):
    with pytest.raises(DataError):
        first_draft("missing.csv", base=tmp_path)
