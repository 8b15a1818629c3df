"""Makes torch.json: what PyTorch computes for the activations and optimizers that nntui has too.

    python tests/nn/reference/make_torch.py        (needs torch, which the project itself does not)

All in float64, so that the engine's float64 can be held to 1e-9 and its float32 to 1e-5.
"""

import json
from pathlib import Path

import torch
from torch.nn import functional

torch.set_default_dtype(torch.float64)

ACTIVATIONS = {
    "relu": torch.relu,
    "leaky_relu": lambda z: functional.leaky_relu(z, 0.01),
    "elu": functional.elu,
    "selu": functional.selu,
    "gelu": lambda z: functional.gelu(z, approximate="tanh"),
    "silu": functional.silu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "softplus": functional.softplus,
    "softmax": lambda z: functional.softmax(z, dim=1),
    "linear": lambda z: z * 1.0,
}
OPTIMIZERS = {
    "sgd": lambda p: torch.optim.SGD(p, lr=0.1),
    "sgd_momentum": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9),
    "sgd_nesterov": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True),
    "rmsprop": lambda p: torch.optim.RMSprop(p, lr=0.01),
    "adagrad": lambda p: torch.optim.Adagrad(p, lr=0.05),
    "adam": lambda p: torch.optim.Adam(p, lr=0.01),
    "adamw": lambda p: torch.optim.AdamW(p, lr=0.01, weight_decay=0.1),
}


def activations():
    z_values = [[-6.0, -1.5, -0.25, 0.125], [0.5, 1.0, 3.0, 20.0], [-30.0, 0.75, -2.0, 1e-3]]
    upstream = [[1.0, -2.0, 0.5, 3.0], [0.25, -1.0, 2.0, 1.5], [-0.5, 1.0, 0.75, -1.25]]
    found = {"z": z_values, "upstream": upstream, "cases": {}}
    for name, function in ACTIVATIONS.items():
        z = torch.tensor(z_values, requires_grad=True)
        y = function(z)
        y.backward(torch.tensor(upstream))
        found["cases"][name] = {"y": y.tolist(), "gradient": z.grad.tolist()}
    return found


def optimizers():
    start = [0.5, -1.0, 2.0, 0.0, 3.0]
    found = {"start": start, "cases": {}}
    for name, make in OPTIMIZERS.items():
        p = torch.tensor(start, requires_grad=True)
        optimizer = make([p])
        steps = []
        for number in range(10):
            optimizer.zero_grad()
            # Steep in one place, flat in another, and never the same twice.
            loss = (torch.tensor([1.0, 10.0, 0.1, 5.0, 0.0]) * (p - 0.1 * number) ** 2).sum()
            loss.backward()
            optimizer.step()
            steps.append(p.tolist())
        found["cases"][name] = steps
    return found


if __name__ == "__main__":
    reference = {
        "made_by": f"torch {torch.__version__.partition('+')[0]}",
        "activations": activations(),
        "optimizers": optimizers(),
    }
    Path(__file__).with_name("torch.json").write_text(json.dumps(reference, indent=1) + "\n")
