import threading
from pathlib import Path

from nntui.tui.places.builder import validator
from tests.tui.builder.stage import stage
from tests.tui.screen_text import screen_text
from tests.tui.train.staging import until


async def test_while_a_file_is_read_nothing_is_said_of_it(tmp_path: Path, monkeypatch):
    (tmp_path / "own.csv").write_text("a,b,kind\n1,2,x\n2,3,y\n3,4,x\n4,5,y\n")
    validated, go_on = validator._validated, threading.Event()

    def slowly(draft, base):
        go_on.wait()
        return validated(draft, base)

    async with stage(tmp_path) as shown:
        monkeypatch.setattr(validator, "_validated", slowly)
        shown.place.edit({**shown.draft, "data": {"source": "own.csv"}})
        await until(shown.pilot, lambda: "● reading own.csv" in screen_text(shown.app))
        assert "8×8×1" not in screen_text(shown.app).splitlines()[3]
        shown.place.edit({**shown.draft, "name": "mine"})
        await until(shown.pilot, lambda: "mine *  ● reading own.csv" in screen_text(shown.app))
        go_on.set()
        await shown.settle()
        assert "mine *  ● ready" in screen_text(shown.app)
        assert "own.csv" in screen_text(shown.app).splitlines()[3]
        go_on.clear()
        shown.place.edit({**shown.draft, "name": "ours"})
        await until(shown.pilot, lambda: "ours *  ● checking" in screen_text(shown.app))
        go_on.set()


async def test_columns_of_very_different_scales_get_a_hint_until_they_are_standardized(tmp_path: Path):
    rows = "".join(f"{number},{number * 1000},{'xyz'[number % 3]}\n" for number in range(60))
    (tmp_path / "t.csv").write_text("a,b,kind\n" + rows)
    model = tmp_path / "own.toml"
    model.write_text('[data]\nsource = "t.csv"\n[[layers]]\ntype = "dense"\n')
    async with stage(tmp_path, model=model, size=(120, 40)) as shown:
        await shown.press("f3")
        assert "columns differ by a factor of 1,000" in " ".join(screen_text(shown.app).split())
        await shown.focus("standardize")
        await shown.press("space")
        assert shown.draft["data"]["standardize"] is True
        assert "columns differ" not in screen_text(shown.app)


async def test_empty_cells_are_told_with_their_number_and_the_first_place(tmp_path: Path):
    (tmp_path / "t.csv").write_text("a,b,kind\n1,2,x\n,3,y\n4,,x\n5,6,y\n")
    model = tmp_path / "own.toml"
    model.write_text('[data]\nsource = "t.csv"\n[[layers]]\ntype = "dense"\n')
    async with stage(tmp_path, model=model, size=(160, 40)) as shown:
        await shown.press("f3")
        words = " ".join(screen_text(shown.app).replace("│", " ").split())
        assert "2 cells in 2 of 4 rows are empty" in words
