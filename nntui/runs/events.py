"""The events of a run: what happened, in the past tense, one JSON object a line in `events.jsonl`.

They come in this order, with `( )` for "optional" and `*` for "any number":

    run_started  ( step* layer_stats epoch_ended (checkpoint_saved) )*  run_ended
                  ^ anywhere between: paused resumed hyperparameter_changed warning checkpoint_saved

A resumed run continues the same log with another `run_started`, whose `from_step` says where: earlier records of later
steps no longer count. A log without `run_ended` belongs to a run that is still going on, or to one whose worker was
killed; the lock tells which.

A log grows logarithmically (`runs.decimation`). The first 65,536 step records and 4,096 epochs are all kept. After
that, the intervals of steps keep doubling, and of the epochs the log keeps every second, fourth, eighth ..., the best
between two of them, and the last before a pause or the end. `metrics.csv` has every epoch.

JSON has no NaN: a number that is not finite is written as null, and the line then carries `"finite": false`.
"""

from __future__ import annotations

import dataclasses
import json
import math
import re
import sys
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain, islice
from typing import Any, ClassVar

SCHEMA = 1
LARGEST = 2**53 - 1
"""The largest count or step in a record: not every JSON reader represents larger integers exactly."""
MOST_METRICS = 200
"""Per epoch: further ones are ignored, so that nothing that shows epochs has to expect them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened in a run; `step` and `epoch` count from 1, and 0 means before the first."""

    name: ClassVar[str]
    kinds: ClassVar[dict[str, type[Event]]] = {}

    step: int
    epoch: int
    time: float = 0.0
    """Seconds since 1970, stamped by the worker as it writes."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        # `dataclass(slots=True)` creates a second class of the same name, which replaces the first here.
        cls.name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", cls.__name__).lower()
        Event.kinds[cls.name] = cls


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted(Event):
    """The worker has built the network and is about to train, from the start or from a checkpoint."""

    from_step: int
    """0, or the step of the checkpoint that a resumed run starts from; `step` and `epoch` are the checkpoint's too."""
    model: str
    epochs: int
    steps_per_epoch: int
    batch_size: int
    train_samples: int
    val_samples: int
    parameters: int
    task: str
    """classification or regression."""
    classes: list[str]
    layers: list[str]
    """Names of the layers in order: 'dense_1'."""
    metrics: list[str]
    """Names of the metrics besides the loss: 'accuracy'."""
    pid: int
    versions: dict[str, str]
    monitor: str | None = None
    """The metric that decides which epoch is best: 'val_loss'; None in older logs."""
    higher_is_better: list[str] | None = None
    """Those of the metrics (without val_) of which higher is better; None in older logs."""
    scaled_inputs: bool | None = None
    """Whether the inputs are standardized or are pixels scaled to 0..1; None in older logs."""

    def after(self, change: HyperparameterChanged) -> RunStarted:
        """This event with a later change applied: of the settings that can change, it holds only `epochs`."""
        return dataclasses.replace(self, epochs=int(change.new)) if change.setting == "epochs" else self


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(Event):
    """One optimizer update, or the mean over the `count` updates that end with it."""

    loss: float
    learning_rate: float
    accuracy: float | None = None
    """Fraction of the batch classified correctly; None for regression."""
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerStats(Event):
    """Norms of the weight matrices at the end of an epoch, by parameter name ('dense_1.weight')."""

    weight_norm: dict[str, float]
    gradient_norm: dict[str, float]
    """Euclidean norm of the last batch's gradient as the optimizer sees it: with L1 and L2, and after clipping.

    Empty if the run was resumed after that batch. `runs.gradient_norms` combines them into the network's norm.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochEnded(Event):
    """One pass over the training split and the evaluation after it."""

    metrics: dict[str, float]
    """At the top level in JSON. loss, accuracy ... are means over the epoch's training batches, with dropout and class
    weights; val_loss, val_accuracy ... are measured after the epoch, without either. No loss contains L1 or L2."""
    learning_rate: float
    seconds: float
    """Training time, without evaluation and pauses."""
    samples_per_second: float
    best: bool
    """Whether the monitored metric is the best so far."""
    confusion: list[list[int]] | None = None
    """Validation split, row = true class, column = predicted class; None for regression."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointSaved(Event):
    """A checkpoint is on disk under this name, complete."""

    file: str
    best: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Paused(Event):
    """Training waits after this step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed(Event):
    """Training continues after a pause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HyperparameterChanged(Event):
    """A viewer changed a setting, with effect from the next step."""

    setting: str
    """learning_rate, momentum, weight_decay, epochs, or a setting of a layer: 'dropout_1.rate'."""
    old: float
    new: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Warning(Event):
    """Something a person should know that does not end the run: a full disk, an invalid command."""

    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnded(Event):
    """The last event: why and where the run ended."""

    reason: str
    """finished, stopped, diverged or failed."""
    message: str
    """One line for people: 'early stopping: val_loss has not improved for 5 epochs'."""
    best_epoch: int = 0
    """The epoch of the best weights; 0 if no epoch ended."""
    layer: str | None = None
    """Diverged: the layer in which the first non-finite value appeared."""
    quantity: str | None = None
    """Diverged: what became non-finite in it: output, gradient, weight or loss."""


_FLAT: dict[str, str] = {"epoch_ended": "metrics"}


def _plain(value: Any) -> Any:
    """The value with None for non-finite numbers, and without the lone surrogates of undecodable file names."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_plain(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def to_json(event: Event) -> str:
    """The event as one line of ASCII JSON; non-finite numbers become null, with `"finite": false`."""
    record: dict[str, Any] = {"event": event.name}
    for item in dataclasses.fields(event):
        value = getattr(event, item.name)
        if item.name == _FLAT.get(event.name):
            record.update(value)
        elif value is not None:
            record[item.name] = value
    try:
        text = json.dumps(record, allow_nan=False, separators=(",", ":"))
    except ValueError:
        text = json.dumps({**_plain(record), "finite": False}, allow_nan=False, separators=(",", ":"))
    if "\\ud" in text and text != (paired := json.dumps(_plain(json.loads(text)), separators=(",", ":"))):
        return paired
    return text


def from_record(record: Mapping[str, Any]) -> Event | None:
    """The event of a parsed line, with NaN for null numbers; None for an unknown kind or an invalid record.

    A valid record has every required field, each of the right type and finite, counts from 0 to LARGEST, and a square
    confusion matrix. Unknown fields are ignored, and so are metrics beyond the first 200.
    """
    name = record.get("event")
    kind = Event.kinds.get(name) if isinstance(name, str) else None
    if kind is None:
        return None
    checks = _checks(kind)
    values = {name: record[name] for name in checks if name in record}
    flat = _FLAT.get(kind.name)
    if flat is not None:
        metrics = ((key, _number(value)) for key, value in record.items() if _is_metric(key, value, checks))
        values[flat] = dict(islice(metrics, MOST_METRICS))
    if record.get("finite") is False:
        for name, value in values.items():
            if value is None:
                values[name] = math.nan
            elif isinstance(value, dict):
                values[name] = {key: _number(number) for key, number in value.items()}
    if not all(checks[name](value) for name, value in values.items()) or not _is_square(values.get("confusion")):
        return None
    try:
        return kind(**values)
    except TypeError:
        return None


@cache
def _checks(kind: type[Event]) -> dict[str, Callable[[Any], bool]]:
    hints = typing.get_type_hints(kind)
    return {item.name: _check(hints[item.name]) for item in dataclasses.fields(kind)}


def _check(hint: Any) -> Callable[[Any], bool]:
    """A check whether a value from JSON has the type of the hint."""
    if hint is float:
        return lambda value: type(value) in (float, int) and not abs(value) > sys.float_info.max
    if hint is int:
        return lambda value: type(value) is int and 0 <= value <= LARGEST
    if hint == list[list[int]]:
        return _is_matrix
    members = [_check(member) for member in typing.get_args(hint)]
    if isinstance(hint, types.UnionType):
        return lambda value: any(check(value) for check in members)
    if typing.get_origin(hint) is list:
        return lambda value: type(value) is list and all(map(members[0], value))
    if typing.get_origin(hint) is dict:
        return lambda value: type(value) is dict and all(map(members[1], value.values()))
    return lambda value: type(value) is hint


def _is_matrix(rows: Any) -> bool:
    """Whether it is a list of lists of counts; checks them in bulk, since a confusion matrix may have a million."""
    if type(rows) is not list or not set(map(type, rows)) <= {list}:
        return False
    counts = list(chain.from_iterable(rows))
    return not counts or (set(map(type, counts)) == {int} and min(counts) >= 0 and max(counts) <= LARGEST)


def _is_square(confusion: list[list[int]] | None) -> bool:
    return confusion is None or all(len(row) == len(confusion) for row in confusion)


def _number(value: Any) -> Any:
    return math.nan if value is None else value


def _is_metric(key: str, value: Any, names: Mapping[str, Any]) -> bool:
    plain = value is None or (isinstance(value, (int, float)) and not isinstance(value, bool))
    return plain and key not in names and key not in ("event", "schema", "finite")


@dataclass(frozen=True, slots=True)
class Command:
    """What a viewer asks of the worker, one JSON object a line in `commands.jsonl`."""

    command: str
    """pause, resume, step (one batch), epoch (to the end of this epoch), stop, set or scale."""
    setting: str = ""
    """set: the setting's name, see HyperparameterChanged; scale: learning_rate, the base rate of a schedule."""
    value: float | None = None
    """set: the new value; scale: the factor."""
    known: ClassVar[tuple[str, ...]] = ("pause", "resume", "step", "epoch", "stop", "set", "scale")
