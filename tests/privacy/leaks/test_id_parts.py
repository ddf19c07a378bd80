"""Parts of long ids: found wherever they begin, told where one or two have them."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from learnstrata.privacy.leaks.id_parts import PART, SHARED, Parts

IDS = st.lists(st.text(st.sampled_from("ab1"), min_size=9, max_size=24), max_size=8)


def slow(words, ids):
    """Give the words that hold a part which one or two ids have."""
    told = set()
    for word in words:
        parts = [word[i : i + PART] for i in range(len(word) - PART + 1)]
        if not word.isdigit() and word.isascii():
            told |= {p for p in parts if 1 <= sum(p in i for i in {*ids}) <= SHARED}
    return {word for word in words if any(part in word for part in told)}


@given(IDS, IDS)
def test_the_words_are_those_of_a_search_one_by_one(words, ids):
    words = [*words, *(one[2:] + "x" for one in ids[:2])]
    parts = Parts(words)
    parts.look_in(pl.Series(ids, dtype=pl.String))
    assert parts.telling() == slow(words, ids)


def test_a_part_is_found_at_every_place_of_an_id():
    one = "0123456789abcdefghijklmnopqrstuvwxyz"
    words = [one[at : at + PART] for at in range(len(one) - PART + 1)]
    parts = Parts(words)
    parts.look_in(pl.Series(["f" * 17, one, "e" * 16]))
    assert parts.telling() == set(words)


def test_what_three_ids_have_tells_nobody():
    parts = Parts(["cohort2021000x"])
    parts.look_in(pl.Series([f"cohort2021000{n}{n}{n}" for n in range(1, 4)]))
    assert parts.telling() == frozenset()
