"""Cohorts: planted truths are found, counts are exact, words match the rules."""

import re
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from learnstrata.exceptions import ParameterError
from learnstrata.segments.pay.cohorts import (
    CohortRules,
    find_cohorts,
    progress_of_peers,
)

KEYS = ("stalled", "entry_high", "entry_low", "high_upside")


def table(n=4000, *, seed=0):
    """Pay grows by 10 % a year of experience in every role and tier."""
    rng = np.random.default_rng(seed)
    role = rng.choice(["Backend", "Data"], n)
    tier = rng.choice(["Tier 1", "Tier 2", "Tier 3"], n)
    years = rng.integers(0, 17, n).astype(float)
    pay = np.exp(13 + 0.1 * years + 0.5 * (tier == "Tier 1") + rng.normal(0, 0.1, n))
    return pl.DataFrame(
        {
            "record": np.arange(n),
            "learner_id": [f"l{i}" for i in range(n)],
            "role_family": role,
            "tier": tier,
            "experience_band": np.where(years <= 2, "Early", "Later"),
            "years_of_experience": years,
            "experience_imputed": 0,
            "company": [f"c{i % 50}" for i in range(n)],
            "pay": pay,
            "pay_growth": pl.Series([None] * n, dtype=pl.Float64),
            "segment_name": rng.choice(["A", "B"], n),
        }
    )


def flat(learners, n=200):
    """Set the pay of some experienced learners to that of starters of their peers."""
    chosen = (pl.col("years_of_experience") >= 10) & (pl.col("tier") == "Tier 2")
    rows = learners.filter(chosen).head(n)["record"]
    at_start = pl.lit(np.exp(13.1))
    return rows, learners.with_columns(
        pay=pl.when(pl.col("record").is_in(rows.implode()))
        .then(at_start)
        .otherwise("pay")
    )


def cohorts(learners, **options):
    return {c.key: c for c in find_cohorts(learners, **options)}


@pytest.fixture(scope="module")
def learners():
    return table()


def test_there_are_four_cohorts_in_a_fixed_order(learners):
    assert tuple(c.key for c in find_cohorts(learners)) == KEYS


def test_learners_whose_pay_stayed_flat_are_found_and_nobody_else(learners):
    rows, planted = flat(learners)
    stalled = cohorts(planted)["stalled"]
    assert set(np.flatnonzero(stalled.members)) == set(rows)
    assert stalled.learners == 200
    assert {row.value for row in stalled.by_tier if row.learners} == {"Tier 2"}


def test_nobody_is_stalled_where_pay_grows_for_all(learners):
    stalled = cohorts(learners)["stalled"]
    assert (stalled.learners, stalled.share) == (0, 0.0)
    assert not stalled.members.any()
    assert {row.learners for row in stalled.by_role} == {0}


def test_own_growth_in_older_records_clears_of_stalling(learners):
    rows, planted = flat(learners)
    some, others = rows.head(50), rows.tail(50)
    grown = planted.with_columns(
        pay_growth=pl.when(pl.col("record").is_in(some.implode()))
        .then(0.4)
        .when(pl.col("record").is_in(others.implode()))
        .then(0.0)
    )
    stalled = cohorts(grown)["stalled"]
    assert set(np.flatnonzero(stalled.members)) == set(rows) - set(some)
    assert "pay growing faster than is typical" in stalled.definition
    assert stalled.typical_growth == pytest.approx(np.expm1(0.2))
    assert stalled.n_growth == 100
    before = cohorts(planted)["stalled"]
    assert (before.n_growth, before.typical_growth) == (None, None)
    assert "Left out" not in cohorts(planted)["stalled"].definition


def test_poorly_paid_all_along_is_a_matter_of_peers_and_not_of_the_table(learners):
    poor = pl.col("role_family") == "Data"
    cheap = learners.with_columns(
        pay=pl.when(poor).then(pl.col("pay") / 5).otherwise("pay")
    )
    one, two = cohorts(learners), cohorts(cheap)
    for key in KEYS:
        assert (one[key].members == two[key].members).all()


def test_a_raised_group_in_tier_2_has_high_upside_and_in_tier_1_has_not(learners):
    later = (pl.col("years_of_experience") > 2) & (pl.col("record") % 40 == 0)
    raised = learners.with_columns(
        pay=pl.when(later).then(pl.col("pay") * 2).otherwise("pay")
    )
    upside = cohorts(raised)["high_upside"]
    lucky = raised.filter(later)
    in_tiers = set(lucky.filter(pl.col("tier") != "Tier 1")["record"])
    assert in_tiers <= set(np.flatnonzero(upside.members))
    tiers = set(raised.filter(pl.Series(upside.members))["tier"])
    assert tiers == {"Tier 2", "Tier 3"}


def test_where_older_records_tell_the_growth_it_decides(learners):
    n = len(learners)
    told = pl.col("record") < n // 2
    fast = told & (pl.col("record") % 25 == 0)
    growth = pl.when(fast).then(0.5).when(told).then(0.05)
    upside = cohorts(learners.with_columns(pay_growth=growth))["high_upside"]
    inside = learners.filter(pl.Series(upside.members) & told)
    wanted = learners.filter(fast, pl.col("tier") != "Tier 1")
    assert set(inside["record"]) == set(wanted["record"])


def test_entry_level_outliers_are_found_at_both_ends(learners):
    entry = pl.col("years_of_experience") <= 2
    high, low = pl.col("record") % 60 == 0, pl.col("record") % 60 == 30
    odd = learners.with_columns(
        pay=pl.when(entry & high)
        .then(pl.col("pay") * 6)
        .when(entry & low)
        .then(pl.col("pay") / 6)
        .otherwise("pay")
    )
    got = cohorts(odd)
    for key, which in (("entry_high", high), ("entry_low", low)):
        members = set(np.flatnonzero(got[key].members))
        assert set(odd.filter(entry & which)["record"]) <= members
        years = odd.filter(pl.Series(got[key].members))["years_of_experience"]
        assert years.max() <= 2
        assert 0.03 < got[key].share < 0.06
    assert not (got["entry_high"].members & got["entry_low"].members).any()


@pytest.mark.parametrize("n", [200, 4])
def test_counts_are_those_of_the_members_however_few(learners, n):
    _, planted = flat(learners, n=n)
    for cohort in find_cohorts(planted):
        inside = planted.filter(pl.Series(cohort.members))
        assert cohort.learners == len(inside)
        assert cohort.share == len(inside) / cohort.assessed
        for column, rows in (
            ("role_family", cohort.by_role),
            ("tier", cohort.by_tier),
            ("segment_name", cohort.by_segment),
        ):
            counts = dict(inside[column].value_counts().iter_rows())
            assert {r.value: r.learners for r in rows if r.learners} == counts
            assert sum(row.assessed for row in rows) == cohort.assessed
            shares = [row.share for row in rows]
            assert shares == [row.learners / row.assessed for row in rows]
            assert shares == sorted(shares, reverse=True)


def test_a_group_of_whom_nobody_was_assessed_is_there_too(learners):
    rare = pl.when(pl.col("record") < 12).then(pl.lit("Quality"))
    some = learners.with_columns(
        role_family=rare.otherwise("role_family"),
        segment_name=pl.when(pl.col("years_of_experience") < 9)
        .then(pl.lit("Young"))
        .otherwise(pl.lit("Old")),
    )
    got = cohorts(some)
    for cohort in got.values():
        assert {row.value for row in cohort.by_role} == {"Backend", "Data", "Quality"}
        assert {row.value for row in cohort.by_segment} == {"Young", "Old"}
    old = {row.value: row for row in got["entry_high"].by_segment}["Old"]
    assert (old.assessed, old.learners, old.share) == (0, 0, None)
    tiers = {row.value for row in got["high_upside"].by_tier}
    assert tiers == {"Tier 2", "Tier 3"}


def test_learners_without_a_role_or_made_up_experience_are_not_assessed(learners):
    _, planted = flat(learners)
    spoiled = planted.with_columns(
        role_family=pl.when(pl.col("record") % 3 == 0)
        .then(pl.lit("Not stated"))
        .otherwise("role_family"),
        experience_imputed=(pl.col("record") % 3 == 1).cast(pl.Int64),
    )
    peers = progress_of_peers(spoiled)
    assert set(peers["row"]) == set(range(2, 4000, 3))
    for cohort in find_cohorts(spoiled):
        assert set(np.flatnonzero(cohort.members)) <= set(peers["row"])
    everyone = progress_of_peers(planted, no_role=("Data",))
    assert set(everyone["role_family"]) == {"Backend"}


def test_the_residual_is_log_pay_less_what_peers_earn(learners):
    peers = progress_of_peers(learners)
    assert len(peers) == len(learners)
    got = (peers["log_pay"] - peers["expected"] - peers["residual"]).abs().max()
    assert got < 1e-12
    years, tier = learners["years_of_experience"], learners["tier"] == "Tier 1"
    truth = 13 + 0.1 * years + 0.5 * tier.cast(pl.Float64)
    assert (peers["expected"] - truth).abs().mean() < 0.1
    half = 13 + 0.05 * years + 0.5 * tier.cast(pl.Float64)
    assert (peers["expected_at_half"] - half).abs().mean() < 0.1


def test_the_order_of_rows_does_not_matter_and_the_table_is_not_changed(learners):
    _, planted = flat(learners)
    before = planted.clone()
    mixed = planted.sample(fraction=1, shuffle=True, seed=1)
    for one, two in zip(find_cohorts(planted), find_cohorts(mixed), strict=True):
        assert one == two
        a = planted.filter(pl.Series(one.members))["learner_id"]
        assert set(a) == set(mixed.filter(pl.Series(two.members))["learner_id"])
    assert planted.equals(before)


def test_a_learner_of_several_records_counts_once(learners):
    _, planted = flat(learners)
    planted = planted.with_columns(pay_year=2020.0)
    older = planted.with_columns(pay_year=2016.0, record=pl.col("record") + 9999)
    one, two = cohorts(planted), cohorts(pl.concat([planted, older]))
    for key in KEYS:
        assert one[key] == two[key]
        assert not two[key].members[len(planted) :].any()


def test_the_words_of_a_definition_are_the_rules(learners):
    rules = CohortRules(
        stalled_from=9,
        stalled_gap=0.25,
        entry_years=1,
        entry_tail=0.04,
        upside=0.15,
        upside_tiers=("Tier 3",),
    )
    words = {k: c.definition for k, c in cohorts(learners, rules=rules).items()}
    told = {k: re.findall(r"\d+", text) for k, text in words.items()}
    assert told["stalled"] == ["9", "25"]
    assert told["entry_high"] == told["entry_low"] == ["1", "4"]
    assert told["high_upside"] == ["3", "15", "1", "15"]
    assert "Tier 2 or Tier 3" in cohorts(learners)["high_upside"].definition


def test_wider_rules_find_more(learners):
    rng = np.random.default_rng(2)
    noisy = learners.with_columns(
        pay=pl.col("pay") * np.exp(rng.normal(0, 0.6, len(learners)))
    )
    strict, loose = CohortRules(), CohortRules(stalled_gap=0.1, upside=0.2)
    one, two = cohorts(noisy, rules=strict), cohorts(noisy, rules=loose)
    for key in ("stalled", "high_upside"):
        assert not (one[key].members & ~two[key].members).any()
        assert two[key].learners > one[key].learners


@pytest.mark.parametrize(
    ("column", "reason"),
    [
        ("role_family", "the table has no titles"),
        ("company", "the table has no companies"),
        ("pay", "the table has no pay"),
        ("years_of_experience", "the table has no experience"),
    ],
)
def test_a_table_that_lacks_something_gives_empty_cohorts_and_the_reason(
    learners, column, reason
):
    for cohort in find_cohorts(learners.drop(column)):
        assert cohort.reason == reason
        assert (cohort.learners, cohort.assessed, cohort.share) == (0, 0, None)
        assert cohort.members.shape == (len(learners),)
        assert not cohort.members.any()


def test_a_table_too_small_for_peers_says_so(learners):
    few = find_cohorts(learners.head(20))
    assert {c.reason for c in few} == {"no learner has enough peers"}
    none = find_cohorts(learners.with_columns(role_family=pl.lit("Other")))
    assert {c.reason for c in none} == {"no role is held by enough learners"}
    untitled = find_cohorts(learners.with_columns(role_family=pl.lit("Not stated")))
    assert all("nobody has a role, a known pay" in c.reason for c in untitled)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"entry_tail": 0.0}, "entry_tail=0.0, expected a share above 0"),
        ({"upside": 0.7}, "upside=0.7, expected a share above 0 and up to 0.5"),
        ({"stalled_gap": 1.0}, "stalled_gap=1.0, expected a share of pay"),
        ({"entry_years": 9.0}, "expected 0 <= entry_years < stalled_from"),
        ({"min_peers": 5}, "min_peers=5, expected 10 or more"),
    ],
)
def test_rules_that_make_no_cohort_are_refused(changes, message):
    with pytest.raises(ParameterError, match=message):
        replace(CohortRules(), **changes)


def test_a_run_gives_cohorts_by_segment(small_run):
    learners = small_run.meaning.learners
    found = cohorts(learners)
    assert found["stalled"].assessed > 100
    names = set(learners["segment_name"])
    for cohort in found.values():
        assert {row.value for row in cohort.by_segment} <= names
