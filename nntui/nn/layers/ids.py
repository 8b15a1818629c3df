"""Ids: whole numbers that name something, such as words. They come from the data; other layers would change them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from nntui.nn.layers.base import Layer


@dataclass(frozen=True, slots=True)
class IdReader:
    """A layer that reads its inputs as ids."""

    path: str
    """'layers[0]', or within a block 'layers[0].layers[1]'."""
    layer: Layer
    of_data: bool
    """Whether its inputs are the data's own numbers."""

    def why_invalid(self, x: np.ndarray) -> str | None:
        """Why the data x (n, ...) hold no valid ids for it; None where they do, or where it does not see the data."""
        return self.layer.why_invalid(x) if self.of_data else None


def id_readers(layers: Sequence[Layer | None], path: str = "layers", *, of_data: bool = True) -> Iterator[IdReader]:
    """Every layer of a stack, and of the blocks in it, that reads ids; None stands for an unknown layer."""
    for index, layer in enumerate(layers):
        layer_path = f"{path}[{index}]"
        if layer is not None and layer.reads_ids:
            yield IdReader(layer_path, layer, of_data)
        yield from id_readers(getattr(layer, "layers", ()), f"{layer_path}.layers", of_data=of_data)
        of_data = of_data and layer is not None and layer.preserves_order
