"""What is the product's own, and what is not."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from learnstrata.privacy.leaks.alignment import own_words, paired
from learnstrata.privacy.leaks.pieces import Piece
from learnstrata.privacy.leaks.tokens import tokenised

WORDS = st.lists(st.sampled_from(["oracle", "pay", "most", "of", "at"]), max_size=12)


def marks(text, own):
    return own_words(tokenised(text), tokenised(own))


@given(WORDS, st.integers(0, 12), st.sampled_from(["oracle", "pay", "zorblatt"]))
def test_a_word_that_is_added_is_never_wholly_our_own(words, at, added):
    text = [*words[:at], added, *words[at:]]
    ours = marks(" ".join(text), " ".join(words))
    assert [word for word, own in zip(text, ours, strict=True) if not own] == [added]


@given(WORDS, WORDS)
def test_no_word_is_our_own_more_often_than_we_say_it(words, own):
    ours = marks(" ".join(words), " ".join(own))
    told = Counter(word for word, mine in zip(words, ours, strict=True) if mine)
    assert told <= Counter(own)


def test_a_word_is_our_own_in_its_place_alone():
    assert marks("Oracle pays the target", "x pays the target") == [False] + 3 * [True]
    assert marks("the target pays x", "pays the target x") != 4 * [True]
    assert marks("a b", "") == [False, False]


def places(found):
    return [piece and piece.text for piece in found]


def test_pieces_are_paired_by_place_then_in_order():
    ours = [Piece("$.a", "1"), Piece("$.b", "2"), Piece("$.b", "3"), Piece("$.c", "4")]
    assert places(paired(ours, ours)) == ["1", "2", "3", "4"]
    renamed = [Piece("$.x", "9"), *ours[1:]]
    assert places(paired(renamed, ours)) == ["1", "2", "3", "4"]
    assert places(paired(ours[1:], ours)) == ["2", "3", "4"]
    more = [Piece("$.x", "9"), Piece("$.y", "9"), *ours[1:]]
    assert places(paired(more, ours)) == [None, None, "2", "3", "4"]
    assert places(paired(ours, [])) == [None] * 4
