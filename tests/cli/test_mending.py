"""`resume` of a finished run: nothing to do, or a damaged checkpoint put right."""

import pytest

from nntui.runs.checkpoints import CheckpointStore, load
from tests.small_runs import assert_equal_tensors

MODEL = ("iris", "--set", "training.epochs=3", "--set", "training.early_stopping.patience=3")


@pytest.mark.parametrize("name", ["best", "last"])
def test_a_damaged_checkpoint_of_a_finished_run_is_made_anew(ask, root, name):
    ask("train", *MODEL)
    (run,) = root.iterdir()
    path = run / "checkpoints" / f"{name}.safetensors"
    before, _ = load(path)
    path.unlink()
    path.write_bytes(b"damaged")
    answer = ask("resume")
    assert (answer.code, " s: trained 3 epochs; " in answer.err) == (0, True)
    assert_equal_tensors(load(path)[0], before)
    assert "there is nothing to resume" in ask("resume").err


def test_a_finished_run_is_not_trained_again_whatever_was_deleted(ask, root):
    ask("train", *MODEL)
    (run,) = root.iterdir()
    store = CheckpointStore(run / "checkpoints")
    for path in (store.directory / "last.safetensors", store.path(3)):
        path.unlink()
    assert "there is nothing to resume" in ask("resume").err
    for path in store.directory.iterdir():
        path.unlink()
    assert "there is nothing to resume" in ask("resume").err
