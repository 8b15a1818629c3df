"""Live settings: changing settings between two training steps, and restoring the changes when a run is resumed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from nntui.modelfile.tunable import tunables

if TYPE_CHECKING:
    from nntui.training.loop import Trainer


class LiveSettings:
    """The current tunable settings of a trainer.

    A change takes effect with the next step. A momentum of 0 clears the accumulated velocity. Another number of epochs
    stretches a schedule that ends with the training: from the next step on, the rate is what it would be in a run with
    this number of epochs from the start.
    """

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer
        self.known = tunables(trainer.spec)
        """The settings that can change, with the values in the model file."""
        self._values: dict[str, float] = {}

    def value(self, name: str) -> float:
        """The current value of a setting."""
        if name == "learning_rate":
            return self._trainer.optimizer.learning_rate
        return self._values.get(name, self.known[name].value)

    def change(self, name: str, value: float) -> float:
        """Changes a known setting to a value within its bounds; returns the old value."""
        old = self.value(name)
        if name == "epochs":
            self._trainer.train_until(int(value))
        elif "." in name:
            self._trainer.tune_layer(name, value)
        else:
            self._trainer.optimizer.tune(name, value)
        if name != "learning_rate":
            self._values[name] = value
        return old

    def state(self) -> dict[str, float]:
        """The changed settings, JSON-compatible, without the learning rate, which the trainer's progress contains."""
        return dict(self._values)

    def restore(self, state: Mapping[str, float]) -> None:
        """Restores what `state` returned; KeyError or ValueError for an unknown or invalid setting."""
        for name, value in state.items():
            problem = self.known[name].problem(value)
            if problem:
                raise ValueError(f"{name} {problem}")
            self.change(name, value)
