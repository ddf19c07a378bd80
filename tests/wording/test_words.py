"""Words as a sentence joins and counts them."""

from learnstrata.wording.words import counted, listed


def test_words_are_joined_as_a_sentence_does():
    assert [listed(items) for items in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]


def test_things_are_counted_as_a_sentence_does():
    assert [counted(n, "segment") for n in (0, 1, 2, 1500)] == [
        "0 segments",
        "1 segment",
        "2 segments",
        "1,500 segments",
    ]
