"""Lagging and entry-level pay, recomputed from the learners."""

import math
from collections import Counter, defaultdict
from statistics import median

import numpy as np
import polars as pl
import pytest
from scipy.stats import spearmanr

from learnstrata.learners.roles.families import add_roles
from learnstrata.learners.roles.titles import SENIORITY
from learnstrata.segments.questions.pay import (
    _fence,
    find_entry_level_pay,
    find_lagging_pay,
)

ALL = frozenset({"pay", "title", "company", "years_of_experience"})


@pytest.fixture(scope="module")
def learners(small_run):
    return small_run.meaning.learners


@pytest.fixture(scope="module")
def people(learners):
    return learners.to_dicts()


@pytest.fixture(scope="module")
def known(people):
    return [p for p in people if p["pay"] is not None and not p["experience_imputed"]]


def rank_correlation(people):
    years, pay = ([p[c] for p in people] for c in ("years_of_experience", "pay"))
    return spearmanr(years, pay).statistic


def test_lagging_pay_is_counted_from_the_learners(small_run, known):
    found = small_run.meaning.questions.lagging_pay
    first = float(np.quantile([p["years_of_experience"] for p in known], 0.75))
    pays = defaultdict(list)
    for p in known:
        pays[p["role"]].append(p["pay"])
    low = {role: float(np.quantile(values, 0.25)) for role, values in pays.items()}
    senior = [p for p in known if p["years_of_experience"] >= first]
    lagging = [p for p in senior if p["pay"] <= low[p["role"]]]
    assert (found.learners, found.experienced) == (len(known), len(senior))
    assert found.lagging == len(lagging)
    assert found.share == len(lagging) / len(senior)
    assert found.experienced_from == min(p["years_of_experience"] for p in senior)
    assert found.correlation == pytest.approx(rank_correlation(known))
    by_role = Counter(p["role"] for p in lagging)
    experienced = Counter(p["role"] for p in senior)
    assert {one.role for one in found.by_role} == {
        role for role, n in experienced.items() if n >= 10
    }
    for one in found.by_role:
        own = [p for p in known if p["role"] == one.role]
        assert (one.learners, one.experienced) == (len(own), experienced[one.role])
        assert one.lagging == by_role[one.role]
        assert one.correlation == pytest.approx(rank_correlation(own))
    shares = [one.share for one in found.by_role]
    assert shares == sorted(shares, reverse=True)


def test_without_titles_all_are_each_others_peers(learners, known):
    found = find_lagging_pay(learners, available=ALL - {"title"})
    (everyone,) = found.by_role
    low = float(np.quantile([p["pay"] for p in known], 0.25))
    years = found.experienced_from
    lagging = [
        p for p in known if p["years_of_experience"] >= years and p["pay"] <= low
    ]
    assert everyone.role == "All"
    assert everyone.lagging == found.lagging == len(lagging)


@pytest.mark.parametrize("column", ["pay", "years_of_experience"])
def test_lagging_pay_needs_pay_and_experience(learners, column):
    assert find_lagging_pay(learners, available=ALL - {column}) is None


def test_ten_of_whom_both_are_known_are_enough(learners):
    few = pl.when(pl.int_range(pl.len()) < 9).then(500_000.0)
    nine = learners.with_columns(pay=few, experience_imputed=0)
    assert find_lagging_pay(nine, available=ALL) is None
    assert find_lagging_pay(nine, available=ALL, least=9).learners == 9
    found = find_lagging_pay(nine, available=ALL, least=9)
    assert found.correlation is None  # pay does not vary


def test_entry_level_pay_is_counted_from_the_learners(small_run, people):
    found = small_run.meaning.questions.entry_level
    entry = [p for p in people if p["pay"] is not None and p["seniority"] in (0, 1)]
    pays = [p["pay"] for p in entry]
    q1, q3 = np.quantile(np.log(pays), [0.25, 0.75])
    limit = float(f"{math.exp(q3 + 1.5 * max(q3 - q1, math.log(2) / 2)):.2g}")
    assert found.learners == len(entry)
    assert found.limit == limit
    assert found.p50 == pytest.approx(median(pays))
    assert found.high == sum(pay > limit for pay in pays)
    companies = Counter(p["company"] for p in entry)
    unknown = companies.pop(None, 0)
    assert found.companies == len(companies)
    assert found.largest_share == (max(companies.values()) + unknown) / len(entry)


def test_entry_level_roles_have_ten_learners_and_their_pay(learners):
    level = pl.int_range(pl.len()) % 3
    found = find_entry_level_pay(
        learners.with_columns(seniority=level), available=ALL
    ).by_role
    paid = learners.with_columns(seniority=level).filter(pl.col("pay").is_not_null())
    groups = defaultdict(list)
    for p in paid.filter(pl.col("seniority") <= 1).to_dicts():
        groups[p["role_family"], SENIORITY[p["seniority"]]].append(p["pay"])
    assert {(one.role_family, one.level) for one in found} == {
        key for key, pays in groups.items() if len(pays) >= 10
    }
    assert len(found) >= 4
    for one in found:
        pays = groups[one.role_family, one.level]
        assert one.learners == len(pays)
        assert one.p50 == pytest.approx(np.median(pays))
        assert one.p90 == pytest.approx(np.quantile(pays, 0.9))
    assert sum(one.high for one in found) <= sum(map(len, groups.values()))
    sizes = [one.learners for one in found]
    assert sizes == sorted(sizes, reverse=True)


def test_a_category_of_missing_companies_is_no_company(learners):
    gone = pl.when(pl.col("record") % 3 != 0).then("company")
    some = learners.with_columns(company=gone)
    placed = find_entry_level_pay(some, available=ALL)
    filled = some.with_columns(pl.col("company").fill_null("?"))
    assert find_entry_level_pay(filled, available=ALL, no_company="?") == placed
    assert find_entry_level_pay(filled, available=ALL) != placed


def test_without_companies_their_number_is_not_known(learners):
    found = find_entry_level_pay(learners, available=ALL - {"company"})
    assert (found.companies, found.largest_share) == (None, None)
    assert {one.companies for one in found.by_role} == {None}
    assert found.learners == find_entry_level_pay(learners, available=ALL).learners


@pytest.mark.parametrize("column", ["pay", "title"])
def test_entry_level_pay_needs_titles_and_pay(learners, column):
    assert find_entry_level_pay(learners, available=ALL - {column}) is None


def test_ten_entry_level_titles_are_enough(learners):
    paid = learners.filter(pl.col("pay").is_not_null())
    for n in (9, 10):
        level = pl.when(pl.int_range(pl.len()) < n).then(1).otherwise(3)
        found = find_entry_level_pay(paid.with_columns(seniority=level), available=ALL)
        assert (found is None) == (n < 10)


def test_an_associate_director_is_no_entry_level(learners):
    titles = ["Associate Director", "International Sales Head", "Internal Auditor"]
    titles += ["Software Engineering Intern"] * 12
    levels = add_roles(pl.DataFrame({"title": titles}))["seniority"]
    paid = learners.filter(pl.col("pay").is_not_null())
    paid = paid.head(len(titles)).with_columns(levels)
    assert find_entry_level_pay(paid, available=ALL).learners == 12


def test_equal_entry_level_pay_has_no_unusually_high_one():
    assert _fence(pl.Series([5e5] * 20)) == pytest.approx(5e5 * 2**0.75)


def test_a_learner_of_60_records_is_one_of_the_learners(learners):
    entry = (pl.col("seniority") <= 1) & pl.col("pay").is_not_null()
    known = entry & (pl.col("experience_imputed") == 0)
    many = pl.concat([learners, *[learners.filter(known).head(1)] * 59])
    entry, again = (find_entry_level_pay(r, available=ALL) for r in (learners, many))
    assert entry is not None
    assert again == entry
    lagging, again = (find_lagging_pay(r, available=ALL) for r in (learners, many))
    assert again.correlation == pytest.approx(lagging.correlation)
    for name in ("learners", "experienced", "lagging"):
        assert getattr(again, name) == getattr(lagging, name)
        assert [getattr(row, name) for row in again.by_role] == [
            getattr(row, name) for row in lagging.by_role
        ]
