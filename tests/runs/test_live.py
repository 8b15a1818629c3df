from __future__ import annotations

import json

import numpy as np
import pytest

from nntui.runs.checkpoints import CheckpointError, save
from nntui.runs.live import LiveReader, read_live, write_live


def write(path, step):
    weights = {"dense_1.weight": np.full((2, 3), step, np.float32), "weight/odd": np.zeros(1)}
    write_live(path, step, 2, weights, {"dense_1.weight": np.ones((2, 3), np.float32)})


def test_the_newest_weights_and_gradients_are_read_once(tmp_path):
    path = tmp_path / "live.safetensors"
    reader = LiveReader(path)
    assert reader.read() is None
    assert read_live(path) is None
    for step in (10, 20):
        write(path, step)
        live = reader.read()
        assert live is not None
        assert (live.step, live.epoch) == (step, 2)
        assert set(live.weights) == {"dense_1.weight", "weight/odd"}
        np.testing.assert_array_equal(live.weights["dense_1.weight"], np.full((2, 3), step, np.float32), strict=True)
        np.testing.assert_array_equal(live.gradients["dense_1.weight"], np.ones((2, 3), np.float32), strict=True)
        assert reader.read() is None
    assert len(list(tmp_path.iterdir())) == 1


def test_parameters_come_in_the_order_of_the_network(tmp_path):
    path, names = tmp_path / "live.safetensors", ["lstm_1.weight", "lstm_1.recurrent_weight", "dense_1.weight"]
    arrays = {name: np.zeros(1, np.float32) for name in names}
    write_live(path, 1, 1, arrays, arrays)
    live = read_live(path)
    assert list(live.weights) == list(live.gradients) == names
    for odd in (None, "lstm", [1, "no such"], {}):
        save(path, {f"weight/{name}": array for name, array in arrays.items()}, {"step": 1, "epoch": 1, "order": odd})
        assert set(read_live(path).weights) == set(names)


def test_a_damaged_file_is_reported_once_and_the_next_one_read(tmp_path):
    path = tmp_path / "live.safetensors"
    reader = LiveReader(path)
    path.write_bytes(b"garbage")
    with pytest.raises(CheckpointError):
        reader.read()
    assert reader.read() is None
    write(path, 1)
    assert reader.read() is not None


@pytest.mark.parametrize("metadata", [{}, {"step": 1}, {"step": "1", "epoch": 1}, {"step": True, "epoch": 1}])
def test_a_checkpoint_is_not_a_live_file(tmp_path, metadata):
    save(tmp_path / "x", {}, metadata)
    with pytest.raises(CheckpointError, match="not a live file"):
        read_live(tmp_path / "x")


def test_a_sparse_giant_is_refused_unread(tmp_path):
    path, size = tmp_path / "live.safetensors", 4 * 2**29
    header = {"weight/w": {"dtype": "F32", "shape": [2**29], "data_offsets": [0, size]}}
    text = json.dumps(header).encode()
    with path.open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        file.truncate(8 + len(text) + size)
    with pytest.raises(CheckpointError, match="expected at most 134,217,728 bytes, got 2,147,483,7"):
        read_live(path)


def test_a_full_disk_leaves_the_last_one(small_disk):
    path = small_disk.directory / "live.safetensors"
    write(path, 1)
    with small_disk.full(), pytest.raises(CheckpointError):
        write_live(path, 2, 2, {"w": np.zeros(10_000)}, {})
    live = read_live(path)
    assert live is not None
    assert live.step == 1
