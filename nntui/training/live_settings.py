"""Tuning: settings of a training that are changed between two of its steps, and what a resumed one needs of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from nntui.modelfile.tunable import tunables

if TYPE_CHECKING:
    from nntui.training.loop import Trainer


class LiveSettings:
    """The tunable settings of a trainer, as they are by now.

    A change counts from the next step on. What it does to what is remembered: a momentum of 0 forgets the direction
    that was kept, and another number of epochs stretches a schedule that ends with the training, so that its rate
    is from the next step on what it would be in a run that had this total all along.
    """

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer
        self.known = tunables(trainer.spec)
        """Those that may be changed, with the model file's values."""
        self._values: dict[str, float] = {}

    def value(self, name: str) -> float:
        """What a setting is at present."""
        if name == "learning_rate":
            return self._trainer.optimizer.learning_rate
        return self._values.get(name, self.known[name].value)

    def change(self, name: str, value: float) -> float:
        """Gives a setting, of those known, a value within its bounds; what it was."""
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
        """The settings that were changed, as JSON can hold them; the learning rate is among the progress already."""
        return dict(self._values)

    def restore(self, state: Mapping[str, float]) -> None:
        """Goes on with settings of `state`; KeyError or ValueError for one that cannot be."""
        for name, value in state.items():
            problem = self.known[name].problem(value)
            if problem:
                raise ValueError(f"{name} {problem}")
            self.change(name, value)
