"""Tunable settings: what of a model may be changed between two steps of its training, by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nntui.display.message import quoted
from nntui.modelfile.model import ModelSpec
from nntui.modelfile.problems import Problem, shown, suggestion
from nntui.modelfile.settings import TrainingSettings
from nntui.modelfile.tables import parse_table
from nntui.nn.layers.plan import layer_names
from nntui.settings import Setting, settings_of

BATCH_SIZE = (
    "the buffers and the learning-rate schedule are laid out for it; stop, change it in Build, and start a new run"
)
"""Why the batch size stays as it is."""


@dataclass(frozen=True, slots=True)
class Tunable:
    """A setting that may be changed while a model trains."""

    name: str
    """'learning_rate', 'epochs', or a layer's: 'dropout_1.rate'."""
    owner: type
    """The settings class that has it."""
    value: float
    """As the model file has it."""

    @property
    def setting(self) -> Setting:
        """Its bounds and its explanation."""
        return settings_of(self.owner)[self.name.rpartition(".")[2]]

    @property
    def is_whole(self) -> bool:
        """Whether only whole numbers will do."""
        return self.setting.kind is int

    def problem(self, value: object, *, epoch: int = 0) -> str:
        """What is wrong with a value, in the words of the form; '' where nothing is.

        `epoch` is the one that is being trained: a run cannot be over before it.
        """
        key, problems = self.setting.name, list[Problem]()
        parse_table(self.owner, {key: value}, "", problems)
        found = next((problem.message for problem in problems if problem.path == key), "")
        if not found and self.name == "epochs" and isinstance(value, int) and value < epoch:
            return f"must be at least {epoch}, the epoch that is being trained, got {shown(value)}"
        return found


def tunables(spec: ModelSpec) -> dict[str, Tunable]:
    """The settings of a model that may be changed while it trains, by name, in the order a list shows them."""
    optimizer = spec.training.optimizer
    found = [Tunable(key, type(optimizer), getattr(optimizer, key)) for key in optimizer.tunable]
    for name, layer in zip(layer_names(layer.type for layer in spec.layers), spec.layers, strict=True):
        for place, owner in layer.tunables().items():
            found.append(Tunable(f"{name}.{place}", type(owner), getattr(owner, place.rpartition(".")[2])))
    found.append(Tunable("epochs", TrainingSettings, spec.training.epochs))
    return {tunable.name: tunable for tunable in found}


def why_not(name: str, known: Mapping[str, Tunable]) -> str:
    """Why a setting that is not among the `known` ones cannot be changed while training, one line."""
    refused = f"{quoted(name)} cannot be changed while training"
    if name == "batch_size":
        return f"{refused}: {BATCH_SIZE}"
    if name == "momentum":
        return f"{refused}: the optimizer has none; expected one of {', '.join(known)}"
    return refused + suggestion(name, tuple(known))
