"""Weights: one weight matrix of the run at a time as a heatmap, or its gradient."""

from __future__ import annotations

import numpy as np

from nntui.runs.follow.follower import RunSnapshot
from nntui.runs.live import Live
from nntui.tui.places.train.views.view import View
from nntui.tui.widgets.heatmap import HeatmapView

_WAITING = "weights"


class WeightsView(HeatmapView, View):
    """Shows the chosen matrix of the newest live weights; the choice holds while weights change."""

    view = "weights"
    summary = "one weight matrix at a time as a heatmap, or its gradient"
    rank = 0

    def __init__(self, **keywords) -> None:
        """Keywords are as for `HeatmapView`."""
        super().__init__(_WAITING, **keywords)
        self._live: Live | None = None
        self._chosen = ""
        self.shows_gradient = False

    def show_run(self, snapshot: RunSnapshot | None) -> None:
        """Draws the newest live weights, where they are others than before."""
        live = snapshot.live if snapshot is not None else None
        if live is not self._live:
            self._live = live
            self._show()

    def choose_layer(self, by: int) -> None:
        """Go to the next matrix (1) or the one before (-1), round and round."""
        names = self._names()
        if names:
            place = names.index(self._chosen) if self._chosen in names else 0
            self._chosen = names[(place + by) % len(names)]
            self._show()

    def toggle_gradient(self) -> None:
        """Switch between the weights and the gradient of the last batch."""
        self.shows_gradient = not self.shows_gradient
        self._show()

    def _names(self) -> list[str]:
        if self._live is None:
            return []
        weights = self._live.weights
        return [name for name, array in weights.items() if array.ndim > 1] or list(weights)

    def _show(self) -> None:
        names = self._names()
        if self._live is None or not names:
            self.show(_WAITING, np.empty((0, 0), dtype=np.float32))
            return
        if self._chosen not in names:
            self._chosen = names[0]
        if self.shows_gradient:
            gradient = self._live.gradients.get(self._chosen, np.empty((0, 0), dtype=np.float32))
            self.show(f"{self._chosen} gradient", gradient)
        else:
            self.show(self._chosen, self._live.weights[self._chosen])
