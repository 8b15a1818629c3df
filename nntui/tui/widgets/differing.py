"""Where two drawings of the same size differ, as fine as the segments they consist of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip


def differing(old: Sequence[Strip], new: Sequence[Strip]) -> list[Region]:
    """Regions that hold every cell in which the drawings, of equally many lines, differ; from the top down.

    What is sent for a region is whole segments, so there is no use in looking closer than at those.
    """
    found: list[Region] = []
    begun: dict[tuple[int, int], int] = {}
    """The spans of the row before, with the row in which each began."""
    for row, (before, after) in enumerate(zip(old, new, strict=True)):
        spans = [] if before is after else _spans(before, after)
        found += [_region(span, start, row) for span, start in begun.items() if span not in spans]
        begun = {span: begun.get(span, row) for span in spans}
    found += [_region(span, start, len(new)) for span, start in begun.items()]
    return sorted(found, key=lambda region: (region.y, region.x))


def _spans(before: Strip, after: Strip) -> list[tuple[int, int]]:
    """Columns from and to which a line differs; spans that touch are one."""
    there = dict(_placed(before))
    found: list[tuple[int, int]] = []
    for start, segment in _placed(after):
        known = there.get(start)
        if known is segment or known == segment:
            continue
        end = start + segment.cell_length
        if found and found[-1][1] == start:
            found[-1] = (found[-1][0], end)
        elif end > start:
            found.append((start, end))
    return found


def _placed(line: Strip) -> Iterable[tuple[int, Segment]]:
    column = 0
    for segment in line:
        yield column, segment
        column += segment.cell_length


def _region(span: tuple[int, int], top: int, bottom: int) -> Region:
    return Region(span[0], top, span[1] - span[0], bottom - top)
