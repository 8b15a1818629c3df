"""Recurrence: a cell run over the steps of a sequence, and backpropagation through them.

A step reads one row for each sample, [state | 1 | input]: one product with one kernel applies recurrent weights, biases
and input weights at once, and one product over all steps gives their gradients. Each gate has a kernel and sums of its
own, so that elementwise work on a gate runs over contiguous memory.

Sigmoids are computed as tanh: 2·σ(z) = 1 + tanh(z/2). The factors of a half are applied when the kernels are loaded
from the parameters, which costs a step nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

Views = tuple[Any, ...]
"""The arrays of one step, in an order that each cell defines."""


@dataclass(frozen=True, slots=True)
class SequenceSize:
    """The lengths of sequences, inputs and state."""

    time: int
    features: int
    units: int

    @property
    def columns(self) -> int:
        """The length of a row [state | 1 | input]."""
        return self.units + 1 + self.features


class Cell:
    """One recurrent cell run over time in one direction; subclasses define a step.

    The sums of a step have shape (gates, n, units); the backward pass overwrites them with their gradients.
    """

    order: ClassVar[tuple[int, ...]]
    """For each gate of the kernels, its index among the gates of the parameters."""
    scales: ClassVar[tuple[float, ...]]
    """For each gate of the kernels, the factor its weights are multiplied by."""
    input_gates: ClassVar[slice]
    """The gates fed by the input weights and the bias."""
    state_gates: ClassVar[slice]
    """The gates fed by the recurrent weights."""
    state_scale: ClassVar[float] = 1.0
    """The factor that turns a stored state into the output."""
    bypasses_gates: ClassVar[bool] = False
    """Whether `step_backward` leaves in `carry` the gradient that reaches the previous state around the gates."""
    work_arrays: ClassVar[int] = 1
    """How many work arrays (n, units) a step has, initially zero; the first is also written to between steps."""
    slopes: ClassVar[int] = 0
    """How many adjacent arrays (n, units) there are for derivatives."""

    @classmethod
    def buffers(cls, size: SequenceSize, *, needs_input_gradient: bool) -> dict[str, tuple[int, ...]]:
        """Shapes of the arrays it needs for each sample."""
        gates = len(cls.order)
        shapes: dict[str, tuple[int, ...]] = {
            "states": (size.time + 1, size.columns),
            "sums": (gates, size.time, size.units),
            "carry": (size.units,),
            "work": (cls.work_arrays, size.units),
            "state_terms": (len(range(gates)[cls.state_gates]), size.units),
        }
        if cls.slopes:
            shapes["slopes"] = (cls.slopes, size.units)
        if needs_input_gradient:
            shapes["input_terms"] = (len(range(gates)[cls.input_gates]), size.features)
            shapes["input_work"] = (size.features,)
        return shapes

    @classmethod
    def scratch(cls, size: SequenceSize, *, needs_input_gradient: bool) -> dict[str, tuple[int, ...]]:
        """Shapes of the arrays it needs once: kernels, their gradients, and transposed copies to go backward."""
        gates = range(len(cls.order))
        shapes: dict[str, tuple[int, ...]] = {
            "kernels": (len(gates), size.columns, size.units),
            "kernel_gradients": (len(gates), size.columns, size.units),
            "recurrent_transposed": (len(gates[cls.state_gates]), size.units, size.units),
        }
        if needs_input_gradient:
            shapes["input_transposed"] = (len(gates[cls.input_gates]), size.units, size.features)
        return shapes

    def __init__(
        self,
        size: SequenceSize,
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
            (parameters[name][columns], scale, self._kernels[gate, rows])
            for name, columns, scale, gate, rows in self._kernel_parts(parameters)
        ]
        self._unloads = [
            (self._kernel_gradients[gate, rows], scale, gradients[name][columns])
            for name, columns, scale, gate, rows in self._kernel_parts(parameters)
        ]
        self._recurrent_transposed = buffers["recurrent_transposed"]
        self._needs_input_gradient = "input_transposed" in buffers
        if self._needs_input_gradient:
            self._input_transposed = buffers["input_transposed"]

    def _kernel_parts(self, parameters: Mapping[str, np.ndarray]) -> Iterator[tuple[str, Any, float, int, Any]]:
        """The parts of the kernels: parameter, its columns, their factor, the gate, and the rows of its kernel."""
        units, gates = self.size.units, range(len(self.order))
        for gate, (origin, scale) in enumerate(zip(self.order, self.scales, strict=True)):
            columns = np.s_[..., origin * units : (origin + 1) * units]
            if gate in gates[self.input_gates]:
                yield "weight", columns, scale, gate, np.s_[units + 1 :]
                if "bias" in parameters:
                    yield "bias", columns, scale, gate, units
            elif "recurrent_bias" in parameters:
                yield "recurrent_bias", ..., scale, gate, units
            if gate in gates[self.state_gates]:
                yield "recurrent_weight", columns, scale * self.state_scale, gate, np.s_[:units]

    def fit(self, count: int) -> None:
        """Lays the buffers out for batches of `count` samples, time first, so that each step is contiguous."""
        size = self.size
        gates = len(self.order)
        self.states = self.view("states", size.time + 1, count, size.columns)
        self.sums = self.view("sums", gates, size.time, count, size.units)
        self.carry = self.view("carry", count, size.units)
        self.work = self.view("work", self.work_arrays, count, size.units)
        self.work.fill(0)
        self._state_terms = self.view("state_terms", len(range(gates)[self.state_gates]), count, size.units)
        if self.slopes:
            self.slope = self.view("slopes", self.slopes, count, size.units)
        if self._needs_input_gradient:
            self._input_terms = self.view("input_terms", len(self._input_transposed), count, size.features)
            self._input_work = self.view("input_work", count, size.features)
        self.states[0, :, : size.units] = 0
        self.states[:, :, size.units] = 1
        self._inputs = self.states[:-1, :, size.units + 1 :]
        self._products = [self._products_of(step) for step in range(size.time)]
        self._steps = [self.views(step) for step in range(size.time)]

    def view(self, name: str, *shape: int) -> np.ndarray:
        """The start of a buffer, in another shape."""
        return self._buffers[name].reshape(-1)[: math.prod(shape)].reshape(shape)

    def _gate_groups(self) -> Iterator[tuple[slice, slice]]:
        """Groups of gates with the columns of the rows that they read: all, [1 | input] or [state | 1]."""
        units, (first, last) = self.size.units, (self.input_gates, self.state_gates)
        yield slice(max(first.start, last.start), min(first.stop, last.stop)), slice(0, self.size.columns)
        if first.start < last.start:
            yield slice(first.start, last.start), slice(units, self.size.columns)
        if first.stop < last.stop:
            yield slice(first.stop, last.stop), slice(0, units + 1)

    def _products_of(self, step: int) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        return [
            (self.states[step, :, columns], self._kernels[gates, columns], self.sums[gates, step])
            for gates, columns in self._gate_groups()
        ]

    def load(self) -> None:
        """Fills the kernels from the parameters."""
        self._kernels[:, self.size.units] = 0
        for source, scale, target in self._loads:
            np.multiply(source, scale, out=target)

    def forward(self, x: np.ndarray) -> np.ndarray:
        """The state after each step (time, n, units), in the order of running; outputs divided by `state_scale`."""
        self.load()
        np.copyto(self._inputs, self.in_order(x).transpose(1, 0, 2))
        for products, views in zip(self._products, self._steps, strict=True):
            for rows, kernels, sums in products:
                np.matmul(rows, kernels, out=sums)
            self.step_forward(views)
        return self.states[1:, :, : self.size.units]

    def in_order(self, sequence: np.ndarray) -> np.ndarray:
        """A sequence (n, time, ...) in the order in which this cell reads it."""
        return sequence[:, ::-1] if self.reverse else sequence

    def backward(self, grad: np.ndarray, input_gradient: np.ndarray | None, *, accumulate: bool) -> None:
        """Fills the gradients, given that of all outputs (n, time, units) or of the last one (n, units).

        Fills `input_gradient` (n, time, features) too, or adds to it.
        """
        units = self.size.units
        np.copyto(self._recurrent_transposed, self._kernels[self.state_gates, :units].transpose(0, 2, 1))
        if self._needs_input_gradient:
            np.copyto(self._input_transposed, self._kernels[self.input_gates, units + 1 :].transpose(0, 2, 1))
        step_grads = self.in_order(grad) if grad.ndim == 3 else None
        if step_grads is None:
            np.multiply(grad, self.state_scale, out=self.carry)
        else:
            self.carry.fill(0)
        target = None if input_gradient is None else self.in_order(input_gradient)
        self.begin_backward()
        for step in reversed(range(self.size.time)):
            if step_grads is not None:
                self._add(step_grads[:, step], self.state_scale)
            self.step_backward(self._steps[step])
            if step:
                self._backward_to_state(self.sums[self.state_gates, step])
            if target is not None:
                self._backward_to_input(self.sums[self.input_gates, step], target[:, step], accumulate=accumulate)
        self._weight_gradients()

    def _add(self, grad: np.ndarray, scale: float) -> None:
        np.multiply(grad, scale, out=self.work[0])
        np.add(self.carry, self.work[0], out=self.carry)

    def _backward_to_state(self, deltas: np.ndarray) -> None:
        np.matmul(deltas, self._recurrent_transposed, out=self._state_terms)
        if self.bypasses_gates:
            np.add.reduce(self._state_terms, axis=0, out=self.work[0])
            np.add(self.carry, self.work[0], out=self.carry)
        else:
            np.add.reduce(self._state_terms, axis=0, out=self.carry)

    def _backward_to_input(self, deltas: np.ndarray, target: np.ndarray, *, accumulate: bool) -> None:
        np.matmul(deltas, self._input_transposed, out=self._input_terms)
        if accumulate:
            np.add.reduce(self._input_terms, axis=0, out=self._input_work)
            np.add(target, self._input_work, out=target)
        else:
            np.add.reduce(self._input_terms, axis=0, out=target)

    def _weight_gradients(self) -> None:
        rows = self.states[:-1].reshape(-1, self.size.columns)
        deltas = self.sums.reshape(len(self.order), -1, self.size.units)
        for gates, columns in self._gate_groups():
            np.matmul(rows[:, columns].T, deltas[gates], out=self._kernel_gradients[gates, columns])
        for source, scale, target in self._unloads:
            np.multiply(source, scale, out=target)

    def views(self, step: int) -> Views:
        """The arrays that `step_forward` and `step_backward` work on."""
        raise NotImplementedError

    def step_forward(self, views: Views) -> None:
        """Turns the sums of a step into the next state."""
        raise NotImplementedError

    def begin_backward(self) -> None:
        """Called at the start of a backward pass."""

    def step_backward(self, views: Views) -> None:
        """Turns the sums of a step into their gradients, given the gradient of the state after it in `carry`."""
        raise NotImplementedError
