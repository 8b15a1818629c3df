"""A matrix in a frame: its name and shape above at the left, what the colours mean at the right."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from rich.style import Style
from textual.strip import Strip

from nntui.tui.plots.frame import Edges
from nntui.tui.plots.heatmap import Heatmap
from nntui.tui.widgets.framed import Framed


class HeatmapView(Framed, can_focus=True):
    """Shows one matrix at a time, at most one drawing a second."""

    def __init__(self, title: str = "", *, max_rate: float = 1.0, **keywords) -> None:
        """`title` stands on the frame until a matrix is shown; the rest is as for `LineDiffed`."""
        super().__init__(max_rate=max_rate, **keywords)
        self.title = title
        self.heatmap = Heatmap()
        self._matrix = np.empty((0, 0), dtype=np.float32)

    def show(self, title: str, matrix: np.ndarray, *, signed: bool = True) -> None:
        """Draw this matrix from now on; another title is another matrix, with a scale of its own, and drawn at once.

        `signed`: diverging colours around 0; otherwise from 0, or the smallest value below it, to the largest.
        The array is kept, not copied.
        """
        other = title != self.title or signed != self.heatmap.scale.signed
        if other:
            self.title = title
            self.heatmap = Heatmap(signed=signed)
        self._matrix = np.asarray(matrix)
        self.redraw(now=other)

    def draw_body(self, width: int, height: int) -> Sequence[Strip]:
        """The matrix, as large as fits."""
        return self.heatmap.draw(self._matrix, width, height, self.palette, label=self.chrome("label"))

    def edges(self) -> Edges:
        """'dense_1.weight  64×64' and '±0.41' above, what colours or characters mean below."""
        label = self.chrome("label")
        if not self._matrix.size:
            return Edges(title=[(self.title, self.chrome("title"))] if self.title else ())
        shape = "×".join(map(str, self._matrix.shape))
        legend = [
            (text, label if style == Style.null() else style) for text, style in self.heatmap.legend(self.palette)
        ]
        return Edges(
            title=[(self.title, self.chrome("title")), (f"  {shape}", label)],
            right=[(self.heatmap.scale.label, label)],
            footer_right=legend,
        )
