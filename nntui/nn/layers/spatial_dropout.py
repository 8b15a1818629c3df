"""SpatialDropout: dropout of whole channels."""

from __future__ import annotations

from dataclasses import dataclass

from nntui.nn.layers.base import Buffers, Shape, ShapeError, format_shape
from nntui.nn.layers.dropout import Dropout
from nntui.settings import setting


@dataclass
class SpatialDropout(Dropout):
    """Silences whole channels at random: neighbouring pixels are so alike that losing single ones teaches little.

    Each sample draws its own channels (the last axis). Channels that are kept are divided by 1 - rate, so that
    evaluation needs no correction. Tompson et al. 2015, https://arxiv.org/abs/1411.4280
    """

    type = "spatial_dropout"

    rate: float = setting(0.2, minimum=0, below=1, help="The share of channels silenced at each step.")

    def output_shape(self, input_shape: Shape) -> Shape:
        if len(input_shape) < 2:
            raise ShapeError(f"spatial_dropout needs images or sequences, got {format_shape(input_shape)}; use dropout")
        return input_shape

    def buffers(self, input_shape: Shape, *, needs_input_gradient: bool) -> Buffers:
        return {"y": input_shape, "mask": (*[1] * (len(input_shape) - 1), input_shape[-1])}
