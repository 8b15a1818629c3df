from pathlib import Path

from tests.tui.builder.stage import stage

TURNS = (0, 1, 2, 5, 13, 34)


async def test_a_layer_chosen_in_a_burst_is_the_one_that_was_typed(tmp_path: Path):
    async with stage(tmp_path, bundled=True) as shown:
        for turns in TURNS:
            await shown.press("a")
            await shown.burst(*"drop", "backspace", "backspace", *"opout", "enter", turns=turns)
            assert shown.types.count("dropout") == 3, turns
            await shown.press("escape", "u")
            assert shown.types.count("dropout") == 2, turns


async def test_a_path_typed_in_a_burst_is_the_one_that_is_saved(tmp_path: Path):
    async with stage(tmp_path, bundled=True) as shown:
        for turns in TURNS:
            await shown.press("ctrl+s")
            name = f"model{turns}.toml"
            await shown.burst("home", "ctrl+k", *str(tmp_path / name), "x", "backspace", "enter", turns=turns)
            assert (tmp_path / name).is_file(), turns
