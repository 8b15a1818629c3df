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


def test_a_checkpoint_that_is_not_there(ask):
    assert ask("train", *QUICK).code == 0
    answer = ask("evaluate", "--checkpoint", "3")
    assert answer.code == 2
    assert "there are: epochs 1 to 2" in answer.err
