"""GlobalAveragePool1D: one mean for each feature."""

from __future__ import annotations

from dataclasses import dataclass

from nntui.nn.layers.global_pool import GlobalAveragePool


@dataclass
class GlobalAveragePool1D(GlobalAveragePool):
    """Makes one number of each feature: its mean over the whole sequence, wherever a pattern stood.

    Input (time, features), output (features,): flat, so that a dense layer can follow.
    Lin et al. 2013, https://arxiv.org/abs/1312.4400
    """

    type = "global_average_pool1d"
    rank = 1
