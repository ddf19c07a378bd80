"""What a run shares without data differs from what it shares in typed texts alone."""

from functools import partial

import polars as pl
import pytest

from learnstrata.layer.folder import find_leaks
from learnstrata.learners.identities import NAMES_SCHEMA
from learnstrata.privacy.leaks.artefacts import read_pieces
from learnstrata.report.interactive import shipped_scripts
from learnstrata.sharing import (
    summaries_of,
    without_data,
    write_shared,
    write_without_data,
)
from learnstrata.summary.blank import PLACEHOLDER, blank
from learnstrata.summary.contract.learners import Title

ORDINARY = ["Senior", "Pay", "Low", "Mid", "High", "Scale", "Next", "Company", "under"]
ORDINARY += ["Leadership", "Architecture", "Early", "Average", "Early / Low", "Role"]


@pytest.fixture(scope="module")
def told(small_run):
    """What is shared of a real run."""
    return summaries_of(small_run, key=bytes(32))[1]


@pytest.fixture(scope="module")
def saved(told, tmp_path_factory):
    folder = tmp_path_factory.mktemp("share")
    write_shared(told, folder)
    return folder


def pieces(folder):
    return [
        (path.name, piece.place, piece.text)
        for path in sorted(folder.iterdir())
        for piece in read_pieces(
            path.name, path.read_bytes(), shipped=shipped_scripts()
        )
    ]


def leaks(folder, own, *companies):
    rows = [("company", name) for name in companies]
    names = pl.DataFrame(rows, schema=NAMES_SCHEMA, orient="row")
    return find_leaks(
        folder,
        names,
        own=own,
        shipped=shipped_scripts(),
    ).leaks


def write(summary, folder):
    text = summary.model_dump_json()
    (folder / "summary.json").write_text(text, encoding="utf-8")


def titled(told, title):
    rows = (Title(title=title, learners=20),)
    roles = told.roles.model_copy(update={"top_unmapped": rows})
    return told.model_copy(update={"roles": roles})


def test_a_run_whose_texts_are_all_our_own_is_the_same_without_data(
    told, saved, tmp_path
):
    write_without_data(told, tmp_path)
    assert pieces(tmp_path) == pieces(saved)


def test_companies_called_as_words_of_ours_are_no_leak(told, saved):
    assert leaks(saved, partial(write_without_data, told), *ORDINARY) == ()


@pytest.mark.parametrize("name", ORDINARY)
def test_a_word_of_ours_that_somebody_typed_as_a_title_is_found(told, tmp_path, name):
    typed = titled(told, name)
    write(typed, tmp_path)
    found = leaks(tmp_path, partial(write, without_data(typed)), name)
    assert [leak.place for leak in found] == ["$.roles.top_unmapped[0].title"]


def test_usual_names_of_columns_are_our_own_and_others_are_not(told):
    columns = {"pay": "CTC", "title": "Job Title", "company": "Zorblatt staff"}
    given = told.input.model_copy(update={"columns": columns})
    found = blank(told.model_copy(update={"input": given})).input.columns
    assert found == columns | {"company": PLACEHOLDER}


def test_a_name_the_user_gives_a_segment_is_not_our_own(told):
    config = told.settings.config | {"names": {"1": "Senior"}}
    settings = told.settings.model_copy(update={"config": config})
    first = told.segments[0].model_copy(update={"name": "Senior"})
    given = {"settings": settings, "segments": (first, *told.segments[1:])}
    found = blank(told.model_copy(update=given))
    assert found.segments[0].name == PLACEHOLDER
    assert found.settings.config["names"] == {"1": PLACEHOLDER}
    assert found.segments[1].name == told.segments[1].name


@pytest.mark.parametrize(
    "name", ["Early to mid career, lower pay", "Senior, higher pay (2)"]
)
def test_a_name_that_an_earlier_run_made_of_our_phrases_is_our_own(name, told):
    first = told.segments[0].model_copy(update={"name": name})
    given = told.model_copy(update={"segments": (first, *told.segments[1:])})
    assert blank(given).segments[0].name == name


def test_a_value_of_a_column_of_the_users_is_not_our_own(told):
    first = told.segments[0]
    one = first.categories[0].values[0]
    values = tuple(one.model_copy(update={"value": v}) for v in ("Senior", "Other"))
    extra = first.categories[0].model_copy(update={"name": "city", "values": values})
    roles = extra.model_copy(update={"name": "role"})
    first = first.model_copy(update={"categories": (extra, roles)})
    found = blank(told.model_copy(update={"segments": (first,)}))
    for category in found.segments[0].categories:
        assert [row.value for row in category.values] == [PLACEHOLDER, "Other"]


def test_names_of_the_users_columns_are_no_words_of_ours(told):
    columns = {**told.input.columns, "extra:Acme score": "Acme score"}
    wider = told.input.model_copy(update={"columns": columns})
    found = blank(told.model_copy(update={"input": wider})).input.columns
    assert found["pay"] == "ctc"
    assert "Acme" not in str(found)
    assert len(found) == len(columns)
