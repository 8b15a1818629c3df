"""Makes norms.json: what PyTorch computes for the norms, an embedding and the constants of alpha dropout.

    python tests/nn/reference/make_norms.py        (needs torch, which the project itself does not)

All in float64, so that the engine's float64 can be held to 1e-9 and its float32 to 1e-5. Pictures are NHWC here, as in
the engine; PyTorch sees them as NCHW.
"""

import json
from pathlib import Path

import torch
from torch.nn import functional

torch.set_default_dtype(torch.float64)


def numbers(generator, *shape):
    """Numbers with few digits, so that the file stays small."""
    return (torch.randn(*shape, generator=generator) * 2 + 0.5).round(decimals=2)


def batch_norm(generator, shape, batches):
    channels = shape[-1]
    norm = torch.nn.BatchNorm2d(channels, eps=1e-5, momentum=0.1)
    gamma, beta = numbers(generator, channels), numbers(generator, channels)
    with torch.no_grad():
        norm.weight.copy_(gamma)
        norm.bias.copy_(beta)
    steps = []
    for count in batches:
        x, upstream = numbers(generator, count, *shape), numbers(generator, count, *shape)
        x.requires_grad_()
        norm.zero_grad()
        y = norm(x.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
        y.backward(upstream)
        steps.append({
            "x": x.tolist(), "upstream": upstream.tolist(), "y": y.tolist(), "input_gradient": x.grad.tolist(),
            "gamma_gradient": norm.weight.grad.tolist(), "beta_gradient": norm.bias.grad.tolist(),
            "running_mean": norm.running_mean.tolist(), "running_variance": norm.running_var.tolist(),
        })  # fmt: skip
    norm.eval()
    x, upstream = numbers(generator, 2, *shape).requires_grad_(), numbers(generator, 2, *shape)
    norm.zero_grad()
    y = norm(x.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
    y.backward(upstream)
    evaluation = {
        "x": x.tolist(), "upstream": upstream.tolist(), "y": y.tolist(), "input_gradient": x.grad.tolist(),
        "gamma_gradient": norm.weight.grad.tolist(), "beta_gradient": norm.bias.grad.tolist(),
    }  # fmt: skip
    return {"gamma": gamma.tolist(), "beta": beta.tolist(), "steps": steps, "evaluation": evaluation}


def layer_norm(generator, shape, count):
    gamma, beta = numbers(generator, shape[-1]).requires_grad_(), numbers(generator, shape[-1]).requires_grad_()
    x, upstream = numbers(generator, count, *shape).requires_grad_(), numbers(generator, count, *shape)
    y = functional.layer_norm(x, shape[-1:], gamma, beta, 1e-5)
    y.backward(upstream)
    return {
        "gamma": gamma.tolist(), "beta": beta.tolist(), "x": x.tolist(), "upstream": upstream.tolist(),
        "y": y.tolist(), "input_gradient": x.grad.tolist(), "gamma_gradient": gamma.grad.tolist(),
        "beta_gradient": beta.grad.tolist(),
    }  # fmt: skip


def embedding(generator):
    weight = numbers(generator, 7, 3).requires_grad_()
    ids = [[0, 6, 6, 2], [2, 2, 1, 6]]
    upstream = numbers(generator, 2, 4, 3)
    y = functional.embedding(torch.tensor(ids), weight)
    y.backward(upstream)
    return {
        "weight": weight.tolist(), "ids": ids, "upstream": upstream.tolist(), "y": y.tolist(),
        "weight_gradient": weight.grad.tolist(),
    }  # fmt: skip


def alpha_dropout(generator):
    """Which outputs were dropped shows: they are all the same number."""
    cases = {}
    for rate in (0.1, 0.3, 0.5, 0.9):
        x = numbers(generator, 40)
        torch.manual_seed(0)
        y = functional.alpha_dropout(x, rate, training=True)
        values, counts = y.unique(return_counts=True)
        dropped = values[counts.argmax()]
        kept = (y != dropped).tolist()
        cases[str(rate)] = {"x": x.tolist(), "kept": kept, "y": y.tolist()}
    return cases


def residual(generator):
    """tanh(x·W1 + b1)·W2 + b2, added to x·P, through a ReLU; PyTorch's gradients of all of them."""
    shapes = {"x": (3, 4), "W1": (4, 6), "b1": (6,), "W2": (6, 5), "b2": (5,), "P": (4, 5)}
    values = {name: numbers(generator, *shape).requires_grad_() for name, shape in shapes.items()}
    upstream = numbers(generator, 3, 5)
    v = values
    y = torch.relu(torch.tanh(v["x"] @ v["W1"] + v["b1"]) @ v["W2"] + v["b2"] + v["x"] @ v["P"])
    y.backward(upstream)
    return {
        "values": {name: value.tolist() for name, value in values.items()}, "upstream": upstream.tolist(),
        "y": y.tolist(), "gradients": {name: value.grad.tolist() for name, value in values.items()},
    }  # fmt: skip


if __name__ == "__main__":
    generator = torch.Generator().manual_seed(0)
    reference = {
        "made_by": f"torch {torch.__version__.partition('+')[0]}",
        "batch_norm": {
            "picture": batch_norm(generator, (3, 2, 2), (4, 4, 3)),
            "flat": batch_norm(generator, (1, 1, 3), (5, 2, 5)),
        },
        "layer_norm": {
            "sequence": layer_norm(generator, (3, 4), 2),
            "flat": layer_norm(generator, (5,), 1),
        },
        "embedding": embedding(generator),
        "alpha_dropout": alpha_dropout(generator),
        "residual": residual(generator),
    }
    Path(__file__).with_name("norms.json").write_text(json.dumps(reference) + "\n")
