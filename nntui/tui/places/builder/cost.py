"""Cost: what the chosen layer and the whole stack take, in numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import events

from nntui.display.cells import cell_len, fitted, set_cell_size
from nntui.display.printable import printable
from nntui.display.sizes import size_text
from nntui.tui.places.builder.stack_rows import StackRow
from nntui.tui.widgets.panel import Panel, PanelLine

if TYPE_CHECKING:
    from nntui.modelfile.validation import Totals


_NEXT_TO_NONE = 0.005
_SHARE_OF = "share of"
_SHARES_FROM = 40
"""Lines of a terminal from which there is room for the shares."""


class Cost(Panel):
    """A small table: the chosen layer, the sum, and one training step; with room to spare, each layer's share."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__("cost", id=id)
        self._rows: Sequence[StackRow] = ()
        self._chosen = 0
        self._totals: Totals | None = None

    def show_cost(self, rows: Sequence[StackRow], chosen: int, totals: Totals | None) -> None:
        """`chosen` is the line of the chosen layer; no `totals`: not known (yet)."""
        self._rows, self._chosen, self._totals = rows, chosen, totals
        self._update()

    def on_resize(self, event: events.Resize) -> None:
        super().on_resize(event)
        self._update()

    def _update(self) -> None:
        totals = self._totals
        row = self._rows[self._chosen] if self._chosen < len(self._rows) else None
        lines = [
            _line("", "parameters", "FLOPs/sample", "muted"),
            _line(row.name if row else "", _number(row and row.parameters), _number(row and row.flops), ""),
            _line("all layers", _number(totals and totals.parameters), _number(totals and totals.flops), "strong"),
            _step(totals),
        ]
        if self.app.size.height >= _SHARES_FROM and totals is not None:
            lines += self._shares(totals)
        self.styles.height = min(len(lines) + 2, max(self.app.size.height // 2, 6))
        self.show(lines)

    def _shares(self, totals: Totals) -> list[PanelLine]:
        """Parameters and FLOPs side by side, without the layers that have next to none of either."""
        # A block's numbers are those of its layers and its own.
        outer = [row for row in self._rows if not row.depth]
        shares = [
            (row.name, (row.parameters or 0) / (totals.parameters or 1), (row.flops or 0) / (totals.flops or 1))
            for row in outer
        ]
        shares = [share for share in shares if max(share[1:]) >= _NEXT_TO_NONE]
        room = max(cell_len(printable(name)) for name in (_SHARE_OF, *(name for name, _, _ in shares)))
        width = max((self.size.width - room - 18) // 2, 8)
        lines: list[PanelLine] = [[], [(f"{_SHARE_OF:<{room}}  {'parameters':<{width + 7}}FLOPs", "muted")]]
        for name, *both in shares:
            pieces = [(f"{fitted(name, room)}  ", "")]
            for share in both:
                pieces += [(f"{bar_words(share, width):<{width}}", "bar"), (f" {share:>4.0%}  ", "")]
            lines.append(pieces)
        return lines


def bar_words(share: float, width: int) -> str:
    """A bar of up to `width` cells for a share between 0 and 1, to an eighth of a cell; something for all but zero."""
    eighths = max(round(share * width * 8), 1 if share > 0 else 0)
    return "█" * (eighths // 8) + " ▏▎▍▌▋▊▉"[eighths % 8].strip()


def _line(name: str, parameters: str, flops: str, part: str) -> PanelLine:
    return [(f"{set_cell_size(printable(name), 12)}{parameters:>11}{flops:>13}", part)]


def _number(value: int | None) -> str:
    return "–" if value is None else f"{value:,}"


def _step(totals: Totals | None) -> PanelLine:
    if totals is None:
        return [("one step –", "muted")]
    steps = f"{totals.steps_per_epoch:,} step{'' if totals.steps_per_epoch == 1 else 's'}/epoch"
    return [("one step ", "muted"), (size_text(totals.step_bytes), ""), (", ", "muted"), (steps, "")]
