"""How learners spread over companies, against a slow version."""

from collections import Counter

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnstrata.learners.employers import named_company, over_companies


@given(st.lists(st.sampled_from(["a", "b", "c", None]), min_size=1, max_size=30))
def test_companies_and_the_largest_share_equal_the_slow_version(companies):
    table = pl.DataFrame({"company": companies}, schema={"company": pl.String})
    found = table.select(over_companies(table.columns)).row(0)
    sizes = Counter(companies)
    unknown = sizes.pop(None, 0)
    largest = (max(sizes.values(), default=0) + unknown) / len(companies)
    assert found == (len(sizes), pytest.approx(largest))


def test_each_group_is_counted_by_itself():
    table = pl.DataFrame({"role": [1, 1, 2], "company": ["a", "b", None]})
    found = table.group_by("role").agg(over_companies(table.columns)).sort("role")
    assert found.rows() == [(1, 2, 0.5), (2, 0, 1.0)]


def test_a_table_without_companies_has_neither():
    table = pl.DataFrame({"role": [1, 1]})
    found = table.group_by("role").agg(over_companies(table.columns))
    assert found.rows() == [(1, None, None)]


def test_the_word_for_a_missing_company_is_none():
    table = pl.DataFrame({"company": ["a", "Unknown", None]})
    found = table.select(named_company("Unknown"))["company"].to_list()
    assert found == ["a", None, None]
