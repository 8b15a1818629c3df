"""The scikit-learn peer: its multi-layer perceptrons, which are stacks of dense layers with one activation."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

_ACTIVATIONS = {"linear": "identity", "sigmoid": "logistic", "tanh": "tanh", "relu": "relu"}


class Peer:
    """Trains a job with scikit-learn; `x` is float32 (n, *input_shape), and flattened here."""

    steps_at_once = 1
    compile_seconds = None

    def __init__(self, job: dict[str, Any], x: np.ndarray, y: np.ndarray) -> None:
        import sklearn  # pyright: ignore[reportMissingImports]
        from sklearn import neural_network  # pyright: ignore[reportMissingImports]
        from threadpoolctl import threadpool_limits

        self.version = sklearn.__version__
        self._limit_threads = threadpool_limits
        # It would warn that the training has not converged.
        warnings.simplefilter("ignore")
        hidden, activation = _stack(job["layers"])
        settings = {"hidden_layer_sizes": hidden, "activation": activation, "batch_size": job["batch_size"],
                    "alpha": 0.0, "random_state": 0, **_optimizer(job["optimizer"])}  # fmt: skip
        self._x, self._y = x.reshape(len(x), -1), y
        self._known: dict[str, Any] = {}
        self._batch = job["batch_size"]
        if _classifies(job["loss"]):
            self._network = neural_network.MLPClassifier(**settings)
            self._known = {"classes": np.arange(job["layers"][-1]["output_shape"][0])}
        else:
            self._network = neural_network.MLPRegressor(**settings)
            self._y = y.ravel() if y.shape[1] == 1 else y

    def use_threads(self, count: int) -> None:
        """How many threads a matrix product may take."""
        self._limit_threads(count)

    def advance(self, order: np.ndarray) -> None:
        """Makes as many training steps as `order` has rows, on batches that scikit-learn shuffles itself."""
        whole = len(self._x) // self._batch * self._batch
        for start in range(0, order.size, whole):
            rows = slice(0, min(whole, order.size - start))
            self._network.partial_fit(self._x[rows], self._y[rows], **self._known)


def _stack(layers: list[dict[str, Any]]) -> tuple[list[int], str]:
    """The widths of the hidden layers and the activation they share."""
    dense = [layer for layer in layers if layer["type"] != "flatten"]
    for layer in dense:
        if layer["type"] != "dense" or not layer["use_bias"]:
            without_bias = " without bias" if layer["type"] == "dense" else ""
            raise NotImplementedError(f"layer {layer['type']}{without_bias}")
    *hidden, last = dense
    activations = sorted({layer["activation"] for layer in hidden})
    if last["activation"] != "linear":
        raise NotImplementedError(f"activation {last['activation']} in the last layer")
    if len(activations) > 1 or not set(activations) <= set(_ACTIVATIONS):
        raise NotImplementedError(f"activation {' with '.join(activations)}")
    widths = [layer["output_shape"][0] for layer in hidden]
    return widths, _ACTIVATIONS[activations[0]] if activations else "identity"


def _classifies(loss: dict[str, Any]) -> bool:
    if loss["type"] not in ("cross_entropy", "mean_squared_error"):
        raise NotImplementedError(f"loss {loss['type']}")
    if loss.get("label_smoothing"):
        raise NotImplementedError("label smoothing")
    return loss["type"] == "cross_entropy"


def _optimizer(rule: dict[str, Any]) -> dict[str, Any]:
    settings = {"learning_rate_init": rule["learning_rate"], "solver": rule["type"]}
    if rule["type"] == "sgd":
        return settings | {"momentum": rule["momentum"], "nesterovs_momentum": rule["nesterov"]}
    if rule["type"] == "adam":
        return settings | {"beta_1": rule["beta1"], "beta_2": rule["beta2"], "epsilon": rule["epsilon"]}
    raise NotImplementedError(f"optimizer {rule['type']}")
