import pytest

from learnstrata.config.stages import Numbers
from learnstrata.learners.schema.numerals import COMMA, POINT, Style, styles_of


@pytest.mark.parametrize(
    ("told", "styles"),
    [
        (Numbers(), (POINT, COMMA)),
        (Numbers(decimal="."), (POINT,)),
        (Numbers(decimal=","), (COMMA,)),
        (Numbers(thousands="."), (Style(",", "."),)),
        (Numbers(thousands=","), (Style(".", ","),)),
        (Numbers(thousands="'"), (Style(".", "'"), Style(",", "'"))),
        (Numbers(",", " "), (Style(",", " "),)),
    ],
)
def test_settings_leave_the_styles_they_allow(told, styles):
    assert styles_of(told) == styles
