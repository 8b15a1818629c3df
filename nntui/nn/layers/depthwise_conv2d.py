"""DepthwiseConv2D: each channel has filters of its own."""

from __future__ import annotations

from dataclasses import dataclass

from nntui.nn import initializers
from nntui.nn.activations import Activation
from nntui.nn.convolution.convolver import Convolver
from nntui.nn.convolution.depthwise import Depthwise
from nntui.nn.convolution.windows import PADDINGS, Sliding
from nntui.nn.layers.convolution import Convolution
from nntui.settings import setting


@dataclass
class DepthwiseConv2D(Convolution):
    """Slides filters over each channel of an image separately: far fewer weights than conv2d has.

    Output channel c·multiplier + m is filter m of input channel c, as in Keras, and in PyTorch with as many groups as
    channels; weight (kernel_size, kernel_size, channels, multiplier). A conv2d with kernel_size 1 after it mixes the
    channels. Padding as in conv2d. Howard et al. 2017, https://arxiv.org/abs/1704.04861
    """

    type = "depthwise_conv2d"
    rank = 2

    kernel_size: int = setting(3, minimum=1, maximum=1000, help="Cells along each side of a filter.")
    multiplier: int = setting(1, minimum=1, maximum=1000, help="How many filters each channel has.")
    stride: int = setting(1, minimum=1, maximum=1000, help="Cells from one position of the filter to the next.")
    padding: str = setting(
        "same", choices=PADDINGS, help="same adds zeros around, so that a stride of 1 keeps the size; valid adds none."
    )
    dilation: int = setting(1, minimum=1, maximum=1000, help="Steps between the cells of a filter; 2 leaves gaps.")
    activation: str = setting("linear", choices=Activation.names, help="The function each sum goes through.")
    initializer: str = setting(
        "auto", choices=initializers.choices, help="How the weights start; auto chooses by the activation."
    )
    use_bias: bool = setting(True, help="Whether each output channel also learns a constant.")
    bias_initializer: str = setting(
        "fan_in", choices=initializers.Initializer.names, help="How the biases start; zeros as in Keras."
    )

    def _output_channels(self, channels: int) -> int:
        return channels * self.multiplier

    def _convolver_type(self, sliding: Sliding) -> type[Convolver]:
        return Depthwise

    def _channels_per_sum(self, channels: int) -> int:
        return 1

    def detail(self) -> str:
        return super().detail() if self.multiplier == 1 else f"{self.multiplier} each {super().detail()}"
