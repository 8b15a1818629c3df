"""Events as one line of plain text each."""

from __future__ import annotations

from nntui.display.numbers import metric_text, setting_number
from nntui.display.printable import cut, printable
from nntui.runs.events import (
    EpochEnded,
    Event,
    HyperparameterChanged,
    Paused,
    Resumed,
    RunStarted,
    Warning,
)


def epoch_line(ended: EpochEnded, epochs: int) -> str:
    """All values of an epoch by name: 'epoch 3/20  loss 0.0714  val_loss 0.1020 ...  best'."""
    words = [f"epoch {ended.epoch}/{epochs}"]
    words += [f"{cut(name)} {metric_text(value)}" for name, value in ended.metrics.items()]
    words += [
        f"learning_rate {ended.learning_rate:g}",
        f"seconds {ended.seconds:.3g}",
        f"samples_per_second {ended.samples_per_second:.0f}",
    ]
    return "  ".join([*words, *(["best"] if ended.best else [])])


def short_epoch_line(ended: EpochEnded, epochs: int, width: int) -> str:
    """An epoch on a terminal: each metric with its validation value beside it, as many as fit `width` cells."""
    # Imported here, because output to a pipe does not need it.
    from nntui.display.cells import cell_len

    line = f"epoch {ended.epoch:>{len(str(epochs))}}/{epochs}"
    end = "  best" if ended.best else ""
    for name in dict.fromkeys(name.removeprefix("val_") for name in ended.metrics):
        value, held_out = ended.metrics.get(name), ended.metrics.get(f"val_{name}")
        words = f"  {printable(name)}" + (f" {metric_text(value)}" if value is not None else "")
        words += f" val {metric_text(held_out)}" if held_out is not None else ""
        if cell_len(line) + cell_len(words) + len(end) > width and name != "loss":
            break
        line += words
    return line + end


def message_of(event: Event) -> str | None:
    """The message of an event that is not data; None for events without one."""
    match event:
        case RunStarted():
            return _started(event)
        case Paused():
            return f"paused after step {event.step} (epoch {event.epoch})"
        case Resumed():
            return f"resumed after step {event.step} (epoch {event.epoch})"
        case HyperparameterChanged():
            change = f"{event.setting} {setting_number(event.old)} -> {setting_number(event.new)}"
            return f"{change} after step {event.step} (epoch {event.epoch})"
        case Warning():
            return f"warning: {event.message}"
    return None


def _started(event: RunStarted) -> str:
    what = f"{event.model}: {event.parameters:,} parameters, {event.train_samples:,} samples"
    held_out = f" and {event.val_samples:,} for validation" if event.val_samples else ""
    since = f", from step {event.from_step}" if event.from_step else ""
    return f"training {what}{held_out}{since}"
