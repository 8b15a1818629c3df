"""Evaluation is the arithmetic of training's own validation, on whatever data."""

from __future__ import annotations

import dataclasses
import math
import shutil
from pathlib import Path

import numpy as np
import pytest

from nntui.data.errors import DataError
from nntui.inspection.evaluation import Evaluation, evaluate_run
from nntui.resources import datasets_dir
from nntui.runs.checkpoints import CheckpointError, load, save
from nntui.runs.directory import RunDirectory
from nntui.runs.events import EpochEnded
from nntui.worker.launch import create_run
from nntui.worker.process import Worker


def draft(source: str, **data) -> dict:
    return {
        "name": "measured",
        "data": {"source": source, "validation": 0.2, **data},
        "layers": [{"type": "flatten"}, {"type": "dense", "units": 6, "activation": "tanh"}, {"type": "dense"}],
        "training": {"epochs": 3, "batch_size": 16},
    }


def train(model: dict, root: Path) -> tuple[RunDirectory, list[EpochEnded]]:
    run = create_run(model, base=root, root=root / "runs")
    events = []
    Worker(run, listener=events.append).run()
    return run, [event for event in events if isinstance(event, EpochEnded)]


@pytest.mark.parametrize(
    "model",
    [
        draft("iris", standardize=True),
        draft("iris", standardize=False),
        draft("digits"),
        draft("digits", standardize=True),
        draft("diabetes", standardize=True, standardize_targets=True),
        draft("moons"),
    ],
)
def test_every_epoch_scores_what_it_scored_in_training(model, tmp_path):
    run, epochs = train(model, tmp_path)
    for ended in epochs:
        evaluation = evaluate_run(run, checkpoint=str(ended.epoch))
        expected = {name: value for name, value in ended.metrics.items() if name.startswith("val_")}
        assert {"val_loss": evaluation.loss} | {f"val_{k}": v for k, v in evaluation.metrics.items()} == expected
        assert [list(row) for row in evaluation.confusion] == (ended.confusion or [])
        assert (evaluation.split, evaluation.epoch, evaluation.step) == ("val", ended.epoch, ended.step)


def test_without_validation_the_training_split_is_measured(tmp_path):
    run, _ = train(draft("iris") | {"data": {"source": "iris", "validation": 0}}, tmp_path)
    evaluation = evaluate_run(run)
    assert (evaluation.split, evaluation.samples) == ("train", 150)


def test_other_data_go_through_the_runs_own_preprocessing(tmp_path):
    """The rows of the run's own table, in a file whose own mean and deviation are others, are answered the same."""
    run, _ = train(draft("iris", standardize=True), tmp_path)
    whole = evaluate_run(run, source="iris")
    head, *rows = (datasets_dir() / "iris" / "iris.csv").read_text().splitlines()
    some = [row for row in rows if not row.endswith("setosa")]
    (tmp_path / "some.csv").write_text("\n".join([head, *some]) + "\n")
    part = evaluate_run(run, source="some.csv", base=tmp_path)
    assert part.classes == whole.classes
    assert (part.split, part.samples) == ("all", 100)
    assert part.confusion == ((0, 0, 0), *whole.confusion[1:])
    # NaN for a class that neither occurs nor is predicted, 0 for one that is predicted in vain.
    predicted = sum(row[0] for row in part.confusion)
    assert part.scores[0].recall == 0 if predicted else math.isnan(part.scores[0].recall)


def test_targets_of_other_data_are_measured_in_their_own_units(tmp_path):
    run, _ = train(draft("diabetes", standardize=True, standardize_targets=True), tmp_path)
    shutil.copy(datasets_dir() / "diabetes" / "diabetes.csv", tmp_path / "again.csv")
    evaluation = evaluate_run(run, source="again.csv", base=tmp_path)
    # Fitted on 442 rows instead of those of the training split, the numbers would be others.
    tensors, _ = load(run.checkpoints_path / "best.safetensors")
    table = np.genfromtxt(tmp_path / "again.csv", delimiter=",", skip_header=1)
    x = (table[:, :-1] - tensors["preprocessing.offset"]) * tensors["preprocessing.scale"]
    hidden = np.tanh(x @ tensors["dense_1.weight"] + tensors["dense_1.bias"])
    answers = (hidden @ tensors["dense_2.weight"] + tensors["dense_2.bias"])[:, 0]
    answers = answers / tensors["preprocessing.target_scale"] + tensors["preprocessing.target_offset"]
    assert evaluation.metrics["mae"] == pytest.approx(np.abs(answers - table[:, -1]).mean(), rel=1e-5)
    assert evaluation.samples == 442


def test_points_of_a_generator_are_new_ones(tmp_path):
    run, _ = train(draft("moons", samples=200, validation=0), tmp_path)
    assert evaluate_run(run).loss != evaluate_run(run, source="moons").loss
    assert evaluate_run(run, source="moons").samples == 200


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1,2,3,4,setosa\n1,2,3,4,tulip\n" * 3, "'tulip', which the network does not know"),
        ("1,2,setosa\n3,4,virginica\n" * 3, "has 2 inputs; the network was trained on 4"),
        (
            "a,sepal_width_cm,petal_length_cm,b,kind\n" + "1,2,3,4,setosa\n1,2,3,4,virginica\n" * 3,
            "it lacks 'sepal_length_cm', 'petal_width_cm' and also has 'a', 'b'",
        ),
    ],
)
def test_data_that_do_not_fit_are_refused(tmp_path, text, words):
    run, _ = train(draft("iris", standardize=True), tmp_path)
    (tmp_path / "other.csv").write_text(text)
    with pytest.raises(DataError, match=r"data.source") as refused:
        evaluate_run(run, source="other.csv", base=tmp_path)
    assert words in str(refused.value)


def test_data_of_another_width_are_refused_without_preprocessing_too(tmp_path):
    run, _ = train(draft("iris", standardize=False), tmp_path)
    (tmp_path / "other.csv").write_text("1,2,setosa\n3,4,virginica\n" * 3)
    with pytest.raises(DataError, match="has 2 inputs; the network was trained on 4"):
        evaluate_run(run, source="other.csv", base=tmp_path)
    run, _ = train(draft("moons"), tmp_path)
    first, second = evaluate_run(run, source="moons").classes
    (tmp_path / "other.csv").write_text(f"1,2,3,{first}\n3,4,5,{second}\n" * 3)
    with pytest.raises(DataError, match="does not fit the network"):
        evaluate_run(run, source="other.csv", base=tmp_path)


@pytest.mark.parametrize("standardize", [False, True])
def test_columns_are_matched_by_name_in_any_order(tmp_path, standardize):
    run, _ = train(draft("iris", standardize=standardize), tmp_path)
    head, *rows = (line.split(",") for line in (datasets_dir() / "iris" / "iris.csv").read_text().splitlines())
    order = [2, 0, 3, 1, 4]
    lines = [",".join(row[place] for place in order) for row in [head, *rows]]
    (tmp_path / "turned.csv").write_text("\n".join(lines) + "\n")
    turned, straight = evaluate_run(run, source="turned.csv", base=tmp_path), evaluate_run(run, source="iris")
    assert (turned.loss, turned.confusion) == (straight.loss, straight.confusion)


def test_columns_without_names_are_matched_by_position(tmp_path):
    run, _ = train(draft("iris"), tmp_path)
    _, *rows = (datasets_dir() / "iris" / "iris.csv").read_text().splitlines()
    (tmp_path / "nameless.csv").write_text("\n".join(rows) + "\n")
    assert evaluate_run(run, source="nameless.csv", base=tmp_path).loss == evaluate_run(run, source="iris").loss


CITIES = "city,size,climate\n" + "Oslo,1,cold\nRome,2,warm\nCairo,3,warm\n" * 8


def test_a_table_with_some_of_the_categories_and_classes_scores_like_the_whole(tmp_path):
    """The losses of the two parts, of one class each, weigh up to the loss of all rows."""
    (tmp_path / "cities.csv").write_text(CITIES)
    run, _ = train(draft("cities.csv", standardize=True), tmp_path)
    whole = evaluate_run(run, source="cities.csv", base=tmp_path)
    head, *rows = CITIES.splitlines()
    parts = []
    for name in ("cold", "warm"):
        (tmp_path / "part.csv").write_text("\n".join([head, *(row for row in rows if row.endswith(name))]))
        parts.append(evaluate_run(run, source="part.csv", base=tmp_path))
    cold, warm = parts
    assert (cold.samples, warm.samples, cold.classes) == (8, 16, ("cold", "warm"))
    assert (8 * cold.loss + 16 * warm.loss) / 24 == pytest.approx(whole.loss, rel=1e-6)
    assert (cold.confusion[0], warm.confusion[1]) == whole.confusion


def test_one_row_is_enough(tmp_path):
    (tmp_path / "cities.csv").write_text(CITIES)
    run, _ = train(draft("cities.csv", target="climate"), tmp_path)
    (tmp_path / "one.csv").write_text("climate,city,size\nwarm,Rome,2\n")
    one = evaluate_run(run, source="one.csv", base=tmp_path)
    assert (one.samples, sum(map(sum, one.confusion)), sum(one.confusion[1])) == (1, 1, 1)
    (tmp_path / "one.csv").write_text("climate,city,size\nmild,Rome,2\n")
    with pytest.raises(DataError, match="has the class 'mild', which the network does not know; it knows cold, warm"):
        evaluate_run(run, source="one.csv", base=tmp_path)
    run, _ = train(draft("diabetes"), tmp_path)
    (tmp_path / "one.csv").write_text(
        "\n".join((datasets_dir() / "diabetes" / "diabetes.csv").read_text().splitlines()[:2])
    )
    assert evaluate_run(run, source="one.csv", base=tmp_path).samples == 1


def test_arrays_of_one_class_are_enough(tmp_path):
    run, _ = train(draft("iris"), tmp_path)
    np.savez(tmp_path / "one.npz", x=np.ones((3, 4)), y=np.array(["virginica"] * 3))
    assert sum(evaluate_run(run, source="one.npz", base=tmp_path).confusion[2]) == 3
    np.savez(tmp_path / "one.npz", x=np.ones((3, 5)), y=np.array(["virginica"] * 3))
    with pytest.raises(DataError, match="has 5 inputs; the network was trained on 4"):
        evaluate_run(run, source="one.npz", base=tmp_path)


@pytest.mark.parametrize(("source", "column"), [("iris", "species"), ("diabetes", "progression")])
def test_a_missing_target_column_is_named(tmp_path, source, column):
    run, _ = train(draft(source), tmp_path)
    lines = (datasets_dir() / source / f"{source}.csv").read_text().splitlines()
    (tmp_path / "other.csv").write_text("\n".join(line.rpartition(",")[0] for line in lines) + "\n")
    with pytest.raises(DataError, match=rf"other.csv has no target column '{column}"):
        evaluate_run(run, source="other.csv", base=tmp_path)


def test_a_checkpoint_without_the_name_of_its_target_column(tmp_path):
    run, _ = train(draft("iris"), tmp_path)
    path = run.checkpoints_path / "best.safetensors"
    tensors, metadata = load(path)
    del metadata["target"]
    save(path, tensors, metadata)
    assert evaluate_run(run, source="iris").samples == 150
    lines = (datasets_dir() / "iris" / "iris.csv").read_text().splitlines()
    (tmp_path / "other.csv").write_text("\n".join(line.rpartition(",")[0] for line in lines) + "\n")
    with pytest.raises(DataError, match="no target column: its last column, 'petal_width_cm', is an input"):
        evaluate_run(run, source="other.csv", base=tmp_path)


def test_columns_of_a_generator_do_not_match_columns_of_other_names(tmp_path):
    (tmp_path / "points.csv").write_text("a,b,kind\n" + "1,2,inner\n3,4,outer\n" * 20)
    run, _ = train(draft("points.csv"), tmp_path)
    with pytest.raises(DataError, match=r"'moons' does not have the columns .* it lacks 'a', 'b' and also has 'x'"):
        evaluate_run(run, source="moons", base=tmp_path)


def test_the_runs_own_data_must_be_unchanged(tmp_path):
    rows = [f"{x},{x % 5},{'up' if x % 2 else 'down'}" for x in range(60)]
    (tmp_path / "points.csv").write_text("\n".join(["a,b,way", *rows]))
    run, _ = train(draft("points.csv"), tmp_path)
    (tmp_path / "points.csv").write_text("\n".join(["a,b,way", *rows[:-1]]))
    with pytest.raises(DataError, match="has changed since the run"):
        evaluate_run(run)
    assert evaluate_run(run, source="points.csv", base=tmp_path).samples == 59


@pytest.mark.parametrize("checkpoint", ["4", "first", "-1", "٣", "../best", "99999999999999"])
def test_a_missing_checkpoint(tmp_path, checkpoint):
    run, _ = train(draft("iris"), tmp_path)
    with pytest.raises(CheckpointError, match="no checkpoint"):
        evaluate_run(run, checkpoint=checkpoint)


def test_a_run_without_checkpoints(tmp_path):
    run = create_run(draft("iris"), base=tmp_path, root=tmp_path)
    with pytest.raises(CheckpointError, match="has no checkpoint"):
        evaluate_run(run)


@pytest.mark.parametrize(
    "change",
    [
        lambda tensors, metadata: metadata.pop("model"),
        lambda tensors, metadata: metadata.update(model=[]),
        lambda tensors, metadata: metadata["model"].update(layers=[]),
        lambda tensors, metadata: metadata["model"]["training"].pop("loss"),
        lambda tensors, metadata: metadata["model"]["layers"][1].update(units=7),
        lambda tensors, metadata: tensors.pop("preprocessing.scale"),
        lambda tensors, metadata: tensors.pop("dense_1.weight"),
        lambda tensors, metadata: metadata.update(progress=None),
        lambda tensors, metadata: metadata.update(progress={"step": "x"}),
        lambda tensors, metadata: metadata.update(classes=7),
        lambda tensors, metadata: metadata.update(classes=["a", ["b"]]),
        lambda tensors, metadata: tensors.update({"preprocessing.scale": np.ones((2, 3), np.float32)}),
        lambda tensors, metadata: tensors.update({"preprocessing.target_scale": np.ones((2, 3), np.float32)}),
    ],
)
def test_a_damaged_checkpoint_is_refused_in_one_line(tmp_path, change):
    run, _ = train(draft("iris"), tmp_path)
    path = run.checkpoints_path / "best.safetensors"
    tensors, metadata = load(path)
    change(tensors, metadata)
    save(path, tensors, metadata)
    with pytest.raises((CheckpointError, DataError)) as refused:
        evaluate_run(run)
    assert "\n" not in str(refused.value)


def test_scores_worked_by_hand():
    evaluation = Evaluation(
        run="r", checkpoint="c", step=1, epoch=1, data="d", split="val", samples=10, loss=0.0, metrics={},
        classes=("a", "b", "c"), confusion=((3, 1, 0), (2, 4, 0), (0, 0, 0)),
    )  # fmt: skip
    a, b, c = (dataclasses.astuple(score) for score in evaluation.scores)
    # a: 3 right of 4 there are and of 5 taken for it; f1 = 2·3 / (4 + 5).
    assert a == ("a", 4, 3 / 5, 3 / 4, 6 / 9)
    assert b == ("b", 6, 4 / 5, 4 / 6, 8 / 11)
    assert c[:2] == ("c", 0)
    assert all(math.isnan(share) for share in c[2:])


def timed(tmp_path: Path) -> Path:
    """Seconds since 1970 with the second half late: neighbours are one number in float32."""
    rows = [f"{1_700_000_000 + 81 * n},{'late' if n >= 100 else 'early'}" for n in range(200)]
    (tmp_path / "time.csv").write_text("\n".join(["time,kind", *rows]) + "\n")
    return tmp_path / "time.csv"


def test_raw_values_reach_the_runs_own_preprocessing_with_all_their_digits(tmp_path):
    model = draft(str(timed(tmp_path)), standardize=True)
    model["training"] |= {"epochs": 30, "optimizer": {"type": "adam", "learning_rate": 0.02}}
    run, _ = train(model, tmp_path)
    tensors, _ = load(run.checkpoints_path / "last.safetensors")
    raw = 1_700_000_000.0 + 81 * np.arange(200)
    x = ((raw - tensors["preprocessing.offset"]) * tensors["preprocessing.scale"]).astype(np.float32)[:, np.newaxis]
    assert abs(x.mean()) < 0.05
    hidden = np.tanh(x @ tensors["dense_1.weight"] + tensors["dense_1.bias"])
    outputs = hidden @ tensors["dense_2.weight"] + tensors["dense_2.bias"]
    right = int(np.sum(outputs.argmax(axis=1) == (np.arange(200) >= 100)))
    assert right >= 190
    evaluation = evaluate_run(run, checkpoint="last", source="time.csv", base=tmp_path)
    assert sum(row[place] for place, row in enumerate(evaluation.confusion)) == right
    assert evaluation.metrics["accuracy"] == right / 200


def test_metrics_of_targets_far_from_0_are_measured_with_all_their_digits(tmp_path):
    """Dates a hundredth of a day apart, where float32 has quarters of a day: the network answers in these."""
    y = 2460310.5 + 0.01 * np.arange(50)
    np.savez(tmp_path / "dates.npz", x_train=np.zeros((4, 1)), y_train=y[:4], x_test=np.zeros((50, 1)), y_test=y)
    model = draft("dates.npz")
    model["layers"], model["training"] = [{"type": "dense"}], {"epochs": 1, "monitor": "val_mae"}
    run, (ended,) = train(model, tmp_path)
    tensors, _ = load(run.checkpoints_path / "last.safetensors")
    errors = tensors["dense_1.bias"].astype(float) - y
    assert ended.metrics["val_mae"] == pytest.approx(np.abs(errors).mean(), rel=1e-13)
    assert ended.metrics["val_r2"] == pytest.approx(1 - np.sum(errors**2) / np.sum((y - y.mean()) ** 2), rel=1e-9)
    assert evaluate_run(run).metrics["mae"] == ended.metrics["val_mae"]


def in_float32(run: RunDirectory) -> dict[str, np.ndarray]:
    """Makes the newest checkpoint one of an older version, which saved its preprocessing in float32; that."""
    path = run.checkpoints_path / "last.safetensors"
    tensors, metadata = load(path)
    old = {name: tensor.astype(np.float32) for name, tensor in tensors.items() if name.startswith("preprocessing.")}
    save(path, tensors | old, metadata)
    return old


def test_a_checkpoint_of_an_older_version_is_fed_as_it_was_trained(tmp_path):
    run, _ = train(draft(str(timed(tmp_path)), standardize=True), tmp_path)
    old = in_float32(run)
    trained = evaluate_run(run, checkpoint="last", source="time.csv", base=tmp_path)
    raw = 1_700_000_000.0 + 81 * np.arange(200)
    x = ((raw - old["preprocessing.offset"]) * old["preprocessing.scale"]).astype(np.float32)[:, np.newaxis]
    tensors, _ = load(run.checkpoints_path / "last.safetensors")
    hidden = np.tanh(x @ tensors["dense_1.weight"] + tensors["dense_1.bias"])
    outputs = (hidden @ tensors["dense_2.weight"] + tensors["dense_2.bias"]).astype(float)
    own = outputs[np.arange(200), (np.arange(200) >= 100).astype(int)]
    assert trained.loss == pytest.approx(np.mean(np.log(np.exp(outputs).sum(axis=1)) - own), rel=1e-5)


def test_a_run_of_an_older_version_goes_on_with_the_preprocessing_it_has(tmp_path):
    model = draft(str(timed(tmp_path)), standardize=True)
    run = create_run(model, base=tmp_path, root=tmp_path / "runs")
    worker = Worker(run, listener=lambda event: worker.stop() if isinstance(event, EpochEnded) else None)
    assert worker.run().reason == "stopped"
    old = in_float32(run)
    assert Worker(run).run().reason == "finished"
    tensors, _ = load(run.checkpoints_path / "last.safetensors")
    for name, tensor in old.items():
        np.testing.assert_array_equal(tensors[name], tensor)
