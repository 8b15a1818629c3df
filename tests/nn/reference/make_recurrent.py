"""Makes recurrent.json: what PyTorch computes for RNN, LSTM and GRU, in the layout that nntui's layers have.

    python tests/nn/reference/make_recurrent.py        (needs torch, which the project itself does not)

All in float64. Weights are transposed, the two biases added up where they only ever act as their sum.
"""

import json
from pathlib import Path

import torch

torch.set_default_dtype(torch.float64)

BATCH, TIME, FEATURES, UNITS = 2, 4, 3, 2
KINDS = {
    "simple_rnn_tanh": lambda both: torch.nn.RNN(FEATURES, UNITS, batch_first=True, bidirectional=both),
    "simple_rnn_relu": lambda both: torch.nn.RNN(
        FEATURES, UNITS, nonlinearity="relu", batch_first=True, bidirectional=both
    ),
    "lstm": lambda both: torch.nn.LSTM(FEATURES, UNITS, batch_first=True, bidirectional=both),
    "gru": lambda both: torch.nn.GRU(FEATURES, UNITS, batch_first=True, bidirectional=both),
}


def own_layout(kind, arrays):
    """PyTorch's four arrays of one direction, as nntui has them; gradients where `arrays` holds them."""
    found = {"weight": arrays["weight_ih"].T, "recurrent_weight": arrays["weight_hh"].T}
    found["bias"] = arrays["bias_ih"] + arrays["bias_hh"]
    if kind == "gru":
        found["bias"][2 * UNITS :] = arrays["bias_ih"][2 * UNITS :]
        found["recurrent_bias"] = arrays["bias_hh"][2 * UNITS :]
    return found


def own_gradients(kind, arrays):
    """The same for gradients: that of a sum of biases is that of each."""
    found = own_layout(kind, arrays)
    found["bias"] = arrays["bias_ih"]
    return found


def by_direction(kind, module, pick, layout):
    found = {}
    for prefix, suffix in (("", "_l0"), ("backward_", "_l0_reverse")):
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        if not hasattr(module, f"weight_ih{suffix}"):
            continue
        arrays = {name: pick(getattr(module, f"{name}{suffix}")).detach().clone() for name in names}
        found |= {f"{prefix}{name}": array.tolist() for name, array in layout(kind, arrays).items()}
    return found


def case(kind, both):
    module = KINDS[kind](both)
    for parameter in module.parameters():
        torch.nn.init.uniform_(parameter, -1.2, 1.2)
    x = torch.randn(BATCH, TIME, FEATURES)
    width = UNITS * (2 if both else 1)
    sequence_upstream, last_upstream = torch.randn(BATCH, TIME, width), torch.randn(BATCH, width)
    found = {
        "x": x.tolist(),
        "parameters": by_direction(kind, module, lambda p: p, own_layout),
        "sequences": {"upstream": sequence_upstream.tolist()},
        "last": {"upstream": last_upstream.tolist()},
    }
    for name, upstream in (("sequences", sequence_upstream), ("last", last_upstream)):
        module.zero_grad()
        inputs = x.clone().requires_grad_()
        sequence, state = module(inputs)
        state = state[0] if isinstance(state, tuple) else state
        # The last state of each direction: for the backward one, that after the first element.
        y = sequence if name == "sequences" else torch.cat(list(state), dim=1)
        y.backward(upstream)
        found[name] |= {
            "y": y.tolist(),
            "gradients": {
                "input": inputs.grad.tolist(),
                **by_direction(kind, module, lambda p: p.grad, own_gradients),
            },
        }
    return found


if __name__ == "__main__":
    torch.manual_seed(0)
    reference = {
        "made_by": f"torch {torch.__version__.partition('+')[0]}",
        "cases": {f"{kind}{'_bidirectional' * both}": case(kind, both) for kind in KINDS for both in (False, True)},
    }
    Path(__file__).with_name("recurrent.json").write_text(json.dumps(reference) + "\n")
