"""Companies under aliases: no name gets out, and the figures are those of the table."""

import itertools
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnstrata.exceptions import DegenerateError, ParameterError
from learnstrata.privacy.disclosure.rule import PayRule
from learnstrata.segments.pay.companies import (
    company_views,
    gini,
    role_in_companies,
)


def table(n=3000, *, seed=0):
    rng = np.random.default_rng(seed)
    company = rng.zipf(1.4, n) % 200
    return pl.DataFrame(
        {
            "record": np.arange(n),
            "learner_id": [f"l{i}" for i in range(n)],
            "company": [f"firm number {c}" if c else None for c in company],
            "tier": np.where(company < 4, "Tier 1", "Tier 2"),
            "role_family": rng.choice(["Backend", "Data", "Not stated"], n),
            "pay": np.exp(rng.normal(14, 0.5, n)),
        }
    )


def alias(_):
    return f"Company {next(alias.count)}"


def views(learners, **options):
    alias.count = itertools.count(1)
    return company_views(learners, alias=alias, **options)


def roles_of(found):
    return [(view.alias, role) for view in found.largest for role in view.roles]


@pytest.fixture(scope="module")
def learners():
    return table()


@pytest.fixture(scope="module")
def found(learners):
    return views(learners)


def double_sum(sizes):
    """Write the definition down: the mean difference of all pairs."""
    n = len(sizes)
    total = sum(abs(a - b) for a in sizes for b in sizes)
    return total / (2 * n * n * (sum(sizes) / n))


def test_a_stricter_rule_views_fewer_companies_and_roles(learners, found):
    strict = views(learners, rule=PayRule(learners=60))
    assert 0 < len(strict.largest) < len(found.largest)
    assert len(roles_of(strict)) < len(roles_of(found))
    closed = views(learners, rule=PayRule(companies=1_000))
    assert all(role.elsewhere is None for _, role in roles_of(closed))
    assert all(role.to_elsewhere is None for _, role in roles_of(closed))


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=40))
def test_gini_is_the_mean_difference_of_all_pairs(sizes):
    if sum(sizes):
        assert gini(sizes) == pytest.approx(double_sum(sizes), abs=1e-12)
        assert -1e-12 <= gini(sizes) <= 1 - 1 / len(sizes) + 1e-12
        assert gini([7 * s for s in sizes]) == pytest.approx(gini(sizes))


@pytest.mark.parametrize("sizes", [[], [0, 0], [1, -1], [1, np.nan]])
def test_sizes_that_have_no_gini_are_refused(sizes):
    with pytest.raises(DegenerateError, match="expected one or more finite numbers"):
        gini(sizes)


def test_concentration_is_that_of_the_companies_that_are_known(learners, found):
    sizes = sorted(learners["company"].drop_nulls().value_counts()["count"])
    assert found.n_companies == len(sizes)
    assert found.n_learners == sum(sizes)
    assert found.gini == pytest.approx(double_sum(sizes))
    assert found.top_share == sum(sizes[-10:]) / sum(sizes)


def test_ten_companies_have_no_top_ten_share():
    few = table(400).with_columns(company=pl.format("c{}", pl.col("record") % 10))
    assert views(few).top_share is None


def named_views(learners, **options):
    names = {n: f"Firm {i}" for i, n in enumerate(learners["company"].unique()) if n}
    return company_views(learners, alias=names, **options), names


def test_the_largest_companies_are_viewed_under_their_aliases(learners):
    got, names = named_views(learners, most=5)
    sizes = learners["company"].drop_nulls().value_counts()
    top = sizes.sort(["count", "company"], descending=[True, False]).head(5)
    assert {view.alias for view in got.largest} == {names[n] for n in top["company"]}
    assert [view.alias for view in got.largest] == sorted(v.alias for v in got.largest)
    known = learners.filter(pl.col("company").is_not_null())
    for name in top["company"]:
        view = next(v for v in got.largest if v.alias == names[name])
        pay = known.filter(pl.col("company") == name)["pay"].to_numpy()
        others = known.filter(pl.col("company") != name)["pay"].to_numpy()
        wanted = np.quantile(pay, [0.25, 0.5, 0.75])
        assert [view.p25, view.p50, view.p75] == pytest.approx(list(wanted))
        assert view.learners == len(pay)
        assert view.to_others == pytest.approx(np.median(pay) / np.median(others))


def test_companies_and_roles_of_fewer_than_ten_paid_learners_are_not_viewed(learners):
    got = views(learners, most=500)
    counts = learners.group_by("company").len().drop_nulls()
    assert len(got.largest) == (counts["len"] >= 10).sum()
    assert min(view.learners for view in got.largest) >= 10
    assert min(role.learners for _, role in roles_of(got)) >= 10


def test_roles_are_compared_with_the_rest_and_with_other_companies(learners):
    got, names = named_views(learners, most=3)
    backwards = {v: k for k, v in names.items()}
    assert len(roles_of(got)) >= 3
    known = learners.filter(pl.col("company").is_not_null())
    for alias, role in roles_of(got):
        assert role.role_family != "Not stated"
        same = pl.col("role_family") == role.role_family
        here = pl.col("company") == backwards[alias]
        own = known.filter(same & here)["pay"]
        rest = known.filter(~same & here)["pay"]
        elsewhere = known.filter(same & ~here)["pay"]
        assert role.learners == len(own)
        assert role.p50 == pytest.approx(own.median())
        assert role.rest == pytest.approx(rest.median())
        assert role.to_rest == pytest.approx(own.median() / rest.median())
        assert role.elsewhere == pytest.approx(elsewhere.median())
        assert role.to_elsewhere == pytest.approx(own.median() / elsewhere.median())


def test_a_role_that_few_others_have_is_not_compared():
    frame = table(400).with_columns(
        company=pl.when(pl.col("record") < 390).then(pl.lit("a")).otherwise(pl.lit("b"))
    )
    roles = [role for _, role in roles_of(views(frame))]
    assert len(roles) == 2
    assert {role.to_elsewhere for role in roles} == {None}
    few = frame.with_columns(
        role_family=pl.when(pl.col("record") < 395)
        .then(pl.lit("Data"))
        .otherwise(pl.lit("Backend"))
    )
    (role,) = [role for _, role in roles_of(views(few)) if role.learners > 100]
    assert role.to_rest is None


def test_a_role_is_compared_within_the_companies_that_have_enough_of_both():
    sizes = {"both": (15, 25), "more": (12, 10), "few": (9, 11), "alone": (20, 9)}
    rows = [
        (firm, role, 1e6 * (2 if role == "Data" else 1) + 1e3 * i)
        for firm, pair in sizes.items()
        for role, n in zip(("Data", "Backend"), pair, strict=True)
        for i in range(n)
    ]
    frame = pl.DataFrame(rows, ["company", "role_family", "pay"], orient="row")
    got = views(frame.with_columns(tier=pl.lit("Tier 1")))
    found = role_in_companies(got, "Data")
    assert (found.companies, found.higher) == (2, 2)
    ratios = [2.007e6 / 1.012e6, 2.0055e6 / 1.0045e6]
    assert found.typical == pytest.approx(np.median(ratios))
    assert role_in_companies(got, "Backend").higher == 0
    nobody = role_in_companies(got, "Quality")
    assert (nobody.companies, nobody.higher, nobody.typical) == (0, 0, None)


def test_tiers_are_counted_as_one_would_by_hand(learners, found):
    known = learners.filter(pl.col("company").is_not_null())
    assert [one.tier for one in found.tiers] == sorted(known["tier"].unique())
    for one in found.tiers:
        of = known.filter(pl.col("tier") == one.tier)
        counts = of["company"].value_counts()["count"]
        assert (one.learners, one.companies) == (len(of), len(counts))
        assert one.largest_share == counts.max() / len(of)
        assert (one.n_paid, one.p50) == (len(of), pytest.approx(of["pay"].median()))


def test_concentration_within_a_tier_is_that_of_its_companies(learners, found):
    known = learners.filter(pl.col("company").is_not_null())
    first, second = found.tiers
    assert (first.tier, first.gini, first.top_share) == ("Tier 1", None, None)
    sizes = known.filter(pl.col("tier") == "Tier 2")["company"].value_counts()["count"]
    assert second.gini == pytest.approx(double_sum(sizes.to_list()))
    assert second.top_share == sizes.sort(descending=True).head(10).sum() / sizes.sum()


@pytest.mark.parametrize("more", [30, 400])
def test_a_tier_with_one_large_company_is_told_from_an_even_one_up_to_half(more):
    n = 40
    crowded = [f"a{i}" for i in range(n)] + ["a0"] * more
    even = [f"b{i}" for i in range(n)] * 11
    company = crowded + even
    frame = pl.DataFrame(
        {
            "company": company,
            "tier": ["Tier 1"] * len(crowded) + ["Tier 2"] * len(even),
            "pay": np.linspace(1e5, 2e5, len(company)),
        }
    )
    first, second = views(frame).tiers
    assert (second.gini, second.top_share) == (pytest.approx(0), 0.25)
    if more > n:  # both would tell the size of the one
        assert (first.gini, first.top_share) == (None, None)
    else:
        assert first.gini == pytest.approx(double_sum([31, *[1] * 39]))
        assert first.top_share == pytest.approx(40 / 70)
    small = views(frame.with_columns(tier=pl.lit("Unrated"))).tiers[0]
    assert (small.gini, small.top_share) == (None, None)


def test_a_tier_without_pay_has_no_median(learners):
    unpaid = pl.when(pl.col("tier") != "Tier 1").then("pay")
    first, second = views(learners.with_columns(pay=unpaid)).tiers
    assert (first.n_paid, first.p50) == (0, None)
    assert second.n_paid == second.learners


def test_no_name_gets_into_a_result(learners, found):
    text = repr(found)
    assert "Company 1" in text
    assert "firm" not in text
    assert not set(learners["learner_id"]) & set(text.split())


def test_the_order_of_rows_does_not_matter_and_the_table_is_not_changed(
    learners, found
):
    before = learners.clone()
    mixed = views(learners.sample(fraction=1, shuffle=True, seed=4))
    assert learners.equals(before)
    assert mixed == found


def test_a_learner_of_several_records_counts_once(learners, found):
    now = learners.with_columns(pay_year=2020.0)
    older = now.with_columns(pay_year=2011.0, record=pl.col("record") + 9999)
    got = views(pl.concat([older, now]))
    assert (got.n_learners, got.gini) == (found.n_learners, found.gini)
    assert got.largest == found.largest


def test_a_category_of_missing_companies_is_no_company(learners, found):
    filled = learners.with_columns(pl.col("company").fill_null("Unknown_Company"))
    got = views(filled, no_company="Unknown_Company")
    assert (got.n_companies, got.gini) == (found.n_companies, found.gini)


@pytest.mark.parametrize(
    ("given_alias", "message"),
    [
        ({}, "Got no alias for 10 of the 10 companies"),
        (lambda _: "Company A", "Got 1 different aliases for 10 companies"),
        (str.upper, "alias\\(es\\) that are the name of a company"),
    ],
)
def test_aliases_that_fail_are_refused(learners, given_alias, message):
    with pytest.raises(ParameterError, match=message):
        company_views(learners, alias=given_alias)


def test_no_companies_to_show_is_refused_only_when_asked_for(learners):
    with pytest.raises(ParameterError, match="most=0, expected 1 or more"):
        views(learners, most=0)
    small = views(learners.head(9))
    assert small.largest == ()
    assert 0 <= small.gini < 1


def test_without_titles_only_the_roles_are_missing(learners):
    whole, got = views(learners), views(learners.drop("role_family"))
    assert got.reason == "the table has no titles"
    assert roles_of(got) == []
    assert roles_of(whole)
    bare = tuple(replace(view, roles=()) for view in whole.largest)
    assert replace(got, reason="") == replace(whole, largest=bare)


@pytest.mark.parametrize(
    ("column", "reason"),
    [
        ("company", "the table has no companies"),
        ("pay", "the table has no pay"),
    ],
)
def test_a_table_that_lacks_something_gives_the_reason(learners, column, reason):
    got = views(learners.drop(column))
    assert got.reason == reason
    assert (got.gini, got.top_share, got.n_companies, got.n_learners) == (None,) * 2 + (
        0,
        0,
    )
    assert (got.largest, got.tiers) == ((), ())
    unknown = learners.with_columns(company=pl.lit("?"))
    assert views(unknown, no_company="?").reason == "no company is known"


def test_a_run_gives_views_of_its_companies(small_run):
    learners = small_run.meaning.learners
    got = views(learners)
    assert got.n_companies == learners["company"].drop_nulls().n_unique()
    assert len(got.largest) > 0
