"""Makes optimizers.json: ten steps of the optimizers that torch.json does not have, and rates of the schedules.

    python tests/nn/reference/make_optimizers.py        (needs torch, which the project itself does not)

Nadam, Adadelta and the schedules are PyTorch's, in float64. Lion is in no release of it: here it is algorithm 2 of the
paper, https://arxiv.org/abs/2302.06675, written out in plain Python floats. Weight decay is decoupled everywhere:
where PyTorch has only the other kind, the parameters are shrunk here before each of its steps.
"""

import json
import math
from pathlib import Path

import torch

torch.set_default_dtype(torch.float64)

START = [0.5, -1.0, 2.0, 0.0, 3.0]
STEEPNESS = [1.0, 10.0, 0.1, 5.0, 0.0]
STEPS = 10
OPTIMIZERS = {
    "nadam": lambda p: torch.optim.NAdam(p, lr=0.01),
    "nadam_decay": lambda p: torch.optim.NAdam(p, lr=0.01, weight_decay=0.1, decoupled_weight_decay=True),
    "adadelta": lambda p: torch.optim.Adadelta(p, lr=1.0),
}
SHRUNK = {
    "sgd_decay": (lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9), 0.1),
    "rmsprop_decay": (lambda p: torch.optim.RMSprop(p, lr=0.01), 0.01),
    "adagrad_decay": (lambda p: torch.optim.Adagrad(p, lr=0.05), 0.05),
    "adadelta_decay": (lambda p: torch.optim.Adadelta(p, lr=0.5), 0.5),
    "adam_decay": (lambda p: torch.optim.Adam(p, lr=0.01), 0.01),
}
DECAY = 0.1


def steps_of(make, shrink=1.0):
    p = torch.tensor(START, requires_grad=True)
    optimizer = make([p])
    found = []
    for number in range(STEPS):
        optimizer.zero_grad()
        (torch.tensor(STEEPNESS) * (p - 0.1 * number) ** 2).sum().backward()
        with torch.no_grad():
            p.mul_(shrink)
        optimizer.step()
        found.append(p.tolist())
    return found


def lion(*, rate, beta1, beta2, decay):
    p, m, found = list(START), [0.0] * len(START), []
    for number in range(STEPS):
        for i, steepness in enumerate(STEEPNESS):
            g = 2 * steepness * (p[i] - 0.1 * number)
            c = beta1 * m[i] + (1 - beta1) * g
            p[i] -= rate * (math.copysign(1.0, c) * (c != 0) + decay * p[i])
            m[i] = beta2 * m[i] + (1 - beta2) * g
        found.append(list(p))
    return found


SCHEDULES = {
    "step": (12, lambda o: torch.optim.lr_scheduler.StepLR(o, step_size=3, gamma=0.5)),
    "exponential": (12, lambda o: torch.optim.lr_scheduler.ExponentialLR(o, gamma=0.8)),
    "polynomial": (12, lambda o: torch.optim.lr_scheduler.PolynomialLR(o, total_iters=8, power=2.0)),
    "cosine": (12, lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, T_max=12, eta_min=0.02)),
    "cosine_restarts": (
        30, lambda o: torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(o, T_0=4, T_mult=2, eta_min=0.02),
    ),
    "one_cycle": (20, lambda o: torch.optim.lr_scheduler.OneCycleLR(o, max_lr=0.2, total_steps=20)),
}  # fmt: skip
VALUES = [1.0, 0.9, 0.91, 0.9, 0.95, 0.8, 0.8, 0.81, 0.82, 0.83, 0.84, 0.85, 0.86, 0.87, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]


def rates():
    found = {}
    for name, (count, make) in SCHEDULES.items():
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.2)
        scheduler = make(optimizer)
        found[name] = []
        for _ in range(count):
            found[name].append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            scheduler.step()
    return found


def plateau(mode, values):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.2)
    # PyTorch's patience counts the epochs that change nothing: it lowers the rate in the one after them.
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(
        optimizer, mode, factor=0.5, patience=1, threshold=0.05, threshold_mode="abs", cooldown=2, min_lr=0.02, eps=0.0,
    )  # fmt: skip
    found = []
    for value in values:
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step(value)
    return found


if __name__ == "__main__":
    reference = {
        "made_by": f"torch {torch.__version__.partition('+')[0]}; lion by its paper's formula",
        "start": START,
        "steepness": STEEPNESS,
        "steps": {
            **{name: steps_of(make) for name, make in OPTIMIZERS.items()},
            **{name: steps_of(make, 1 - rate * DECAY) for name, (make, rate) in SHRUNK.items()},
            "lion": lion(rate=0.01, beta1=0.9, beta2=0.99, decay=0.0),
            "lion_decay": lion(rate=0.01, beta1=0.95, beta2=0.98, decay=DECAY),
        },
        "rates": rates(),
        "plateau": {
            "values": VALUES,
            "falling": plateau("min", VALUES),
            "rising": plateau("max", [-value for value in VALUES]),
        },
    }
    Path(__file__).with_name("optimizers.json").write_text(json.dumps(reference) + "\n")
