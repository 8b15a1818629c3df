"""Saving a model under a path."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Input

from nntui.tui.dialogs.dialog import Dialog
from nntui.tui.widgets.line_input import LineInput


class _Line(LineInput):
    # Bound in the line: only there does it come after the letters before it.
    BINDINGS = [Binding("enter", "submit", "Save")]


class SaveDialog(Dialog[Path]):
    """Answers with the path it wrote; asks before it replaces a file, and says in a line why it could not write."""

    def __init__(self, path: Path, *, write: Callable[[Path], None]) -> None:
        """`path` is what stands in the line at first; `write` raises OSError where it cannot."""
        super().__init__("save the model")
        self._write = write
        self._folder = path.parent
        self._agreed: Path | None = None
        self.line = _Line(str(path), placeholder="path of the model file", classes="line")

    def content(self) -> Iterable[Widget]:
        """The path."""
        yield self.line

    def on_mount(self) -> None:
        self.line.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.say("")
        self._agreed = None

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._save()

    def _save(self) -> None:
        text = self.line.value.strip()
        if not text:
            self.say("A path is needed, such as model.toml.")
            return
        path = self._folder / Path(text).expanduser()
        try:
            if path.is_dir():
                self.say(f"{path} is a folder; add a file name, such as model.toml.")
            elif path.exists() and path != self._agreed:
                self._agreed = path
                self.say(f"{path.name} exists already: enter again replaces it.")
            else:
                self._write(path)
                self.dismiss(path)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            self.say(f"{path} cannot be written: {reason}")
