import json

import pandas as pd
import polars as pl
import pytest

from learnstrata.config.stages import Columns, Config, Pay
from learnstrata.learners.quality import check_table

TABLE = {
    "record": [0, 1, 2, 3],
    "email": ["a", "a", "b", None],
    "company": ["Acme", "Acme", None, "Zeta"],
    "ctc": ["10 LPA", "20 LPA", "12/15 LPA", None],
    "orgyear": ["2015", "2015", "2016", "2019"],
    "note": ["x", "y", "z", "w"],
}


def config(**options):
    return Config(recipe="t", version=1, unit="learner", features={}, **options)


def check_of(table, name, **options):
    check = check_table(pl.DataFrame(table), config(**options))
    return next(column for column in check.columns if column.name == name)


def test_check_tells_what_the_table_holds_on_every_engine(frame):
    check = check_table(frame(TABLE), config())
    assert check.ok
    assert (check.rows, check.learners) == (4, 2)
    assert check.recognised == {
        "learner_id": "email",
        "company": "company",
        "pay": "ctc",
        "start_year": "orgyear",
    }
    assert check.unused == ("record", "note")
    assert check.usable == ("company", "pay", "start_year")
    assert check.usable_features == 3
    pay = check.columns[2]
    assert (pay.name, pay.column, pay.nulls, pay.null_share) == ("pay", "ctc", 2, 0.5)
    assert (pay.faults, pay.fault_examples) == (1, ("12/15 LPA",))
    assert (pay.minimum, pay.maximum, pay.distinct) == (1_000_000, 2_000_000, 2)
    assert pay.quantiles["50%"] == 1_500_000
    assert list(pay.quantiles) == ["1%", "5%", "25%", "50%", "75%", "95%", "99%"]
    company = check.columns[1]
    assert (company.minimum, company.maximum, company.quantiles) == (None, None, {})


def test_missing_columns_are_told_with_what_they_switch_off():
    check = check_table(pl.DataFrame(TABLE).drop("company"), config())
    assert check.missing == {
        "company": "company level, tiers and company findings are left out",
        "title": "role groups, seniority, role findings and mentor pools are left out",
        "pay_year": "pay growth, recency and start years after the year of pay go "
        "unseen, and the year of the run is taken from elsewhere",
    }


def test_experience_stands_for_the_start_year_and_the_other_way_round():
    table = pl.DataFrame({"email": ["a", "b"], "title": ["x", "y"], "ctc": [1, 2]})
    career = {"start_year", "experience"}
    assert career <= set(check_table(table, config()).missing)
    with_yoe = table.with_columns(yoe=pl.Series([1, 2]))
    assert career.isdisjoint(check_table(with_yoe, config()).missing)


def test_start_year_and_experience_are_one_thing_to_segment_on():
    table = {"email": ["a", "b"], "yoe": [1, 2], "orgyear": [2015, 2016], "ctc": [1, 2]}
    check = check_table(pl.DataFrame(table), config())
    assert check.usable == ("pay", "experience")


def test_rows_as_learners_have_no_learner_count():
    table = pl.DataFrame(TABLE).drop("email")
    check = check_table(table, config(record="learner"))
    assert check.ok
    assert check.learners is None
    assert check.missing["learner_id"] == (
        "each row counts as one learner, and there is no history"
    )


def test_schema_errors_are_problems():
    table = pl.DataFrame(TABLE).drop("email")
    check = check_table(table, config())
    assert not check.ok
    assert (check.rows, check.recognised) == (4, {})
    assert check.problems[0].startswith("Got no column of learner ids")


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "repeated column names"),
        ("learners.csv", "Got str, expected a data frame"),
    ],
)
def test_what_is_no_table_is_a_problem(table, words):
    check = check_table(table, config())
    assert (check.ok, check.rows) == (False, 0)
    assert words in check.problems[0]


def test_table_without_rows_is_a_problem():
    check = check_table(pl.DataFrame(TABLE).head(0), config())
    assert check.problems == ("The table has no rows: expected one row a record.",)


def test_columns_that_do_not_vary_are_nothing_to_segment_on():
    table = pl.DataFrame(TABLE).with_columns(ctc=pl.lit("5"), company=pl.lit("Acme"))
    check = check_table(table, config())
    assert check.usable == ("start_year",)
    assert "too little to segment on: got ['start_year']" in check.problems[0]
    assert "pay: the same in all rows that have it." in check.notes


def test_missing_learner_ids_are_told():
    table = pl.DataFrame(TABLE)
    assert "learner_id: missing in 1 rows, set aside." in (
        check_table(table, config()).notes
    )
    check = check_table(table.with_columns(email=pl.lit(" ")), config())
    assert "The learner id is missing in all rows." in check.problems[0]
    assert "learner_id: no row has a value." in check.notes


def test_few_faults_are_noted_and_many_are_a_problem():
    check = check_table(pl.DataFrame(TABLE), config())
    assert (
        "pay: 1 values cannot be read with certainty and will be set aside, such as "
        "['12/15 LPA']."
    ) in check.notes
    dollars = pl.DataFrame(TABLE).with_columns(ctc=pl.lit("$90,000"))
    check = check_table(dollars, config())
    [problem] = check.problems
    assert "another than INR: 4 in $. Say which one is kept, as currency" in problem
    assert check_table(dollars, config(pay=Pay(currency="USD"))).ok
    [problem] = check_table(dollars, config(pay=Pay(currency="EUR"))).problems
    assert problem == (
        "pay (column 'ctc') cannot be read as a number in 4 rows, such as "
        "['$90,000']. Values in another currency than EUR are not read: 4 in $."
    )


def test_what_the_values_do_not_tell_is_a_problem_that_says_what_to_set():
    euros = pl.DataFrame(TABLE).with_columns(ctc=pl.lit("45.000 €"))
    [problem] = check_table(euros, config(pay=Pay(currency="EUR"))).problems
    assert problem.startswith(
        "pay (column 'ctc') cannot be read as a number in 4 rows, such as "
        "['45.000 €']. A value such as 45.000 could be 45 or 45,000, and no other value"
    )
    told = Pay(currency="EUR", decimal=",")
    assert check_table(euros, config(pay=told)).columns[2].quantiles["50%"] == 45_000


def test_commas_that_were_taken_for_thousands_are_noted():
    table = pl.DataFrame(TABLE).with_columns(ctc=pl.Series(["1,000", "2,000", "3", ""]))
    assert any(
        "parts the thousands" in note for note in check_table(table, config()).notes
    )


def test_losses_at_one_end_are_noted():
    table = pl.DataFrame(
        {
            "email": [f"l{n}" for n in range(100)],
            "ctc": [str(1_000 + n) for n in range(100)],
            "yoe": [str(n % 7) if n < 85 else "a long time" for n in range(100)],
        }
    )
    assert any("lies at one end" in note for note in check_table(table, config()).notes)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("12/15 LPA", "12/15 LPA"),
        ("about 12", "about 12"),
        ("12,5,1", "12,5,1"),
        ("Acme Ltd 7", "xxxx xxx 9"),
        ("ann.smith@mail.org", "xxx.xxxxx@xxxx.xxx"),
        ("6de0a4417d18ab14", "9xx9x9999x99xx99"),
        ("98-7654-3210-98-76", "99-9999-9999-99-99"),
        ("Ünal\t9", "xxxx 9"),
    ],
)
def test_examples_of_faults_show_no_names_and_no_ids(text, shown):
    table = TABLE | {"ctc": ["1", "2", text, None]}
    assert check_of(table, "pay").fault_examples == (shown,)


def test_at_most_three_different_examples_are_shown():
    table = {"email": list("abcdef"), "title": list("uvwxyz")}
    table["ctc"] = ["1/2", "1/2", "1/3", "1/4", "1/5", "7"]
    check = check_of(table, "pay")
    assert (check.faults, check.fault_examples) == (5, ("1/2", "1/3", "1/4"))


def test_faults_of_every_column_are_counted():
    table = TABLE | {"orgyear": ["soon", "x", "2016", "2017"]}
    table["ctc"] = ["1/2", "1", "2", "3"]
    assert check_of(table, "pay").faults == 1
    assert check_of(table, "start_year").faults == 2


def test_extras_are_checked_under_their_standard_names():
    columns = Columns(numeric=("record",), categorical=("note",), outcome=("orgyear",))
    check = check_table(pl.DataFrame(TABLE), config(columns=columns))
    assert check.usable == ("company", "pay", "record_extra", "note")
    assert check.unused == ()


def test_check_is_plain_values_for_json():
    check = check_table(pl.DataFrame(TABLE), config())
    values = json.loads(json.dumps(check.as_dict()))
    assert values["ok"] is True
    assert values["usable_features"] == 3
    assert values["columns"][2]["fault_examples"] == ["12/15 LPA"]
    assert "Acme" not in json.dumps(values)


def test_input_is_left_alone():
    table = pl.DataFrame(TABLE)
    check_table(table, config())
    assert table.equals(pl.DataFrame(TABLE))
