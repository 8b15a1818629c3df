"""A run that could not start leaves no directory; one that has begun is never removed, and says how to go on."""

import pytest

from tests.unstartable import WORDS, mend_data, write_unstartable


@pytest.mark.parametrize("more", [[], ["--detach"], ["--json"]])
def test_a_run_that_is_refused_before_it_trains_leaves_no_directory(call, root, tmp_path, more):
    answer = call("train", str(write_unstartable(tmp_path)), *more)
    assert answer.code == (1 if more == ["--detach"] else 2)
    assert WORDS in answer.err
    assert "Traceback" not in answer.err
    assert list(root.iterdir()) == []


def test_a_run_that_is_refused_when_it_is_resumed_stays(call, root, tmp_path):
    model = write_unstartable(tmp_path)
    mend_data(tmp_path)
    assert call("train", str(model)).code == 0
    (run,) = root.iterdir()
    (run / "events.jsonl").write_text((run / "events.jsonl").read_text().replace('"run_ended"', '"run_over"'))
    write_unstartable(tmp_path)
    for more in ([], ["--detach"]):
        answer = call("resume", run.name, *more)
        assert answer.code != 0
        assert "Traceback" not in answer.err
    assert (run / "checkpoints" / "last.safetensors").exists()


def test_a_run_that_cannot_be_written_leaves_no_directory(ask, root, monkeypatch):
    import nntui.modelfile.document

    def no_room(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(nntui.modelfile.document, "write_document", no_room)
    answer = ask("train", "iris")
    assert answer.code == 1
    assert "model.toml: No space left on device" in answer.err
    assert list(root.iterdir()) == []


@pytest.mark.parametrize("saved", [0, 2])
def test_a_run_whose_weights_cannot_be_saved_has_failed_and_says_how_to_go_on(ask, root, monkeypatch, saved):
    from nntui.runs.checkpoints import CheckpointError, CheckpointStore

    save_epoch = CheckpointStore.save_epoch

    def broken(store, *arguments, **options):
        if arguments and arguments[0] in range(1, saved + 1):
            return save_epoch(store, *arguments, **options)
        raise CheckpointError("cannot write x: Input/output error")

    monkeypatch.setattr(CheckpointStore, "save_epoch", broken)
    monkeypatch.setattr(CheckpointStore, "save_last", broken)
    answer = ask("train", "iris", "--set", "training.epochs=3")
    (run,) = root.iterdir()
    assert answer.code == 1
    last = answer.err.splitlines()[-1]
    assert last.startswith(f"nntui: {run.name} failed: the weights of step ")
    assert last.endswith(f"'nntui resume {run.name}' {'goes on from there' if saved else 'begins again'}")
    assert ("last.safetensors, of epoch 2" in last) == (saved == 2)
    assert "finished" not in answer.err
    monkeypatch.undo()
    monkeypatch.setenv("NNTUI_RUNS", str(root))
    answer = ask("resume")
    assert (answer.code, " s: trained 3 epochs; " in answer.err) == (0, True)
