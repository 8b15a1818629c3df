"""Gradient check of a whole model on samples of its own data."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from nntui.data.batches import Batches
from nntui.data.catalogue import load
from nntui.modelfile.validation import validate
from nntui.nn.gradcheck import GradientCheck, check_gradients
from nntui.training.loss_and_metrics import check_ids

SAMPLES = 16
"""At most, since each gradient checked takes two forward passes over all of them."""


def check_model(draft: Mapping[str, Any], *, base: Path) -> list[GradientCheck]:
    """Compares backpropagation with central differences on the first samples of an epoch; one entry for each array.

    Raises SpecError with every problem of the draft, and DataError if its data cannot be loaded.
    """
    spec = validate(draft, base=base).ready()
    assert spec.training.loss is not None, "a validated spec has a loss"
    dataset = load(spec.data, base=base, seed=spec.training.seed)
    check_ids(spec, dataset)
    rng = np.random.default_rng(np.random.SeedSequence([spec.training.seed, 4]))
    count = min(SAMPLES, spec.training.batch_size, len(dataset.train))
    rows = rng.permutation(len(dataset.train))[:count]
    x, targets = Batches(dataset.train, dataset.preprocessing, count).gather(rows)
    loss = dataclasses.replace(spec.training.loss)
    return check_gradients(spec.layers, loss, x, targets, classes=len(dataset.classes), rng=rng)
