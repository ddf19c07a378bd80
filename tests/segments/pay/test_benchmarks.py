"""Pay benchmarks: who counts, what is hidden, how cells shrink, where a pay stands."""

import math
import re

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learnstrata.config.stages import Pay
from learnstrata.exceptions import ParameterError
from learnstrata.privacy.disclosure.cells import CellRule
from learnstrata.privacy.disclosure.rounding import rounded_pay
from learnstrata.segments.pay.benchmarks import (
    KNOTS,
    paid_once,
    pay_benchmarks,
    peer_medians,
    sizes_of,
    why_hidden,
)
from paid import paid_learners

KEYS = ["role_family", "tier", "experience_band"]
INR = Pay()


@pytest.fixture(scope="module")
def learners():
    return paid_learners()


@pytest.fixture(scope="module")
def found(learners):
    return pay_benchmarks(learners, pay=INR)


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


def test_a_cell_has_pay_exactly_where_the_rule_lets_it(found):
    assert found.cells["hidden"].any()
    assert not found.cells["hidden"].all()
    for frame in (found.cells, found.wider):
        for row in frame.to_dicts():
            cell = (row["learners"], row["companies"], row["largest_share"])
            assert row["why_hidden"] == why_hidden(*cell)
            assert row["hidden"] == bool(row["why_hidden"])
            assert row["hidden"] == (cell[0] < 10 or cell[1] < 3 or cell[2] > 0.6)
            quartiles = [row[k] for k in ("p25", "p50", "p75")]
            assert (quartiles == [None] * 3) == row["hidden"]
            assert None not in quartiles or row["hidden"]


def test_a_rule_of_ones_own_decides(learners):
    strict = pay_benchmarks(learners, pay=INR, rule=CellRule(learners=60, companies=9))
    shown = strict.shown()
    assert 0 < len(shown) < len(strict.cells)
    assert shown["learners"].min() >= 60
    assert shown["companies"].min() >= 9
    assert strict.rule.learners == 60


def test_paid_learners_that_are_there_already_change_nothing(learners, found):
    paid = paid_once(learners)
    got = pay_benchmarks(learners, pay=INR, paid=paid)
    assert got.cells.equals(found.cells)
    assert got.n_left_out == found.n_left_out


def test_the_outer_quantiles_have_five_learners_beyond_them(found):
    for row in found.cells.to_dicts():
        for knot, q in KNOTS.items():
            beyond = row["learners"] * min(q, 1 - q)
            if row[knot] is not None and knot not in {"p25", "p50", "p75"}:
                assert beyond >= 5 - 1e-6
    assert found.cells["p05"].is_not_null().any()
    assert found.cells["p05"].null_count() > found.cells["p50"].null_count()


def test_quantiles_never_fall(found):
    for row in found.cells.filter(~pl.col("hidden")).to_dicts():
        values = [row[k] for k in KNOTS if row[k] is not None]
        assert values == sorted(values)


def test_what_may_be_shared_has_no_hidden_cell_and_no_largest_share(found):
    shown = found.shown()
    assert len(shown) == (~found.cells["hidden"]).sum()
    assert {"largest_share", "hidden", "why_hidden"}.isdisjoint(shown.columns)
    assert shown["p50"].null_count() == 0


rows = st.lists(
    st.tuples(
        st.sampled_from(["Data", "Backend"]),
        st.sampled_from(["Tier 1", "Tier 2"]),
        st.sampled_from(["Early", "Late"]),
        st.sampled_from(["a", "b", "c", "d", None]),
        st.floats(1e4, 1e8),
    ),
    min_size=1,
    max_size=120,
)


@given(rows)
@settings(max_examples=80)
def test_no_shown_cell_ever_breaks_the_rule(some):
    names = [*KEYS, "company", "pay"]
    schema = dict.fromkeys(names[:4], pl.String) | {"pay": pl.Float64}
    frame = pl.DataFrame(some, schema=schema, orient="row")
    sizes = by_hand(frame)
    result = pay_benchmarks(frame, pay=INR)
    assert result.shown()["weight"].is_between(0, 1).all()
    for row in result.shown().to_dicts():
        learners, companies, share = sizes[tuple(row[k] for k in KEYS)]
        assert learners >= 10
        assert companies >= 3
        assert share <= 0.6


def test_a_cell_of_unknown_companies_is_not_shown():
    frame = paid_learners(400).with_columns(company=pl.lit(None, pl.String))
    frame = pl.concat(
        [frame, paid_learners(3).with_columns(company=pl.col("learner_id"))]
    )
    result = pay_benchmarks(frame.with_row_index("i").drop("i"), pay=INR)
    assert result.cells["hidden"].all()


def test_a_category_of_missing_companies_is_no_company(learners):
    filled = learners.with_columns(pl.col("company").fill_null("Unknown_Company"))
    known = pay_benchmarks(filled, pay=INR, no_company="Unknown_Company")
    assert known.cells.equals(pay_benchmarks(learners, pay=INR).cells)
    assert not known.cells.equals(pay_benchmarks(filled, pay=INR).cells)


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
    got = pay_benchmarks(spoiled, pay=INR)
    assert got.cells.equals(pay_benchmarks(learners.filter(~bad), pay=INR).cells)
    assert (got.n_learners, got.n_left_out) == (1700, 300)


def test_a_learner_of_several_records_counts_once_with_the_newest_pay(learners):
    older = learners.with_columns(
        pay=pl.col("pay") / 9, pay_year=2015.0, record=pl.col("record") + 10_000
    )
    both = pl.concat([older, learners])
    assert pay_benchmarks(both, pay=INR).cells.equals(
        pay_benchmarks(learners, pay=INR).cells
    )
    assert set(paid_once(both)["row"]) == set(range(2000, 4000))


def test_the_order_of_rows_does_not_matter_and_the_table_is_not_changed(learners):
    before = learners.clone()
    one = pay_benchmarks(learners, pay=INR)
    two = pay_benchmarks(learners.sample(fraction=1, shuffle=True, seed=3), pay=INR)
    assert one.cells.equals(two.cells)
    assert one.wider.equals(two.wider)
    assert one.tau == two.tau
    assert learners.equals(before)


def test_bands_are_in_the_order_of_experience(learners):
    renamed = learners.with_columns(
        pl.col("experience_band").replace({"Early": "Zero", "Mid": "Some"})
    )
    bands = pay_benchmarks(renamed, pay=INR).cells["experience_band"].to_list()
    assert bands[:3] == ["Zero", "Some", "Senior"]


def test_the_weight_is_n_over_n_plus_tau_and_tends_to_one(learners):
    cells = pay_benchmarks(learners, pay=INR, tau=12.0).cells
    n = cells["learners"].to_numpy()
    assert np.allclose(cells["weight"], n / (n + 12), rtol=1e-12)
    assert (cells["shrunk"] == (cells["weight"] < 0.5)).all()
    assert cells["shrunk"].n_unique() == 2
    light = pay_benchmarks(learners, pay=INR, tau=1e-9).cells
    assert light["weight"].min() > 1 - 1e-8


def test_without_shrinking_the_quartiles_are_those_of_the_cell(learners):
    cells = pay_benchmarks(learners, pay=INR, tau=1e-9).cells.filter(~pl.col("hidden"))
    for row in cells.to_dicts():
        own = learners.filter(pl.col(k) == row[k] for k in KEYS)["pay"].to_numpy()
        for knot in ("p25", "p50", "p75"):
            exact = np.exp(np.quantile(np.log(own), KNOTS[knot]))
            assert row[knot] == pytest.approx(rounded_pay([exact], 1e5)[0])


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
    assert pay_benchmarks(same, pay=INR).tau == 50
    assert pay_benchmarks(differ, pay=INR).tau < 15


@pytest.mark.parametrize("tau", [0.0, -3.0, math.nan, math.inf])
def test_a_tau_that_is_no_number_of_learners_is_refused(learners, tau):
    with pytest.raises(ParameterError, match="expected a positive number of learners"):
        pay_benchmarks(learners, pay=INR, tau=tau)


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
        got = pay_benchmarks(frame, pay=INR)
        assert got.cells.is_empty()
        assert got.shown().is_empty()
        assert got.reason == f"the table has {reason}"
        assert got.sentence == f"There are no pay benchmarks: {got.reason}."


def test_a_table_where_nobody_counts_says_so(learners):
    got = pay_benchmarks(learners.with_columns(experience_imputed=1), pay=INR)
    assert got.reason == "no learner has a known pay and experience"
    assert (got.n_learners, got.n_left_out) == (0, 2000)


def test_the_numbers_of_the_sentence_are_those_of_the_result(found):
    shown = found.shown()
    numbers = [int(n.replace(",", "")) for n in re.findall(r"[\d,]*\d", found.sentence)]
    assert numbers == [
        len(shown),
        len(found.cells),
        shown["shrunk"].sum(),
        found.n_learners,
        found.n_left_out,
    ]


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
    got = pay_benchmarks(learners, pay=small_run.meaning.model.features.pay)
    counted = learners.filter(
        pl.col("pay").is_not_null() & (pl.col("experience_imputed") == 0)
    )
    assert got.n_learners == len(counted)
    assert got.n_learners + got.n_left_out == len(learners)
    assert len(got.shown()) > 10
