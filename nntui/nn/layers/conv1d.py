"""Conv1D: patterns wherever they stand in a sequence."""

from __future__ import annotations

from dataclasses import dataclass

from nntui.nn.layers.filters import Filters


@dataclass
class Conv1D(Filters):
    """Slides short filters along a sequence: each finds its pattern whenever it comes.

    z[t, f] = Σ x[stride·t + dilation·i - before, c]·W[i, c, f] + b[f], then the activation; input (time, features),
    output (time, filters), weight (kernel_size, features, filters). With padding 'same' the output has
    ceil(time / stride) places and an odd cell of padding stands at the end, as in TensorFlow and Keras, and in
    PyTorch, whose padding="same" is for a stride of 1 only.
    """

    type = "conv1d"
    rank = 1
