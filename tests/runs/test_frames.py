"""Past epochs are frames, without what only a resumed run needs."""

from __future__ import annotations

import pytest

from nntui.runs.checkpoints import CheckpointError, CheckpointStore, load

from .checkpoint_samples import weights

STATE = ("optimizer.m.w", "raw.w", "best.w")


def save_whole(store: CheckpointStore, epochs, best=()):
    for epoch in epochs:
        tensors = weights(epoch, 5000) | {name: weights(epoch, 5000)["w"] for name in STATE}
        progress = {"step": epoch * 10, "epochs_done": epoch, "position": 0}
        store.save_epoch(epoch, tensors, {"epoch": epoch, "progress": progress}, best=epoch in best)


def tensors_of(store: CheckpointStore, epoch: int) -> set[str]:
    return set(load(store.path(epoch))[0])


def test_the_best_and_the_newest_two_epochs_hold_all_and_the_others_their_weights(tmp_path):
    store = CheckpointStore(tmp_path)
    save_whole(store, range(1, 8), best={1, 3})
    complete = {epoch for epoch in store.epochs() if tensors_of(store, epoch) == {"w", *STATE}}
    assert complete == {3, 6, 7}
    assert all(tensors_of(store, epoch) == {"w"} for epoch in (1, 2, 4, 5))
    assert (load(store.path(2))[0]["w"] == 2).all()


def test_a_run_resumes_from_the_newest_complete_epoch(tmp_path):
    store = CheckpointStore(tmp_path)
    save_whole(store, range(1, 8), best={3})
    for path, epoch in ((store.path(7), 6), (store.path(6), 3)):
        path.unlink()
        (tmp_path / "last.safetensors").unlink(missing_ok=True)
        assert CheckpointStore(tmp_path).latest() == store.path(epoch)
    store.path(3).unlink()
    assert CheckpointStore(tmp_path).latest() is None


@pytest.mark.parametrize(("every", "kept"), [(1, [1, 2, 3, 4, 5, 6, 7]), (3, [2, 3, 6, 7]), (0, [2, 7])])
def test_each_nth_epoch_is_kept_besides_the_best_and_the_newest(tmp_path, every, kept):
    store = CheckpointStore(tmp_path, every=every)
    save_whole(store, range(1, 8), best={1, 2})
    assert store.epochs() == kept


def test_a_directory_of_complete_epochs_becomes_frames_where_a_run_goes_on(tmp_path):
    for epoch in range(1, 6):
        save_whole(CheckpointStore(tmp_path / "one"), [epoch], best={2})
    old = CheckpointStore(tmp_path / "one")
    full = load(old.path(5))
    for epoch in (1, 3):
        old.path(epoch).write_bytes(old.path(5).read_bytes())
    again = CheckpointStore(tmp_path / "one")
    assert again.settle(again.latest(), best=2) == ""
    assert set(full[0]) == {"w", *STATE}
    assert [len(tensors_of(again, epoch)) for epoch in (1, 2, 3, 4, 5)] == [1, 4, 1, 4, 4]


def test_no_room_for_a_frame_costs_nothing(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise CheckpointError("no room")

    monkeypatch.setattr("nntui.runs.checkpoints.make_frame", refuse)
    store = CheckpointStore(tmp_path)
    save_whole(store, range(1, 6))
    assert store.epochs() == [1, 2, 3, 4, 5]
    assert not list(tmp_path.glob(".*"))
