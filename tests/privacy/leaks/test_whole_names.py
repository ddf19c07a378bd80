"""Names that somebody gives: whole names of companies and learners, in any case."""

import pytest

from learnstrata.privacy.leaks.whole_names import named_in

KNOWN = [
    ("company", "TCS"),
    ("company", "L&T"),
    ("company", "the"),
    ("company", "3"),
    ("company", "Blue Snowflake"),
    ("learner", "7"),
    ("learner", "abc"),
]
OWN = frozenset({"the", "senior", "pay"})


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Tcs", "TCS"),
        ("tcs and others", "TCS"),
        ("Others (TCS)", "TCS"),
        ("T\u0441s", "TCS"),  # a Cyrillic letter that looks alike
        ("l & t", "L&T"),
        ("bluesnowflake", "Blue Snowflake"),
        ("From BLUE snowflake", "Blue Snowflake"),
        ("Abc", "abc"),
        ("The", "the"),
        ("7", "7"),
    ],
)
def test_a_whole_name_is_found_in_any_case(text, name):
    (found,) = named_in([text], KNOWN, own=OWN)
    assert (found.text, found.name) == (text, name)


@pytest.mark.parametrize(
    "text",
    ["Tcsx", "Snowflake", "The senior pay", "Cohort 7", "Class 3 and up", "", "abcd"],
)
def test_a_part_of_a_word_our_own_words_and_numbers_name_nobody(text):
    assert named_in([text], KNOWN, own=OWN) == []


def test_what_is_allowed_names_nobody_and_the_rest_does():
    texts = ["Tcs people", "Blue Snowflake"]
    assert [one.name for one in named_in(texts, KNOWN, allow=["tcs"])] == [
        "Blue Snowflake"
    ]
    assert named_in(texts, KNOWN, allow=["TCS PEOPLE", "blue snowflake"]) == []
