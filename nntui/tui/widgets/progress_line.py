"""One line that says how far a run is and how fast it goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from nntui.display.durations import clock_text
from nntui.display.numbers import compact
from nntui.tui.widgets.line_diffed import LineDiffed

_SHORTEST_BAR, _LONGEST_BAR = 6, 40


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is; None leaves a part out."""

    epoch: int
    epochs: int
    fraction: float
    """Of the whole run, 0 to 1."""
    samples_per_second: float | None = None
    eta: float | None = None
    """Seconds to the end; not finite: not known yet."""
    learning_rate: float | None = None


class ProgressLine(LineDiffed):
    """'epoch 7/20 ━━━╸──── 38%   148k samples/s   ETA 0:12   lr 1e-3', as much of it as fits."""

    COMPONENT_CLASSES = {"progress-line--done", "progress-line--left", "progress-line--label"}
    DEFAULT_CSS = """
    ProgressLine { height: 1; padding: 0 1; }
    ProgressLine > .progress-line--done { color: $primary; }
    ProgressLine > .progress-line--left { color: $foreground 30%; }
    ProgressLine > .progress-line--label { color: $text-muted; }
    """

    def __init__(self, *, max_rate: float = 4.0, **keywords) -> None:
        """Keywords are as for `LineDiffed`."""
        super().__init__(max_rate=max_rate, **keywords)
        self._progress: Progress | None = None

    def show(self, progress: Progress | None) -> None:
        """Draw this from now on; None is an empty line."""
        self._progress = progress
        self.redraw()

    def draw(self, width: int, height: int) -> Sequence[Strip]:
        """The line, and blank ones below it where there is more room."""
        blank = Strip([Segment(" " * width)], width)
        if self._progress is None:
            return [blank] * height
        styles = [self.part_style(f"progress-line--{part}") for part in ("done", "left", "label")]
        return [progress_strip(self._progress, width, *styles), *[blank] * (height - 1)]


def progress_strip(progress: Progress, width: int, done: Style, left: Style, label: Style) -> Strip:
    """The line in exactly `width` cells: speed, then learning rate, then time left and at last the bar make room."""
    fraction = min(max(progress.fraction, 0.0), 1.0) if progress.fraction == progress.fraction else 0.0
    start = f"epoch {progress.epoch}/{progress.epochs}"
    # Down, not to the nearest: 100% is said when all is done.
    percent = f"{int(fraction * 100):>3}%"
    parts = _parts(progress)
    bar = width - len(start) - len(percent) - 2 - sum(len(text) + 3 for _, text in parts)
    for key in ("rate", "lr", "eta"):
        if bar >= _SHORTEST_BAR:
            break
        bar += sum(len(text) + 3 for name, text in parts if name == key)
        parts = [(name, text) for name, text in parts if name != key]
    rest = "".join(f"   {text}" for _, text in parts)
    if bar < _SHORTEST_BAR:
        text = f"{start} {percent}{rest}"
        return Strip([Segment(text[:width].ljust(width))], width)
    filled, empty = _bar(fraction, min(bar, _LONGEST_BAR))
    segments = [Segment(f"{start} "), Segment(filled, done), Segment(empty, left), Segment(f" {percent}")]
    segments.append(Segment(rest + " " * max(bar - _LONGEST_BAR, 0), label))
    return Strip([segment for segment in segments if segment.text], width)


def _parts(progress: Progress) -> list[tuple[str, str]]:
    """Each with its own least width, so that the bar does not jump about."""
    parts = []
    if progress.samples_per_second is not None:
        parts.append(("rate", f"{compact(progress.samples_per_second, 5):>5} samples/s"))
    if progress.eta is not None:
        parts.append(("eta", f"ETA {clock_text(progress.eta):<5}"))
    if progress.learning_rate is not None:
        parts.append(("lr", f"lr {_rate(progress.learning_rate):<6}"))
    return parts


def _rate(value: float) -> str:
    """'0.05', '1e-3', '2.5e-4': small ones as people write them in settings."""
    if not 0 < value < 0.01:
        return compact(value, 6)
    mantissa, _, power = f"{value:.1e}".partition("e")
    return f"{mantissa.removesuffix('.0')}e{int(power)}"


def _bar(fraction: float, size: int) -> tuple[str, str]:
    halves = int(fraction * size * 2)
    filled = "━" * (halves // 2) + "╸" * (halves % 2)
    return filled, "─" * (size - len(filled))
