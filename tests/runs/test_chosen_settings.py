import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nntui.runs.chosen_settings import differences, settings_of

MODEL = """
name = "mine"
[data]
source = "digits"
validation = 0.2
[[layers]]
type = "dense"
units = 64
initializer = {type = "he", scale = 2.0}
[[layers]]
type = "residual"
[[layers.layers]]
type = "dense"
units = 8
[[layers]]
type = "dense"
[training]
epochs = 40
class_weights = true
metrics = ["accuracy", "f1"]
[training.optimizer]
type = "adam"
learning_rate = 1e-3
[training.loss]
type = "cross_entropy"
label_smoothing = 0.1
[provenance]
nntui = "0.1.0"
"""


def test_settings_have_the_names_of_the_screen_in_the_order_of_the_file():
    assert settings_of(tomllib.loads(MODEL)) == {
        "data": "digits",
        "data.validation": "0.2",
        "layers": "dense, residual, dense",
        "dense_1.units": "64",
        "dense_1.initializer": "he",
        "dense_1.initializer.scale": "2",
        "residual_1.layers": "dense",
        "residual_1.dense_1.units": "8",
        "epochs": "40",
        "class_weights": "true",
        "metrics": "accuracy, f1",
        "optimizer": "adam",
        "learning_rate": "0.001",
        "loss": "cross_entropy",
        "loss.label_smoothing": "0.1",
    }


def test_only_differences_are_listed_and_a_missing_setting_is_a_dash():
    one, other = {"epochs": "4", "seed": "0", "momentum": "0.9"}, {"epochs": "4", "seed": "1", "beta1": "0.9"}
    assert differences(one, other) == [("seed", "0", "1"), ("momentum", "0.9", "-"), ("beta1", "-", "0.9")]
    assert differences(one, dict(one)) == []


@pytest.mark.parametrize("text", ["layers = 3", "data = 1", "layers = [1, {}]", "epochs = 0x" + "f" * 9000])
def test_a_damaged_file_has_the_settings_that_can_be_read(text):
    assert all(len(value) <= 60 for value in settings_of(tomllib.loads(text)).values())


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["layers", "type", "a"]) | st.text(), inner),
)


@given(st.dictionaries(st.sampled_from(["layers", "data", "training", "x"]), _json))
def test_no_model_file_breaks_it(model):
    settings = settings_of(model)
    assert len(settings) <= 400
    assert all(isinstance(text, str) for text in settings.values())


def test_a_million_layers_are_cut_short():
    assert len(settings_of({"layers": [{"type": "dense", "units": 1}] * 1_000_000})) == 400
