"""Place: one of the things the app shows, each with its number key."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, cast

from textual.containers import Container
from textual.message import Message

if TYPE_CHECKING:
    from nntui.runs.directory import RunDirectory
    from nntui.tui.dialogs.dialog import Answer, Dialog


class Host(Protocol):
    """What a place asks of the app it is in."""

    runs_root: Path

    def train(self, draft: dict[str, Any], base: Path) -> None:
        """Creates and starts a run of the draft, and shows it in Train; asks first where another one is running."""

    def attach(self, run: RunDirectory) -> None:
        """Shows a run in Train."""

    async def may_start(self) -> bool:
        """Whether a training may start beside those that are running; the person decides."""
        ...


class Place(Container):
    """Fills the room between the top line and the key line; its BINDINGS hold while it is shown."""

    title: ClassVar[str] = ""
    """Its name in the top line, the help and the palette."""

    _is_asking = False

    class Headline(Message):
        """What the top line says at the right while this place is shown: a name, and how it stands."""

        def __init__(self, place: Place, name: str, state: str = "", mark: str = "") -> None:
            """`state` is a run's status, or words of the place's own, `mark` what stands by the name; '' for none."""
            super().__init__()
            self.place = place
            self.name = name
            self.state = state
            self.mark = mark

        @property
        def control(self) -> Place:
            """The place that speaks."""
            return self.place

    @property
    def host(self) -> Host:
        """The app, as far as a place knows it."""
        return cast("Host", self.app)

    def focus_first(self) -> None:
        """Gives the focus to where the keyboard starts; called each time the place is shown."""
        self.query("*").focus()

    def keep_focus(self) -> None:
        """Takes the focus itself where nothing has it, since its keys hold only while the focus is in it."""
        if self.display and self.screen.focused is None and self.app.app_focus:
            self.can_focus = True
            self.screen.set_focus(self)

    def on_descendant_blur(self) -> None:
        """What had the focus may be gone, or hidden."""
        self.call_after_refresh(self.keep_focus)

    def headline(self, name: str, state: str = "", *, mark: str = "") -> None:
        """Changes what the top line says of this place."""
        self.post_message(self.Headline(self, name, state, mark))

    async def answer_to(self, dialog: Dialog[Answer]) -> Answer | None:
        """The answer to a dialog, in a worker; None at once where the place is asking already: a key pressed twice."""
        if self._is_asking:
            return None
        self._is_asking = True
        try:
            return await self.app.push_screen_wait(dialog)
        finally:
            self._is_asking = False

    def more_commands(self) -> list[tuple[str, str]]:
        """Actions for the palette that have no key of their own: the words, and the action as a binding has it."""
        return []

    def more_help(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Groups for the help besides the keys: a title, and lines of a name and what it is."""
        return []

    async def may_quit(self) -> bool:
        """Whether the app may be quit as far as this place goes; it may ask the person."""
        return True
