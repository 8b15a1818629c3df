"""Tunable settings: the settings of a model that may change between two training steps, by name."""

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
"""Why the batch size cannot change."""


@dataclass(frozen=True, slots=True)
class Tunable:
    """A setting that may be changed while a model trains."""

    name: str
    """'learning_rate', 'epochs', or a setting of a layer: 'dropout_1.rate'."""
    owner: type
    """The settings class that defines it."""
    value: float
    """The value in the model file."""

    @property
    def setting(self) -> Setting:
        """Its bounds and its help."""
        return settings_of(self.owner)[self.name.rpartition(".")[2]]

    @property
    def is_whole(self) -> bool:
        """Whether it must be a whole number."""
        return self.setting.kind is int

    def problem(self, value: object, *, epoch: int = 0) -> str:
        """What is wrong with a value, in the words of the form; '' if it is valid.

        `epoch` is the one being trained, which `epochs` must not be below.
        """
        key, problems = self.setting.name, list[Problem]()
        parse_table(self.owner, {key: value}, "", problems)
        message = next((problem.message for problem in problems if problem.path == key), "")
        if not message and self.name == "epochs" and isinstance(value, int) and value < epoch:
            return f"must be at least {epoch}, the epoch that is being trained, got {shown(value)}"
        return message


def tunables(spec: ModelSpec) -> dict[str, Tunable]:
    """The settings of a model that may be changed while it trains, by name, in the order of display."""
    optimizer = spec.training.optimizer
    result = [Tunable(key, type(optimizer), getattr(optimizer, key)) for key in optimizer.tunable]
    for name, layer in zip(layer_names(layer.type for layer in spec.layers), spec.layers, strict=True):
        for path, owner in layer.tunables().items():
            result.append(Tunable(f"{name}.{path}", type(owner), getattr(owner, path.rpartition(".")[2])))
    result.append(Tunable("epochs", TrainingSettings, spec.training.epochs))
    return {tunable.name: tunable for tunable in result}


def why_not(name: str, known: Mapping[str, Tunable]) -> str:
    """Why a setting that is not in `known` cannot be changed while training, in one line."""
    refused = f"{quoted(name)} cannot be changed while training"
    if name == "batch_size":
        return f"{refused}: {BATCH_SIZE}"
    if name == "momentum":
        return f"{refused}: the optimizer has none; expected one of {', '.join(known)}"
    return refused + suggestion(name, tuple(known))
