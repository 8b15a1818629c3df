"""The one filter: what it lets through, and what becomes of the rest."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nntui.display.cells import cell_len, cut_to_cells, end_in_cells, fitted
from nntui.display.message import message_line, quoted
from nntui.display.printable import cut, escaped, printable
from tests.hostile import EVERYTHING, SURROGATE


@pytest.mark.parametrize("each", [*dict.fromkeys(EVERYTHING + SURROGATE)], ids=lambda each: f"{ord(each):04x}")
def test_what_a_terminal_obeys_becomes_a_mark(each):
    assert printable(f"a{each}b") == ("a\ufffdb" if not each.isprintable() else f"a{each}b")
    assert printable(each, mark="") == ("" if not each.isprintable() else each)


def test_no_character_that_a_terminal_obeys_passes():
    everything = "".join(map(chr, range(sys.maxunicode + 1)))
    assert printable(everything).isprintable()
    obeyed = [chr(code) for code in (*range(0x20), *range(0x7F, 0xA0))]
    assert not set(obeyed) & set(printable(everything))


@pytest.mark.parametrize("text", ["plain", "größe", "学习", "e\u0301", "🧠", "⠿▁█", "a b"])
def test_text_that_can_be_shown_stays_as_it_is(text):
    assert printable(text) is text
    assert escaped(text) is text


def test_a_limit_counts_the_ellipsis():
    assert printable("abc\x1bdef", 5) == "abc\ufffd…"
    assert cut("x" * 60) == "x" * 60
    assert cut("x" * 61) == "x" * 59 + "…"
    assert cut("abc", 0) == "…"


def test_messages_say_what_was_there():
    assert escaped("a\x1b[31m\n\udc80b") == r"a\x1b[31m\n\udc80b"
    assert quoted("it's\n\u202e") == r'''"it's\n\u202e"'''
    assert quoted("x" * 5000) == f"'{'x' * 59}…'"


def test_a_message_keeps_its_end_and_paths_their_ends():
    line = message_line(f"no model {'x' * 5000}: neither a file nor a bundled model")
    assert line == f"no model {'x' * 40}…{'x' * 18}: neither a file nor a bundled model"
    path = "/data/" + "folder/" * 20 + "file.csv"
    assert message_line(f"{path}: permission denied") == f"{path}: permission denied"
    line = message_line("a word " * 1000 + "and what to do")
    assert len(line) == 400
    assert line.endswith("a word and what to do")


@given(st.text(max_size=700))
def test_a_message_is_one_line_of_bounded_length(text):
    line = message_line(text)
    assert line.isprintable()
    assert len(line) <= 400


@given(st.text(), st.integers(0, 12), st.booleans())
def test_a_text_fits_its_cells_whatever_is_in_it(text, width, right):
    line = fitted(text, width, right=right)
    assert line.isprintable()
    assert cell_len(line) == width
    assert cell_len(cut_to_cells(text, width)) <= width
    assert cell_len(end_in_cells(text, width)) <= width


def test_wide_and_combining_characters_are_counted_in_cells():
    assert fitted("学习", 6) == "学习  "
    assert fitted("学习率", 5) == "学习…"
    assert fitted("学习率", 4) == "学 …"
    assert fitted("e\u0301a", 3, right=True) == " e\u0301a"
    assert end_in_cells("学习率", 5) == "…习率"
    assert end_in_cells("学习率", 4) == "…率"


def test_of_megabytes_only_what_may_be_shown_is_looked_at():
    class Giant(str):
        """Text that must not be walked through as a whole."""

        def __iter__(self):
            raise AssertionError

        def isprintable(self):
            raise AssertionError

    giant = Giant("a\u0301" * 10_000_000)
    assert cell_len(fitted(giant, 10)) == 10
    assert end_in_cells(giant, 10).endswith("a\u0301")
    assert message_line(giant).startswith("a\u0301")
