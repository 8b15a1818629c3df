"""The events of a run: what happened, in the past tense, one JSON object a line in `events.jsonl`.

The order they come in, `( )` for "may be", `*` for "any number":

    run_started  ( step* layer_stats epoch_ended (checkpoint_saved) )*  run_ended
                  ^ anywhere between: paused resumed hyperparameter_changed warning checkpoint_saved

A run that is resumed goes on in the same log with another `run_started` whose `from_step` says where: records of later
steps that stand before it were overtaken and do not count. A log without `run_ended` is of a run that goes on, or of
one whose worker was killed: the lock tells which.

A log grows with the logarithm of the steps (`runs.spacing`): the first 65,536 step records and 4,096 epochs are all
there; after that intervals of steps double in length again and again, and of the epochs every second, fourth, eighth
... is there, besides the best between two of them and the last before a pause or the end. `metrics.csv` has them all.

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
"""The largest count or step a record may hold: larger integers are not exact as JSON numbers everywhere."""
MOST_METRICS = 200
"""Of an epoch: what a log has more is passed over, so that nothing that shows epochs need expect it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened in a run; `step` and `epoch` count from 1, 0 is before the first."""

    name: ClassVar[str]
    kinds: ClassVar[dict[str, type[Event]]] = {}

    step: int
    epoch: int
    time: float = 0.0
    """Seconds since 1970, stamped by the worker as it writes."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        # `dataclass(slots=True)` makes a second class of the same name: the last one counts.
        cls.name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", cls.__name__).lower()
        Event.kinds[cls.name] = cls


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted(Event):
    """The worker has built the network and is about to train, from the start or from a checkpoint."""

    from_step: int
    """0, or the step of the checkpoint a resumed run goes on from; `step` and `epoch` are the checkpoint's too."""
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
    """Those of loss and metrics that get better upwards, without val_; None in older logs."""
    scaled_inputs: bool | None = None
    """Whether the inputs are standardized or are pixels scaled to 0..1; None in older logs."""

    def after(self, change: HyperparameterChanged) -> RunStarted:
        """The same with what was changed since: of the settings that can be, it names the epochs."""
        return dataclasses.replace(self, epochs=int(change.new)) if change.setting == "epochs" else self


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(Event):
    """One optimizer update, or the mean over the `count` updates that end with it."""

    loss: float
    learning_rate: float
    accuracy: float | None = None
    """Share of the batch answered rightly; None for regression."""
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerStats(Event):
    """How each weight matrix stands at the end of an epoch, by parameter name ('dense_1.weight')."""

    weight_norm: dict[str, float]
    gradient_norm: dict[str, float]
    """Euclidean norm of the gradient of the last batch, as the optimizer takes it: L1 and L2 are in it, and clipping.

    Empty where a run was resumed between that batch and this. `runs.gradient_norms` makes the whole network's of them.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochEnded(Event):
    """One pass over the training split and the evaluation after it."""

    metrics: dict[str, float]
    """In JSON: top level. loss, accuracy ... are means over the epoch's batches as they were learned from, with dropout
    on and class weights; val_loss, val_accuracy ... are measured after it, without both. No loss contains L1 or L2."""
    learning_rate: float
    seconds: float
    """Spent training, evaluation and pauses left out."""
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
    """Training goes on after a pause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HyperparameterChanged(Event):
    """A viewer changed a setting: it counts from the next step on."""

    setting: str
    """learning_rate, momentum, weight_decay, epochs, or a layer's: 'dropout_1.rate'."""
    old: float
    new: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Warning(Event):
    """Something a person should know that does not end the run; a disk that is full, a command not understood."""

    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnded(Event):
    """The last event: why and where the run ended."""

    reason: str
    """finished, stopped, diverged or failed."""
    message: str
    """One line for people: 'early stopping: val_loss has not improved for 5 epochs'."""
    best_epoch: int = 0
    """The epoch the best weights are of; 0 when no epoch ended."""
    layer: str | None = None
    """Diverged: the layer in which the first non-finite value appeared."""
    quantity: str | None = None
    """Diverged: what became non-finite there: output, gradient, weight or loss."""


_FLAT: dict[str, str] = {"epoch_ended": "metrics"}


def _plain(value: Any) -> Any:
    """The value with null for what is not finite and without the lone surrogates of undecodable file names."""
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
    """The event as one line of ASCII JSON; not-finite numbers become null beside `"finite": false`."""
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
    """The event of a parsed line; null numbers become NaN; None for a kind not known or a record that does not fit.

    A record fits when it has every field its kind asks for, each of its type, finite, counts from 0 to LARGEST, and the
    confusion matrix square. Fields not known are passed over, and so are metrics beyond the first 200.
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
    """Whether a value out of JSON is of the type the hint names."""
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
    """Whether it is a list of lists of counts, all looked at together: a confusion matrix may have a million."""
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
    """set: the setting's name, see HyperparameterChanged; scale: learning_rate, which a schedule's factors are of."""
    value: float | None = None
    """set: what it becomes; scale: what it is multiplied by."""
    known: ClassVar[tuple[str, ...]] = ("pause", "resume", "step", "epoch", "stop", "set", "scale")
