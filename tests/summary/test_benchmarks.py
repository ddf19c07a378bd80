"""Benchmarks, cohorts and companies as plain values: nothing private is in them."""

import json
from dataclasses import replace

import numpy as np
import pytest

from learnstrata.privacy.disclosure.attack import bounds, is_exposed, with_totals
from learnstrata.summary.benchmarks import (
    summarise_benchmarks,
    summarise_cohorts,
    summarise_companies,
)
from learnstrata.summary.build import summarise

KEYS = ("role_family", "tier", "experience_band")


@pytest.fixture(scope="module")
def summary(small_run):
    return summarise(small_run)


@pytest.fixture(params=["small_run", "notebook_run"])
def either(request):
    return request.getfixturevalue(request.param)


def test_an_attacker_finds_no_hidden_count_in_the_summary(either):
    told = summarise_benchmarks(either)
    cells = either.meaning.benchmarks.cells
    values = {key: sorted(cells[key].unique()) for key in KEYS}
    counts = np.zeros([len(v) for v in values.values()], dtype=np.int64)
    for row in cells.to_dicts():
        counts[tuple(values[k].index(row[k]) for k in KEYS)] = row["learners"]
    table = with_totals(counts)
    hidden = np.ones(table.shape, dtype=bool)
    for row in [*told["cells"], *told["wider"]]:
        given = (row.get(k) for k in KEYS)
        place = tuple(
            -1 if value is None else values[k].index(value)
            for k, value in zip(KEYS, given, strict=True)
        )
        assert row["learners"] == table[place]
        hidden[place] = False
    if told["n_learners"] is not None:
        hidden[-1, -1, -1] = False
    secret = np.zeros(table.shape, dtype=bool)
    for row in cells.filter("hidden").to_dicts():
        secret[tuple(values[k].index(row[k]) for k in KEYS)] = True
    secret |= (table > 0) & (table < 10)
    assert secret.any()
    assert not (is_exposed(*bounds(table, hidden), table) & secret).any()


def test_only_cells_that_may_be_shared_are_told(either):
    told = summarise_benchmarks(either)
    private = {"largest_share", "hidden", "why_hidden"}
    assert told["n_cells"] - told["n_hidden"] == len(told["cells"])
    assert {row["level"] for row in told["wider"]} <= {
        *("role and experience", "role", "all"),
    }
    for row in [*told["cells"], *told["wider"]]:
        assert private.isdisjoint(row)
        assert row["learners"] >= 10
        assert row["companies"] >= 3
        assert row["p25"] <= row["p50"] <= row["p75"]


def test_the_rule_is_told_in_its_own_numbers(summary):
    assert summary["benchmarks"]["rule"] == (
        "Pay is shown of 10 learners or more at 3 companies or more, none of which may "
        "have over 60% of them. Further groups are hidden where a total would tell of "
        "a hidden one. Pay is rounded."
    )


def test_a_hidden_total_is_in_no_number(small_run):
    found = small_run.meaning.benchmarks
    closed = replace(found, wider=found.wider.with_columns(hidden=True))
    run = replace(small_run, meaning=replace(small_run.meaning, benchmarks=closed))
    told = summarise_benchmarks(run)
    assert told["n_learners"] is told["n_left_out"] is None
    assert f"{found.n_learners:,}" not in json.dumps(told)


def test_cohorts_are_counts_and_nobody(small_run):
    told = summarise_cohorts(small_run)
    assert [row["key"] for row in told] == [
        *("stalled", "entry_high", "entry_low", "high_upside"),
    ]
    for row in told:
        assert "members" not in row
        assert row["n_learners"] is None or not 0 < row["n_learners"] < 10
        assert "under 10 learners" in row["note"]
        for name in ("by_segment", "by_role", "by_tier"):
            assert all(group["learners"] >= 10 for group in row[name])


def test_companies_have_aliases_and_no_names(either):
    told = summarise_companies(either)
    names = either.base.records["company"].drop_nulls().unique().to_list()
    text = json.dumps(told).lower()
    assert told["companies"]
    assert all(row["alias"].startswith("Company ") for row in told["companies"])
    words = set(text.replace('"', " ").replace(",", " ").split())
    assert words.isdisjoint(name.lower() for name in names if len(name) > 4)
    assert 0 < told["gini"] < 1


def test_no_part_has_a_company_of_the_table(either):
    text = json.dumps(summarise(either)).lower()
    names = either.base.records["company"].drop_nulls().unique().to_list()
    told = [n for n in names if len(n) >= 6 and f'"{n.lower()}"' in text]
    assert told == []


def test_without_companies_there_is_no_view(small_run):
    run = replace(small_run, meaning=replace(small_run.meaning, companies=None))
    assert summarise_companies(run) is None
