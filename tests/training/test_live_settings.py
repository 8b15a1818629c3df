"""Settings that are changed while a run trains: what is taken, from which step on, and that it survives a kill."""

import pytest

from nntui.modelfile.document import read_document
from nntui.modelfile.problems import SpecError
from nntui.modelfile.tunable import tunables
from nntui.modelfile.validation import validate
from nntui.runs.events import Command, EpochEnded, HyperparameterChanged, RunStarted, Step, Warning
from nntui.runs.summary import summarize
from nntui.worker.changes import changeable, typed_changes
from nntui.worker.process import Worker
from tests.small_runs import assert_equal_tensors, draft, events_of, trainer_of, weights_of
from tests.worker.test_process import EveryStep, Sender, obeying

DENSE = {"type": "dense", "units": 8, "activation": "tanh"}
NOISY = [
    DENSE,
    {"type": "dropout", "rate": 0.2},
    {"type": "alpha_dropout", "rate": 0.1},
    {"type": "gaussian_noise", "deviation": 0.1},
    {"type": "residual", "layers": [DENSE, {"type": "dropout", "rate": 0.1}]},
    {"type": "dense"},
]
SGD = {"type": "sgd", "learning_rate": 0.05, "momentum": 0.9}
COSINE = {"type": "cosine"}


class PowerCut(BaseException):
    """The end of a worker without a last word."""


def setting(name, value):
    return Command("set", setting=name, value=value)


def changes_of(run):
    changed = [event for event in events_of(run) if isinstance(event, HyperparameterChanged)]
    return [(event.step, event.setting, event.old, event.new) for event in changed]


def cut_off(run, commands, *, at, by=Step):
    """Trains until the first event of a kind at or after a step, and ends there as a kill does."""
    sender = Sender(run, commands)

    def listener(event):
        sender(event)
        if isinstance(event, by) and event.step >= at:
            raise PowerCut

    with pytest.raises(PowerCut):
        EveryStep(run, listener=listener).run()


def test_what_can_be_changed_is_named_as_on_the_screen():
    spec = validate(draft(layers=NOISY, **{"training.optimizer": SGD}), base=None).ready()
    assert {name: tunable.value for name, tunable in tunables(spec).items()} == {
        "learning_rate": 0.05,
        "weight_decay": 0.0,
        "momentum": 0.9,
        "dropout_1.rate": 0.2,
        "alpha_dropout_1.rate": 0.1,
        "gaussian_noise_1.deviation": 0.1,
        "residual_1.dropout_1.rate": 0.1,
        "epochs": 4,
    }
    assert set(tunables(validate(draft(), base=None).ready())) == {
        "learning_rate",
        "weight_decay",
        "dropout_1.rate",
        "epochs",
    }


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("learning_rate", "0", "learning_rate: must be above 0 and at most 1000, got 0"),
        ("weight_decay", "2", "weight_decay: must be at least 0 and at most 1, got 2"),
        ("dropout_1.rate", "1", "dropout_1.rate: must be at least 0 and below 1, got 1"),
        ("dropout_1.rate", "half", "dropout_1.rate: must be a number, got 'half'"),
        ("epochs", "2.5", "epochs: must be a whole number, got 2.5"),
        ("epochs", "2", "epochs: must be at least 3, the epoch that is being trained, got 2"),
        ("epochs", "+99999999", "epochs: must be at least 1 and at most 10000000, got 100000003"),
        ("momentum", "0.5", "'momentum' cannot be changed while training: the optimizer has none; expected one of"),
        (
            "batch_size",
            "64",
            "the buffers and the learning-rate schedule are laid out for it; stop, change it in Build",
        ),
        ("dropout_2.rate", "0.5", "did you mean 'dropout_1.rate'?"),
    ],
)
def test_a_value_is_refused_in_the_words_of_the_form(new_run, name, text, words):
    with pytest.raises(SpecError) as refused:
        typed_changes({name: text, "epochs": text if name == "epochs" else "9"}, changeable(new_run()), epoch=3)
    (problem,) = refused.value.problems
    assert words in str(problem)


def test_a_number_of_epochs_with_a_plus_is_as_many_more(new_run):
    known = changeable(new_run())
    assert typed_changes({"epochs": "+100", "dropout_1.rate": " 0.5 "}, known) == {"epochs": 104, "dropout_1.rate": 0.5}


def test_changes_asked_together_count_from_the_same_step(new_run):
    run = new_run()
    asked = [setting("weight_decay", 0.1), setting("epochs", 5), setting("dropout_1.rate", 0.4)]
    obeying(run, {13: asked}).run()
    assert changes_of(run) == [
        (13, "weight_decay", 0.0, 0.1), (13, "epochs", 4, 5), (13, "dropout_1.rate", 0.2, 0.4)
    ]  # fmt: skip


def test_the_worker_refuses_unchecked_changes(new_run):
    run = new_run()
    asked = [setting("epochs", 1), setting("dropout_1.rate", 1.0), setting("batch_size", 5), setting("epochs", 2.5)]
    obeying(run, {13: asked[1:], 14: asked[:1]}).run()
    assert changes_of(run) == []
    warnings = [event.message for event in events_of(run) if isinstance(event, Warning)]
    assert warnings[0] == "dropout_1.rate must be at least 0 and below 1, got 1.0"
    assert warnings[1].startswith("'batch_size' cannot be changed while training: the buffers")
    assert warnings[2:] == [
        "epochs must be a whole number, got 2.5",
        "epochs must be at least 2, the epoch that is being trained, got 1",
    ]


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("learning_rate", 0.2),
        ("momentum", 0.5),
        ("momentum", 0.0),
        ("weight_decay", 0.1),
        ("dropout_1.rate", 0.5),
        ("dropout_1.rate", 0.0),
        ("alpha_dropout_1.rate", 0.3),
        ("gaussian_noise_1.deviation", 0.5),
        ("residual_1.dropout_1.rate", 0.5),
        ("epochs", 6),
        ("epochs", 3),
    ],
)
def test_killed_after_a_change_and_resumed_it_is_the_same_run(new_run, name, value, workers):
    model = draft(layers=NOISY, **{"training.optimizer": SGD, "training.schedule": COSINE, "training.workers": workers})
    whole, at_once, later, unchanged = (new_run(model) for _ in range(4))
    change = {13: [setting(name, value)]}
    obeying(whole, change).run()
    cut_off(at_once, change, at=13, by=HyperparameterChanged)
    Worker(at_once).run()
    cut_off(later, change, at=20)
    Worker(later).run()
    assert changes_of(whole) == changes_of(at_once) == changes_of(later)
    assert_equal_tensors(weights_of(at_once), weights_of(whole))
    assert_equal_tensors(weights_of(later), weights_of(whole))
    Worker(unchanged).run()
    same = weights_of(unchanged)
    assert any((tensor != same[place]).any() for place, tensor in weights_of(whole).items())


@pytest.mark.parametrize(("name", "value"), [("momentum", 0.5), ("dropout_1.rate", 0.5), ("epochs", 5)])
def test_changed_between_two_epochs_and_resumed_it_is_the_same_run(new_run, name, value):
    model = draft(**{"training.optimizer": SGD, "training.schedule": COSINE})
    whole, killed = new_run(model), new_run(model)
    change = {16: [setting(name, value)]}
    obeying(whole, change).run()
    cut_off(killed, change, at=16, by=HyperparameterChanged)
    Worker(killed).run()
    assert_equal_tensors(weights_of(killed), weights_of(whole))
    rates = [
        [event.learning_rate for event in events_of(run) if isinstance(event, EpochEnded)] for run in (whole, killed)
    ]
    assert rates[0] == rates[1]


def test_a_momentum_of_zero_forgets_the_direction():
    trainer = trainer_of(draft(**{"training.optimizer": SGD}))
    steps = (event for event in trainer.events() if isinstance(event, Step))
    next(steps)
    velocity = trainer.optimizer.slots["velocity"]
    assert velocity.any()
    trainer.live_settings.change("weight_decay", 0.1)
    assert velocity.any()
    trainer.live_settings.change("momentum", 0.0)
    assert not velocity.any()


@pytest.mark.parametrize("schedule", [COSINE, {"type": "one_cycle"}, {"type": "polynomial", "warmup": 1}])
def test_a_schedule_is_stretched_to_the_new_total(new_run, schedule):
    """From the change on the rate is the one that a run of the new length has in the same step."""
    longer, plain = (draft(**{"training.schedule": schedule, "training.epochs": epochs}) for epochs in (8, 4))
    run, whole = new_run(plain), new_run(longer)
    obeying(run, {13: [setting("epochs", 8)]}).run()
    Worker(whole).run()
    ours, theirs = (
        [event.learning_rate for event in events_of(each) if isinstance(event, Step)] for each in (run, whole)
    )
    assert len(ours) == len(theirs) == 64
    assert ours[13:] == theirs[13:]
    assert ours[8:13] != theirs[8:13]


def test_a_schedule_by_results_keeps_what_it_has_seen(new_run):
    plateau = {"type": "reduce_on_plateau", "factor": 0.5, "patience": 1, "min_delta": 10.0}
    model = draft(**{"training.schedule": plateau, "training.epochs": 8})
    run, whole = new_run(draft(**{"training.schedule": plateau})), new_run(model)
    obeying(run, {20: [setting("epochs", 8)]}).run()
    Worker(whole).run()
    assert_equal_tensors(weights_of(run), weights_of(whole))


def test_the_epochs_that_are_trained_stand_in_the_model_file_and_the_tables(new_run):
    run = new_run()
    obeying(run, {13: [setting("epochs", 6)]}).run()
    assert read_document(run.model_path)["training"]["epochs"] == 6
    assert (summarize(run).epochs_done, summarize(run).epochs_planned) == (6, 6)
    assert events_of(run)[-1].message == "trained 6 epochs"


def test_a_model_file_that_a_kill_left_behind_is_put_right(new_run):
    run = new_run()
    before = run.model_path.read_text()
    cut_off(run, {13: [setting("epochs", 6)]}, at=13, by=HyperparameterChanged)
    run.model_path.write_text(before)
    Worker(run).run()
    assert read_document(run.model_path)["training"]["epochs"] == 6
    assert [event.epochs for event in events_of(run) if isinstance(event, RunStarted)] == [4, 6]
