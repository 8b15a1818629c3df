import tomllib
from pathlib import Path

import pytest

from nntui.tui.dialogs.save_model import SaveDialog
from nntui.tui.places.builder.relocation import relocated
from tests.tui.builder.stage import Stage, stage
from tests.tui.screen_text import screen_text

ROWS = "a,b,kind\n" + "".join(f"{n},{n * 2},{'xy'[n % 2]}\n" for n in range(20))
OF_A_FILE = 'name = "own"\n[data]\nsource = "cls.csv"\n[[layers]]\ntype = "dense"\n'


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A folder with a table, a model of it, and a folder in it."""
    folder = tmp_path / "work"
    (folder / "sub").mkdir(parents=True)
    (folder / "cls.csv").write_text(ROWS)
    (folder / "own.toml").write_text(OF_A_FILE)
    return folder


def moved_source(source: object, base: Path, folder: Path) -> object:
    return relocated({"data": {"source": source, "validation": 0.1}}, base, folder)["data"]["source"]


def top(shown: Stage) -> str:
    return screen_text(shown.app).splitlines()[0]


async def save_as(shown: Stage, path: str) -> None:
    await shown.press("ctrl+s")
    assert isinstance(shown.app.screen, SaveDialog)
    shown.app.screen.line.value = path
    await shown.settle()
    await shown.press("enter")


@pytest.mark.parametrize(("target", "source"), [("../copy.toml", "work/cls.csv"), ("sub/x.toml", "../cls.csv")])
async def test_a_model_saved_in_another_folder_leads_to_the_same_data(work: Path, target: str, source: str):
    async with stage(work, model=work / "own.toml") as shown:
        await save_as(shown, target)
        saved = work / target
        assert tomllib.loads(saved.read_text())["data"]["source"] == source
        assert (saved.parent / source).resolve() == (work / "cls.csv").resolve()
        assert shown.draft["data"]["source"] == source
        assert shown.place.file.path == saved
        assert shown.place.file.base == saved.parent
        assert not shown.place.problems
        assert "own  ● ready" in top(shown)
        assert shown.place.validator.idle
    async with stage(work, model=saved) as again:
        assert not again.place.problems


async def test_edits_from_before_lead_to_the_data_too(work: Path):
    async with stage(work, model=work / "own.toml") as shown:
        await shown.press("d", "x", "u")
        await save_as(shown, "sub/x.toml")
        for key in ("u", "U", "U"):
            await shown.press(key)
            assert shown.draft["data"]["source"] == "../cls.csv"
        assert len(shown.draft["layers"]) == 1
        assert not shown.place.problems
        await shown.press("u")
        assert "own  ● " in top(shown)


async def test_the_header_tells_what_is_found_from_the_new_folder(work: Path):
    (work / "own.toml").write_text(OF_A_FILE.replace("cls.csv", "other.csv"))
    (work / "sub" / "other.csv").write_text(ROWS)
    async with stage(work, model=work / "own.toml") as shown:
        assert "1 problem" in top(shown)
        await save_as(shown, "sub/x.toml")
        assert shown.draft["data"]["source"] == "other.csv"
        assert "own  ● ready" in top(shown)


async def test_in_the_same_folder_the_draft_stays_the_one_it_is(work: Path):
    async with stage(work, model=work / "own.toml") as shown:
        before = shown.draft
        await save_as(shown, "x.toml")
        assert shown.draft is before
        assert tomllib.loads((work / "x.toml").read_text())["data"]["source"] == "cls.csv"


def test_names_absolute_paths_and_what_is_no_file_stay(work: Path):
    (work / "digits").mkdir()
    (work / "spiral").mkdir()
    for source in ("digits", "spiral", str(work / "cls.csv"), "none.csv", "", " ", "~/x.csv", "a\0b", "x" * 5000, 3):
        draft = {"data": {"source": source}}
        assert relocated(draft, work, work / "sub") is draft
    for draft in ({}, {"data": "digits"}, {"data": {}}):
        assert relocated(draft, work, work / "sub") is draft


def test_folders_and_paths_through_other_folders_are_rewritten(work: Path):
    (work / "idx").mkdir()
    (work / "digits").mkdir()
    assert moved_source("idx", work, work / "sub") == "../idx"
    assert moved_source("./digits", work, work / "sub") == "../digits"
    assert moved_source("../digits", work / "sub", work) == "./digits"
    assert moved_source("../cls.csv", work / "sub", work) == "cls.csv"
    assert moved_source("sub", work, work / "sub") == "."


def test_links_are_followed_where_the_way_goes_back_through_them(work: Path, tmp_path: Path):
    (tmp_path / "far" / "real").mkdir(parents=True)
    (work / "link").symlink_to(tmp_path / "far" / "real")
    source = moved_source("cls.csv", work, work / "link")
    assert isinstance(source, str)
    assert (work / "link" / source).samefile(work / "cls.csv")
    (work / "table.csv").symlink_to(work / "cls.csv")
    assert moved_source("table.csv", work, work / "sub") == "../table.csv"
