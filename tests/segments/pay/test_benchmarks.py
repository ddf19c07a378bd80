"""Pay benchmarks: who counts, how cells shrink, and that nothing is rounded away."""

import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnstrata.exceptions import ParameterError
from learnstrata.learners.employers import sizes_of
from learnstrata.privacy.disclosure.rounding import rounded_pay
from learnstrata.segments.pay.benchmarks import (
    KNOTS,
    paid_once,
    pay_benchmarks,
    peer_medians,
)
from paid import paid_learners

KEYS = ["role_family", "tier", "experience_band"]


@pytest.fixture(scope="module")
def learners():
    return paid_learners()


@pytest.fixture(scope="module")
def found(learners):
    return pay_benchmarks(learners)


def by_hand(learners):
    """Count learners, companies and the largest company of each cell, row by row."""
    cells = {}
    for row in learners.to_dicts():
        cells.setdefault(tuple(row[k] for k in KEYS), []).append(row["company"])
    sizes = {}
    for key, companies in cells.items():
        known = [c for c in companies if c is not None]
        most = max((known.count(c) for c in set(known)), default=0)
        share = (most + len(companies) - len(known)) / len(companies)
        sizes[key] = (len(companies), len(set(known)), share)
    return sizes


def test_every_cell_is_counted_as_one_would_by_hand(learners, found):
    got = {
        tuple(row[k] for k in KEYS): (
            row["learners"],
            row["companies"],
            row["largest_share"],
        )
        for row in found.cells.to_dicts()
    }
    assert got == by_hand(learners)
    assert found.n_learners == len(learners) == found.cells["learners"].sum()


def test_paid_learners_that_are_there_already_change_nothing(learners, found):
    paid = paid_once(learners)
    got = pay_benchmarks(learners, paid=paid)
    assert got.cells.equals(found.cells)
    assert got.n_left_out == found.n_left_out


def test_quantiles_never_fall(found):
    for row in [*found.cells.to_dicts(), *found.wider.to_dicts()]:
        values = [row[k] for k in KNOTS]
        assert None not in values
        assert values == sorted(values)


def test_the_wider_groups_count_the_same_learners(learners, found):
    wider = found.wider
    for level, keys in (
        ("role and experience", ["role_family", "experience_band"]),
        ("role", ["role_family"]),
    ):
        got = wider.filter(pl.col("level") == level).select(*keys, "learners")
        wanted = learners.group_by(keys).agg(learners=pl.len().cast(pl.Int64))
        assert got.sort(keys).rows() == wanted.sort(keys).rows()
    assert wider.row(-1, named=True)["learners"] == len(learners)


def test_a_category_of_missing_companies_is_no_company(learners):
    filled = learners.with_columns(pl.col("company").fill_null("Unknown_Company"))
    known = pay_benchmarks(filled, no_company="Unknown_Company")
    assert known.cells.equals(pay_benchmarks(learners).cells)
    assert not known.cells.equals(pay_benchmarks(filled).cells)


@pytest.mark.parametrize(
    "change",
    [
        {"pay": None},
        {"pay": 0.0},
        {"pay": math.inf},
        {"pay_imputed": 1},
        {"experience_imputed": 1},
    ],
)
def test_pay_that_is_no_pay_and_made_up_experience_do_not_count(learners, change):
    bad = pl.col("record") < 300
    spoiled = learners.with_columns(
        pl.when(bad).then(pl.lit(value)).otherwise(name).alias(name)
        for name, value in change.items()
    )
    got = pay_benchmarks(spoiled)
    assert got.cells.equals(pay_benchmarks(learners.filter(~bad)).cells)
    assert (got.n_learners, got.n_left_out) == (1700, 300)


def test_a_learner_of_several_records_counts_once_with_the_newest_pay(learners):
    older = learners.with_columns(
        pay=pl.col("pay") / 9, pay_year=2015.0, record=pl.col("record") + 10_000
    )
    both = pl.concat([older, learners])
    assert pay_benchmarks(both).cells.equals(pay_benchmarks(learners).cells)
    assert set(paid_once(both)["row"]) == set(range(2000, 4000))


def test_the_order_of_rows_does_not_matter_and_the_table_is_not_changed(learners):
    before = learners.clone()
    one = pay_benchmarks(learners)
    two = pay_benchmarks(learners.sample(fraction=1, shuffle=True, seed=3))
    assert one.cells.equals(two.cells)
    assert one.wider.equals(two.wider)
    assert one.tau == two.tau
    assert learners.equals(before)


def test_bands_are_in_the_order_of_experience(learners):
    renamed = learners.with_columns(
        pl.col("experience_band").replace({"Early": "Zero", "Mid": "Some"})
    )
    bands = pay_benchmarks(renamed).cells["experience_band"].to_list()
    assert bands[:3] == ["Zero", "Some", "Senior"]


def test_the_weight_is_n_over_n_plus_tau_and_tends_to_one(learners):
    cells = pay_benchmarks(learners, tau=12.0).cells
    n = cells["learners"].to_numpy()
    assert np.allclose(cells["weight"], n / (n + 12), rtol=1e-12)
    assert (cells["shrunk"] == (cells["weight"] < 0.5)).all()
    assert cells["shrunk"].n_unique() == 2
    light = pay_benchmarks(learners, tau=1e-9).cells
    assert light["weight"].min() > 1 - 1e-8


def test_without_shrinking_the_quartiles_are_those_of_the_cell(learners):
    for row in pay_benchmarks(learners, tau=1e-9).cells.to_dicts():
        own = learners.filter(pl.col(k) == row[k] for k in KEYS)["pay"].to_numpy()
        for knot, q in KNOTS.items():
            exact = np.exp(np.quantile(np.log(own), q))
            assert row[knot] == pytest.approx(exact, rel=1e-6)


def test_a_cell_weighed_at_nothing_is_the_wider_one_moved_by_its_tier(learners):
    got = peer_medians(
        paid_once(learners).with_columns(stage=pl.col("experience_band")), tau=1e12
    )
    assert len(got) == len(by_hand(learners))
    wide = got.pivot(on="tier", index=["role_family", "stage"], values="expected")
    gap = (wide["Tier 1"] - wide["Tier 2"]).drop_nulls()
    assert gap.len() == 9
    assert abs(gap.mean() - 1) < 0.1
    for _, cells in wide.group_by("role_family"):
        assert (cells["Tier 1"] - cells["Tier 2"]).max() - (
            cells["Tier 1"] - cells["Tier 2"]
        ).min() < 1e-6


@pytest.mark.parametrize("seed", range(3))
def test_shrunken_medians_of_thin_cells_are_nearer_the_truth_than_raw_ones(seed):
    rng = np.random.default_rng(seed)
    role = np.repeat(np.arange(12), 60)
    stage = np.tile(np.repeat(np.arange(3), 20), 12)
    tier = np.tile(np.repeat(np.arange(4), 5), 36)  # five learners a cell
    level = rng.normal(0, 0.3, (12, 1, 1)) + np.array([0, 0.3, 0.6])[None, :, None]
    level = level + np.array([0, 0.4, 0.8, 0.2]) + rng.normal(0, 0.1, (12, 3, 4))
    truth = 13 + level[role, stage, tier]
    log_pay = truth + rng.normal(0, 0.6, len(truth))
    paid = pl.DataFrame(
        {
            "role_family": [f"r{i:02}" for i in role],
            "stage": stage,
            "tier": [f"t{i}" for i in tier],
            "log_pay": log_pay,
            "truth": truth,
        }
    )
    keys = ["role_family", "stage", "tier"]
    cells = paid.group_by(keys).agg(
        pl.col("truth").first(), raw=pl.col("log_pay").median()
    )
    cells = cells.join(peer_medians(paid), on=keys)
    raw = (cells["raw"] - cells["truth"]).abs().mean()
    shrunken = (cells["expected"] - cells["truth"]).abs().mean()
    assert shrunken < 0.7 * raw


def test_tau_is_small_where_cells_differ_and_large_where_they_do_not():
    rng = np.random.default_rng(5)
    frame = paid_learners(6000, seed=5)
    cell = pl.struct(KEYS).rank("dense").cast(pl.Int64)
    codes = frame.select(cell).to_series().to_numpy()
    noise = rng.normal(0, 0.5, len(frame))
    same = frame.with_columns(pay=pl.Series(np.exp(14 + noise)))
    apart = rng.normal(0, 0.7, codes.max() + 1)[codes]
    differ = frame.with_columns(pay=pl.Series(np.exp(14 + apart + noise)))
    assert pay_benchmarks(same).tau == 50
    assert pay_benchmarks(differ).tau < 15


@pytest.mark.parametrize("tau", [0.0, -3.0, math.nan, math.inf])
def test_a_tau_that_is_no_number_of_learners_is_refused(learners, tau):
    with pytest.raises(ParameterError, match="expected a positive number of learners"):
        pay_benchmarks(learners, tau=tau)


@pytest.mark.parametrize(
    ("column", "reason"),
    [
        ("role_family", "no titles"),
        ("company", "no companies"),
        ("pay", "no pay"),
        ("tier", "no company tiers"),
        ("experience_band", "no experience"),
    ],
)
def test_a_table_that_lacks_something_gives_no_cells_and_the_reason(
    learners, column, reason
):
    dtype = learners[column].dtype
    empty = learners.with_columns(pl.lit(None, dtype).alias(column))
    for frame in (learners.drop(column), empty):
        got = pay_benchmarks(frame)
        assert got.cells.is_empty()
        assert got.wider.is_empty()
        assert got.reason == f"the table has {reason}"


def test_a_table_where_nobody_counts_says_so(learners):
    got = pay_benchmarks(learners.with_columns(experience_imputed=1))
    assert got.reason == "no learner has a known pay and experience"
    assert (got.n_learners, got.n_left_out) == (0, 2000)


@given(st.lists(st.floats(1, 1e10), min_size=2, max_size=30))
def test_rounding_keeps_the_order_and_errs_by_two_and_a_half_percent(amounts):
    rounded = rounded_pay(amounts, 1e5)
    order = np.argsort(amounts)
    assert (np.diff(rounded[order]) >= 0).all()
    assert (np.abs(rounded - amounts) <= np.maximum(1e4, 0.0126 * rounded)).all()
    assert np.allclose(rounded_pay(rounded, 1e5), rounded)
    assert np.allclose(np.rint(rounded / 1e4) * 1e4, rounded)  # tenths of a lakh


def test_the_largest_company_is_taken_to_have_the_unknown_ones():
    frame = pl.DataFrame({"k": 1, "company": ["a", "a", "b", None]})
    assert sizes_of(frame, ["k"]).row(0) == (1, 4, 2, 0.75)


def test_a_run_gives_benchmarks_of_its_learners(small_run):
    learners = small_run.meaning.learners
    got = pay_benchmarks(learners)
    counted = learners.filter(
        pl.col("pay").is_not_null() & (pl.col("experience_imputed") == 0)
    )
    assert got.n_learners == len(counted)
    assert got.n_learners + got.n_left_out == len(learners)
    assert len(got.cells) > 10
