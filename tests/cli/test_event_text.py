import math

from nntui.cli.event_text import epoch_line, message_of, short_epoch_line
from nntui.runs.events import EpochEnded, RunStarted

ENDED = EpochEnded(
    step=90,
    epoch=2,
    metrics={"loss": 0.5, "accuracy": 1.0, "val_loss": math.nan, "val_accuracy": 1e-7},
    learning_rate=0.001,
    seconds=0.25,
    samples_per_second=5752.4,
    best=True,
)


def started(**changes) -> RunStarted:
    values = {
        "step": 0, "epoch": 0, "from_step": 0, "model": "m", "epochs": 4, "steps_per_epoch": 10, "batch_size": 8,
        "train_samples": 80, "val_samples": 0, "parameters": 1234, "task": "regression", "classes": [], "layers": [],
        "metrics": [], "pid": 1, "versions": {},
    }  # fmt: skip
    return RunStarted(**{**values, **changes})


def test_an_epoch_in_full():
    assert epoch_line(ENDED, 10) == (
        "epoch 2/10  loss 0.5000  accuracy 1.000  val_loss nan  val_accuracy 1e-07  learning_rate 0.001  "
        "seconds 0.25  samples_per_second 5752  best"
    )


def test_an_epoch_as_far_as_it_fits():
    assert short_epoch_line(ENDED, 10, 80) == "epoch  2/10  loss 0.5000 val nan  accuracy 1.000 val 1e-07  best"
    assert short_epoch_line(ENDED, 10, 40) == "epoch  2/10  loss 0.5000 val nan  best"
    assert short_epoch_line(ENDED, 10, 5) == "epoch  2/10  loss 0.5000 val nan  best"


def test_a_start_in_words():
    assert message_of(started()) == "training m: 1,234 parameters, 80 samples"
    assert message_of(started(val_samples=20, from_step=7)) == (
        "training m: 1,234 parameters, 80 samples and 20 for validation, from step 7"
    )
