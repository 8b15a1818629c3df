"""Ids: whole numbers that name something, such as words. Only data hold them, and a layer before would spoil them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from nntui.nn.layers.base import Layer


@dataclass(frozen=True, slots=True)
class IdReader:
    """A layer that takes its inputs for ids."""

    path: str
    """'layers[0]', or of a block 'layers[0].layers[1]'."""
    layer: Layer
    of_data: bool
    """Whether what reaches it are the data's own numbers."""

    def why_invalid(self, x: np.ndarray) -> str | None:
        """Why the data x (n, ...) hold no ids for it; None where they do, or where others' numbers reach it."""
        return self.layer.why_invalid(x) if self.of_data else None


def id_readers(layers: Sequence[Layer | None], path: str = "layers", *, of_data: bool = True) -> Iterator[IdReader]:
    """Every such layer of a stack and of the blocks in it; None stands for a layer that is not known."""
    for index, layer in enumerate(layers):
        place = f"{path}[{index}]"
        if layer is not None and layer.reads_ids:
            yield IdReader(place, layer, of_data)
        yield from id_readers(getattr(layer, "layers", ()), f"{place}.layers", of_data=of_data)
        of_data = of_data and layer is not None and layer.preserves_order
