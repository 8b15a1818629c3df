"""MaxPool2D: a picture made smaller by its largest numbers."""

from __future__ import annotations

from dataclasses import dataclass

from nntui.nn.convolution.pooling import MaxPooling
from nntui.nn.layers.pool import Pool


@dataclass
class MaxPool2D(Pool):
    """Makes a picture smaller: of each window only the largest number stays, channel by channel.

    Input (height, width, channels). Where several are largest, the first of them, row by row, receives the gradient,
    as in PyTorch. Padding never wins. With padding 'same' there are ceil(side / stride) places.
    """

    type = "max_pool2d"
    rank = 2
    pooling = MaxPooling
