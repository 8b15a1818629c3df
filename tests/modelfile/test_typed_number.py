import pytest

from nntui.modelfile.typed_number import typed_number


@pytest.mark.parametrize("text", ["12", "-3", "+4"])
def test_a_whole_number_is_one(text: str):
    value = typed_number(text, whole=True)
    assert (type(value), value) == (int, int(text))


@pytest.mark.parametrize(("text", "whole", "value"), [("12", False, 12.0), ("1e-3", True, 0.001), (".5", False, 0.5)])
def test_a_number_is_one(text: str, whole: bool, value: float):
    assert typed_number(text, whole=whole) == value
    assert isinstance(typed_number(text, whole=whole), float)


@pytest.mark.parametrize("text", ["１２", "1_000", "1_0.5", "٣", "twelve", "", "1,5"])
def test_what_only_python_reads_as_a_number_stays_a_text(text: str):
    assert typed_number(text, whole=True) == typed_number(text, whole=False) == text
