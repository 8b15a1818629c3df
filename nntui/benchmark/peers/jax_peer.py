"""The JAX peer: the whole step is compiled, with several steps per call, so that calls cost next to nothing."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

_NHWC = ("NHWC", "HWIO", "NHWC")
Numbers = dict[str, Any]
"""A layer's parameters, and 'running_mean' and 'running_variance', which are not learned."""


class Peer:
    """Trains a job with jax; `x` is float32 (n, *input_shape), with channels last for images."""

    def __init__(self, job: dict[str, Any], x: np.ndarray, y: np.ndarray) -> None:
        import jax  # pyright: ignore[reportMissingImports]

        self._jax = jax
        self.version = jax.__version__
        # Convolutions run at half the speed in a loop, and take so long that calls do not matter.
        self.steps_at_once = 1 if any(layer["type"] == "conv2d" for layer in job["layers"]) else 16
        applies = [_apply(jax, layer) for layer in job["layers"]]
        rng = np.random.default_rng(0)
        parameters = [_first(layer, rng) for layer in job["layers"]]
        rule, slots = _optimizer(jax, job["optimizer"])
        loss_of = _loss(jax, job["loss"])
        self._data = (jax.numpy.asarray(x), jax.numpy.asarray(y))

        def loss(parameters: list[Numbers], key: Any, inputs: Any, targets: Any) -> Any:
            outputs, seen = inputs, []
            for index, (apply, numbers) in enumerate(zip(applies, parameters, strict=True)):
                outputs, statistics = apply(numbers, outputs, jax.random.fold_in(key, index))
                seen.append(statistics)
            return loss_of(outputs, targets), seen

        def step(data: Any, state: Any, rows: Any) -> Any:
            parameters, slots, count = state
            key = jax.random.fold_in(jax.random.key(0), count)
            (value, seen), gradients = jax.value_and_grad(loss, has_aux=True)(
                parameters, key, data[0][rows], data[1][rows]
            )
            parameters, slots = rule(parameters, gradients, slots, count + 1.0)
            parameters = [{**numbers, **statistics} for numbers, statistics in zip(parameters, seen, strict=True)]
            return (parameters, slots, count + 1), value

        self._state = (parameters, [jax.tree.map(np.zeros_like, parameters) for _ in range(slots)], np.int32(0))

        # The data are an argument, since compiling them in takes many times as long.
        def steps(state: Any, order: Any, data: Any) -> Any:
            return jax.lax.scan(partial(step, data), state, order)

        began = time.perf_counter()
        order = np.zeros((self.steps_at_once, job["batch_size"]), np.int32)
        compiled: Any = jax.jit(steps, donate_argnums=0)
        self._steps = compiled.lower(self._state, order, self._data).compile()
        self.compile_seconds = time.perf_counter() - began

    def advance(self, order: np.ndarray) -> None:
        """Makes a training step for each row of indices, int64 (a multiple of `steps_at_once`, batch)."""
        for start in range(0, len(order), self.steps_at_once):
            rows = order[start : start + self.steps_at_once].astype(np.int32)
            self._state, self._losses = self._steps(self._state, rows, self._data)
        self._jax.block_until_ready(self._state)


def _first(layer: dict[str, Any], rng: np.random.Generator) -> Numbers:
    """The initial parameters of a layer."""
    inputs, outputs = layer["input_shape"], layer["output_shape"]
    if layer["type"] == "batch_norm":
        ones = np.ones(inputs[-1], np.float32)
        return {"gamma": ones, "beta": 0 * ones, "running_mean": 0 * ones, "running_variance": ones.copy()}
    if layer["type"] not in ("dense", "conv2d"):
        return {}
    kernel = (layer["kernel_size"],) * 2 if layer["type"] == "conv2d" else ()
    shape = (*kernel, inputs[-1], outputs[-1])
    deviation = math.sqrt(2 / math.prod(shape[:-1]))
    numbers = {"weight": rng.standard_normal(shape, np.float32) * np.float32(deviation)}
    return numbers | ({"bias": np.zeros(outputs[-1], np.float32)} if layer["use_bias"] else {})


def _apply(jax: Any, layer: dict[str, Any]) -> Callable[[Numbers, Any, Any], tuple[Any, Numbers]]:
    """A layer as a function of its parameters, inputs and a key; it returns the outputs and the running statistics."""
    kind = layer["type"]
    function = _activation(jax, layer.get("function" if kind == "activation" else "activation", "linear"))
    builder = _LAYERS.get(kind)
    if kind == "batch_norm":
        return partial(_batch_norm, jax, layer)
    if builder is None:
        raise NotImplementedError(f"layer {kind}")
    work = builder(jax, layer)

    def apply(numbers: Numbers, inputs: Any, key: Any) -> tuple[Any, Numbers]:
        return function(work(numbers, inputs, key)), {}

    return apply


def _activation(jax: Any, name: str) -> Callable[[Any], Any]:
    if name == "linear":
        return lambda inputs: inputs
    if name not in ("relu", "leaky_relu", "elu", "selu", "gelu", "silu", "tanh", "sigmoid", "softplus", "softmax"):
        raise NotImplementedError(f"activation {name}")
    return getattr(jax.nn, name)


def _dense(jax: Any, layer: dict[str, Any]) -> Callable[[Numbers, Any, Any], Any]:
    return lambda numbers, inputs, key: inputs @ numbers["weight"] + numbers.get("bias", 0.0)


def _flatten(jax: Any, layer: dict[str, Any]) -> Callable[[Numbers, Any, Any], Any]:
    return lambda numbers, inputs, key: inputs.reshape(len(inputs), -1)


def _function(jax: Any, layer: dict[str, Any]) -> Callable[[Numbers, Any, Any], Any]:
    return lambda numbers, inputs, key: inputs


def _dropout(jax: Any, layer: dict[str, Any]) -> Callable[[Numbers, Any, Any], Any]:
    kept = 1 - layer["rate"]

    def work(numbers: Numbers, inputs: Any, key: Any) -> Any:
        return jax.numpy.where(jax.random.bernoulli(key, kept, inputs.shape), inputs / kept, 0.0)

    return work


def _batch_norm(jax: Any, layer: dict[str, Any], numbers: Numbers, inputs: Any, key: Any) -> tuple[Any, Numbers]:
    axes = tuple(range(inputs.ndim - 1))
    mean, variance = inputs.mean(axes), inputs.var(axes)
    scaled = (inputs - mean) * jax.lax.rsqrt(variance + layer["epsilon"]) * numbers["gamma"] + numbers["beta"]
    kept = layer["momentum"]
    running = {
        "running_mean": kept * numbers["running_mean"] + (1 - kept) * mean,
        "running_variance": kept * numbers["running_variance"] + (1 - kept) * variance,
    }
    return scaled, jax.lax.stop_gradient(running)


def _conv2d(jax: Any, layer: dict[str, Any]) -> Callable[[Numbers, Any, Any], Any]:
    stride, dilation = (layer.get("stride", 1),) * 2, (layer.get("dilation", 1),) * 2
    padding = layer.get("padding", "valid").upper()

    def work(numbers: Numbers, inputs: Any, key: Any) -> Any:
        outputs = jax.lax.conv_general_dilated(
            inputs, numbers["weight"], stride, padding, rhs_dilation=dilation, dimension_numbers=_NHWC
        )
        return outputs + numbers.get("bias", 0.0)

    return work


def _max_pool2d(jax: Any, layer: dict[str, Any]) -> Callable[[Numbers, Any, Any], Any]:
    return partial(_pool, jax, layer, jax.lax.max, -math.inf)


def _average_pool2d(jax: Any, layer: dict[str, Any]) -> Callable[[Numbers, Any, Any], Any]:
    if layer.get("padding", "valid") == "same":
        raise NotImplementedError("average_pool2d with padding")
    size = layer["pool_size"]
    return lambda *given: _pool(jax, layer, jax.lax.add, 0.0, *given) / size**2


def _pool(jax: Any, layer: dict[str, Any], reduce: Any, start: float, numbers: Numbers, inputs: Any, key: Any) -> Any:
    size = layer["pool_size"]
    stride = layer.get("stride") or size
    padding = layer.get("padding", "valid").upper()
    return jax.lax.reduce_window(inputs, start, reduce, (1, size, size, 1), (1, stride, stride, 1), padding)


_LAYERS = {
    "dense": _dense, "flatten": _flatten, "dropout": _dropout, "activation": _function,
    "conv2d": _conv2d, "max_pool2d": _max_pool2d, "average_pool2d": _average_pool2d,
}  # fmt: skip


def _loss(jax: Any, loss: dict[str, Any]) -> Callable[[Any, Any], Any]:
    if loss["type"] == "mean_squared_error":
        return lambda outputs, truth: ((outputs - truth) ** 2).mean()
    if loss["type"] != "cross_entropy":
        raise NotImplementedError(f"loss {loss['type']}")
    share = loss["label_smoothing"]

    def cross_entropy(outputs: Any, truth: Any) -> Any:
        logs = jax.nn.log_softmax(outputs)
        right = jax.numpy.take_along_axis(logs, truth[:, None], 1).mean()
        return -(1 - share) * right - share * logs.mean()

    return cross_entropy


def _optimizer(jax: Any, rule: dict[str, Any]) -> tuple[Callable[..., Any], int]:
    """A rule (parameters, gradients, slots, count) -> (parameters, slots), and how many slots it has."""
    if rule["type"] not in ("sgd", "adam"):
        raise NotImplementedError(f"optimizer {rule['type']}")
    return (partial(_sgd, jax, rule), 1) if rule["type"] == "sgd" else (partial(_adam, jax, rule), 2)


def _sgd(jax: Any, rule: dict[str, Any], parameters: Any, gradients: Any, slots: Any, count: Any) -> Any:
    rate, momentum = rule["learning_rate"], rule["momentum"]
    velocity = jax.tree.map(lambda v, g: momentum * v + g, slots[0], gradients)
    ahead = jax.tree.map(lambda v, g: g + momentum * v, velocity, gradients) if rule["nesterov"] else velocity
    return jax.tree.map(lambda p, v: p - rate * v, parameters, ahead), [velocity]


def _adam(jax: Any, rule: dict[str, Any], parameters: Any, gradients: Any, slots: Any, count: Any) -> Any:
    beta1, beta2 = rule["beta1"], rule["beta2"]
    mean = jax.tree.map(lambda m, g: beta1 * m + (1 - beta1) * g, slots[0], gradients)
    square = jax.tree.map(lambda v, g: beta2 * v + (1 - beta2) * g * g, slots[1], gradients)
    rate, scale = rule["learning_rate"] / (1 - beta1**count), 1 / (1 - beta2**count)

    def moved(p: Any, m: Any, v: Any) -> Any:
        return p - rate * m / (jax.numpy.sqrt(v * scale) + rule["epsilon"])

    return jax.tree.map(moved, parameters, mean, square), [mean, square]
