"""What every view of Train's right pane is, and the list of them."""

from __future__ import annotations

from typing import ClassVar

from nntui.runs.follow.follower import RunSnapshot
from nntui.tui.widgets.framed import Framed

_VIEWS: dict[str, type[View]] = {}


class View(Framed, can_focus=True):
    """A framed widget that draws one thing of the attached run; a subclass that names itself is in the list.

    It is made when it is first shown, may be drawn before `show_run` is called, and is called only while in sight.
    """

    view: ClassVar[str] = ""
    """Its name in the palette and in help: 'weights'."""
    summary: ClassVar[str] = ""
    """What it shows, in a few words."""
    rank: ClassVar[int] = 100
    """Its place in the list: lower ones come first, equal ones by name."""

    def __init_subclass__(cls, **keywords: bool) -> None:
        super().__init_subclass__(**keywords)
        if cls.__dict__.get("view"):
            _VIEWS[cls.view] = cls

    def show_run(self, snapshot: RunSnapshot | None) -> None:
        """Draws what is new of the run; None: no run is attached."""
        raise NotImplementedError

    def choose_layer(self, by: int) -> None:
        """Goes to the next layer (1) or the one before (-1); a view that shows none stays as it is."""


def views() -> list[type[View]]:
    """All views, in the order in which the keys go through them."""
    return sorted(_VIEWS.values(), key=lambda view: (view.rank, view.view))


def forget_view(name: str) -> None:
    """Takes a view out of the list."""
    del _VIEWS[name]
