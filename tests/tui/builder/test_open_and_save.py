import tomllib
from pathlib import Path

from nntui.modelfile.document import read_document
from nntui.resources import models_dir
from nntui.tui.dialogs.save_model import SaveDialog
from tests.tui.builder.stage import stage
from tests.tui.screen_text import screen_text


async def test_save_writes_the_draft_and_open_reads_it_back(tmp_path: Path):
    async with stage(tmp_path) as shown:
        await shown.press("j", "enter")
        await shown.type("48")
        await shown.press("ctrl+s")
        assert isinstance(shown.app.screen, SaveDialog)
        assert shown.app.screen.line.value == str(tmp_path / "model.toml")
        await shown.press("enter", "enter")
        saved = tmp_path / "model.toml"
        assert tomllib.loads(saved.read_text())["layers"][1]["units"] == 48
        assert shown.place.file.path == saved
        edited = shown.draft
        await shown.press("escape", "o")
        await shown.type("xor")
        await shown.press("enter")
        assert shown.draft == read_document(models_dir() / "xor.toml")
        await shown.press("o")
        await shown.type("model.toml")
        await shown.press("enter")
        assert shown.draft == edited
        await shown.press("u", "u")
        assert shown.draft == edited


async def test_save_asks_before_it_replaces_a_file(tmp_path: Path):
    async with stage(tmp_path) as shown:
        (tmp_path / "model.toml").write_text("kept")
        await shown.press("ctrl+s", "enter")
        assert "model.toml exists already: enter again replaces it." in screen_text(shown.app)
        assert (tmp_path / "model.toml").read_text() == "kept"
        await shown.press("enter")
        assert read_document(tmp_path / "model.toml") == shown.draft


async def test_save_says_in_a_line_why_it_could_not(tmp_path: Path):
    async with stage(tmp_path) as shown:
        for text, words in (
            (str(tmp_path), "is a folder"),
            (str(tmp_path / "no" / "m.toml"), "No such file or directory"),
            ("", "A path is needed"),
        ):
            await shown.press("ctrl+s")
            shown.app.screen.line.value = text
            await shown.settle()
            await shown.press("enter")
            assert words in str(shown.app.screen.message.content)
            assert shown.app.screen.message.display
            await shown.press("escape")


async def test_a_file_that_is_no_model_is_told_and_nothing_changes(tmp_path: Path):
    (tmp_path / "bad.toml").write_text("[[layers]\n")
    async with stage(tmp_path) as shown:
        before = shown.draft
        await shown.press("o")
        await shown.type("bad.toml")
        await shown.press("enter")
        assert "is not valid TOML" in " ".join(screen_text(shown.app).split())
        await shown.press("escape")
        assert shown.draft is before


async def test_relative_data_paths_begin_at_the_opened_file(tmp_path: Path):
    folder = tmp_path / "sub"
    folder.mkdir()
    (folder / "t.csv").write_text("a,b,kind\n" + "".join(f"{n},{n * 2},{'xy'[n % 2]}\n" for n in range(20)))
    (folder / "m.toml").write_text('[data]\nsource = "t.csv"\n[[layers]]\ntype = "dense"\n')
    async with stage(tmp_path) as shown:
        await shown.press("o")
        await shown.type("sub/m.toml")
        await shown.press("enter")
        assert shown.place.file.base == folder
        assert not shown.place.problems


async def test_a_model_that_cannot_be_read_at_the_start_is_told(tmp_path: Path):
    async with stage(tmp_path, model=tmp_path / "none.toml", size=(120, 30)) as shown:
        assert "none.toml does not exist" in " ".join(screen_text(shown.app).split())
        assert shown.draft["name"] == "digits-mlp"
