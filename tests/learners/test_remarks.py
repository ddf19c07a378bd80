import numpy as np
import polars as pl
import pytest

from learnstrata.config.loading import load_config
from learnstrata.facade import check_table
from learnstrata.learners.accounts import account_of
from learnstrata.learners.intake import clean_table, read_table
from learnstrata.learners.rules.bounds import find_limits

N = 60


def plain():
    """Give a table of which there is nothing to say."""
    rng = np.random.default_rng(3)
    return {
        "learner": [f"l{i}" for i in range(N)],
        "company": ["acme", "zeta"] * (N // 2),
        "pay": (5e5 * (1 + np.arange(N) / N))
        .round(-3)
        .astype(int)
        .astype(str)
        .tolist(),
        "experience": (1 + np.arange(N) % 20).astype(str).tolist(),
        "pay_year": ["2019", "2020"] * (N // 2),
        "score": rng.normal(50, 9, N).round().astype(int).astype(str).tolist(),
    }


def with_cells(column, cells):
    table = plain()
    for place, cell in cells.items():
        table[column][place] = cell
    return pl.DataFrame(table)


def remarks(table, *, in_check=False, **config):
    settings = load_config("robust", columns={"numeric": ["score"]}, **config)
    read = read_table(table, settings)
    limits = find_limits(read.records, settings)
    parts = [clean_table(read.records, settings, limits)]
    found = account_of(parts, read.mapping, settings, limits).remarks
    return [(r.sentence, r.records) for r in found if r.in_check == in_check]


def test_of_a_plain_table_there_is_nothing_to_say():
    assert remarks(pl.DataFrame(plain())) == []


def test_a_column_may_be_called_by_what_parts_the_entries_of_the_ledger():
    table = with_cells("score", {3: "1e12", 4: "soon"}).rename({"score": "a; b"})
    settings = load_config("robust", columns={"numeric": ["a; b"]})
    found = check_table(table, settings)
    assert found.cleaning is not None
    assert found.cleaning.emptied_rows == 2
    assert any("Values of a; b under" in note for note in found.notes)


FUTURE = (
    "Years of pay after 2020, {}, are set aside. If they are right, give the year that "
    "counts as now: as_of in the configuration, or --as-of."
)


@pytest.mark.parametrize(
    ("column", "cells", "sentence", "records"),
    [
        (
            "pay_year",
            {5: "2025"},
            FUTURE.format("the newest year that enough learners share"),
            1,
        ),
        (
            "learner",
            dict.fromkeys(range(9), "Test"),
            "Records with 'Test' for a learner id are left out: far more have it than "
            "any learner has, so it is nobody's.",
            9,
        ),
        (
            "learner",
            dict.fromkeys(range(30), "someone"),
            "One learner id stands in far more records than any other. If it is of no "
            "one learner, empty it: its records are taken for the history of one.",
            30,
        ),
        ("learner", {0: "Total"}, "Lines of totals are left out.", 1),
        (
            "pay",
            {0: "700", 1: "800"},
            "Pay that is typical only if it is in thousands is multiplied by 1,000.",
            2,
        ),
        (
            "score",
            {3: "1000000000000"},
            "Values of score under 5.8 or over 440 are too far from all others to be "
            "believed: they are set aside.",
            1,
        ),
        (
            "experience",
            dict.fromkeys(range(0, N, 6), "newcomer"),
            "Nearly all values of experience that cannot be read are one and the same "
            "text: whoever has it is missing from all that is told of experience.",
            10,
        ),
        (
            "experience",
            {i: f"newcomer {i}" for i in range(8)},
            "What is set aside of experience is nearly all of records with the lowest "
            "pay: what is told of experience lacks that end.",
            8,
        ),
        (
            "experience",
            {N - 1 - i: f"veteran {i}" for i in range(8)},
            "What is set aside of experience is nearly all of records with the highest "
            "pay: what is told of experience lacks that end.",
            8,
        ),
    ],
)
def test_what_cleaning_does_is_said(column, cells, sentence, records):
    table = with_cells(column, cells)
    assert remarks(table) == [(sentence, records)]
    config = load_config("robust", columns={"numeric": ["score"]})
    counted = "1 record" if records == 1 else f"{records} records"
    assert f"{sentence} ({counted})" in check_table(table, config).notes


def test_what_cannot_be_read_is_said_by_the_run_and_with_examples_by_the_check():
    table = with_cells("pay", {0: "about 12", 9: "lots", 11: "-", 12: "45,5,0"})
    told = (
        "Values of pay that cannot be read with certainty are set aside: learnstrata "
        "check shows how they stand.",
        3,
    )
    assert remarks(table) == []
    assert remarks(table, in_check=True) == [told]
    config = load_config("robust", columns={"numeric": ["score"]})
    assert [note[:54] for note in check_table(table, config).notes] == [
        "pay (column 'pay'): 3 values cannot be read with certa"
    ]


def test_a_pay_that_may_be_a_months_is_set_aside_with_a_word():
    rng = np.random.default_rng(4)
    table = plain()
    table["pay"] = [str(p) for p in (rng.normal(90_000, 9_000, N)).round().astype(int)]
    table["pay"][0] = "7500"
    assert remarks(pl.DataFrame(table)) == [
        ("Pay that may be a month's is set aside.", 1)
    ]


def test_losses_at_no_end_are_not_said_to_be_at_one():
    cells = {6 * i: f"newcomer {i}" for i in range(10)}
    assert remarks(with_cells("experience", cells)) == []


def test_a_given_year_is_told_as_the_one_that_counts():
    assert remarks(pl.DataFrame(plain()), as_of=2019) == [
        (FUTURE.format("the year that counts as now").replace("2020", "2019"), 30)
    ]


def test_start_years_after_the_newest_shared_are_told_where_they_tell_now():
    table = plain()
    del table["experience"]
    table["start_year"] = [str(2000 + i % 20) for i in range(N)]
    table["start_year"][7] = "2024"
    assert remarks(pl.DataFrame(table)) == []
    del table["pay_year"]
    told = FUTURE.format("the newest year that enough learners share")
    told = told.replace("Years of pay after 2020", "Start years after 2019")
    assert remarks(pl.DataFrame(table)) == [(told, 1)]


@pytest.mark.parametrize(
    ("column", "same", "odd"),
    [("score", "0", "1"), ("pay", "1000000", "1200000"), ("experience", "3", "9")],
)
def test_one_value_that_makes_up_a_spread_is_told(column, same, odd):
    table = plain()
    table[column] = [same] * (N - 1) + [odd]
    assert remarks(pl.DataFrame(table)) == [
        (
            f"One value makes up the spread of {column}: among the others it tells "
            "nobody apart.",
            1,
        )
    ]


def test_a_table_that_a_run_refuses_is_a_problem_of_the_check():
    table = plain()
    table["pay_year"] = ["7"] * N
    config = load_config("robust", columns={"numeric": ["score"]})
    found = check_table(pl.DataFrame(table), config)
    assert not found.ok
    assert "of which most values are no years, such as ['7']" in found.problems[0]
