"""Where Textual's private parts are not as expected, it draws as ever and the keys are the same."""

import ast
import sys
from pathlib import Path

import pytest
from textual._compositor import LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

import nntui.tui
from nntui.modelfile.document import write_document
from nntui.tui.dialogs import confirm
from nntui.tui.dialogs.confirm import ConfirmDialog
from nntui.tui.terminal import textual_internals
from tests.small_runs import draft
from tests.terminal import Terminal
from tests.tui.builder.stage import stage
from tests.tui.screen_text import screen_text
from tests.tui.train.staging import ended, trained, until, write_run

TUI = Path(nntui.tui.__file__).parent
SETUP = """
import sys, types
import textual.app, textual.screen, textual._compositor
{hiding}
from nntui.__main__ import main
sys.argv = ["nntui", "--model", "small.toml"]
main()
"""
INTERNALS = "import nntui.tui.terminal.textual_internals as internals\n"
HIDING = {
    "the module of updates": "sys.modules['textual._compositor'] = types.ModuleType('textual._compositor')",
    "what updates hold": INTERNALS + "internals._rows = internals._chops = lambda update: update.renamed",
    "the method that displays": INTERNALS + "del internals.UpdatingApp._display",
    "the way to the terminal": INTERNALS
    + "import nntui.tui.terminal.backpressure as backpressure\n"
    + "backpressure.write_to_terminal = lambda app, text: None",
}


@pytest.mark.parametrize("hidden", HIDING)
def test_on_a_terminal_the_screens_and_the_keys_are_the_same(tmp_path: Path, hidden: str):
    write_document(draft(), tmp_path / "small.toml")
    command = [sys.executable, "-c", SETUP.format(hiding=HIDING[hidden])]
    with Terminal(command, cwd=tmp_path, size=(100, 30)) as terminal:
        terminal.wait_for("1 Build", "dense_1", "dropout_1")
        terminal.type("r")
        terminal.wait_for("2 Train", "loss", "accuracy", "finished")
        terminal.type("?")
        terminal.wait_for("esc Close", "Guide")
        terminal.type("\x1b")
        terminal.wait_until(lambda text: "esc Close" not in text, "the dashboard without the help")
        terminal.type("4")
        terminal.wait_for("small", "finished", "epochs")
        terminal.type("q")
        assert terminal.wait_for_end() == 0


async def test_without_updates_and_bindings_the_app_starts_draws_and_asks(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(textual_internals, "LayoutUpdate", None)
    monkeypatch.setattr(textual_internals, "ChopsUpdate", None)
    monkeypatch.setattr(confirm, "bindings_of", lambda node: {})
    run = write_run(tmp_path / "runs" / "small-20250131-140509", *trained(3), ended("finished", "done"), live=False)
    async with stage(tmp_path) as shown:
        shown.app.attach(run)
        await until(shown.pilot, lambda: "val_loss" in screen_text(shown.app))
        await shown.pilot.press("4")
        await until(shown.pilot, lambda: "✓ finished" in screen_text(shown.app))
        await shown.pilot.press("D")
        await until(shown.pilot, lambda: isinstance(shown.app.screen, ConfirmDialog))
        await shown.pilot.press("n")
        await until(shown.pilot, lambda: not isinstance(shown.app.screen, ConfirmDialog))
    assert run.path.is_dir()


def test_an_update_that_holds_something_else_is_not_read():
    assert textual_internals.frame_of("text") is None
    update = LayoutUpdate([[Strip.blank(3)]], Region(0, 0, 3, 1))
    frame = textual_internals.frame_of(update)
    assert frame is not None
    assert [(stretch.y, stretch.x) for stretch in frame.stretches] == [(0, 0)]
    del update.region
    assert textual_internals.frame_of(update) is None
    assert textual_internals.is_update(update)


def own_names(tree: ast.Module) -> set[str]:
    """The private names that a file defines or gives a value."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            names.add(node.attr)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.add(node.target.id)
    return names


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def test_private_parts_are_used_in_one_file_only():
    trees = {path: ast.parse(path.read_text()) for path in TUI.rglob("*.py") if path.name != "textual_internals.py"}
    own = set().union(*map(own_names, trees.values()))
    found = []
    for path, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and any(map(is_private, (node.module or "").split("."))):
                found.append(f"{path.name}:{node.lineno}: {node.module}")
            if isinstance(node, ast.Attribute) and is_private(node.attr) and node.attr not in own:
                found.append(f"{path.name}:{node.lineno}: {ast.unparse(node)}")
            if isinstance(node, ast.FunctionDef) and node.name in {"_display", "_get_component_classes"}:
                found.append(f"{path.name}:{node.lineno}: {node.name}")
    assert found == []
