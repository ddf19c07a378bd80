import itertools

import pytest

from learnstrata.report import theme

TEN = [theme.segment_colour(i) for i in range(1, 11)]


def channels(colour):
    return [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]


def luminance(colour):
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in channels(colour)
    ]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def seen_without_green(colour):
    """Simulate deuteranopia (Vienot, Brettel and Mollon 1999) on linear RGB."""
    r, g, b = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in channels(colour)
    )
    yellow = 0.29275 * r + 0.70725 * g
    return (yellow, yellow, -0.02234 * r + 0.02234 * g + b)


def test_ten_segments_have_ten_colours():
    assert len(set(TEN)) == 10


def test_colours_of_segments_differ_for_readers_who_see_no_green():
    seen = [seen_without_green(colour) for colour in TEN]
    for one, other in itertools.combinations(seen, 2):
        apart = sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5
        assert apart > 0.05


@pytest.mark.parametrize(
    "colour", [*TEN, *(theme.diverging(i / 10) for i in range(-10, 11))]
)
def test_a_number_on_a_colour_can_be_read(colour):
    assert contrast(theme.ink_on(colour), colour) >= 4.5


@pytest.mark.parametrize("ink", [theme.INK, theme.MUTED, theme.ACCENT])
@pytest.mark.parametrize("ground", ["#ffffff", "#f4f6f8"])
def test_text_of_the_page_can_be_read(ink, ground):
    assert contrast(ink, ground) >= 4.5


def test_scales_run_from_end_to_end_and_are_held_there():
    assert theme.diverging(5.0) == theme.diverging(1.0)
    assert theme.diverging(-5.0) == theme.diverging(-1.0)
    assert theme.sequential(-1.0) == theme.sequential(0.0) == theme.diverging(0.0)
