from pathlib import Path

from nntui.modelfile.document import read_document
from nntui.tui.dialogs.save_model import SaveDialog
from nntui.tui.dialogs.unsaved import UnsavedDialog
from tests.tui.builder.stage import Stage, stage
from tests.tui.screen_text import screen_text


def top(shown: Stage) -> str:
    return screen_text(shown.app).splitlines()[0]


async def quit_workers(shown: Stage) -> None:
    await shown.workers("quit")


async def test_the_top_line_marks_what_the_file_does_not_have(tmp_path: Path):
    async with stage(tmp_path) as shown:
        assert "digits-mlp  ●" in top(shown)
        await shown.press("x")
        assert "digits-mlp *  ●" in top(shown)
        await shown.press("u")
        assert "digits-mlp  ●" in top(shown)
        await shown.press("x", "ctrl+s", "enter", "enter")
        assert "digits-mlp  ●" in top(shown)
        await shown.press("u")
        assert "digits-mlp *  ●" in top(shown)


async def test_a_name_that_is_cut_keeps_the_mark(tmp_path: Path):
    (tmp_path / "long.toml").write_text(
        'name = "a-name-longer-than-the-line-has-room-for"\n[data]\nsource = "digits"\n[[layers]]\ntype = "flatten"\n'
        '[[layers]]\ntype = "dense"\n'
    )
    async with stage(tmp_path, model=tmp_path / "long.toml", size=(60, 24)) as shown:
        await shown.pilot.resize_terminal(80, 24)
        await shown.press("d")
        assert "… *  ● ready" in top(shown)


async def test_quitting_without_edits_asks_nothing(tmp_path: Path):
    async with stage(tmp_path) as shown:
        await shown.pilot.press("q")
        await quit_workers(shown)
        assert not shown.app.is_running or shown.app._exit


async def test_quitting_with_edits_asks_and_cancel_stays(tmp_path: Path):
    async with stage(tmp_path) as shown:
        before = (tmp_path / "model.toml").read_bytes()
        await shown.press("x", "q")
        assert isinstance(shown.app.screen, UnsavedDialog)
        # Asking again does not put a second question on the first.
        await shown.press("ctrl+q", "escape")
        assert len(shown.app.screen_stack) == 1
        assert shown.types == ["dense", "dense", "dense"]
        await shown.press("2", "q")
        assert "digits-mlp has edits that are not saved" in screen_text(shown.app)
        await shown.pilot.press("d")
        await quit_workers(shown)
        assert shown.app._exit
    assert (tmp_path / "model.toml").read_bytes() == before


async def test_quitting_can_save_first(tmp_path: Path):
    async with stage(tmp_path) as shown:
        await shown.press("x", "q")
        await shown.pilot.press("enter")
        await quit_workers(shown)
        assert shown.app._exit
        draft = shown.draft
    assert read_document(tmp_path / "model.toml") == draft
    assert [layer["type"] for layer in draft["layers"]] == ["dense", "dense", "dense"]


async def test_a_model_of_no_file_is_asked_a_path_and_esc_there_stays(tmp_path: Path):
    async with stage(tmp_path, bundled=True) as shown:
        await shown.press("x", "q", "s")
        assert isinstance(shown.app.screen, SaveDialog)
        await shown.press("escape")
        assert len(shown.app.screen_stack) == 1
        await shown.press("q", "s")
        await shown.pilot.press("enter")
        await quit_workers(shown)
        assert shown.app._exit
    assert (tmp_path / "digits-mlp.toml").exists()


async def test_a_file_that_cannot_be_written_keeps_the_app_open(tmp_path: Path):
    async with stage(tmp_path, size=(120, 30)) as shown:
        await shown.press("x")
        (tmp_path / "model.toml").unlink()
        (tmp_path / "model.toml").mkdir()
        await shown.press("q", "s")
        await quit_workers(shown)
        await shown.settle()
        assert not shown.app._exit
        assert "cannot be written" in " ".join(screen_text(shown.app).split())


async def test_opening_another_model_asks_and_undo_gives_file_and_edits_back(tmp_path: Path):
    async with stage(tmp_path) as shown:
        await shown.press("x", "o")
        edited = shown.draft
        await shown.type("xor")
        await shown.press("enter")
        assert isinstance(shown.app.screen, UnsavedDialog)
        await shown.press("escape")
        assert shown.draft is edited
        await shown.press("o")
        await shown.type("xor")
        await shown.press("enter", "d")
        assert shown.draft["name"] == "xor"
        assert shown.place.file.path is None
        assert shown.place.save_path() == tmp_path / "xor.toml"
        assert "xor  ●" in top(shown)
        await shown.press("u")
        assert shown.draft is edited
        assert shown.place.save_path() == tmp_path / "model.toml"
        assert "digits-mlp *  ●" in top(shown)
        await shown.press("U")
        assert shown.place.file.path is None


async def test_a_path_saved_to_stays_when_an_edit_is_undone(tmp_path: Path):
    async with stage(tmp_path) as shown:
        await shown.press("x", "ctrl+s")
        assert isinstance(shown.app.screen, SaveDialog)
        shown.app.screen.line.value = str(tmp_path / "other.toml")
        await shown.settle()
        await shown.press("enter", "u")
        assert shown.place.save_path() == tmp_path / "other.toml"
