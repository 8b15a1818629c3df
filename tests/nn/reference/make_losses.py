"""Makes losses.json: values and gradients that PyTorch computes for every loss, with each of its settings.

    python tests/nn/reference/make_losses.py        (needs torch, which the project itself does not)

All in float64. What PyTorch computes is the loss of each row without weights (`reduction="none"`), and the gradients.
Class weights are put on here, Σw·L / n over the n rows, because PyTorch's own `weight` is another convention: its
cross-entropy divides by the sum of the weights, and with label smoothing weighs the target of each class by itself.
"""

import json
from pathlib import Path

import torch
from torch.nn import functional

torch.set_default_dtype(torch.float64)

DATA = {
    "outputs": [[2.0, -1.0, 0.5], [-40.0, 60.0, 0.0], [0.1, 0.2, 0.3], [5.0, 5.0, -5.0], [0.0, 1.25, -0.75]],
    "labels": [0, 2, 1, 0, 2],
    "targets": [[1.5, -1.0, 0.0], [-39.0, 58.0, 0.25], [0.0, 0.5, 1.5], [5.5, 4.0, -5.1], [0.0, 1.0, -1.0]],
    "distributions": [[0.2, 0.3, 0.5], [0.0, 1.0, 0.0], [0.25, 0.0, 0.75], [1.0, 0.0, 0.0], [0.4, 0.4, 0.2]],
    "single": [[0.3], [-1.5], [2.5], [-0.25], [40.0]],
    "signs": [1, 0, 1, 1, 0],
    "weights": [0.5, 2.0, 1.25],
    "two_weights": [0.75, 3.0],
}
LABELS, TARGETS, SHARES, SIGNS, WEIGHTS, TWO = (
    torch.tensor(DATA[name]) for name in ("labels", "targets", "distributions", "signs", "weights", "two_weights")
)
ONE_HOT = functional.one_hot(LABELS, 3).double()
YES = SIGNS.double()[:, None]


def by_rows(elements, weights):
    """The mean of elements (n, k), each row weighted."""
    return (elements * weights[:, None]).mean()


def hinge(y, margin, p, weights=None):
    rows = functional.multi_margin_loss(y, LABELS, p=p, margin=margin, reduction="none")
    return rows.mean() if weights is None else (rows * weights[LABELS]).mean()


def binary_hinge(y, margin, p, weights=None):
    rows = (margin - (2 * YES - 1) * y).clamp(min=0) ** p
    return rows.mean() if weights is None else by_rows(rows, weights[SIGNS])


def huber(y, t):
    return functional.huber_loss(y, t, delta=0.7, reduction="none")


def cross(y, weights=None, **options):
    rows = functional.cross_entropy(y, LABELS, reduction="none", **options)
    return rows.mean() if weights is None else (rows * weights[LABELS]).mean()


def binary(y, t):
    return functional.binary_cross_entropy_with_logits(y, t, reduction="none")


ROWS = WEIGHTS[LABELS]
# A name of DATA for outputs, truth and class weights; the loss and its settings; what PyTorch makes of it.
CASES = [
    ("outputs", "labels", "", {"type": "cross_entropy"}, cross),
    ("outputs", "labels", "", {"type": "cross_entropy", "label_smoothing": 0.1},
     lambda y: cross(y, label_smoothing=0.1)),
    ("outputs", "labels", "weights", {"type": "cross_entropy"}, lambda y: cross(y, WEIGHTS)),
    ("outputs", "labels", "weights", {"type": "cross_entropy", "label_smoothing": 0.3},
     lambda y: cross(y, WEIGHTS, label_smoothing=0.3)),
    ("outputs", "labels", "", {"type": "binary_cross_entropy"}, lambda y: binary(y, ONE_HOT).mean()),
    ("outputs", "labels", "weights", {"type": "binary_cross_entropy"}, lambda y: by_rows(binary(y, ONE_HOT), ROWS)),
    ("single", "signs", "", {"type": "binary_cross_entropy"}, lambda y: binary(y, YES).mean()),
    ("single", "signs", "two_weights", {"type": "binary_cross_entropy"},
     lambda y: functional.binary_cross_entropy_with_logits(y, YES, weight=TWO[SIGNS][:, None])),
    ("outputs", "distributions", "", {"type": "kl_divergence"},
     lambda y: functional.kl_div(functional.log_softmax(y, 1), SHARES, reduction="batchmean")),
    ("outputs", "labels", "", {"type": "kl_divergence"}, cross),
    ("outputs", "labels", "weights", {"type": "kl_divergence"}, lambda y: cross(y, WEIGHTS)),
    ("outputs", "labels", "", {"type": "hinge"}, lambda y: hinge(y, 1.0, 1)),
    ("outputs", "labels", "", {"type": "hinge", "margin": 0.5, "squared": True}, lambda y: hinge(y, 0.5, 2)),
    ("outputs", "labels", "weights", {"type": "hinge", "margin": 1.5}, lambda y: hinge(y, 1.5, 1, WEIGHTS)),
    ("outputs", "labels", "weights", {"type": "hinge", "squared": True}, lambda y: hinge(y, 1.0, 2, WEIGHTS)),
    ("single", "signs", "", {"type": "hinge"}, lambda y: binary_hinge(y, 1.0, 1)),
    ("single", "signs", "two_weights", {"type": "hinge", "margin": 0.5, "squared": True},
     lambda y: binary_hinge(y, 0.5, 2, TWO)),
    ("outputs", "targets", "", {"type": "mean_squared_error"}, lambda y: functional.mse_loss(y, TARGETS)),
    ("outputs", "labels", "weights", {"type": "mean_squared_error"}, lambda y: by_rows((y - ONE_HOT) ** 2, ROWS)),
    ("outputs", "targets", "", {"type": "mean_absolute_error"}, lambda y: functional.l1_loss(y, TARGETS)),
    ("outputs", "labels", "weights", {"type": "mean_absolute_error"}, lambda y: by_rows((y - ONE_HOT).abs(), ROWS)),
    ("outputs", "targets", "", {"type": "huber", "delta": 0.7}, lambda y: huber(y, TARGETS).mean()),
    ("outputs", "labels", "weights", {"type": "huber", "delta": 0.7}, lambda y: by_rows(huber(y, ONE_HOT), ROWS)),
]  # fmt: skip


def case(outputs, truth, weights, loss, function):
    y = torch.tensor(DATA[outputs], requires_grad=True)
    value = function(y)
    value.backward()
    return {"outputs": outputs, "truth": truth, "weights": weights, "loss": loss, "value": value.item(),
            "gradient": y.grad.tolist()}  # fmt: skip


if __name__ == "__main__":
    reference = {
        "made_by": f"torch {torch.__version__.partition('+')[0]}",
        "data": DATA,
        "cases": [case(*each) for each in CASES],
    }
    Path(__file__).with_name("losses.json").write_text(json.dumps(reference, indent=1) + "\n")
