import json

import numpy as np
import pandas as pd
import polars as pl
import pytest

from learnstrata.config.loading import load_config
from learnstrata.config.stages import Pay
from learnstrata.exceptions import LearnstrataError
from learnstrata.facade import check_table, segment
from learnstrata.learners.demo.tables import make_learners

TABLE = {
    "record": [0, 1, 2, 3],
    "email": ["a", "a", "b", None],
    "company": ["Acme", "Acme", None, "Zeta"],
    "ctc": ["10 LPA", "20 LPA", "12/15 LPA", None],
    "orgyear": ["2015", "2015", "2016", "2019"],
    "note": ["x", "y", "z", "w"],
}
MANY = {
    "email": [f"l{i}" for i in range(36)],
    "company": ["Acme", "Zeta"] * 18,
    "orgyear": [str(2000 + i % 18) for i in range(36)],
}
RUN = {
    "selection": {"k_max": 3, "splits": 0, "starts": 2},
    "fit": {"starts": 2},
    "evidence": {"level": "none"},
}


def config(**options):
    return load_config("robust", **options)


def check_of(table, name, **options):
    check = check_table(pl.DataFrame(table), config(**options))
    return next(column for column in check.columns if column.name == name)


def test_check_tells_what_the_table_holds_on_every_engine(frame):
    check = check_table(frame(TABLE), config())
    assert (check.rows, check.learners) == (4, 2)
    assert check.records_per_learner == 1.5
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
    assert (check.learners, check.records_per_learner) == (None, None)
    assert check.missing["learner_id"] == (
        "each row counts as one learner, and there is no history"
    )


def test_what_is_recognised_is_told_even_where_something_is_missing(frame):
    table = {name: TABLE[name] for name in TABLE if name != "email"}
    check = check_table(frame(table), config(columns={"numeric": ["grade"]}))
    assert not check.ok
    assert (check.rows, check.usable) == (4, ("company", "pay", "start_year"))
    assert check.recognised == {
        "company": "company",
        "pay": "ctc",
        "start_year": "orgyear",
    }
    assert [column.name for column in check.columns] == list(check.recognised)
    (problem,) = check.problems
    assert problem.startswith("Missing columns ['grade']; the table has")


def test_a_column_that_holds_lists_leaves_the_others_told():
    table = pl.DataFrame(TABLE).with_columns(ctc=pl.concat_list("ctc"))
    check = check_table(table, config())
    assert "Column 'ctc', read as pay, holds List" in check.problems[0]
    names = [column.name for column in check.columns]
    assert names == ["learner_id", "company", "start_year"]
    assert check.cleaning is None


def test_columns_that_could_be_the_learner_id_are_proposed(frame):
    n = 60
    rng = np.random.default_rng(1)
    codes = [rng.bytes(16).hex() for _ in range(n)]
    table = {
        "record": list(range(n)),
        "Unnamed: 0": [str(i) for i in range(n)],
        "ctc": [str(100_000 + 7 * i) for i in range(n)],
        "title": ["Engineer", "Analyst", "Manager"] * 20,
        "token": codes,
        "studentNo": [f"s{i // 2}" for i in range(n)],
        "id_of_course": ["c1", "c2"] * 30,
        "remark": [f"saw the page {i}" for i in range(n)],
    }
    check = check_table(frame(table), config())
    assert check.problems[0].startswith("Got no column of learner ids")
    assert [one.column for one in check.candidates] == ["token", "studentNo"]
    token, student = check.candidates
    assert token.signs == (
        "100.0% of its values are distinct",
        "it holds long codes",
    )
    assert (student.distinct_share, student.signs) == (0.5, ("it is named like an id",))


def test_a_table_with_a_learner_id_gets_no_proposals():
    check = check_table(pl.DataFrame(TABLE), config())
    assert check.candidates == ()


def test_records_that_repeat_others_are_counted(frame):
    rows = [0, 1, 2, 3, 0, 0, 3]
    table = {name: [values[i] for i in rows] for name, values in TABLE.items()}
    table["record"] = list(range(7))
    check = check_table(frame(table), config())
    assert (check.repeats, check.repeats_share) == (3, 3 / 7)


def test_the_cost_of_cleaning_is_that_of_the_ledger():
    table = make_learners(400, rng=5)
    bad = pl.int_range(pl.len()) % 40 == 0
    table = table.with_columns(
        ctc=pl.when(bad).then(pl.lit("-5")).otherwise(pl.col("ctc").cast(pl.String)),
        orgyear=pl.when(bad.shift(1)).then(1066).otherwise("orgyear"),
        email_hash=pl.when(~bad.shift(2, fill_value=False)).then("email_hash"),
    )
    cost = check_table(table, config()).cleaning
    ledger = segment(table, config=config(**RUN)).ledger
    states = dict(ledger["state"].value_counts().iter_rows())
    assert cost.states == states
    assert sum(cost.states.values()) == len(table)
    assert cost.lost_rows == states["quarantined"] > 0
    assert cost.lost_rows_share == cost.lost_rows / len(table)
    assert cost.lost_learners == 0
    assert 0 < cost.emptied_rows < len(table)
    assert 0 < cost.emptied_learners <= cost.emptied_rows
    assert cost.rules["no_learner_id"] == cost.lost_rows
    assert cost.rules["pay_not_positive"] == len(table.filter(bad))


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "repeated column names"),
        ("learners.csv", "Got the text 'learners.csv', expected a data frame"),
        (pl.scan_csv("/no/such.csv"), "The table cannot be read: No such file"),
        (
            pl.LazyFrame(TABLE).with_columns(ctc=pl.col("company").cast(pl.Int64)),
            "The table cannot be read: conversion from",
        ),
        (
            pl.DataFrame(TABLE | {"ctc": [2**60] * 4}).to_arrow(),
            "The table cannot be read: Integer value",
        ),
    ],
)
def test_what_is_no_table_is_a_problem(table, words):
    check = check_table(table, config())
    assert (check.ok, check.rows) == (False, 0)
    assert words in check.problems[0]


def test_table_without_rows_is_a_problem():
    check = check_table(pl.DataFrame(TABLE).head(0), config())
    assert check.problems == ("Got a table without rows, expected learners.",)


def test_columns_that_do_not_vary_are_nothing_to_segment_on():
    table = pl.DataFrame(TABLE).with_columns(ctc=pl.lit("5"), company=pl.lit("Acme"))
    check = check_table(table, config())
    assert check.usable == ("start_year",)
    assert not check.ok
    assert "pay (column 'ctc'): the same in all rows that have it." in check.notes


def test_missing_learner_ids_are_told():
    table = pl.DataFrame(TABLE)
    told = "learner id (column 'email'): "
    notes = check_table(table, config()).notes
    assert f"{told}missing in 1 record, quarantined." in notes
    check = check_table(table.with_columns(email=pl.lit(" ")), config())
    assert check.problems[0].startswith("None of the 4 records can be used; most oft")
    assert f"{told}no row has a value." in check.notes


def test_faults_are_noted_and_many_of_them_with_what_to_do():
    check = check_table(pl.DataFrame(TABLE), config())
    assert (
        "pay (column 'ctc'): 1 value cannot be read with certainty, such as "
        "['12/15 LPA']."
    ) in check.notes
    dollars = pl.DataFrame(MANY).with_columns(
        ctc=pl.format("${},000", 90 + pl.int_range(36))
    )
    check = check_table(dollars, config())
    [problem] = check.problems
    assert "another than INR: 36 in $. Say which one is kept, as currency" in problem
    assert check_table(dollars, config(pay=Pay(currency="USD"))).ok
    [problem] = check_table(dollars, config(pay=Pay(currency="EUR"))).problems
    assert problem == (
        "pay (column 'ctc') cannot be read in 36 of the 36 records that have it. "
        "Values in another currency than EUR are not read: 36 in $. "
        "Examples: learnstrata check."
    )


def test_what_the_values_do_not_tell_is_a_problem_that_says_what_to_set():
    euros = pl.DataFrame(MANY).with_columns(ctc=pl.lit("45.000 €"))
    [problem] = check_table(euros, config(pay=Pay(currency="EUR"))).problems
    assert problem.startswith(
        "pay (column 'ctc') cannot be read in 36 of the 36 records that have it. "
        "A value such as 45.000 could be 45 or 45,000, and no other value"
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
    assert (
        "What is set aside of experience is nearly all of records with the highest "
        "pay: what is told of experience lacks that end. (15 records)"
    ) in check_table(table, config()).notes


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
    columns = {"numeric": ["record"], "categorical": ["note"], "outcome": ["orgyear"]}
    check = check_table(pl.DataFrame(TABLE), config(columns=columns))
    assert check.usable == ("company", "pay", "extra:record", "extra:note")
    assert check.unused == ()


def test_check_is_plain_values_for_json():
    check = check_table(pl.DataFrame(TABLE), config())
    values = json.loads(json.dumps(check.as_dict()))
    assert values["usable_features"] == 3
    assert values["columns"][2]["fault_examples"] == ["12/15 LPA"]
    assert "Acme" not in json.dumps(values)
    whole = check_table(make_learners(60, rng=2), config()).as_dict()
    assert (whole["ok"], values["ok"]) == (True, False)


def test_input_is_left_alone():
    table = pl.DataFrame(TABLE)
    check_table(table, config())
    assert table.equals(pl.DataFrame(TABLE))


ODD = {
    "as it is": lambda t: t,
    "without rows": lambda t: t.head(0),
    "one row": lambda t: t.head(1),
    "nine rows": lambda t: t.head(9),
    "twelve rows": lambda t: t.head(12),
    "without ids": lambda t: t.drop("email_hash"),
    "no id in any row": lambda t: t.with_columns(email_hash=pl.lit(None, pl.String)),
    "one learner": lambda t: t.with_columns(email_hash=pl.lit("a")),
    "nothing but ids": lambda t: t.select("email_hash"),
    "pay alone": lambda t: t.select("email_hash", "ctc"),
    "no pay": lambda t: t.drop("ctc"),
    "pay of nobody": lambda t: t.with_columns(ctc=pl.lit(None, pl.Float64)),
    "pay below 0": lambda t: t.with_columns(ctc=pl.lit(-1)),
    "pay in words": lambda t: t.with_columns(ctc=pl.lit("secret")),
    "pay in lists": lambda t: t.with_columns(ctc=pl.concat_list("ctc")),
    "pay twice": lambda t: t.rename({"ctc": "CTC"}).with_columns(
        pl.col("CTC").alias("Ctc ")
    ),
    "one company": lambda t: t.with_columns(company_hash=pl.lit("a")),
    "companies and titles": lambda t: t.select(
        "email_hash", "company_hash", "job_position"
    ),
    "ids and years": lambda t: t.select("email_hash", "orgyear"),
    "no plausible year": lambda t: t.drop("ctc_updated_year").with_columns(
        orgyear=pl.lit(7)
    ),
    "all the same": lambda t: t.with_columns(pl.exclude("email_hash").first()),
    "twenty-three": lambda t: t.unique("email_hash", maintain_order=True).head(23),
}


def refusals(table, settings):
    try:
        segment(table, config=settings, key=bytes(32))
    except LearnstrataError as error:
        return (str(error),)
    return ()


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("options", [{}, {"record": "learner"}])
def test_check_refuses_what_a_run_refuses_in_the_same_words(odd, options):
    table = ODD[odd](make_learners(60, rng=2))
    settings = config(**RUN, **options)
    check = check_table(table, settings)
    assert check.problems == refusals(table, settings)


def test_a_table_whose_library_gives_no_rows_is_a_problem_and_no_fault():
    things = pl.Series("ctc", [object(), object()], dtype=pl.Object)
    table = pl.DataFrame({"email_hash": ["a", "b"], "company": ["x", "y"]})
    found = check_table(table.with_columns(things), config())
    (told,) = found.problems
    assert told.startswith("The table cannot be read: ")
    assert told.endswith("Collect it first, or convert the column.")
