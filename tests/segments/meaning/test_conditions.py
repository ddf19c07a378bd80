"""Rules in words and in SQL: each condition is told as it replays."""

import duckdb
import numpy as np
import polars as pl
import pytest

from learnstrata.segments.meaning.conditions import (
    Condition,
    in_words,
    to_sql_predicate,
)
from learnstrata.segments.meaning.rules import matches
from rule_oracle import met_by, rule_of


@pytest.fixture
def model(small_run):
    return small_run.meaning.model.features


@pytest.mark.parametrize(
    "condition",
    [
        Condition(feature, op, value, or_missing=missing)
        for feature, ops, value in [
            ("pay", (">", "<="), 800_000.0),
            ("years_of_experience", (">", "<="), 4.0),
            ("company_level", (">", "<="), 13.6),
            ("role", ("=", "!="), "Backend"),
        ]
        for op in ops
        for missing in (False, True)
    ],
)
def test_each_condition_replays_in_sql_with_values_missing(small_run, condition):
    gone = pl.int_range(pl.len()) % 3 == 0
    learners = small_run.meaning.learners.with_columns(
        pl.when(~gone).then(pl.col(c)).alias(c) for c in ("pay", "company", "role")
    ).with_columns(experience_imputed=gone.cast(pl.Int64))
    caught = matches(learners, rule_of((condition,)))
    assert caught.tolist() == [met_by(row, condition) for row in learners.to_dicts()]
    predicate = to_sql_predicate(rule_of((condition,)))
    table = duckdb.sql("FROM learners ORDER BY record").project(f"{predicate} AS met")
    assert table.fetchnumpy()["met"].tolist() == caught.tolist()


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ([("pay", ">", 8e5)], "pay over 8 LPA"),
        ([("pay", ">", 5e5), ("pay", "<=", 12e5)], "pay over 5 and up to 12 LPA"),
        ([("pay", "<=", 145e5, True)], "pay up to 145 LPA (or not stated)"),
        ([("years_of_experience", "<=", 1.0)], "at most 1 year of experience"),
        (
            [("years_of_experience", ">", 2.0), ("years_of_experience", "<=", 6.0)],
            "more than 2 and at most 6 years of experience",
        ),
        ([("company_level", ">", np.log(12e5))], "company pay level over 12 LPA"),
        ([("role", "=", "Backend")], "role Backend"),
        (
            [("role", "!=", "Backend", True), ("role", "!=", "Design", True)],
            "role other than Backend or Design",
        ),
        ([("recent_pay_update", ">", 0.0)], "pay updated lately: yes"),
        ([("score", "<=", 0.25)], "score up to 0.25"),
        (
            [("years_of_experience", ">", 8.0), ("pay", "<=", 12e5)],
            "more than 8 years of experience and pay up to 12 LPA",
        ),
    ],
)
def test_conditionsin_words(model, path, told):
    assert in_words([[Condition(*c) for c in path]], model) == told


def test_two_paths_are_told_as_one_or_the_other(model):
    paths = [[Condition("pay", ">", 8e5)], [Condition("role", "=", "Design")]]
    assert in_words(paths, model) == "pay over 8 LPA, or else role Design"
