"""Sources by name and by path: described and loaded."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nntui.data.cards import cards
from nntui.data.catalogue import describe, load, sources
from nntui.data.errors import DataError
from nntui.data.generators.spiral import Spiral
from nntui.data.input_schema import InputSchema
from nntui.data.readers import csv_text
from nntui.data.settings import DataSettings

NAMES = [source.name for source in sources()]
REGRESSION = {"adding", "diabetes", "plane", "gaussian_hills"}


def refused(settings: DataSettings, base: Path) -> str:
    with pytest.raises(DataError) as loaded:
        load(settings, base=base, seed=0)
    with pytest.raises(DataError) as described:
        describe(settings, base=base)
    assert str(loaded.value) == str(described.value)
    return str(loaded.value)


def table(folder: Path, text: str, name: str = "t.csv") -> DataSettings:
    (folder / name).write_text(text, encoding="utf-8")
    return DataSettings(name)


def test_bundled_sets_and_generators_are_listed() -> None:
    kinds = {source.name: source.kind for source in sources()}
    assert {name for name, kind in kinds.items() if kind == "bundled"} == {
        "breast_cancer", "diabetes", "digits", "iris", "wine",
    }  # fmt: skip
    assert kinds["spiral"] == "generated"
    assert all(source.summary and "\n" not in source.summary for source in sources())


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("standardize", [False, True])
def test_description_tells_what_is_loaded(name: str, standardize: bool, tmp_path: Path) -> None:
    settings = DataSettings(name, standardize=standardize, standardize_targets=standardize and name in REGRESSION)
    description, dataset = describe(settings, base=tmp_path), load(settings, base=tmp_path, seed=1)
    assert description.task == dataset.task == ("regression" if name in REGRESSION else "classification")
    assert description.input_shape == dataset.input_shape == dataset.train.x.shape[1:] == dataset.val.x.shape[1:]
    assert description.samples == (len(dataset.train), len(dataset.val))
    assert (description.classes, description.targets) == (dataset.classes, dataset.targets)
    assert description.features == dataset.features
    assert description.outputs == dataset.outputs >= 1
    assert dataset.train.x.dtype == (np.uint8 if name == "digits" else np.float32)
    if dataset.classes:
        every = np.concatenate([dataset.train.y, dataset.val.y])
        assert every.dtype == np.int64
        assert tuple(np.bincount(every)) == description.class_counts
    else:
        assert dataset.train.y.dtype == (np.float64 if standardize else np.float32)
        assert dataset.train.y.shape[1:] == (len(dataset.targets),)
    if standardize:
        x = dataset.train.x
        x = dataset.preprocessing.apply(x) if x.dtype == np.uint8 else x
        axis = 0 if x.ndim == 2 else None
        np.testing.assert_allclose(x.mean(axis=axis), 0.0, atol=1e-4)
        np.testing.assert_allclose(x.std(axis=axis), 1.0, atol=1e-4)


@pytest.mark.parametrize("name", sorted(cards()))
def test_cards_say_what_the_files_hold(name: str, tmp_path: Path) -> None:
    card, description = cards()[name], describe(DataSettings(name), base=tmp_path)
    assert description.card == card
    assert (card.task, card.shape, card.classes) == (description.task, description.input_shape, description.classes)
    assert card.samples == sum(description.samples)
    assert all((card.title, card.about, card.citation, card.licence, card.changes))
    assert card.source.startswith("https://")


def test_published_figures_of_the_bundled_sets(tmp_path: Path) -> None:
    whole = {name: load(DataSettings(name, validation=0), base=tmp_path, seed=0).train for name in cards()}
    # Iris: the means of the four columns in the description of the set.
    np.testing.assert_allclose(whole["iris"].x.mean(axis=0), [5.843, 3.057, 3.758, 1.199], atol=1e-3)
    assert np.bincount(whole["iris"].y).tolist() == [50, 50, 50]
    assert np.bincount(whole["wine"].y).tolist() == [59, 71, 48]
    assert np.bincount(whole["breast_cancer"].y).tolist() == [357, 212]
    # Diabetes: mean of the target, and age from 19 to 79.
    assert float(whole["diabetes"].y.mean()) == pytest.approx(152.13, abs=0.01)
    assert (whole["diabetes"].x[:, 0].min(), whole["diabetes"].x[:, 0].max()) == (19, 79)
    # Digits: the test part of the original, whose first image is a zero; row 1 of it is 0 0 13 15 10 15 5 0 of 16.
    assert np.bincount(whole["digits"].y).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert np.rint(whole["digits"].x[0, 1, :, 0] * (16 / 255)).tolist() == [0, 0, 13, 15, 10, 15, 5, 0]


@pytest.mark.parametrize("name", ["iris", "digits", "spiral", "plane"])
def test_seed_and_settings_decide_every_bit(name: str, tmp_path: Path) -> None:
    first, again, other = (load(DataSettings(name), base=tmp_path, seed=seed) for seed in (7, 7, 8))
    for a, b in zip(
        (first.train.x, first.train.y, first.val.x), (again.train.x, again.train.y, again.val.x), strict=True
    ):
        np.testing.assert_array_equal(a, b)
    assert first.fingerprint == again.fingerprint != other.fingerprint
    assert not np.array_equal(first.val.x, other.val.x)


def test_fingerprint_is_of_the_data_and_not_of_their_preparation(tmp_path: Path) -> None:
    settings = table(tmp_path, "a,y\n" + "".join(f"{row},{row % 2}\n" for row in range(20)))
    first = load(settings, base=tmp_path, seed=0).fingerprint
    assert load(replace(settings, standardize=True), base=tmp_path, seed=0).fingerprint == first
    assert load(replace(settings, validation=0.5), base=tmp_path, seed=0).fingerprint != first
    table(tmp_path, "a,y\n" + "".join(f"{row + 1},{row % 2}\n" for row in range(20)))
    assert load(settings, base=tmp_path, seed=0).fingerprint != first


def test_preprocessing_is_fitted_on_train_only(tmp_path: Path) -> None:
    settings = table(tmp_path, "a,y\n" + "".join(f"{row**2},{row % 2}\n" for row in range(30)))
    dataset = load(replace(settings, standardize=True, validation=0.4), base=tmp_path, seed=0)
    assert float(dataset.train.x.mean()) == pytest.approx(0, abs=1e-6)
    assert abs(float(dataset.val.x.mean())) > 1e-3


def test_validation_of_zero_gives_an_empty_split(tmp_path: Path) -> None:
    dataset = load(DataSettings("iris", validation=0.0), base=tmp_path, seed=0)
    assert (len(dataset.train), len(dataset.val)) == (150, 0)
    assert dataset.val.x.shape == (0, 4)
    assert dataset.val.y.shape == (0,)


def test_class_with_one_sample_stays_in_train(tmp_path: Path) -> None:
    settings = table(tmp_path, "a,y\n" + "".join(f"{row},many\n" for row in range(9)) + "9,once\n")
    dataset = load(replace(settings, validation=0.5), base=tmp_path, seed=0)
    assert dataset.classes == ("many", "once")
    assert 1 in dataset.train.y
    assert 1 not in dataset.val.y


def test_generator_takes_its_own_settings(tmp_path: Path) -> None:
    settings = DataSettings("spiral", generator=Spiral(samples=30, classes=3))
    dataset = load(settings, base=tmp_path, seed=0)
    assert dataset.classes == ("arm_1", "arm_2", "arm_3")
    assert len(dataset.train) + len(dataset.val) == 30
    # Settings of another generator, left over from a change of mind, do not count.
    assert describe(replace(settings, source="circle"), base=tmp_path).samples == (800, 200)


def test_relative_paths_start_at_the_base_and_names_win_over_paths(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    table(tmp_path / "data", "a,y\n1,x\n2,z\n")
    assert describe(DataSettings("data/t.csv"), base=tmp_path).kind == "file"
    assert describe(DataSettings("../data/t.csv"), base=tmp_path / "data").name == "t"
    (tmp_path / "iris").mkdir()
    assert describe(DataSettings("iris"), base=tmp_path).kind == "bundled"
    assert "holds no IDX files" in refused(DataSettings("./iris"), tmp_path)
    assert "holds no IDX files" in refused(DataSettings("data"), tmp_path)


def test_bundled_table_can_be_asked_for_another_column(tmp_path: Path) -> None:
    description = describe(DataSettings("iris", target="petal_width_cm"), base=tmp_path)
    assert (description.task, description.outputs) == ("regression", 1)
    assert description.features[-1] == "species=virginica"


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (DataSettings(""), "data.source: is empty"),
        (DataSettings("digit"), "data.source: no data 'digit'; did you mean 'digits'? For a file of your own give its"),
        (DataSettings("qqqq"), "there are breast_cancer, diabetes"),
        (DataSettings("flowers.csv"), "no file or folder 'flowers.csv' in '"),
        (DataSettings("/nowhere/flowers.csv"), "data.source: no file or folder '/nowhere/flowers.csv'"),
        (DataSettings("a\0b.csv"), "data.source: "),
        (DataSettings("x" * 5000), "data.source: "),
        (DataSettings("~nobody-of-that-name/x.csv"), "data.source: "),
        (DataSettings("iris", validation=1.0), "data.validation: must be at least 0 and below 1, got 1"),
        (DataSettings("iris", validation=float("nan")), "data.validation: must be"),
        (
            DataSettings("iris", target="specis"),
            "data.target: iris.csv has no column 'specis'; did you mean 'species'?",
        ),
        (DataSettings("digits", target="label"), "data.target: "),
        (DataSettings("spiral", target="x"), "data.target: 'spiral' is generated"),
        (DataSettings("spiral", task="regression"), "data.task: 'spiral' is for classification, got 'regression'"),
        (DataSettings("iris", standardize_targets=True), "data.standardize_targets: is for regression"),
    ],
)
def test_settings_that_cannot_be(settings: DataSettings, words: str, tmp_path: Path) -> None:
    assert refused(settings, tmp_path).startswith(words) or words in refused(settings, tmp_path)


def test_files_that_cannot_be(tmp_path: Path) -> None:
    assert "has one class only, 'a'" in refused(table(tmp_path, "x,y\n1,a\n2,a\n"), tmp_path)
    assert "is not a supported file" in refused(table(tmp_path, "", "t.parquet"), tmp_path)
    assert "give the folder" in refused(table(tmp_path, "", "train-images-idx3-ubyte.gz"), tmp_path)
    os.mkfifo(tmp_path / "pipe.csv")
    assert "is neither a file nor a folder" in refused(DataSettings("pipe.csv"), tmp_path)


def test_idx_folder_without_images(tmp_path: Path) -> None:
    (tmp_path / "train-images-idx3-ubyte").write_bytes(bytes([0, 0, 8, 3, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 2]))
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 0]))
    assert "has no samples to train on" in refused(DataSettings(str(tmp_path)), tmp_path)


def test_own_split_is_used_as_it_is(tmp_path: Path) -> None:
    x = np.arange(24, dtype=np.float32).reshape(12, 2)
    np.savez(tmp_path / "own.npz", x_train=x[:9], y_train=[0, 1, 2] * 3, x_test=x[9:], y_test=[2, 2, 0])
    settings = DataSettings("own.npz", validation=0.9)
    description, dataset = describe(settings, base=tmp_path), load(settings, base=tmp_path, seed=0)
    assert description.brings_own_split
    assert description.samples == (9, 3)
    np.testing.assert_array_equal(dataset.train.x, x[:9])
    np.testing.assert_array_equal(dataset.val.x, x[9:])
    np.testing.assert_array_equal(dataset.val.y, [2, 2, 0])


def test_file_is_read_once_for_many_descriptions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good, bad = table(tmp_path, "a,b,y\n1,2,x\n3,4,z\n"), table(tmp_path, "a,y\n1\n", "bad.csv")
    first = describe(good, base=tmp_path)
    message = refused(bad, tmp_path)
    opened: list[Path] = []
    monkeypatch.setattr(csv_text, "layout_of", opened.append)
    monkeypatch.setattr("nntui.data.readers.csv_table.layout_of", opened.append)
    assert describe(good, base=tmp_path) == first
    assert describe(replace(good, target="a", validation=0.5), base=tmp_path).targets in ((), ("a",))
    with pytest.raises(DataError, match="line 2"):
        describe(bad, base=tmp_path)
    assert "line 2" in message
    assert opened == []


def test_catalogue_comes_without_numpy() -> None:
    code = "import sys, nntui.data.settings, nntui.data.catalogue; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_validation_that_holds_nothing_out_is_hinted_at(tmp_path: Path) -> None:
    few = table(tmp_path, "a,y\n1,x\n2,y\n3,z\n", "few.csv")
    each = "too few samples of each class for data.validation = 0.2: none is held out"
    assert describe(replace(few, validation=0.2), base=tmp_path).hint == each
    assert describe(replace(few, validation=0.0), base=tmp_path).hint == ""
    numbers = table(tmp_path, "a,y\n1,0.5\n2,1.5\n3,2.7\n", "numbers.csv")
    words = "too few samples for data.validation = 0.1: none is held out"
    assert describe(replace(numbers, validation=0.1), base=tmp_path).hint == words


def test_points_are_put_in_the_order_that_was_learnt(tmp_path: Path) -> None:
    straight = load(DataSettings("moons"), base=tmp_path, seed=1)
    turned = load(DataSettings("moons"), base=tmp_path, seed=1, schema=InputSchema(("y", "x"), straight.classes))
    assert straight.features == ("x", "y")
    np.testing.assert_array_equal(turned.train.x, straight.train.x[:, ::-1])
