"""Makes convolution.json: what PyTorch computes for convolutions and pools, channels put last as nntui has them.

    python tests/nn/reference/make_convolution.py        (needs torch, which the project itself does not)

All in float64. Inputs and weights are `wave`s, so that the file holds only what PyTorch found. Padding 'same' is put
around by hand, the odd cell at the end.
"""

import json
import math
from pathlib import Path

import torch
from torch.nn import functional

torch.set_default_dtype(torch.float64)

CONVOLUTIONS = {
    "same": {"shape": [2, 5, 6, 3], "filters": 4, "kernel_size": 3},
    "valid": {"shape": [2, 5, 6, 2], "filters": 3, "kernel_size": 3, "padding": "valid"},
    "even kernel": {"shape": [1, 4, 5, 2], "filters": 2, "kernel_size": 2},
    "stride 2": {"shape": [2, 6, 5, 2], "filters": 3, "kernel_size": 3, "stride": 2},
    "stride 3, valid": {"shape": [1, 7, 9, 2], "filters": 2, "kernel_size": 2, "stride": 3, "padding": "valid"},
    "dilation 2": {"shape": [1, 6, 7, 2], "filters": 2, "kernel_size": 3, "dilation": 2},
    "one channel": {"shape": [2, 5, 4, 1], "filters": 3, "kernel_size": 3},
    "one channel, stride 2": {"shape": [1, 5, 4, 1], "filters": 3, "kernel_size": 3, "stride": 2},
}
SEQUENCES = {
    "same": {"shape": [2, 7, 3], "filters": 4, "kernel_size": 3},
    "valid": {"shape": [2, 7, 2], "filters": 3, "kernel_size": 4, "padding": "valid"},
    "stride 2": {"shape": [1, 8, 2], "filters": 2, "kernel_size": 3, "stride": 2},
    "dilation 2": {"shape": [1, 9, 1], "filters": 2, "kernel_size": 3, "dilation": 2},
}
DEPTHWISE = {
    "same": {"shape": [2, 4, 5, 3], "kernel_size": 3},
    "two each": {"shape": [1, 5, 4, 2], "kernel_size": 3, "multiplier": 2, "padding": "valid"},
    "stride 2": {"shape": [1, 5, 6, 2], "kernel_size": 2, "stride": 2, "multiplier": 3},
}
POOLS = {
    "side by side": {"shape": [2, 4, 6, 2], "pool_size": 2},
    "overlapping": {"shape": [1, 7, 6, 2], "pool_size": 3, "stride": 2},
    "left over": {"shape": [1, 5, 7, 2], "pool_size": 2},
    "gaps": {"shape": [1, 7, 5, 1], "pool_size": 2, "stride": 3},
    "same": {"shape": [2, 5, 4, 2], "pool_size": 2, "padding": "same"},
    "same, overlapping": {"shape": [1, 5, 6, 1], "pool_size": 3, "stride": 2, "padding": "same"},
}


def wave(shape, start, step=0.7):
    """Numbers between -1 and 1 without a pattern that a wrong axis could hide behind."""
    values = [math.sin(start + step * index + 0.01 * index * index) for index in range(math.prod(shape))]
    return torch.tensor(values).reshape(*shape)


def around(side, kernel, stride, dilation, padding):
    if padding == "valid":
        return [0, 0]
    total = max((-(-side // stride) - 1) * stride + (kernel - 1) * dilation + 1 - side, 0)
    return [total // 2, total - total // 2]


def channels_first(x):
    return x.movedim(-1, 1)


def padded(x, case, value=0.0):
    kernel = case.get("kernel_size", case.get("pool_size"))
    stride = case.get("stride", case.get("pool_size", 1))
    default = "same" if "kernel_size" in case else "valid"
    edges = [
        cells
        for side in reversed(case["shape"][1:-1])
        for cells in around(side, kernel, stride, case.get("dilation", 1), case.get("padding", default))
    ]
    return functional.pad(channels_first(x), edges, value=value)


def found(y, x, *parameters):
    y = y.movedim(1, -1)
    y.backward(wave(y.shape, 2.0))
    flat = {"y": y, "input": x.grad} | {
        name: parameter.grad for name, parameter in zip(["weight", "bias"], parameters, strict=False)
    }
    numbers = {name: [float(f"{value:.12g}") for value in array.flatten().tolist()] for name, array in flat.items()}
    return {"shape": list(y.shape), **numbers}


def convolution(case, rank):
    channels, k = case["shape"][-1], case["kernel_size"]
    x = wave(case["shape"], 0.0).requires_grad_()
    weight = wave([k] * rank + [channels, case["filters"]], 1.0).requires_grad_()
    bias = wave([case["filters"]], 3.0).requires_grad_()
    function = functional.conv2d if rank == 2 else functional.conv1d
    order = (3, 2, 0, 1) if rank == 2 else (2, 1, 0)
    y = function(padded(x, case), weight.permute(*order), bias,
                 stride=case.get("stride", 1), dilation=case.get("dilation", 1))  # fmt: skip
    return found(y, x, weight, bias)


def depthwise(case):
    channels, k, multiplier = case["shape"][-1], case["kernel_size"], case.get("multiplier", 1)
    x = wave(case["shape"], 0.0).requires_grad_()
    weight = wave([k, k, channels, multiplier], 1.0).requires_grad_()
    bias = wave([channels * multiplier], 3.0).requires_grad_()
    kernel = weight.permute(2, 3, 0, 1).reshape(channels * multiplier, 1, k, k)
    y = functional.conv2d(padded(x, case), kernel, bias, stride=case.get("stride", 1), groups=channels)
    return found(y, x, weight, bias)


def pool(case, largest, rank):
    shape = case["shape"] if rank == 2 else [case["shape"][0], *case["shape"][2:]]
    case = {**case, "shape": shape}
    # Tenths have equals among them: which of them receives the gradient is part of what is held to.
    x = (torch.round(wave(shape, 0.0) * 5) / 10).requires_grad_()
    size, stride = case["pool_size"], case.get("stride", case["pool_size"])
    if largest:
        function = functional.max_pool2d if rank == 2 else functional.max_pool1d
        return found(function(padded(x, case, -math.inf), size, stride), x)
    function = functional.avg_pool2d if rank == 2 else functional.avg_pool1d
    # Mean of the cells inside: the sum's mean over the mean of ones.
    inside = function(padded(torch.ones(shape), case), size, stride)
    return found(function(padded(x, case), size, stride) / inside, x)


if __name__ == "__main__":
    reference = {
        "made_by": f"torch {torch.__version__.partition('+')[0]}",
        "conv2d": {name: {"case": case} | convolution(case, 2) for name, case in CONVOLUTIONS.items()},
        "conv1d": {name: {"case": case} | convolution(case, 1) for name, case in SEQUENCES.items()},
        "depthwise_conv2d": {name: {"case": case} | depthwise(case) for name, case in DEPTHWISE.items()},
        "max_pool2d": {name: {"case": case} | pool(case, True, 2) for name, case in POOLS.items()},
        "average_pool2d": {name: {"case": case} | pool(case, False, 2) for name, case in POOLS.items()},
        "max_pool1d": {name: {"case": case} | pool(case, True, 1) for name, case in POOLS.items()},
        "average_pool1d": {name: {"case": case} | pool(case, False, 1) for name, case in POOLS.items()},
    }
    Path(__file__).with_name("convolution.json").write_text(json.dumps(reference) + "\n")
