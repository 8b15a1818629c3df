"""Conv1D and Conv2D: patterns at any position in a sequence or an image."""

from __future__ import annotations

from dataclasses import dataclass

from nntui.nn import initializers
from nntui.nn.activations import Activation
from nntui.nn.convolution.convolver import Convolver
from nntui.nn.convolution.im2col import Im2col
from nntui.nn.convolution.overlapping_im2col import OverlappingIm2col
from nntui.nn.convolution.windows import PADDINGS, Sliding
from nntui.nn.layers.convolution import Convolution
from nntui.settings import setting


@dataclass
class Filters(Convolution):
    """Filters that slide over images or sequences; the base of conv1d and conv2d."""

    filters: int = setting(
        16, minimum=1, maximum=100_000, help="How many patterns it looks for; each is a channel of the output."
    )
    kernel_size: int = setting(3, minimum=1, maximum=1000, help="Cells along each side of a filter.")
    stride: int = setting(1, minimum=1, maximum=1000, help="Cells from one position of the filter to the next.")
    padding: str = setting(
        "same", choices=PADDINGS, help="same adds zeros around, so that a stride of 1 keeps the size; valid adds none."
    )
    dilation: int = setting(1, minimum=1, maximum=1000, help="Steps between the cells of a filter; 2 leaves gaps.")
    activation: str = setting("linear", choices=Activation.names, help="The function each sum goes through.")
    initializer: str = setting(
        "auto", choices=initializers.choices, help="How the weights start; auto chooses by the activation."
    )
    use_bias: bool = setting(True, help="Whether each filter also learns a constant.")
    bias_initializer: str = setting(
        "fan_in", choices=initializers.Initializer.names, help="How the biases start; zeros as in Keras."
    )

    def _output_channels(self, channels: int) -> int:
        return self.filters

    def _convolver_type(self, sliding: Sliding) -> type[Convolver]:
        return OverlappingIm2col if sliding.is_dense and sliding.channels > 1 else Im2col

    def detail(self) -> str:
        return f"{self.filters} {super().detail()}"


@dataclass
class Conv1D(Filters):
    """Slides short filters along a sequence: each finds its pattern at any position.

    z[t, f] = Σ x[stride·t + dilation·i - before, c]·W[i, c, f] + b[f], then the activation; input (time, features),
    output (time, filters), weight (kernel_size, features, filters). With padding 'same' the output has
    ceil(time / stride) positions and an odd cell of padding goes to the end, as in TensorFlow and Keras, and in
    PyTorch, whose padding="same" is for a stride of 1 only.
    """

    type = "conv1d"
    rank = 1


@dataclass
class Conv2D(Filters):
    """Slides small filters over an image: each finds its pattern at any position.

    z[y, x, f] = Σ x[stride·y + dilation·i - before, stride·x + dilation·j - before, c]·W[i, j, c, f] + b[f], then the
    activation; input (height, width, channels), output (height, width, filters), weight (kernel_size, kernel_size,
    channels, filters). With padding 'same' the output has ceil(side / stride) positions and an odd cell of padding goes
    to the end, as in TensorFlow and Keras, and in PyTorch, whose padding="same" is for a stride of 1 only.
    """

    type = "conv2d"
    rank = 2
