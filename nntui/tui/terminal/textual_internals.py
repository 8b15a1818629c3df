"""Textual's private parts, all that nntui leans on, each with what is done where it is not as expected.

| private part | what for | without it |
|---|---|---|
| `_compositor.LayoutUpdate`, `ChopsUpdate` | what an update shows, cell by cell | Textual sends its own updates |
| `App._display` | to put another update in the place of Textual's | Textual sends its own updates |
| `Screen._compositor`, `App._background_screens` | the whole screen as an update | the screen is laid out anew |
| `DOMNode._bindings` | the order and the words of a dialog's keys | those of its class: the keys are the same |
| `App._driver` | to ask the terminal where its cursor is | the terminal counts as one that never answers |

Textual's own updates are more bytes on the line; the screen and the keys are the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from rich.console import Console
from textual.app import App, ReturnType
from textual.binding import Binding
from textual.dom import DOMNode
from textual.strip import Strip

try:
    from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
except ImportError:
    ChopsUpdate = CompositorUpdate = LayoutUpdate = None


class Stretch(NamedTuple):
    """Cells of one row of the screen: those from `first` to before `last` of these strips."""

    y: int
    x: int
    """Column of the first cell shown."""
    strips: tuple[Strip, ...]
    first: int = 0
    last: int | None = None


class Frame(NamedTuple):
    """What an update shows."""

    stretches: tuple[Stretch, ...]
    is_whole: bool
    """Whether it is a region of whole rows, which may be sent in any order."""


def frame_of(update: object) -> Frame | None:
    """What an update of Textual's compositor shows; None for anything else, and where it is not as expected."""
    if LayoutUpdate is None or ChopsUpdate is None:
        return None
    try:
        if isinstance(update, LayoutUpdate):
            return Frame(tuple(_rows(update)), is_whole=True)
        if isinstance(update, ChopsUpdate):
            return Frame(tuple(_chops(update)), is_whole=False)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        # Made in another way by this version of Textual.
        return None
    return None


def is_update(shown: object) -> bool:
    """Whether this is sent to the terminal as an update of what it shows."""
    return CompositorUpdate is not None and isinstance(shown, CompositorUpdate)


def _rows(update: Any) -> list[Stretch]:
    return [Stretch(y, update.region.x, tuple(strips)) for y, strips in enumerate(update.strips, update.region.y)]


def _chops(update: Any) -> list[Stretch]:
    stretches: list[Stretch] = []
    for y, start, end in update.spans:
        for chop_end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if strip is not None and x < end and start < chop_end:
                first, last = max(start, x), min(end, chop_end)
                stretches.append(Stretch(y, first, (strip,), first - x, last - x))
    return stretches


def rendered_by(render: Callable[[Console], str]) -> object:
    """An update that is sent as the text `render` gives for a console when it is sent."""
    assert CompositorUpdate is not None, "without updates there are no frames to replace"

    class Rendered(CompositorUpdate):
        def __rich__(self) -> str:
            return ""

        def render_segments(self, console: Console) -> str:
            return render(console)

    return Rendered()


class UpdatingApp(App[ReturnType]):
    """An app that may put an update of its own in the place of each that Textual displays."""

    def replaced(self, update: Any) -> Any:
        """What is displayed instead of an update, or anything else that Textual displays."""
        return update

    def _display(self, *arguments: Any, **options: Any) -> None:
        # Whatever else Textual passes goes through as it is.
        super()._display(*map(self.replaced, arguments), **options)

    def display_whole_screen(self) -> None:
        """Displays all of the screen again, as an update that passes through `replaced`."""
        render = getattr(getattr(self.screen, "_compositor", None), "render_update", None)
        screens = getattr(self, "_background_screens", None)
        try:
            update = render(full=True, screen_stack=screens) if render is not None and screens is not None else None
        except TypeError:
            update = None
        if update is None:
            self.screen.refresh(layout=True)
        else:
            self._display(self.screen, update)


def bindings_of(node: DOMNode) -> dict[str, list[Binding]]:
    """Its bindings by key, in the order of the key line, to be changed; without a way to them a copy of none."""
    bindings = getattr(getattr(node, "_bindings", None), "key_to_bindings", None)
    return bindings if isinstance(bindings, dict) else {}


def put_binding_last(node: DOMNode, key: str) -> None:
    """Moves a key to the end of the key line."""
    bindings = bindings_of(node)
    if key in bindings:
        bindings[key] = bindings.pop(key)


def write_to_terminal(app: App[Any], text: str) -> None:
    """Writes a question to the terminal, which leaves the screen alone; nothing where there is no way to it."""
    write = getattr(getattr(app, "_driver", None), "write", None)
    if write is not None:
        write(text)
