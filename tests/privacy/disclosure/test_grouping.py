"""How counts were grouped is read off what was told of them."""

import numpy as np
import pytest

from learnstrata.privacy.disclosure.grouping import rounding_seen
from learnstrata.privacy.disclosure.rounding import Rounding


def drawn(seed, *, joins):
    rng = np.random.default_rng(seed)
    rounding = Rounding(10, int(rng.integers(10)))
    for n in rng.integers(20, 900, joins).tolist():
        rounding = rounding.joined(n, upwards=bool(rng.integers(2)))
    counts = np.unique(rng.integers(0, 900, 500)).tolist()
    return rounding, {n: rounding.count(n) for n in counts}


@pytest.mark.parametrize("seed", range(20))
def test_groups_that_are_read_tell_every_count_as_it_was_told(seed):
    rounding, told = drawn(seed, joins=12)
    seen = rounding_seen(told, 10)
    assert seen.offset == rounding.offset
    for n in told:
        low, high = seen.limits(n)
        least, most = rounding.limits(n)
        assert least <= low <= n <= high <= most


@pytest.mark.parametrize("seed", range(20))
def test_groups_that_none_were_joined_of_are_read_as_they_are(seed):
    rounding, told = drawn(seed, joins=0)
    assert rounding_seen(told, 10) == rounding


def test_what_no_rounding_tells_is_none():
    assert rounding_seen({20: 20, 21: 40, 22: 20}, 10) is None
