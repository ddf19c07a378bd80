"""A table is compared with what a model was made of."""

import polars as pl
import pytest

from learnstrata.config.loading import load_config
from learnstrata.config.stages import Columns
from learnstrata.exceptions import SchemaError
from learnstrata.learners.schema.origins import (
    Origin,
    find_origins,
    known_in,
    matching_columns,
    refuse_empty,
)

CONFIG = load_config(
    columns={"numeric": ["quiz"], "categorical": ["city"], "outcome": ["passed"]}
)
MAPPING = {
    "learner_id": "email_hash",
    "company": "firm",
    "pay": "salary",
    "start_year": "orgyear",
    "extra:quiz": "quiz",
    "extra:city": "city",
    "extra:passed": "passed",
}
UNITS = pl.DataFrame(
    {
        "learner_id": ["a", "b", "c", "d"],
        "company": ["x", CONFIG.cleaning.missing_company, None, "y"],
        "pay": [1.0, 2.0, None, 4.0],
        "years_of_experience": [None, None, None, None],
        "extra:quiz": [1.0, 2.0, 3.0, 4.0],
    }
)
ORIGINS = (
    Origin("learner_id", "email_hash", 1.0),
    Origin("pay", "salary", 0.9),
    Origin("start_year", "orgyear", 0.8),
    Origin("extra:quiz", "quiz", 1.0),
)
NAMES = ["email_hash", "salary", "orgyear", "quiz"]


def test_a_model_is_made_of_standard_columns_and_of_extras_that_are_clustered():
    found = find_origins(MAPPING, UNITS, CONFIG, clustered=["log_pay", "extra:quiz"])
    assert [(one.name, one.known) for one in found] == [
        ("learner_id", 1.0),
        ("company", 0.5 if CONFIG.cleaning.missing_company else 0.75),
        ("pay", 0.75),
        ("start_year", 0.0),
        ("extra:quiz", 1.0),
    ]


def test_the_same_columns_match_and_outcomes_are_not_asked_for():
    expected = {one.name: one.column for one in ORIGINS}
    assert matching_columns(NAMES, ORIGINS, CONFIG) == expected


@pytest.mark.parametrize(
    ("names", "pay"),
    [
        (["ctc", "salary"], "salary"),  # as the model knows it, not the likeliest
        (["ctc"], "ctc"),
        (["\u200bSalary "], "\u200bSalary "),
    ],
)
def test_another_usual_name_is_as_good(names, pay):
    found = matching_columns(["email", "yoe", "Quiz", *names], ORIGINS, CONFIG)
    assert found == {
        "learner_id": "email",
        "pay": pay,
        "experience": "yoe",
        "extra:quiz": "Quiz",
    }


def test_what_the_model_does_not_know_is_left_aside():
    names = [*NAMES, "yoe", "title", "company", "ctc_updated_year"]
    assert set(matching_columns(names, ORIGINS, CONFIG)) == {o.name for o in ORIGINS}


def test_a_configuration_says_what_a_column_is_called_here():
    names = ["email_hash", "Gehalt", "orgyear", "quiz", "salary"]
    told = matching_columns(names, ORIGINS, CONFIG, columns=Columns(pay="Gehalt"))
    assert told["pay"] == "Gehalt"
    named = load_config(columns={"numeric": ["quiz"], "pay": "Gehalt"})
    assert matching_columns(names, ORIGINS, named)["pay"] == "Gehalt"


@pytest.mark.parametrize(
    ("lacks", "told"),
    [
        ("salary", r"salary \(pay\)"),
        ("orgyear", r"orgyear \(start year\)"),
        ("quiz", r"quiz \(own column\)"),
        ("email_hash", r"email_hash \(learner id\)"),
    ],
)
def test_a_table_that_lacks_a_column_is_refused_with_its_name(lacks, told):
    names = [name for name in NAMES if name != lacks]
    with pytest.raises(
        SchemaError,
        match=r"The model was made with email_hash \(learner id\), salary \(pay\), "
        r"orgyear \(start year\) and quiz \(own column\); this table has no "
        rf"{told}\. It has .*\. Rename its columns, or say .* \(--config\)\.",
    ):
        matching_columns(names, ORIGINS, CONFIG)


def test_a_column_that_was_empty_for_the_model_may_be_missing():
    origins = (*ORIGINS, Origin("pay_year", "year", 0.0))
    assert "pay_year" not in matching_columns(NAMES, origins, CONFIG)


def test_names_that_are_alike_are_refused():
    with pytest.raises(SchemaError, match=r"could be pay: \['Ctc', 'CTC'\]"):
        matching_columns(
            ["email_hash", "Ctc", "CTC", "orgyear", "quiz"],
            (ORIGINS[0], *ORIGINS[2:]),
            CONFIG,
        )


def units(n, known):
    pay = [1.0 if i < known else None for i in range(n)]
    years = pl.Series([1.0] * n)
    return pl.DataFrame({"pay": pay}, schema={"pay": pl.Float64}).with_columns(
        years.alias("years_of_experience"), years.alias("extra:quiz")
    )


def counts(n, known):
    return known_in(units(n, known), ORIGINS, CONFIG)


@pytest.mark.parametrize(("n", "known"), [(100, 0), (100, 4), (20, 0)])
def test_a_column_of_nearly_nothing_is_refused(n, known):
    mapping = {"pay": "Gehalt", "start_year": "orgyear", "extra:quiz": "quiz"}
    with pytest.raises(
        SchemaError,
        match=r"The model was made with salary \(pay\), known of 90% of its learners; "
        rf"in this table Gehalt has a value that can be used for {known}%\. Look at",
    ):
        refuse_empty(counts(n, known), n, mapping=mapping, origins=ORIGINS)


@pytest.mark.parametrize(("n", "known"), [(100, 5), (19, 0)])
def test_gaps_and_small_tables_are_none(n, known):
    mapping = {"pay": "Gehalt", "start_year": "orgyear", "extra:quiz": "quiz"}
    refuse_empty(counts(n, known), n, mapping=mapping, origins=ORIGINS)
