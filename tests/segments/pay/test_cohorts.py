"""Cohorts: planted truths are found, counts are exact, words match the rules."""

import re

import numpy as np
import polars as pl
import pytest

from learnstrata.config.stages import Cohorts
from learnstrata.segments.pay.cohorts import (
    definitions_of,
    find_cohorts,
    progress_of_peers,
)

KEYS = ("stalled", "entry_high", "entry_low", "high_upside", "well_paid")


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


def test_there_are_five_cohorts_in_a_fixed_order(learners):
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
        pay=pl.when(later).then(pl.col("pay") * 3).otherwise("pay")
    )
    upside = cohorts(raised)["high_upside"]
    lucky = raised.filter(later)
    in_tiers = set(lucky.filter(pl.col("tier") != "Tier 1")["record"])
    assert in_tiers <= set(np.flatnonzero(upside.members))
    tiers = set(raised.filter(pl.Series(upside.members))["tier"])
    assert tiers == {"Tier 2", "Tier 3"}


def planted(learners, who, times):
    """Multiply the pay of some."""
    return learners.with_columns(
        pay=pl.when(who).then(pl.col("pay") * times).otherwise("pay")
    )


def shares(parts):
    return {part.value: part.share for part in parts}


def test_a_role_with_more_high_entry_pay_has_a_larger_share_and_others_do_not(learners):
    """A quarter of the data people at entry level, a twentieth of the others."""
    entry, role = pl.col("years_of_experience") <= 2, pl.col("role_family")
    every = pl.when(role == "Data").then(4).otherwise(20)
    lucky = entry & (pl.int_range(pl.len()).over(role, entry) % every == 0)
    found = cohorts(planted(learners, lucky, 2.2))["entry_high"]
    by_role = shares(found.by_role)
    assert by_role["Data"] == pytest.approx(0.25, abs=0.01)
    assert by_role["Backend"] == pytest.approx(0.05, abs=0.01)
    data, backend = (
        next(part for part in found.by_role if part.value == role)
        for role in ("Data", "Backend")
    )
    assert data.low > found.share > backend.high
    assert found.low < found.share < found.high
    assert cohorts(learners)["entry_high"].share < 0.005


def test_a_share_is_of_all_whom_the_definition_met_however_many(learners):
    """By ranks it would have been the same in every table."""
    entry = pl.col("years_of_experience") <= 2
    for part in (3, 10, 50):
        lucky = entry & (pl.col("record") % part == 0)
        share = cohorts(planted(learners, lucky, 2.2))["entry_high"].share
        assert share == pytest.approx(1 / part, abs=0.02)


def test_entry_level_outliers_are_found_at_both_ends(learners):
    entry = pl.col("years_of_experience") <= 2
    high, low = pl.col("record") % 60 == 0, pl.col("record") % 60 == 30
    odd = planted(planted(learners, entry & high, 6), entry & low, 1 / 6)
    got = cohorts(odd)
    for key, which in (("entry_high", high), ("entry_low", low)):
        members = set(np.flatnonzero(got[key].members))
        assert set(odd.filter(entry & which)["record"]) <= members
        years = odd.filter(pl.Series(got[key].members))["years_of_experience"]
        assert years.max() <= 2
        planned = len(odd.filter(entry & which))
        assert got[key].share == pytest.approx(planned / got[key].assessed, abs=0.002)
    assert not (got["entry_high"].members & got["entry_low"].members).any()


def test_who_earns_the_limit_itself_is_beyond_it():
    """19 of 40 peers earn 100, and 2 earn 150 or 66.7: 1.5 times what is typical."""
    years, pay = [1.0] * 40, [100.0] * 36 + [150.0, 149.9, 100 / 1.5, 66.7]
    frame = pl.DataFrame(
        {
            "years_of_experience": years,
            "pay": pay,
            "experience_imputed": 0,
            "learner_id": [f"l{i}" for i in range(40)],
        }
    )
    got = cohorts(frame)
    assert np.flatnonzero(got["entry_high"].members).tolist() == [36]
    assert np.flatnonzero(got["entry_low"].members).tolist() == [38]


def test_the_very_well_paid_are_held_to_all_tiers_and_high_upside_to_their_own(
    learners,
):
    """In Tier 1 all are paid 3 times as much: well paid there is nobody's upside."""
    rich = planted(learners, pl.col("tier") == "Tier 1", 3 / np.exp(0.5))
    got = cohorts(rich)
    assert shares(got["well_paid"].by_tier)["Tier 1"] > 0.95
    assert shares(got["well_paid"].by_tier)["Tier 3"] < 0.01
    assert got["entry_high"].share < 0.01
    assert got["high_upside"].share < 0.01
    assert sum(part.learners for part in got["well_paid"].by_tier) > 1000


def test_a_slow_twin_finds_the_same_learners(learners):
    rng = np.random.default_rng(5)
    noisy = learners.with_columns(
        pay=pl.col("pay") * np.exp(rng.normal(0, 0.6, len(learners)))
    )
    got, wanted = cohorts(noisy), {key: set() for key in KEYS[1:]}
    for one in progress_of_peers(noisy).to_dicts():
        years, times = one["years_of_experience"], np.exp(one["residual"])
        if years <= 2 and times >= 1.5:
            wanted["entry_high"].add(one["row"])
        if years <= 2 and times <= 1 / 1.5:
            wanted["entry_low"].add(one["row"])
        if years > 2 and times >= 1.5 and one["tier"] in ("Tier 2", "Tier 3"):
            wanted["high_upside"].add(one["row"])
        if np.exp(one["residual_of_all"]) >= 2:
            wanted["well_paid"].add(one["row"])
    for key, rows in wanted.items():
        assert set(np.flatnonzero(got[key].members)) == rows
        assert len(rows) > 50


def test_one_of_few_is_held_to_wider_groups_and_not_to_themselves(learners):
    """Two of a role in a tier who are paid four times as much."""
    few = (pl.col("role_family") == "Data") & (pl.col("tier") == "Tier 3")
    gone = learners.filter(~few | (pl.int_range(pl.len()).over(few) < 2))
    two = few & (pl.col("years_of_experience") >= 0)
    rich = planted(gone.with_row_index("place"), two, 4).with_columns(
        years_of_experience=pl.when(two).then(5.0).otherwise("years_of_experience")
    )
    places = set(rich.filter(two)["place"])
    assert len(places) == 2
    assert places <= set(np.flatnonzero(cohorts(rich)["high_upside"].members))


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


RULES = Cohorts(
    stalled_from=9,
    stalled_gap=0.25,
    entry_years=1,
    entry_times=1.75,
    upside_times=1.6,
    upside_tiers=("Tier 3",),
    well_paid_times=2.5,
)


def test_the_words_of_a_definition_are_the_rules(learners):
    words = {k: c.definition for k, c in cohorts(learners, rules=RULES).items()}
    told = {k: re.findall(r"\d+(?:\.\d+)?", text) for k, text in words.items()}
    assert told["stalled"] == ["9", "25"]
    assert told["entry_high"] == told["entry_low"] == ["1", "1.75"]
    assert told["high_upside"] == ["3", "1", "1.6"]
    assert told["well_paid"] == ["2.5"]
    assert "Tier 2 or Tier 3" in cohorts(learners)["high_upside"].definition
    for text in words.values():
        assert text[0].isupper() or text[0].isdigit()
        assert text.endswith(".")


@pytest.mark.parametrize(
    ("gone", "peers"),
    [
        ((), "of the same role family, company tier and experience"),
        (("tier",), "of the same role family and experience"),
        (("role_family",), "of the same company tier and experience"),
        (("role_family", "tier"), "learners of the same experience"),
    ],
)
def test_who_is_a_peer_goes_with_what_the_table_tells(learners, gone, peers):
    words = definitions_of(Cohorts(), told=learners.drop(gone))
    for key in ("stalled", "entry_high", "entry_low"):
        assert peers in words[key]
    everywhere = "whatever the company tier" in words["well_paid"]
    assert everywhere == ("tier" not in gone)


def test_wider_rules_find_more(learners):
    rng = np.random.default_rng(2)
    noisy = learners.with_columns(
        pay=pl.col("pay") * np.exp(rng.normal(0, 0.6, len(learners)))
    )
    loose = Cohorts(
        stalled_gap=0.1, upside_times=1.2, entry_times=1.2, well_paid_times=1.5
    )
    one, two = cohorts(noisy), cohorts(noisy, rules=loose)
    for key in KEYS:
        assert not (one[key].members & ~two[key].members).any()
        assert two[key].learners > one[key].learners


@pytest.mark.parametrize(
    ("columns", "lost", "reason"),
    [
        (("pay",), KEYS, "the table has no pay"),
        (
            ("years_of_experience", "seniority"),
            ("stalled", "entry_high", "entry_low", "high_upside"),
            "the table has no experience",
        ),
        (("tier", "company"), ("high_upside",), "the table has no company tiers"),
        (("role_family",), (), ""),
    ],
)
def test_a_table_that_lacks_something_loses_what_needs_it_and_says_why(
    learners, columns, lost, reason
):
    for cohort in find_cohorts(learners.drop(columns, strict=False)):
        if cohort.key in lost:
            assert cohort.reason == reason
            assert (cohort.learners, cohort.assessed) == (0, 0)
            assert cohort.share is cohort.low is cohort.high is None
        else:
            assert cohort.reason == ""
            assert cohort.assessed > 100
            assert (cohort.by_tier == ()) == ("tier" in columns)
            assert (cohort.by_role == ()) == ("role_family" in columns)
        assert cohort.members.shape == (len(learners),)


def test_without_experience_a_title_says_who_is_at_entry_level(learners):
    level = (pl.col("record") % 5).cast(pl.Int64).alias("seniority")
    found = find_cohorts(learners.with_columns(level).drop("years_of_experience"))
    entry = {cohort.key: cohort for cohort in found}["entry_high"]
    assert entry.assessed == (learners["record"] % 5 <= 1).sum()
    assert entry.definition.startswith("A title of entry level (intern or junior);")


def test_a_table_too_small_for_peers_says_so(learners):
    few = find_cohorts(learners.head(20))
    assert {c.reason for c in few} == {"no learner has enough peers"}
    bare = find_cohorts(pl.DataFrame({"pay": [None, None], "years_of_experience": 1.0}))
    assert {c.reason for c in bare} >= {"the table has no pay"}
    none = find_cohorts(learners.with_columns(role_family=pl.lit("Other")))
    assert {c.reason for c in none} == {"no role is held by enough learners"}
    untitled = find_cohorts(learners.with_columns(role_family=pl.lit("Not stated")))
    assert all("nobody has a role, a known pay" in c.reason for c in untitled)


def test_a_role_of_fewer_peers_than_asked_is_not_assessed(learners):
    rare = pl.when(pl.col("record") < 60).then(pl.lit("Quality"))
    some = learners.with_columns(role_family=rare.otherwise("role_family"))
    entry = (pl.col("record") < 60) & (pl.col("years_of_experience") <= 2)
    n = len(some.filter(entry))
    for least, assessed in ((n, n), (n + 1, 0)):
        found = cohorts(some, rules=Cohorts(min_peers=least))["entry_high"]
        row = next(one for one in found.by_role if one.value == "Quality")
        assert row.assessed == assessed


def test_a_run_gives_cohorts_by_segment(small_run):
    learners = small_run.meaning.learners
    found = cohorts(learners)
    assert found["stalled"].assessed > 100
    names = set(learners["segment_name"])
    for cohort in found.values():
        assert {row.value for row in cohort.by_segment} <= names
