"""AveragePool2D: a picture made smaller by its means."""

from __future__ import annotations

from dataclasses import dataclass

from nntui.nn.convolution.pooling import AveragePooling
from nntui.nn.layers.pool import Pool


@dataclass
class AveragePool2D(Pool):
    """Makes a picture smaller: each window becomes its mean, channel by channel.

    Input (height, width, channels). With padding 'same' there are ceil(side / stride) places, and the mean is of the
    cells inside the picture, as in TensorFlow and Keras; PyTorch counts the padding's zeros unless told otherwise.
    """

    type = "average_pool2d"
    rank = 2
    pooling = AveragePooling
