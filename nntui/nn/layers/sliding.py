"""Placing a layer's window on its input shape, and the message where it does not fit."""

from __future__ import annotations

from nntui.nn.convolution.windows import Sliding, Window
from nntui.nn.layers.base import Shape, ShapeError, format_shape


def sliding_over(
    input_shape: Shape, *, layer: str, rank: int, setting: str, kernel: int, stride: int, dilation: int, padding: str
) -> Sliding:
    """A window over (height, width, channels) for rank 2; over (time, features), an image of height 1, for rank 1.

    Raises ShapeError where it does not fit; the error names the layer, or the `setting` that holds the window's size.
    """
    if len(input_shape) != rank + 1:
        axes = "(height, width, channels)" if rank == 2 else "(time, features)"
        raise ShapeError(f"{layer} needs {axes}, got {format_shape(input_shape)}; put a reshape layer before it")
    *sides, channels = input_shape
    windows = [Window.padded(side, kernel=kernel, stride=stride, dilation=dilation, padding=padding) for side in sides]
    for side, window in zip(sides, windows, strict=True):
        if window.output < 1:
            raise ShapeError(
                f"a window that spans {window.span} does not fit a side of {side}; make it smaller, or padding 'same'",
                within=setting,
            )
    return Sliding(windows[0] if rank == 2 else Window(1, 1), windows[-1], channels)
