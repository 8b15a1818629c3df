from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from safetensors.numpy import load_file

from nntui.runs.checkpoints import CheckpointError, CheckpointStore, is_readable, load, load_metadata, save
from nntui.runs.directory import RunsError

from .checkpoint_samples import epoch_of, fill, weights

DTYPES = [np.float64, np.float32, np.float16, np.int64, np.int32, np.int16, np.int8, np.uint64, np.uint8, np.bool_]
ARRAYS = st.sampled_from(DTYPES).flatmap(lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=0, min_side=0)))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**130), 2**130) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(
    st.dictionaries(st.text().filter(lambda name: name != "__metadata__"), ARRAYS, max_size=4),
    st.dictionaries(st.text(), JSON, max_size=3),
)
def test_what_is_saved_is_loaded_and_the_library_reads_the_same(tensors, metadata):
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "x.safetensors")
        save(path, tensors, metadata)
        loaded, words = load(path)
        by_library = load_file(path)
        assert [file.name for file in path.parent.iterdir()] == ["x.safetensors"]
    assert words == metadata
    assert loaded.keys() == by_library.keys() == tensors.keys()
    for name, array in tensors.items():
        np.testing.assert_array_equal(loaded[name], array, strict=True)
        np.testing.assert_array_equal(by_library[name], array, strict=True)
        assert loaded[name].flags.writeable
        assert loaded[name].flags.owndata


def test_any_layout_and_byte_order_is_saved(tmp_path):
    array = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    save(tmp_path / "x", {"t": array.T, "s": array[:, ::2], "b": array.astype(">f4")}, {})
    loaded, _ = load(tmp_path / "x")
    np.testing.assert_array_equal(loaded["t"], array.T)
    np.testing.assert_array_equal(loaded["s"], array[:, ::2])
    np.testing.assert_array_equal(loaded["b"], array)


@pytest.mark.parametrize("array", [np.array(["text"]), np.array([object()]), np.array([1j])])
def test_other_dtypes_are_refused_and_leave_no_file(tmp_path, array):
    with pytest.raises(CheckpointError, match="tensor 'w': cannot save dtype"):
        save(tmp_path / "x", {"w": array}, {})
    assert list(tmp_path.iterdir()) == []


def file_of(header, data=b"", length=None) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def tensor(dtype="F32", shape=(2,), offsets=(0, 8)):
    return {"w": {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets)}}


HOSTILE = {
    "empty": b"",
    "short": b"\x01\x00\x00",
    "zeros": bytes(64),
    "huge header": file_of({}, length=2**64 - 1),
    "header past the end": file_of({}, length=3),
    "no JSON": file_of(b"\xff\xfe{"),
    "list": file_of([]),
    "number": file_of(b"1"),
    "string": file_of(b'"w"'),
    "deep": file_of(b"[" * 100_000),
    "long number": file_of(b'{"w":' + b"1" * 5000 + b"}"),
    "metadata list": file_of({"__metadata__": []}),
    "metadata number": file_of({"__metadata__": {"nntui": 5}}),
    "metadata no object": file_of({"__metadata__": {"nntui": "[]"}}),
    "metadata damaged": file_of({"__metadata__": {"nntui": "{"}}),
    "truncated": file_of(tensor(), bytes(7)),
    "too long": file_of(tensor(), bytes(9)),
    "unknown dtype": file_of(tensor("BF16", offsets=(0, 4)), bytes(4)),
    "dtype no text": file_of(tensor(["F32"]), bytes(8)),
    "wrong dtype": file_of(tensor("F64"), bytes(8)),
    "negative": file_of(tensor(shape=(-2,), offsets=(0, -8)), bytes(8)),
    "float shape": file_of(tensor(shape=(2.0,)), bytes(8)),
    "bool shape": file_of(tensor("U8", shape=(True,), offsets=(0, 1)), bytes(1)),
    "shape text": file_of({"w": {"dtype": "U8", "shape": "", "data_offsets": [0, 1]}}, bytes(1)),
    "one offset": file_of(tensor(offsets=(0,)), bytes(8)),
    "tensor no object": file_of({"w": 5}),
    "huge shape": file_of(tensor(shape=(2**62, 2**62)), bytes(8)),
    "huge empty shape": file_of(tensor(shape=(2**62, 2**62, 0), offsets=(0, 0))),
    "too many dimensions": file_of(tensor(shape=(1,) * 100 + (2,)), bytes(8)),
    "gap": file_of(tensor(offsets=(4, 12)), bytes(12)),
    "overlap": file_of({**tensor(), "v": tensor()["w"]}, bytes(8)),
    "odd bool": file_of(tensor("BOOL", shape=(1,), offsets=(0, 1)), b"\x02"),
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_is_refused_in_one_line(tmp_path, content):
    path = tmp_path / "epoch-0001.safetensors"
    path.write_bytes(content)
    with pytest.raises(CheckpointError) as caught:
        load(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < len(str(path)) + 250


@given(st.binary(max_size=80), st.integers(0, 80))
def test_damage_anywhere_is_refused_or_read_never_worse(damage, place):
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "x")
        save(path, {"w": np.ones((2, 3), np.float32)}, {"epoch": 1})
        content = path.read_bytes()
        for damaged in (content[:place] + damage + content[place + len(damage) :], content[:place], content + damage):
            path.write_bytes(damaged)
            try:
                tensors, metadata = load(path)
            except CheckpointError:
                continue
            assert isinstance(metadata, dict)
            assert all(array.size <= 24 for array in tensors.values())


@pytest.mark.parametrize(
    "kind", ["missing", "directory", "link", "dangling link", "fifo", "device", "below a file", "too large"]
)
def test_anything_but_a_regular_file_is_refused_in_one_line(tmp_path, kind):
    path = tmp_path / "x.safetensors"
    real = tmp_path / "real"
    save(real, {"w": np.ones(3)}, {})
    match kind:
        case "directory":
            path.mkdir()
        case "link":
            path.symlink_to(real)
        case "dangling link":
            path.symlink_to(tmp_path / "nowhere")
        case "fifo":
            os.mkfifo(path)
        case "device":
            path = Path("/dev/zero")
        case "below a file":
            path = real / "x"
        case "too large":
            with path.open("wb") as file:
                file.truncate(1 << 40)
    with pytest.raises(CheckpointError) as caught:
        load(path)
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value, RunsError)
    assert not is_readable(path)


def test_saving_over_a_directory_is_refused_and_leaves_nothing(tmp_path):
    (tmp_path / "x" / "y").mkdir(parents=True)
    with pytest.raises(CheckpointError, match="cannot write"):
        save(tmp_path / "x", {}, {})
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_saving_over_a_link_replaces_the_link_not_what_it_points_to(tmp_path):
    (tmp_path / "precious").write_text("precious")
    (tmp_path / "x").symlink_to(tmp_path / "precious")
    save(tmp_path / "x", {}, {"a": 1}, durable=True)
    assert (tmp_path / "precious").read_text() == "precious"
    assert load(tmp_path / "x") == ({}, {"a": 1})


def test_a_full_disk_leaves_the_old_file_and_no_torn_one(small_disk):
    path = small_disk.directory / "x.safetensors"
    save(path, {"w": np.ones(100)}, {"epoch": 1})
    for durable in (False, True):
        with small_disk.full(), pytest.raises(CheckpointError, match="cannot write"):
            save(path, {"w": np.zeros(10_000)}, {"epoch": 2}, durable=durable)
        assert [file.name for file in small_disk.directory.iterdir()] == ["x.safetensors"]
        assert load(path)[1] == {"epoch": 1}
    save(path, {"w": np.zeros(10_000)}, {"epoch": 2})
    assert load(path)[1] == {"epoch": 2}


def test_a_store_on_a_full_disk_stays_whole(small_disk):
    store = CheckpointStore(small_disk.directory)
    fill(store, [1, 2], best={1})
    with small_disk.full():
        for use in (lambda: fill(store, [3], best={3}, size=10_000), lambda: store.save_last(weights(0, 10_000), {})):
            with pytest.raises(CheckpointError, match="cannot write"):
                use()
    names = {"epoch-0001", "epoch-0002", "best", "last"}
    assert {path.stem for path in small_disk.directory.iterdir()} == names
    assert (epoch_of(store.latest()), epoch_of(store.best())) == (2, 1)
    fill(store, [3], best={3})
    assert (epoch_of(store.latest()), epoch_of(store.best())) == (3, 3)


def test_an_empty_store_has_nothing_to_resume_from(tmp_path):
    for store in (CheckpointStore(tmp_path), CheckpointStore(tmp_path / "missing")):
        assert (store.epochs(), store.latest(), store.best()) == ([], None, None)


def test_best_and_last_are_the_epochs_own_files(tmp_path):
    store = CheckpointStore(tmp_path)
    fill(store, range(1, 6), best={1, 3})
    assert store.epochs() == [1, 2, 3, 4, 5]
    assert (epoch_of(store.best()), epoch_of(store.latest())) == (3, 5)
    assert (tmp_path / "best.safetensors").samefile(store.path(3))
    assert (tmp_path / "last.safetensors").samefile(store.path(5))
    assert len(list(tmp_path.iterdir())) == 7
    assert load_metadata(store.path(4)) == {"epoch": 4}
    assert load_metadata(store.path(2)) == {"epoch": 2, "frame": True}


def test_a_state_within_an_epoch_is_the_latest_until_the_epoch_ends(tmp_path):
    store = CheckpointStore(tmp_path)
    fill(store, [1])
    assert store.save_last(weights(77), {"epoch": 77}) == "last.safetensors"
    assert epoch_of(store.latest()) == 77
    assert epoch_of(store.path(1)) == 1
    fill(store, [2])
    assert epoch_of(store.latest()) == 2


def test_the_latest_is_the_newest_that_is_whole(tmp_path):
    store = CheckpointStore(tmp_path)
    fill(store, [1, 2, 3])
    (tmp_path / "last.safetensors").unlink()
    (tmp_path / "last.safetensors").write_bytes(b"torn")
    (tmp_path / "best.safetensors").mkdir()
    assert epoch_of(store.latest()) == 3
    store.path(3).write_bytes(store.path(3).read_bytes()[:-1])
    assert epoch_of(store.latest()) == 2
    assert store.best() is None
    (tmp_path / "epoch-12345.safetensors").symlink_to(store.path(1))
    assert epoch_of(store.latest()) == 2


def test_under_the_cap_the_first_the_best_the_last_and_an_even_rest_stay(tmp_path):
    store = CheckpointStore(tmp_path, 12 * 4096)
    for epoch in range(1, 200):
        fill(store, [epoch], best={4, 50})
        assert len(store.epochs()) == min(epoch, 12)
        assert {1, epoch} <= set(store.epochs())
        assert epoch < 50 or (50 in store.epochs() and epoch_of(store.best()) == 50)
    gaps = np.diff(store.epochs())
    assert gaps.max() <= 4 * np.median(gaps)


def test_a_store_opened_again_keeps_the_cap_and_the_best(tmp_path):
    fill(CheckpointStore(tmp_path), range(1, 20), best={7})
    (tmp_path / ".epoch-0020.safetensors.1.tmp").write_bytes(b"half")
    (tmp_path / "mine.tmp").write_bytes(b"kept")
    store = CheckpointStore(tmp_path, cap_epochs=5)
    fill(store, [20])
    assert {1, 7, 20} <= set(store.epochs())
    assert len(store.epochs()) == 5
    assert not list(tmp_path.glob(".*"))
    assert (tmp_path / "mine.tmp").exists()


def test_a_cap_too_small_for_anything_keeps_first_best_and_last(tmp_path):
    store = CheckpointStore(tmp_path, 1)
    fill(store, range(1, 10), best={2, 5})
    assert store.epochs() == [1, 5, 9]


def test_without_hard_links_files_are_copied(tmp_path, monkeypatch):
    def refuse(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    fill(CheckpointStore(tmp_path), range(1, 5), best={2})
    store = CheckpointStore(tmp_path, cap_epochs=1)
    assert (epoch_of(store.best()), epoch_of(store.latest())) == (2, 4)
    fill(store, [5])
    assert store.epochs() == [1, 2, 5]
    store.drop_after(1)
    assert (store.epochs(), store.best(), epoch_of(store.path(1))) == ([1], None, 1)


def test_later_epochs_are_dropped_when_a_run_is_resumed(tmp_path):
    store = CheckpointStore(tmp_path)
    fill(store, range(1, 7), best={2, 5})
    store.drop_after(6)
    assert (store.epochs(), epoch_of(store.best())) == ([1, 2, 3, 4, 5, 6], 5)
    store.drop_after(3)
    assert (store.epochs(), store.best(), epoch_of(store.path(3))) == ([1, 2, 3], None, 3)
    fill(store, [4], best={4})
    assert (store.epochs(), epoch_of(store.best()), epoch_of(store.latest())) == ([1, 2, 3, 4], 4, 4)


def test_the_same_epoch_saved_twice_is_the_second(tmp_path):
    store = CheckpointStore(tmp_path)
    fill(store, [1], best={1})
    store.save_epoch(1, weights(8), {"epoch": 8}, best=False)
    assert [epoch_of(path) for path in (store.path(1), store.latest(), store.best())] == [8, 8, 1]
    assert not list(tmp_path.glob(".*"))


def test_a_read_only_store_is_read_and_not_written(open_directory, read_only):
    fill(CheckpointStore(open_directory), [1, 2], best={1})
    with read_only(open_directory):
        store = CheckpointStore(open_directory)
        assert (epoch_of(store.latest()), epoch_of(store.best())) == (2, 1)
        for use in (lambda: fill(store, [3]), lambda: store.save_last(weights(1), {}), lambda: store.drop_after(1)):
            with pytest.raises(CheckpointError, match="Permission denied"):
                use()
    assert len(list(open_directory.iterdir())) == 4


WRITER = """
import sys, numpy as np
from pathlib import Path
from nntui.runs.checkpoints import CheckpointStore
store = CheckpointStore(Path(sys.argv[1]), 40 << 20)
for epoch in range(1, 10**6):
    store.save_epoch(epoch, {"w": np.full(500_000, epoch, np.float32)}, {"epoch": epoch}, best=epoch % 2 == 1)
    print(epoch, flush=True)
"""


@pytest.mark.parametrize("epochs", [1, 4, 15])
def test_a_writer_killed_at_any_moment_leaves_whole_checkpoints(tmp_path, epochs):
    with subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        for _ in range(epochs):
            writer.stdout.readline()
        writer.kill()
    store = CheckpointStore(tmp_path)
    assert epoch_of(store.latest()) >= epochs
    assert epoch_of(store.best()) >= epochs - 1
    assert all(epoch_of(store.path(epoch)) == epoch for epoch in store.epochs())
