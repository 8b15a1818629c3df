"""The PyTorch peer: the stack as an eager Sequential, with the fused optimizers."""

from __future__ import annotations

from typing import Any

import numpy as np

_ACTIVATIONS = {
    "relu": "ReLU", "leaky_relu": "LeakyReLU", "elu": "ELU", "selu": "SELU", "gelu": "GELU", "silu": "SiLU",
    "tanh": "Tanh", "sigmoid": "Sigmoid", "softplus": "Softplus", "softmax": "Softmax",
}  # fmt: skip
_SPATIAL = {"conv2d", "max_pool2d", "average_pool2d"}


class Peer:
    """Trains a job with torch; `x` is float32 (n, *input_shape), with channels last for images."""

    steps_at_once = 1
    compile_seconds = None

    def __init__(self, job: dict[str, Any], x: np.ndarray, y: np.ndarray) -> None:
        import torch  # pyright: ignore[reportMissingImports]

        self._torch = torch
        self.version = torch.__version__
        torch.manual_seed(0)
        inputs = torch.from_numpy(x)
        if any(layer["type"] in _SPATIAL for layer in job["layers"]):
            # A view, so that the channels stay last in memory, which is the faster layout here too.
            inputs = inputs.permute(0, 3, 1, 2)
        self._x, self._y = inputs, torch.from_numpy(y)
        modules = [module for layer in job["layers"] for module in _modules(torch, layer)]
        self._network = torch.nn.Sequential(*modules).to(memory_format=torch.channels_last)
        self._loss = _loss(torch, job["loss"])
        self._optimizer = _optimizer(torch, job["optimizer"], self._network.parameters())
        self._network.train()

    def use_threads(self, count: int) -> None:
        """Sets how many threads an operation may use."""
        self._torch.set_num_threads(count)

    def advance(self, order: np.ndarray) -> None:
        """Makes a training step for each row of indices, int64 (steps, batch)."""
        for rows in self._torch.from_numpy(order):
            loss = self._loss(self._network(self._x[rows]), self._y[rows])
            self._optimizer.zero_grad()
            loss.backward()
            self._optimizer.step()
            self.loss = loss.item()


def _modules(torch: Any, layer: dict[str, Any]) -> list[Any]:
    builder = _LAYERS.get(layer["type"])
    if builder is None:
        raise NotImplementedError(f"layer {layer['type']}")
    return [*builder(torch.nn, layer), *_activation(torch.nn, layer.get("activation", "linear"))]


def _activation(nn: Any, name: str) -> list[Any]:
    if name == "linear":
        return []
    if name not in _ACTIVATIONS:
        raise NotImplementedError(f"activation {name}")
    settings = {"gelu": {"approximate": "tanh"}, "softmax": {"dim": 1}}.get(name, {})
    return [getattr(nn, _ACTIVATIONS[name])(**settings)]


def _dense(nn: Any, layer: dict[str, Any]) -> list[Any]:
    return [nn.Linear(layer["input_shape"][0], layer["output_shape"][0], bias=layer["use_bias"])]


def _flatten(nn: Any, layer: dict[str, Any]) -> list[Any]:
    return [nn.Flatten()]


def _dropout(nn: Any, layer: dict[str, Any]) -> list[Any]:
    return [nn.Dropout(layer["rate"])]


def _function(nn: Any, layer: dict[str, Any]) -> list[Any]:
    return _activation(nn, layer["function"])


def _batch_norm(nn: Any, layer: dict[str, Any]) -> list[Any]:
    shape = layer["input_shape"]
    if len(shape) not in (1, 3):
        raise NotImplementedError("batch_norm of sequences")
    kind = nn.BatchNorm1d if len(shape) == 1 else nn.BatchNorm2d
    return [kind(shape[-1], eps=layer["epsilon"], momentum=1 - layer["momentum"])]


def _conv2d(nn: Any, layer: dict[str, Any]) -> list[Any]:
    kernel, stride = layer["kernel_size"], layer.get("stride", 1)
    dilation = layer.get("dilation", 1)
    edges = _edges(layer, (kernel - 1) * dilation + 1, stride)
    channels = layer["input_shape"][2], layer["output_shape"][2]
    settings = {"stride": stride, "dilation": dilation, "bias": layer["use_bias"]}
    if edges[::2] == edges[1::2]:
        return [nn.Conv2d(*channels, kernel, padding=(edges[2], edges[0]), **settings)]
    return [nn.ZeroPad2d(edges), nn.Conv2d(*channels, kernel, **settings)]


def _max_pool2d(nn: Any, layer: dict[str, Any]) -> list[Any]:
    size, stride = layer["pool_size"], _pool_stride(layer)
    edges = _edges(layer, size, stride)
    front = [nn.ConstantPad2d(edges, float("-inf"))] if any(edges) else []
    return [*front, nn.MaxPool2d(size, stride)]


def _average_pool2d(nn: Any, layer: dict[str, Any]) -> list[Any]:
    size, stride = layer["pool_size"], _pool_stride(layer)
    if any(_edges(layer, size, stride)):
        raise NotImplementedError("average_pool2d with padding")
    return [nn.AvgPool2d(size, stride)]


def _pool_stride(layer: dict[str, Any]) -> int:
    return layer.get("stride") or layer["pool_size"]


def _edges(layer: dict[str, Any], span: int, stride: int) -> tuple[int, int, int, int]:
    """Padding in pixels: left, right, top, bottom."""
    padding: list[int] = []
    for size, positions in zip(layer["input_shape"][1::-1], layer["output_shape"][1::-1], strict=True):
        total = max((positions - 1) * stride + span - size, 0) if layer.get("padding", "valid") == "same" else 0
        padding += [total // 2, total - total // 2]
    return padding[0], padding[1], padding[2], padding[3]


_LAYERS = {
    "dense": _dense, "flatten": _flatten, "dropout": _dropout, "activation": _function, "batch_norm": _batch_norm,
    "conv2d": _conv2d, "max_pool2d": _max_pool2d, "average_pool2d": _average_pool2d,
}  # fmt: skip


def _loss(torch: Any, loss: dict[str, Any]) -> Any:
    if loss["type"] == "cross_entropy":
        return torch.nn.CrossEntropyLoss(label_smoothing=loss["label_smoothing"])
    if loss["type"] == "mean_squared_error":
        return torch.nn.MSELoss()
    raise NotImplementedError(f"loss {loss['type']}")


def _optimizer(torch: Any, rule: dict[str, Any], parameters: Any) -> Any:
    rate = rule["learning_rate"]
    if rule["type"] == "sgd":
        nesterov = rule["nesterov"] and rule["momentum"] > 0
        return torch.optim.SGD(parameters, lr=rate, momentum=rule["momentum"], nesterov=nesterov, fused=True)
    if rule["type"] == "adam":
        betas = (rule["beta1"], rule["beta2"])
        return torch.optim.Adam(parameters, lr=rate, betas=betas, eps=rule["epsilon"], fused=True)
    raise NotImplementedError(f"optimizer {rule['type']}")
