import pytest

from nntui.tui.plots.color_depth import ColorDepth, color_depth


@pytest.mark.parametrize(
    ("no_color", "system", "term", "expected"),
    [
        (True, "truecolor", "xterm-256color", "none"),
        (False, "truecolor", "xterm", "truecolor"),
        (False, "256", "xterm-256color", "256"),
        (False, "standard", "linux", "16"),
        (False, "windows", "", "16"),
        (False, None, "xterm-256color", "256"),
        (False, None, "xterm-direct", "truecolor"),
        (False, None, "dumb", "none"),
        (False, "unheard of", "", "256"),
    ],
)
def test_depth_from_what_the_terminal_says(no_color, system, term, expected):
    assert color_depth(no_color=no_color, color_system=system, term=term) is ColorDepth(expected)
