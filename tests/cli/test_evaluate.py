import json

from tests.cli.conftest import QUICK, newest


def test_the_best_checkpoint_scores_what_its_epoch_scored(ask, root):
    assert ask("train", *QUICK).code == 0
    record = json.loads(ask("evaluate", "--json").out)
    head, *rows = [line.split(",") for line in newest(root).metrics_path.read_text().splitlines()]
    best = min((dict(zip(head, row, strict=True)) for row in rows), key=lambda row: float(row["val_loss"]))
    assert (record["loss"], record["metrics"]["accuracy"]) == (float(best["val_loss"]), float(best["val_accuracy"]))
    assert (record["epoch"], record["split"], record["samples"]) == (int(best["epoch"]), "val", 30)
    first = json.loads(ask("evaluate", "--json", "--checkpoint", "1").out)
    assert first["loss"] == float(rows[0][head.index("val_loss")])


def test_tables_of_a_classification_in_a_pipe(ask, root):
    assert ask("train", *QUICK).code == 0
    answer = ask("evaluate", "--checkpoint", "last")
    facts, scores, confusion = answer.out.split("\n\n")
    assert facts.splitlines()[1] == "checkpoint\tlast.safetensors (epoch 2, step 30)"
    assert scores.splitlines()[0].split("\t") == ["class", "samples", "precision", "recall", "f1"]
    matrix = [[int(cell) for cell in line.split("\t")[1:]] for line in confusion.splitlines()[1:]]
    assert [sum(row) for row in matrix] == [10, 10, 10]


def test_a_regression_has_no_classes(ask):
    assert ask("train", "diabetes-regression", "--set", "training.epochs=1").code == 0
    answer = ask("evaluate")
    assert [line.split("\t")[0] for line in answer.out.splitlines()] == [
        "run", "checkpoint", "data", "loss", "mae", "rmse", "r2",
    ]  # fmt: skip


def test_other_data_that_do_not_fit_are_told_in_one_line(ask):
    assert ask("train", *QUICK).code == 0
    for source, words in (("digits", "expected (4,)"), ("no.csv", "no file"), ("diabetes", "data.")):
        answer = ask("evaluate", "--data", source)
        assert (answer.code, answer.err.count("\n")) == (2, 1)
        assert words in answer.err


def test_without_a_best_checkpoint_the_last_is_measured(ask, root):
    assert ask("train", *QUICK).code == 0
    assert ask("evaluate").err == ""
    (newest(root).checkpoints_path / "best.safetensors").unlink()
    answer = ask("evaluate", "--json")
    assert answer.code == 0
    assert answer.err == f"nntui: {newest(root).id} has no best checkpoint; measuring the last one\n"
    assert json.loads(answer.out)["checkpoint"] == "last.safetensors"
    assert ask("evaluate", "--checkpoint", "best").code == 2


def test_a_checkpoint_that_is_not_there(ask):
    assert ask("train", *QUICK).code == 0
    answer = ask("evaluate", "--checkpoint", "3")
    assert answer.code == 2
    assert "there are: epochs 1 to 2" in answer.err


def test_chosen_metrics_reach_the_lines_the_table_and_the_evaluation(ask, root):
    answer = ask("train", *QUICK, "--set", "training.metrics=f1, roc_auc", "--set", "training.monitor=val_roc_auc")
    assert answer.code == 0
    head = newest(root).metrics_path.read_text().splitlines()[0].split(",")
    assert head[2:7] == ["loss", "f1", "val_loss", "val_f1", "val_roc_auc"]
    record = json.loads(ask("evaluate", "--json", "--checkpoint", "last").out)
    assert list(record["metrics"]) == ["f1", "roc_auc"]
    assert [list(score) for score in record["scores"]] == [["name", "samples", "precision", "recall", "f1"]] * 3
    shares = [score["f1"] for score in record["scores"]]
    assert abs(record["metrics"]["f1"] - sum(shares) / 3) < 1e-12


def test_a_metric_that_is_not_measured_cannot_be_followed(ask):
    answer = ask("train", *QUICK, "--set", "training.monitor=val_f1")
    assert answer.code == 2
    assert "training.monitor: val_f1 is not measured; name it in training.metrics, such as 'accuracy, f1'" in answer.err


def test_a_table_without_one_of_the_categories(ask, tmp_path):
    head, rows = "city,size,climate\n", "Oslo,1,cold\nRome,2,warm\n"
    (tmp_path / "cities.csv").write_text(head + rows * 10)
    (tmp_path / "other.csv").write_text(head + "Oslo,1,cold\n")
    (tmp_path / "paris.csv").write_text(head + "Paris,1,cold\n")
    assert (
        ask("train", "iris", "--set", f"data.source={tmp_path / 'cities.csv'}", "--set", "training.epochs=1").code == 0
    )
    record = json.loads(ask("evaluate", "--data", str(tmp_path / "other.csv"), "--json").out)
    assert (record["samples"], record["classes"]) == (1, ["cold", "warm"])
    answer = ask("evaluate", "--data", str(tmp_path / "paris.csv"))
    assert (answer.code, answer.err.count("\n")) == (2, 1)
    assert "column 'city', line 2: the network does not know 'Paris'; it knows 'Oslo', 'Rome'" in answer.err
