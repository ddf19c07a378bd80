import re

import pytest

from learnstrata.learners.schema.currencies import NAMED, foreign, named_in, sign_of


@pytest.mark.parametrize("code", [name for name in NAMED if name.isupper()])
def test_each_currency_is_known_by_its_code_and_no_other_takes_it(code):
    for text in (f"{code} 5", f"5 {code}", f"5k{code}"):
        low = text.lower()
        assert not re.search(foreign(code), low)
        other = "INR" if code != "INR" else "USD"
        assert re.search(foreign(other), low)
        assert named_in([(low, 1)], other) == {code: 1}


@pytest.mark.parametrize(
    ("text", "home", "name"),
    [
        ("$5", "USD", "USD"),
        ("$5", "CAD", "CAD"),
        ("$5", "EUR", "$"),
        ("us$5", "CAD", "USD"),
        ("a$ 5", "USD", "AUD"),
        ("5 pounds", "EUR", "GBP"),
        ("£5", "EUR", "£"),
        ("rs. 5", "PKR", "PKR"),
        ("5 kr", "SEK", "SEK"),
        ("12 lpa", "USD", ""),
        ("5 courses", "EUR", ""),
    ],
)
def test_signs_are_told_apart(text, home, name):
    assert named_in([(text, 2)], home) == {name: 2}
    assert bool(re.search(foreign(home), text)) == (name not in {home, ""})


def test_unknown_currency_is_its_code():
    assert sign_of("xaf") == "(?:xaf)"
