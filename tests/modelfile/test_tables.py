"""A new class in one place is found everywhere: toys defined here, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from nntui.data.catalogue import load, sources
from nntui.data.generators.base import Generator
from nntui.modelfile.document import dump_document, parse_document
from nntui.modelfile.parsing import parse, to_draft
from nntui.modelfile.schema import json_schema
from nntui.modelfile.settings import EarlyStopping
from nntui.modelfile.validation import validate
from nntui.nn.activations import Activation
from nntui.nn.layers.base import Layer
from nntui.nn.losses import Huber, Loss
from nntui.nn.optimizers import SGD, Optimizer
from nntui.settings import setting, settings_of
from nntui.training.loop import Trainer, train
from tests.modelfile.drafts import told

FAMILIES = (Activation, Layer, Loss, Optimizer, Generator)


@pytest.fixture
def toys() -> Iterator[None]:
    """A toy of each family, gone afterwards; its settings have names that classes of their own often use."""
    Generator.members()
    before = [(family, dict(family._members)) for family in FAMILIES]

    @dataclass
    class ToyActivation(Activation):
        """Twice its sum."""

        type = "toy_twice"
        formula = "y = 2·z"
        scratches = 0

        def forward(self, z, y, scratch):
            np.multiply(z, 2, out=y)

        def backward(self, grad, z, y, scratch):
            np.multiply(grad, 2, out=grad)

    @dataclass
    class ToyLayer(Layer):
        """Passes everything on."""

        type = "toy_layer"

        copy: int = setting(minimum=2, below=10, help="Must be given.")
        schema: str | None = setting(None, choices=("one", "two"), help="May be left out.", absent="one")
        model_config: bool = setting(False, help="A name of pydantic's.")
        inner: EarlyStopping | None = setting(None, help="A table within.")

        def forward(self, x, training):
            return x

        def backward(self, grad):
            return grad

    @dataclass
    class ToyLoss(Huber):
        """Squared, by another name."""

        type = "toy_loss"

    @dataclass
    class ToyOptimizer(SGD):
        """Downhill, by another name."""

        type = "toy_optimizer"

        boldness: float = setting(0.5, above=0, maximum=1, help="Of no consequence.")

    @dataclass(frozen=True)
    class ToyGenerator(Generator):
        """Two heaps far apart."""

        type: ClassVar[str] = "toy_heaps"

        distance: float = setting(10.0, above=0, help="Between the heaps.")

        @property
        def class_names(self):
            return ("left", "right")

        def generate(self, *, rng):
            labels = np.repeat([0, 1], self.class_counts)
            points = rng.normal(size=(self.samples, 2)) + self.distance * labels[:, None]
            return points.astype(np.float32), labels

    yield
    for family, members in before:
        family._members.clear()
        family._members.update(members)


DRAFT = {
    "name": "toy",
    "data": {"source": "toy_heaps", "samples": 60, "distance": 20.0, "validation": 0.5},
    "layers": [
        {"type": "dense", "units": 4, "activation": "toy_twice"},
        {"type": "toy_layer", "copy": 3, "schema": "two", "inner": {"patience": 2}},
        {"type": "dense"},
    ],
    "training": {"epochs": 3, "loss": "toy_loss", "optimizer": {"type": "toy_optimizer", "boldness": 1}},
}


def without_toys_it_is_unknown() -> None:
    assert [line.partition(":")[0] for line in told(DRAFT)] == [
        "data.samples",
        "data.distance",
        "data.source",
        "layers[0].activation",
        "layers[1].type",
        "training.optimizer.type",
        "training.loss.type",
    ]
    assert not Draft202012Validator(json_schema()).is_valid(DRAFT)


def test_a_toy_of_each_family_is_found_everywhere(toys):
    spec = validate(DRAFT, base=Path("/")).ready()
    assert parse(parse_document(dump_document(to_draft(spec)))) == spec
    assert spec.layers[1].inner == EarlyStopping(patience=2)
    Draft202012Validator(json_schema()).validate(DRAFT)
    definitions = json_schema()["$defs"]
    assert {"layer.toy_layer", "loss.toy_loss", "optimizer.toy_optimizer"} <= definitions.keys()
    assert "toy_twice" in definitions["layer.dense"]["properties"]["activation"]["enum"]
    assert "toy_twice" in settings_of(Layer.members()["dense"])["activation"].choices
    assert ("toy_heaps", "Two heaps far apart.") in {(source.name, source.summary) for source in sources()}


def test_toys_train(toys):
    spec = validate(DRAFT, base=Path("/")).ready()
    dataset = load(spec.data, base=Path("/"), seed=0)
    trainer = Trainer(spec, dataset, clock=float)
    assert trainer.optimizer.boldness == 1.0
    assert list(train(spec, dataset, clock=float))[-1].reason == "finished"


def test_problems_of_toys_have_the_usual_words(toys):
    layer = {"type": "toy_layer", "copy": 10, "schema": "tow", "model_config": 1, "inner": {"patience": 0.5}}
    lines = told({**DRAFT, "layers": [{"type": "toy_layer"}, layer, {"type": "dense"}]})
    assert lines == [
        "layers[0].copy: is missing; expected a whole number: Must be given.",
        "layers[1].copy: must be at least 2 and below 10, got 10",
        "layers[1].schema: got 'tow', which is not a choice; did you mean 'two'?",
        "layers[1].model_config: must be true or false, got 1",
        "layers[1].inner.patience: must be a whole number, got 0.5",
    ]


def test_a_type_alone_is_not_enough_if_a_setting_is_required(toys):
    draft = {**DRAFT, "layers": ["toy_layer", {"type": "dense"}]}
    assert told(draft) == ["layers[0].copy: is missing; expected a whole number: Must be given."]
    assert not Draft202012Validator(json_schema()).is_valid(draft)


@pytest.mark.parametrize("when", ["before", "after"])
def test_toys_are_known_only_while_they_exist(when, request):
    if when == "after":
        request.getfixturevalue("toys")
        assert told(DRAFT) == []
        for family in FAMILIES:
            for name in [name for name in family._members if name.startswith("toy_")]:
                del family._members[name]
    without_toys_it_is_unknown()


def test_a_class_of_the_same_name_defined_later_has_its_own_settings():
    for limit in (5, 7):

        @dataclass
        class Again(Layer):
            """Defined twice."""

            type = "toy_again"
            size: int = setting(1, maximum=limit, help="How large.")

        try:
            draft = {"data": {"source": "iris"}, "layers": [{"type": "toy_again", "size": 9}, {"type": "dense"}]}
            assert told(draft) == [f"layers[0].size: must be at most {limit}, got 9"]
        finally:
            del Layer._members["toy_again"]
