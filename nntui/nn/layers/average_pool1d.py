"""AveragePool1D: a sequence made shorter by its means."""

from __future__ import annotations

from dataclasses import dataclass

from nntui.nn.convolution.pooling import AveragePooling
from nntui.nn.layers.pool import Pool


@dataclass
class AveragePool1D(Pool):
    """Makes a sequence shorter: each stretch becomes its mean, feature by feature.

    Input (time, features). With padding 'same' there are ceil(time / stride) places, and the mean is of the cells
    inside the sequence, as in TensorFlow and Keras; PyTorch counts the padding's zeros unless told otherwise.
    """

    type = "average_pool1d"
    rank = 1
    pooling = AveragePooling
