"""Explained differences: the variance between segments, by the definition."""

import math
from collections import defaultdict

import numpy as np
import polars as pl
import pytest

from learnstrata.segments.questions.explained import (
    explain_differences,
    explained_variance,
)


@pytest.fixture(scope="module")
def people(small_run):
    return small_run.meaning.learners.to_dicts()


@pytest.fixture(scope="module")
def found(small_run):
    return {one.what: one.share for one in small_run.meaning.questions.explained}


def naive_explained(pairs):
    everyone = [v for _, v in pairs]
    groups = defaultdict(list)
    for segment, value in pairs:
        groups[segment].append(value)
    mean = sum(everyone) / len(everyone)
    total = sum((v - mean) ** 2 for v in everyone)
    between = sum(len(g) * (sum(g) / len(g) - mean) ** 2 for g in groups.values())
    return between / total


def test_what_was_filled_in_explains_nothing(found, people):
    paid = [
        (p["segment_id"], math.log(p["pay"])) for p in people if p["pay"] is not None
    ]
    seasoned = [
        (p["segment_id"], p["years_of_experience"])
        for p in people
        if not p["experience_imputed"]
    ]
    assert len(paid) < len(people)
    assert len(seasoned) < len(people)
    assert found["pay"] == pytest.approx(naive_explained(paid))
    assert found["experience"] == pytest.approx(naive_explained(seasoned))


def test_explained_roles_are_the_variance_of_all_one_hot_columns(found, people):
    roles = sorted({p["role"] for p in people})
    total = between = 0.0
    for role in roles:
        pairs = [(p["segment_id"], float(p["role"] == role)) for p in people]
        own = float(np.var([v for _, v in pairs]))
        total += own
        between += own * naive_explained(pairs)
    assert found["role"] == pytest.approx(between / total)


def test_the_most_explained_comes_first(small_run):
    shares = [one.share for one in small_run.meaning.questions.explained]
    assert shares == sorted(shares, reverse=True)
    assert all(0 <= share <= 1 for share in shares)


@pytest.mark.parametrize("value", [3.0, "a", None])
def test_nothing_is_explained_where_nothing_differs(value):
    same = pl.DataFrame({"segment_id": [1, 1, 2]})
    dtype = pl.String if isinstance(value, str) else pl.Float64
    assert explained_variance(same.with_columns(v=pl.lit(value, dtype)), "v") == 0.0


def test_segments_that_are_the_values_explain_all():
    table = pl.DataFrame({"segment_id": [1, 1, 2, 3], "v": ["a", "a", "b", "c"]})
    assert explained_variance(table, "v") == 1.0
    assert explained_variance(table.with_columns(v=pl.col("segment_id")), "v") == 1.0


def test_only_what_the_table_has_is_explained(small_run):
    learners = small_run.meaning.learners
    got = explain_differences(learners, available=frozenset({"title", "pay"}))
    assert {one.what for one in got} == {"role", "pay"}
    assert explain_differences(learners, available=frozenset({"company"})) == ()
