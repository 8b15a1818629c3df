"""GlobalAveragePool2D: one mean for each channel."""

from __future__ import annotations

from dataclasses import dataclass

from nntui.nn.layers.global_pool import GlobalAveragePool


@dataclass
class GlobalAveragePool2D(GlobalAveragePool):
    """Makes one number of each channel: its mean over the whole picture, wherever a pattern stood.

    Input (height, width, channels), output (channels,): flat, so that a dense layer can follow.
    Lin et al. 2013, https://arxiv.org/abs/1312.4400
    """

    type = "global_average_pool2d"
    rank = 2
