"""A run in words: how it stands, what it was started with, and where that differs from the run above it."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from nntui.display.cells import cell_len, cut_to_cells
from nntui.display.printable import cut
from nntui.runs.chosen_settings import differences
from nntui.runs.follow.follower import RunSnapshot
from nntui.tui.places.builder.panel import wrapped
from nntui.tui.places.runs.listing import RunRow
from nntui.tui.places.train.status_text import second_note, state_notes
from nntui.tui.plots.frame import Edges
from nntui.tui.run_states import mark, tone
from nntui.tui.widgets.framed import Framed

Line = Sequence[tuple[str, str]]
"""Pieces of text, each with its tone; '' for plain."""

_FIRST = (("data", "data.validation"), ("layers",), ("optimizer", "learning_rate"), ("epochs", "batch_size", "seed"),
          ("loss",))  # fmt: skip
"""Settings in this order, those together on one line; the others follow as the file has them."""
_NAME = 11
"""Cells of a setting's name; longer ones push their text to the right."""
_MOST_DIFFERENCES = 7
_LONGEST = 300
"""Characters of a sentence: a message of a log may have millions."""


def fact_lines(row: RunRow, above: RunRow | None, snapshot: RunSnapshot | None) -> list[Line]:
    """The lines; without a `sighting` of the log, what the table knows."""
    return [*_state(row, snapshot), [], *_differences(row, above), [], *_settings(row, snapshot)]


def difference_lines(row: RunRow, above: RunRow) -> list[Line]:
    """One line for each setting that differs, `learning_rate 0.01 -> 0.03`; the last one counts those left out."""
    found = differences(above.summary.settings, row.summary.settings)
    shown = found if len(found) <= _MOST_DIFFERENCES else found[: _MOST_DIFFERENCES - 1]
    lines: list[Line] = [[(f"{name} ", ""), (f"{before} -> {after}", "warn")] for name, before, after in shown]
    return lines if len(shown) == len(found) else [*lines, [(f"and {len(found) - len(shown)} more", "muted")]]


def _state(row: RunRow, snapshot: RunSnapshot | None) -> list[Line]:
    status = row.summary.status
    if snapshot is None:
        return [[(f"{mark(status)} {status}", tone(status))]]
    # Keys of Train mean nothing here, and R stands in the key line.
    notes = [note for note in state_notes(snapshot, "") if not note[0].startswith(("space ", "R "))]
    advice = second_note(snapshot)
    return [[note] for note in (*notes, *([advice] if advice is not None else []))]


def _differences(row: RunRow, above: RunRow | None) -> list[Line]:
    if above is None:
        return [[("differs from the row above: none is above", "muted")]]
    lines = difference_lines(row, above)
    if not lines:
        return [[("differs from the row above: ", "muted"), ("nothing", "")]]
    return [[("differs from the row above:", "muted")], *lines]


def _settings(row: RunRow, snapshot: RunSnapshot | None) -> list[Line]:
    settings = dict(row.summary.settings)
    if not settings:
        return [[("settings: model.toml cannot be read", "bad")]]
    pairs = {"model": row.summary.model}
    for first, *others in _FIRST:
        if first in settings:
            beside = [f"{name.removeprefix('data.')} {settings.pop(name)}" for name in others if name in settings]
            pairs[first] = ", ".join([settings.pop(first), *beside])
    if row.summary.parameters:
        pairs["parameters"] = f"{row.summary.parameters:,}"
    started = snapshot.started if snapshot is not None else None
    if started is not None:
        pairs["samples"] = f"{started.train_samples:,} train, {started.val_samples:,} val"
    pairs |= settings
    return [[("settings", "muted")], *([(f"{name:<{_NAME}} ", ""), (text, "")] for name, text in pairs.items())]


class RunFacts(Framed):
    """The lines under the run's name; what is too long is cut."""

    COMPONENT_CLASSES = {f"run-facts--{tone}" for tone in ("strong", "good", "warn", "bad", "muted")}
    DEFAULT_CSS = """
    RunFacts > .run-facts--strong { text-style: bold; }
    RunFacts > .run-facts--good { color: $text-success; }
    RunFacts > .run-facts--warn { color: $text-warning; }
    RunFacts > .run-facts--bad { color: $text-error; }
    RunFacts > .run-facts--muted { color: $text-muted; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(max_rate=8, id=id)
        self._name = ""
        self._text: Sequence[Line] = ()

    def show(self, name: str, lines: Sequence[Line]) -> None:
        """Shows these lines under this name."""
        if (name, lines) != (self._name, self._text):
            self._name, self._text = name, lines
            self.redraw()

    def draw_body(self, width: int, height: int) -> Sequence[Strip]:
        """As many lines as fit, sentences wrapped; the last one says so where there are more."""
        lines = [part for line in self._text for part in _wrapped(line, width - 2)]
        hidden = len(lines) - height
        if hidden > 0:
            lines[height - 1 :] = [[(f"… and {hidden + 1} more", "muted")]]
        return [*(self._line(line, width) for line in lines), *[Strip.blank(width)] * -hidden]

    def edges(self) -> Edges:
        """The run's name."""
        return Edges(title=[(self._name, self.chrome("title"))])

    def _line(self, line: Line, width: int) -> Strip:
        pieces, room = [Segment(" ")], width - 2
        for text, part in line:
            piece = cut_to_cells(text, room)
            style = self.part_style(f"run-facts--{part}") if part not in ("", "plain") else Style.null()
            pieces.append(Segment(piece, style))
            room -= cell_len(piece)
        return Strip(pieces).adjust_cell_length(width)


def _wrapped(line: Line, width: int) -> Sequence[Line]:
    return wrapped(cut(line[0][0], _LONGEST), width, line[0][1]) if len(line) == 1 else [line]
