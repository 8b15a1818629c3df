"""Checkpoints of a run that was killed, damaged or short of room, put right."""

from __future__ import annotations

import shutil

import pytest

from nntui.runs.checkpoints import CheckpointError, CheckpointStore

from .checkpoint_samples import epoch_of, fill, weights


def save_progress(store, epochs, best=()):
    """Epochs of 10 steps each, with the progress a training saves."""
    for epoch in epochs:
        progress = {"step": epoch * 10, "epochs_done": epoch, "position": 0}
        store.save_epoch(epoch, weights(epoch), {"epoch": epoch, "progress": progress}, best=epoch in best)


def replace(path, content=b"torn"):
    """Damages this name of a file and none of its others."""
    path.unlink(missing_ok=True)
    path.write_bytes(content)


def test_the_latest_of_two_undamaged_checkpoints_has_more_steps(tmp_path):
    store = CheckpointStore(tmp_path)
    save_progress(store, [1, 2])
    (tmp_path / "last.safetensors").unlink()
    (tmp_path / "last.safetensors").hardlink_to(store.path(1))
    assert store.latest() == store.path(2)
    store.save_last(weights(2), {"epoch": 2, "progress": {"step": 20, "epochs_done": 2, "position": 0}})
    assert store.latest() == tmp_path / "last.safetensors"


@pytest.mark.parametrize("damage", ["gone", "torn", "another epoch's"])
def test_a_damaged_best_is_linked_to_its_epoch_again(tmp_path, damage):
    save_progress(CheckpointStore(tmp_path), [1, 2, 3], best={2})
    best = tmp_path / "best.safetensors"
    replace(best)
    if damage != "torn":
        best.unlink()
    if damage == "another epoch's":
        best.hardlink_to(tmp_path / "epoch-0001.safetensors")
    store = CheckpointStore(tmp_path, cap_epochs=1)
    assert store.settle(store.latest(), best=2) == ""
    assert best.samefile(store.path(2))
    assert epoch_of(best) == 2
    assert store.epochs() == [1, 2, 3]


def test_a_missing_epoch_file_is_restored_from_best(tmp_path):
    save_progress(CheckpointStore(tmp_path), [1, 2, 3], best={2})
    store = CheckpointStore(tmp_path)
    replace(store.path(2))
    assert store.settle(store.latest(), best=2) == ""
    assert epoch_of(store.path(2)) == 2
    assert store.best().samefile(store.path(2))


def test_a_lost_best_is_reported_and_a_wrong_one_removed(tmp_path):
    save_progress(CheckpointStore(tmp_path), [1, 2, 3], best={1})
    store = CheckpointStore(tmp_path)
    store.path(2).unlink()
    message = store.settle(store.latest(), best=2)
    assert message.startswith("the weights of the best epoch, 2, are lost: neither best.safetensors nor epoch-0002")
    assert store.best() is None
    assert not (tmp_path / "best.safetensors").exists()
    assert store.settle(store.latest(), best=0) == ""


def test_settling_at_an_earlier_epoch_removes_later_ones(tmp_path):
    store = CheckpointStore(tmp_path)
    save_progress(store, [1, 2, 3, 4], best={2, 4})
    for name in ("last", "epoch-0004"):
        replace(tmp_path / f"{name}.safetensors")
    again = CheckpointStore(tmp_path)
    assert again.latest() == store.path(3)
    assert again.settle(again.latest(), best=2) == ""
    assert again.epochs() == [1, 2, 3]
    assert (epoch_of(again.best()), epoch_of(tmp_path / "last.safetensors")) == (2, 3)


def test_make_room_removes_all_but_the_best_and_the_newest_and_the_first_last_of_all(tmp_path):
    store = CheckpointStore(tmp_path)
    fill(store, range(1, 7), best={4})
    while store.make_room():
        assert {1, 4, 6} <= set(store.epochs())
    assert store.epochs() == [1, 4, 6]
    assert store.make_room(first=True)
    assert not store.make_room(first=True)
    assert (store.epochs(), epoch_of(store.best()), epoch_of(store.latest())) == ([4, 6], 4, 6)
    assert not CheckpointStore(tmp_path / "none").make_room(first=True)


def test_a_store_recreates_a_deleted_directory(tmp_path):
    store = CheckpointStore(tmp_path / "checkpoints")
    fill(store, [1, 2], best={1})
    shutil.rmtree(store.directory)
    fill(store, [3])
    assert (store.epochs(), store.best(), epoch_of(store.latest())) == ([3], None, 3)
    assert store.directory.stat().st_mode & 0o777 == 0o700
    shutil.rmtree(store.directory)
    store.directory.touch()
    with pytest.raises(CheckpointError, match="Not a directory"):
        fill(store, [4])
