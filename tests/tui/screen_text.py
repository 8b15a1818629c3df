"""Screens as text: what stands in each cell, compared with files that a person can read in a diff."""

import os
from pathlib import Path

from textual.app import App

SNAPSHOTS = Path(__file__).parent / "snapshots"
UPDATE = "NNTUI_UPDATE_SNAPSHOTS"


def screen_text(app: App) -> str:
    """Every line of the screen, without spaces at its end."""
    strips = app.screen._compositor.render_strips()
    return "".join("".join(segment.text for segment in strip).rstrip() + "\n" for strip in strips)


def assert_snapshot(app: App, name: str) -> None:
    """Compares the screen with snapshots/NAME.txt; writes that file where NNTUI_UPDATE_SNAPSHOTS is set."""
    path = SNAPSHOTS / f"{name}.txt"
    text = screen_text(app)
    if os.environ.get(UPDATE):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.is_file(), f"{path.name} is missing: run the test with {UPDATE}=1"
    assert text == path.read_text(encoding="utf-8")
