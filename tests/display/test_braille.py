import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from nntui.display.braille import BrailleCanvas, as_blocks, line_dots


def text(canvas: BrailleCanvas) -> list[str]:
    return ["".join(map(chr, row)) for row in canvas.text()]


def ints(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.intp)


def test_a_diagonal_and_an_empty_cell():
    canvas = BrailleCanvas(3, 1)
    canvas.lines(ints(0), ints(0), ints(3), ints(3))
    assert text(canvas) == ["⠑⢄ "]


def test_each_dot_is_where_unicode_says():
    # Unicode numbers the dots 1 2 3 7 down the left, 4 5 6 8 down the right.
    for (x, y), dot in {(0, 0): 1, (0, 1): 2, (0, 2): 3, (1, 0): 4, (1, 1): 5, (1, 2): 6, (0, 3): 7, (1, 3): 8}.items():
        canvas = BrailleCanvas(1, 1)
        canvas.draw(ints(x), ints(y))
        assert ord(text(canvas)[0]) == 0x2800 + (1 << (dot - 1))


def test_a_curve_is_joined_but_for_its_gaps():
    canvas = BrailleCanvas(4, 1)
    canvas.curve(ints(0, 2, 3, 5, 7), np.array([0.0, 0.0, np.nan, 3.0, 3.0]))
    assert text(canvas) == ["⠉⠁⢀⣀"]


def test_half_blocks_stand_for_dots_where_there_is_no_braille():
    bits = np.array([[0, 0x01, 0x08 | 0x02, 0x04, 0x80 | 0x40, 0x10 | 0x20]], dtype=np.uint8)
    assert "".join(map(chr, as_blocks(bits)[0])) == " ▀▀▄▄█"


def test_dots_outside_are_left_out():
    canvas = BrailleCanvas(1, 1)
    canvas.draw(ints(-1, 2, 0, 0), ints(0, 0, -1, 4))
    assert text(canvas) == [" "]


@given(*[st.integers(0, 50)] * 4)
@settings(max_examples=80)
def test_a_line_is_joined_and_stays_within_half_a_dot(x0, y0, x1, y1):
    x, y = line_dots(ints(x0), ints(y0), ints(x1), ints(y1))
    assert (x[0], y[0], x[-1], y[-1]) == (x0, y0, x1, y1)
    assert len(x) == max(abs(x1 - x0), abs(y1 - y0)) + 1
    assert np.abs(np.diff(x)).max(initial=0) <= 1
    assert np.abs(np.diff(y)).max(initial=0) <= 1
    length = max(np.hypot(x1 - x0, y1 - y0), 1e-9)
    assert (np.abs((x1 - x0) * (y - y0) - (y1 - y0) * (x - x0)) / length <= 0.5 + 1e-9).all()


def test_no_lines_are_no_dots():
    x, y = line_dots(ints(), ints(), ints(), ints())
    assert len(x) == len(y) == 0
