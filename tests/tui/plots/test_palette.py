import pytest
from rich.color import Color, ColorSystem

from nntui.tui.plots.color_depth import ColorDepth
from nntui.tui.plots.palette import palette

COLORED = [ColorDepth.STANDARD, ColorDepth.EIGHT_BIT, ColorDepth.TRUECOLOR]


def lightness(color: Color) -> float:
    """Relative luminance of sRGB, as WCAG 2 defines it."""
    channels = [channel / 255 for channel in color.get_truecolor()]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("depth", COLORED)
def test_size_of_a_value_is_lightness(depth):
    ramp = palette(depth).diverging
    middle = ramp.size // 2
    outward = [ramp.colors[middle::-1], ramp.colors[middle:], palette(depth).sequential.colors]
    for colors in outward:
        light = [lightness(color) for color in colors]
        assert light == sorted(light)
        assert len(set(light)) == len(light)


@pytest.mark.parametrize("depth", COLORED)
def test_negative_is_bluer_and_positive_redder(depth):
    ramp = palette(depth).diverging
    middle = ramp.size // 2
    # The ends are near white, so hue is asked of the levels before them.
    for color in ramp.colors[1:middle]:
        assert color.get_truecolor().blue > color.get_truecolor().red
    for color in ramp.colors[middle + 1 : -1]:
        assert color.get_truecolor().red > color.get_truecolor().blue


@pytest.mark.parametrize("depth", list(ColorDepth))
def test_ramps_have_at_most_32_levels_and_a_middle(depth):
    colors = palette(depth)
    assert colors.diverging.size % 2 == 1
    assert colors.diverging.size <= 32
    assert colors.sequential.size <= 32


@pytest.mark.parametrize(
    ("depth", "system"), [(ColorDepth.STANDARD, ColorSystem.STANDARD), (ColorDepth.EIGHT_BIT, ColorSystem.EIGHT_BIT)]
)
def test_each_colour_survives_being_truecolor_in_between(depth, system):
    colors = palette(depth)
    for color in [*colors.diverging.colors, *colors.sequential.colors, *(style.color for style in colors.series)]:
        there = Color.from_triplet(color.get_truecolor()).downgrade(system)
        assert there.get_truecolor() == color.get_truecolor() or depth is ColorDepth.STANDARD
        assert there.number == color.downgrade(system).number
    assert len({color.downgrade(system).number for color in colors.diverging.colors}) == colors.diverging.size


@pytest.mark.parametrize("depth", [ColorDepth.EIGHT_BIT, ColorDepth.TRUECOLOR])
def test_series_are_read_on_black_and_on_white(depth):
    for style in palette(depth).series:
        light = lightness(style.color)
        assert (light + 0.05) / 0.05 >= 3
        assert 1.05 / (light + 0.05) >= 3


def test_without_colour_the_sign_is_in_the_character():
    ramp = palette(ColorDepth.NONE).diverging
    assert ramp.colors == ()
    assert ramp.characters[ramp.size // 2] == " "
    assert len(set(ramp.characters)) == ramp.size
    assert palette(ColorDepth.NONE).series_style(1).color is None
    assert palette(ColorDepth.NONE).marker(0) != palette(ColorDepth.NONE).marker(1)


def test_a_style_is_made_once():
    ramp = palette(ColorDepth.EIGHT_BIT).diverging
    assert ramp.style(3, 4) is ramp.style(3, 4)
    assert ramp.style(3).bgcolor is None
    assert palette(ColorDepth.EIGHT_BIT) is palette(ColorDepth.EIGHT_BIT)


@pytest.mark.parametrize("depth", COLORED)
def test_numbers_are_read_on_every_level(depth):
    """Contrast as WCAG 2 has it, where 4.5 is asked of text."""
    for ramp in (palette(depth).diverging, palette(depth).sequential):
        for level in range(ramp.size):
            style = ramp.ink(level)
            assert style.bgcolor == ramp.colors[level]
            dark, light = sorted((lightness(style.color), lightness(style.bgcolor)))
            assert (light + 0.05) / (dark + 0.05) >= 4.5
