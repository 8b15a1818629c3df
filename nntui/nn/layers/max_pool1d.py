"""MaxPool1D: a sequence made shorter by its largest numbers."""

from __future__ import annotations

from dataclasses import dataclass

from nntui.nn.convolution.pooling import MaxPooling
from nntui.nn.layers.pool import Pool


@dataclass
class MaxPool1D(Pool):
    """Makes a sequence shorter: of each stretch only the largest number stays, feature by feature.

    Input (time, features). Where several are largest, the first receives the gradient, as in PyTorch. Padding never
    wins. With padding 'same' there are ceil(time / stride) places.
    """

    type = "max_pool1d"
    rank = 1
    pooling = MaxPooling
