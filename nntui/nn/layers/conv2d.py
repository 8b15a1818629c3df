"""Conv2D: patterns wherever they stand in a picture."""

from __future__ import annotations

from dataclasses import dataclass

from nntui.nn.layers.filters import Filters


@dataclass
class Conv2D(Filters):
    """Slides small filters over a picture: each finds its pattern wherever it stands.

    z[y, x, f] = Σ x[stride·y + dilation·i - before, stride·x + dilation·j - before, c]·W[i, j, c, f] + b[f], then the
    activation; input (height, width, channels), output (height, width, filters), weight (kernel_size, kernel_size,
    channels, filters). With padding 'same' the output has ceil(side / stride) places and an odd cell of padding stands
    at the end, as in TensorFlow and Keras, and in PyTorch, whose padding="same" is for a stride of 1 only.
    """

    type = "conv2d"
    rank = 2
