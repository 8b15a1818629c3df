"""Recurrence: a cell run over the steps of a sequence, and back through them.

What a step reads stands in one row for each sample, [state | 1 | input], so that one product with one kernel gives the
sums of the recurrent weights, the biases and the input weights at once, and one product over all steps their gradients.
Each gate has a kernel and sums of its own: elementwise work on a gate then runs over contiguous memory.

A sigmoid is taken as tanh: 2·σ(z) = 1 + tanh(z/2). The halves are put into the kernels when they are loaded from the
parameters, which costs nothing in a step.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

Views = tuple[Any, ...]
"""Arrays of one step, in an order of the cell's own."""


@dataclass(frozen=True, slots=True)
class Extent:
    """How large the sequences and the state are."""

    time: int
    features: int
    units: int

    @property
    def columns(self) -> int:
        """Numbers in a row [state | 1 | input]."""
        return self.units + 1 + self.features


class Cell:
    """One recurrent cell run over time in one direction; subclasses say what a step does.

    The sums of a step have shape (gates, n, units); backwards they are overwritten by their gradients.
    """

    order: ClassVar[tuple[int, ...]]
    """For each gate of the kernel, which gate of the parameters it is."""
    scales: ClassVar[tuple[float, ...]]
    """For each gate of the kernel, what its weights are multiplied by."""
    of_input: ClassVar[slice]
    """The gates that input weights and bias lead to."""
    of_state: ClassVar[slice]
    """The gates that the recurrent weights lead to."""
    state_scale: ClassVar[float] = 1.0
    """What a stored state is multiplied by to give the output."""
    leaks: ClassVar[bool] = False
    """Whether `back` leaves in the carry what reaches the state before past the gates."""
    extras: ClassVar[int] = 1
    """Arrays of (n, units) that a step works in, zero at first; the first is also written to between steps."""
    slopes: ClassVar[int] = 0
    """Arrays of (n, units), side by side, for derivatives."""

    @classmethod
    def buffers(cls, size: Extent, *, needs_input_gradient: bool) -> dict[str, tuple[int, ...]]:
        """What it needs for each sample."""
        gates = len(cls.order)
        found: dict[str, tuple[int, ...]] = {
            "states": (size.time + 1, size.columns),
            "sums": (gates, size.time, size.units),
            "carry": (size.units,),
            "extra": (cls.extras, size.units),
            "spread": (len(range(gates)[cls.of_state]), size.units),
        }
        if cls.slopes:
            found["slopes"] = (cls.slopes, size.units)
        if needs_input_gradient:
            found["input_spread"] = (len(range(gates)[cls.of_input]), size.features)
            found["input_extra"] = (size.features,)
        return found

    @classmethod
    def scratch(cls, size: Extent, *, needs_input_gradient: bool) -> dict[str, tuple[int, ...]]:
        """What it needs once: the kernels, their gradients, and transposed copies for the way back."""
        gates = range(len(cls.order))
        found: dict[str, tuple[int, ...]] = {
            "kernels": (len(gates), size.columns, size.units),
            "kernel_gradients": (len(gates), size.columns, size.units),
            "recurrent_transposed": (len(gates[cls.of_state]), size.units, size.units),
        }
        if needs_input_gradient:
            found["input_transposed"] = (len(gates[cls.of_input]), size.units, size.features)
        return found

    def __init__(
        self,
        size: Extent,
        *,
        parameters: Mapping[str, np.ndarray],
        gradients: Mapping[str, np.ndarray],
        buffers: Mapping[str, np.ndarray],
        reverse: bool,
    ) -> None:
        self.size, self.reverse, self._buffers = size, reverse, buffers
        self._kernels = buffers["kernels"]
        self._kernel_gradients = buffers["kernel_gradients"]
        self._loads = [
            (parameters[name][place], scale, self._kernels[gate, rows])
            for name, place, scale, gate, rows in self._places(parameters)
        ]
        self._unloads = [
            (self._kernel_gradients[gate, rows], scale, gradients[name][place])
            for name, place, scale, gate, rows in self._places(parameters)
        ]
        self._recurrent_transposed = buffers["recurrent_transposed"]
        self._needs_input_gradient = "input_transposed" in buffers
        if self._needs_input_gradient:
            self._input_transposed = buffers["input_transposed"]

    def _places(self, parameters: Mapping[str, np.ndarray]) -> Iterator[tuple[str, Any, float, int, Any]]:
        """Which part of which parameter stands, times what, in which rows of which kernel."""
        units, gates = self.size.units, range(len(self.order))
        for gate, (origin, scale) in enumerate(zip(self.order, self.scales, strict=True)):
            columns = np.s_[..., origin * units : (origin + 1) * units]
            if gate in gates[self.of_input]:
                yield "weight", columns, scale, gate, np.s_[units + 1 :]
                if "bias" in parameters:
                    yield "bias", columns, scale, gate, units
            elif "recurrent_bias" in parameters:
                yield "recurrent_bias", ..., scale, gate, units
            if gate in gates[self.of_state]:
                yield "recurrent_weight", columns, scale * self.state_scale, gate, np.s_[:units]

    def fit(self, count: int) -> None:
        """Lays the buffers out for batches of `count` samples: time in front, so that each step is contiguous."""
        size = self.size
        gates = len(self.order)
        self.states = self.view("states", size.time + 1, count, size.columns)
        self.sums = self.view("sums", gates, size.time, count, size.units)
        self.carry = self.view("carry", count, size.units)
        self.extra = self.view("extra", self.extras, count, size.units)
        self.extra.fill(0)
        self._spread = self.view("spread", len(range(gates)[self.of_state]), count, size.units)
        if self.slopes:
            self.slope = self.view("slopes", self.slopes, count, size.units)
        if self._needs_input_gradient:
            self._input_spread = self.view("input_spread", len(self._input_transposed), count, size.features)
            self._input_extra = self.view("input_extra", count, size.features)
        self.states[0, :, : size.units] = 0
        self.states[:, :, size.units] = 1
        self._inputs = self.states[:-1, :, size.units + 1 :]
        self._products = [self._products_of(step) for step in range(size.time)]
        self._steps = [self.views(step) for step in range(size.time)]

    def view(self, name: str, *shape: int) -> np.ndarray:
        """The front of a buffer, laid out in another shape."""
        return self._buffers[name].reshape(-1)[: math.prod(shape)].reshape(shape)

    def _parts(self) -> Iterator[tuple[slice, slice]]:
        """Gates and the columns of the rows that they read: all of them, [1 | input] or [state | 1]."""
        units, (first, last) = self.size.units, (self.of_input, self.of_state)
        yield slice(max(first.start, last.start), min(first.stop, last.stop)), slice(0, self.size.columns)
        if first.start < last.start:
            yield slice(first.start, last.start), slice(units, self.size.columns)
        if first.stop < last.stop:
            yield slice(first.stop, last.stop), slice(0, units + 1)

    def _products_of(self, step: int) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        return [
            (self.states[step, :, columns], self._kernels[gates, columns], self.sums[gates, step])
            for gates, columns in self._parts()
        ]

    def load(self) -> None:
        """Fills the kernels from the parameters."""
        self._kernels[:, self.size.units] = 0
        for source, scale, target in self._loads:
            np.multiply(source, scale, out=target)

    def forward(self, x: np.ndarray) -> np.ndarray:
        """The states (time, n, units) after each step, in the order they are run; outputs divided by `state_scale`."""
        self.load()
        np.copyto(self._inputs, self.in_order(x).transpose(1, 0, 2))
        for products, views in zip(self._products, self._steps, strict=True):
            for rows, kernels, sums in products:
                np.matmul(rows, kernels, out=sums)
            self.step(views)
        return self.states[1:, :, : self.size.units]

    def in_order(self, sequence: np.ndarray) -> np.ndarray:
        """A sequence (n, time, ...) in the order this cell runs over it."""
        return sequence[:, ::-1] if self.reverse else sequence

    def backward(self, grad: np.ndarray, input_gradient: np.ndarray | None, *, adds: bool) -> None:
        """Fills the gradients, given that of the outputs (n, time, units) or of the last alone (n, units).

        Fills `input_gradient` (n, time, features) too, or adds to it.
        """
        units = self.size.units
        np.copyto(self._recurrent_transposed, self._kernels[self.of_state, :units].transpose(0, 2, 1))
        if self._needs_input_gradient:
            np.copyto(self._input_transposed, self._kernels[self.of_input, units + 1 :].transpose(0, 2, 1))
        each = self.in_order(grad) if grad.ndim == 3 else None
        if each is None:
            np.multiply(grad, self.state_scale, out=self.carry)
        else:
            self.carry.fill(0)
        into = None if input_gradient is None else self.in_order(input_gradient)
        self.begin_back()
        for step in reversed(range(self.size.time)):
            if each is not None:
                self._add(each[:, step], self.state_scale)
            self.back(self._steps[step])
            if step:
                self._back_to_state(self.sums[self.of_state, step])
            if into is not None:
                self._back_to_input(self.sums[self.of_input, step], into[:, step], adds=adds)
        self._weight_gradients()

    def _add(self, grad: np.ndarray, scale: float) -> None:
        np.multiply(grad, scale, out=self.extra[0])
        np.add(self.carry, self.extra[0], out=self.carry)

    def _back_to_state(self, deltas: np.ndarray) -> None:
        np.matmul(deltas, self._recurrent_transposed, out=self._spread)
        if self.leaks:
            np.add.reduce(self._spread, axis=0, out=self.extra[0])
            np.add(self.carry, self.extra[0], out=self.carry)
        else:
            np.add.reduce(self._spread, axis=0, out=self.carry)

    def _back_to_input(self, deltas: np.ndarray, into: np.ndarray, *, adds: bool) -> None:
        np.matmul(deltas, self._input_transposed, out=self._input_spread)
        if adds:
            np.add.reduce(self._input_spread, axis=0, out=self._input_extra)
            np.add(into, self._input_extra, out=into)
        else:
            np.add.reduce(self._input_spread, axis=0, out=into)

    def _weight_gradients(self) -> None:
        rows = self.states[:-1].reshape(-1, self.size.columns)
        deltas = self.sums.reshape(len(self.order), -1, self.size.units)
        for gates, columns in self._parts():
            np.matmul(rows[:, columns].T, deltas[gates], out=self._kernel_gradients[gates, columns])
        for source, scale, target in self._unloads:
            np.multiply(source, scale, out=target)

    def views(self, step: int) -> Views:
        """The arrays that `step` and `back` work on."""
        raise NotImplementedError

    def step(self, views: Views) -> None:
        """Turns the sums of a step into the next state."""
        raise NotImplementedError

    def begin_back(self) -> None:
        """Called before the last step is gone back through."""

    def back(self, views: Views) -> None:
        """Turns the sums of a step into their gradients, given in `carry` the gradient of the state after it."""
        raise NotImplementedError
