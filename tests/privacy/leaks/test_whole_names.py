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


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("TCS Wizard", "TCS Ltd"),
        ("Wipro people", "Wipro Limited"),
        ("From phone pe", "PhonePe India Private Limited"),
        ("L & T crew", "L & T"),
        ("p & g folk", "P & G (India) Pvt. Ltd."),
    ],
)
def test_a_company_is_found_without_its_endings_and_by_single_letters(text, name):
    own = OWN | {"l", "t", "p", "g"}
    (found,) = named_in([text], [("company", name)], own=own)
    assert found.name == name


@pytest.mark.parametrize("name", ["Tech Solutions Ltd", "Senior Pay Ltd", "3 India"])
def test_endings_and_our_own_words_are_not_what_a_company_is_called(name):
    texts = ["Tech people", "Senior pay", "3", "Solutions"]
    assert named_in(texts, [("company", name)], own=OWN) == []


def test_a_company_that_is_allowed_is_so_without_its_endings():
    known = [("company", "TCS Ltd")]
    assert named_in(["TCS Wizard"], known, allow=["tcs"]) == []
    assert named_in(["TCS Wizard"], known, allow=["TCS Ltd"]) == []
