"""Bands of size: whole, in order, each with its own numbers in its name."""

import re

from learnstrata.privacy.disclosure.bands import SIZES, size_band


def test_every_size_is_in_the_band_that_names_it():
    for n in range(10, 6_000):
        ends = [int(e.replace(",", "")) for e in re.findall(r"[\d,]+", size_band(n))]
        assert ends[0] <= n <= (ends[1] if len(ends) == 2 else n)


def test_fewer_than_ten_are_not_told_apart():
    assert {size_band(n) for n in range(10)} == {"under 10"}


def test_bands_rise_with_the_size():
    places = [SIZES.index(size_band(n)) for n in range(7_000)]
    assert places == sorted(places)
    assert set(places) == set(range(len(SIZES)))
