"""The gradient check of whole model files."""

from __future__ import annotations

import pytest

from nntui.inspection.gradient_check import check_model
from nntui.modelfile.document import read_document
from nntui.modelfile.problems import SpecError
from nntui.nn.layers.dense import Dense
from nntui.resources import models_dir


@pytest.mark.parametrize("name", ["iris", "xor", "digits-mlp", "diabetes-regression"])
def test_the_bundled_models_pass_on_their_own_data(name):
    checks = check_model(read_document(models_dir() / f"{name}.toml"), base=models_dir())
    assert checks[-1].name == "input"
    assert all(check.passed for check in checks), checks


def test_a_wrong_gradient_is_found(monkeypatch):
    right = Dense.backward
    monkeypatch.setattr(Dense, "backward", lambda self, grad: right(self, grad * 1.001))
    checks = check_model(read_document(models_dir() / "iris.toml"), base=models_dir())
    assert not all(check.passed for check in checks)


def test_a_model_with_problems_is_refused():
    with pytest.raises(SpecError, match=r"layers"):
        check_model({"data": {"source": "iris"}, "layers": []}, base=models_dir())
