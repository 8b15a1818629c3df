"""Text in the cells of a terminal, where a character takes one cell, two, or none."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size

from nntui.display.printable import printable

__all__ = ["cell_len", "cut_to_cells", "end_in_cells", "fitted", "set_cell_size"]


_PER_CELL = 8
"""Characters of a text that are looked at for each cell: marks on letters take none, and a log may hold megabytes."""


def fitted(text: str, width: int, *, right: bool = False) -> str:
    """The printable text in exactly `width` cells, filled with spaces; what is too long ends with an ellipsis."""
    text = cut_to_cells(text, width)
    space = " " * (width - cell_len(text))
    return space + text if right else text + space


def cut_to_cells(text: str, width: int) -> str:
    """The printable text in at most `width` cells, with an ellipsis where some of it is left out."""
    text = printable(text, _PER_CELL * (width + 1))
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 1) + "…" if width > 0 else ""


def end_in_cells(text: str, width: int) -> str:
    """As `cut_to_cells`, but of what is too long the end stays: that of a path tells more than its beginning."""
    text = printable(text[-_PER_CELL * (width + 1) :])
    if cell_len(text) <= width:
        return text
    kept = text[-width:] if width > 1 else ""
    while kept and cell_len(kept) > width - 1:
        kept = kept[1:]
    return f"…{kept}" if width > 0 else ""
