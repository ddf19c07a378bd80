"""Companies under aliases: no name gets out, and the figures are those of the table."""

import itertools
import re

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnstrata.config.stages import Pay
from learnstrata.exceptions import DegenerateError, ParameterError
from learnstrata.privacy.disclosure.cells import CellRule
from learnstrata.privacy.disclosure.rounding import rounded_pay
from learnstrata.segments.pay.benchmarks import why_hidden
from learnstrata.segments.pay.companies import company_views, gini

INR = Pay()


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
    return company_views(learners, alias=alias, pay=INR, **options)


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


def test_a_stricter_rule_shows_fewer_companies_and_cells(learners, found):
    strict = views(learners, rule=CellRule(learners=60))
    assert 0 < len(strict.companies) < len(found.companies)
    assert len(strict.roles) < len(found.roles)
    assert views(learners, rule=CellRule(companies=1_000)).tiers.is_empty()


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
    assert "largest" not in views(few).sentence


def test_the_largest_companies_are_shown_under_their_aliases(learners):
    names = {n: f"Firm {i}" for i, n in enumerate(learners["company"].unique()) if n}
    got = company_views(learners, alias=names, pay=INR, most=5)
    sizes = learners["company"].drop_nulls().value_counts()
    top = sizes.sort(["count", "company"], descending=[True, False]).head(5)
    assert set(got.companies["alias"]) == {names[n] for n in top["company"]}
    assert got.companies["alias"].is_sorted()
    for name in top["company"]:
        row = got.companies.row(by_predicate=pl.col("alias") == names[name], named=True)
        pay = learners.filter(pl.col("company") == name)["pay"].to_numpy()
        wanted = rounded_pay(np.quantile(pay, [0.25, 0.5, 0.75]), 1e5)
        assert [row["p25"], row["p50"], row["p75"]] == pytest.approx(list(wanted))
        assert row["learners"] == float(f"{len(pay):.2g}")


def test_a_company_of_fewer_than_ten_paid_learners_is_not_shown(learners):
    got = views(learners, most=500)
    counts = learners.group_by("company").len().drop_nulls()
    assert len(got.companies) == (counts["len"] >= 10).sum()
    assert got.companies["learners"].min() >= 10
    assert got.roles["learners"].min() >= 10


def test_roles_are_compared_with_the_same_role_at_other_companies(learners):
    names = {n: f"Firm {i}" for i, n in enumerate(learners["company"].unique()) if n}
    got = company_views(learners, alias=names, pay=INR, most=3)
    backwards = {v: k for k, v in names.items()}
    assert len(got.roles) >= 3
    assert "Not stated" not in got.roles["role_family"].to_list()
    known = learners.filter(pl.col("company").is_not_null())
    for row in got.roles.to_dicts():
        peers = known.filter(pl.col("role_family") == row["role_family"])
        here = pl.col("company") == backwards[row["alias"]]
        own, rest = peers.filter(here)["pay"], peers.filter(~here)["pay"]
        assert row["p50"] == pytest.approx(rounded_pay([own.median()], 1e5)[0])
        assert row["elsewhere"] == pytest.approx(rounded_pay([rest.median()], 1e5)[0])
        assert row["ratio"] == round(row["p50"] / row["elsewhere"], 2)


def test_a_role_that_few_others_have_is_not_compared():
    frame = table(400).with_columns(
        company=pl.when(pl.col("record") < 390).then(pl.lit("a")).otherwise(pl.lit("b"))
    )
    got = views(frame)
    assert len(got.roles) == 2
    assert got.roles["elsewhere"].null_count() == got.roles["ratio"].null_count() == 2


def test_every_tier_shown_keeps_the_rule_and_none_is_what_is_left(learners, found):
    known = learners.filter(pl.col("company").is_not_null())
    for row in found.tiers.to_dicts():
        of = known.filter(pl.col("tier") == row["tier"])
        counts = of["company"].value_counts()["count"]
        assert (row["learners"], row["companies"]) == (len(of), len(counts))
        assert row["share"] == len(of) / len(known)
        assert not why_hidden(len(of), len(counts), counts.max() / len(of))
    third = pl.when(pl.col("record") < 4).then(pl.lit("Tier 3")).otherwise("tier")
    assert len(views(learners.with_columns(tier=third)).tiers) < 2


def test_no_name_gets_into_a_result(learners, found):
    text = " ".join(
        str(value)
        for frame in (found.companies, found.roles, found.tiers)
        for row in frame.rows()
        for value in row
    )
    assert "firm" not in text + found.sentence
    assert not set(learners["learner_id"]) & set(text.split())


def test_the_numbers_of_the_sentence_are_those_of_the_result(found):
    numbers = re.findall(r"\d[\d,.]*\d|\d", found.sentence)
    assert numbers == [
        f"{found.n_learners:,}",
        f"{found.n_companies:,}",
        f"{found.gini:.2f}",
        "10",
        f"{100 * found.top_share:.1f}",
    ]


def test_the_order_of_rows_does_not_matter_and_the_table_is_not_changed(
    learners, found
):
    before = learners.clone()
    mixed = views(learners.sample(fraction=1, shuffle=True, seed=4))
    assert learners.equals(before)
    assert (mixed.gini, mixed.top_share) == (found.gini, found.top_share)
    for name in ("companies", "roles", "tiers"):
        assert getattr(mixed, name).equals(getattr(found, name))


def test_a_learner_of_several_records_counts_once(learners, found):
    now = learners.with_columns(pay_year=2020.0)
    older = now.with_columns(pay_year=2011.0, record=pl.col("record") + 9999)
    got = views(pl.concat([older, now]))
    assert (got.n_learners, got.gini) == (found.n_learners, found.gini)
    assert got.companies.equals(found.companies)


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
        company_views(learners, alias=given_alias, pay=INR)


def test_no_companies_to_show_is_refused_only_when_asked_for(learners):
    with pytest.raises(ParameterError, match="most=0, expected 1 or more"):
        views(learners, most=0)
    small = views(learners.head(9))
    assert small.companies.is_empty()
    assert small.roles.is_empty()
    assert small.tiers.is_empty()
    assert 0 <= small.gini < 1


def test_without_titles_only_the_roles_are_missing(learners):
    whole, got = views(learners), views(learners.drop("role_family"))
    assert got.reason == "the table has no titles"
    assert got.roles.is_empty()
    assert not whole.roles.is_empty()
    assert got.tiers.equals(whole.tiers)
    assert got.companies.equals(whole.companies)
    assert (got.gini, got.n_learners) == (whole.gini, whole.n_learners)


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
    assert got.companies.is_empty()
    assert got.sentence == f"Companies cannot be compared: {reason}."
    unknown = learners.with_columns(company=pl.lit("?"))
    assert views(unknown, no_company="?").reason == "no company is known"


def test_a_run_gives_views_of_its_companies(small_run):
    learners = small_run.meaning.learners
    got = views(learners)
    assert got.n_companies == learners["company"].drop_nulls().n_unique()
    assert len(got.companies) > 0
