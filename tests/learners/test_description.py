"""The description against slow versions that read the learners row by row."""

from collections import defaultdict
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from scipy.stats import pearsonr, skew, spearmanr

from frames import newest
from learnstrata.learners import description
from learnstrata.learners.description import MARKS, describe


@pytest.fixture(params=["small_run", "notebook_run"])
def done(request):
    return request.getfixturevalue(request.param)


def known(run, name):
    learners = run.base.learners
    if name == "years_of_experience":
        learners = learners.filter(experience_imputed=0)
    rows = newest(learners.drop_nulls(name).to_dicts())
    return np.array([row[name] for row in rows], dtype=float)


def test_distributions_are_exact(done):
    found = {one.feature: one for one in done.base.description.distributions}
    assert {"pay", "years_of_experience"} <= set(found)
    for name, one in found.items():
        values = known(done, name)
        assert one.n == len(values) == sum(one.counts)
        inside = np.clip(values, *np.percentile(values, [1, 99]))
        assert one.mean == pytest.approx(inside.mean())
        assert one.std == pytest.approx(inside.std())
        if one.skewness is not None:
            assert one.skewness == pytest.approx(skew(inside))
        for mark, value in zip(MARKS, np.percentile(values, MARKS), strict=True):
            assert one.quantiles[f"p{mark:02d}"] == pytest.approx(value)


def test_bins_hold_whom_they_say(done):
    for one in done.base.description.distributions:
        values = known(done, one.feature)
        assert one.edges[0] is one.edges[-1] is None
        inner = [-np.inf, *one.edges[1:-1], np.inf]
        for low, high, n in zip(inner, inner[1:], one.counts, strict=False):
            assert n == ((values >= low) & (values < high)).sum()


def test_the_fences_are_those_of_a_box_plot_of_log_pay(done):
    one = next(d for d in done.base.description.distributions if d.feature == "pay")
    pay = np.log10(known(done, "pay"))
    q1, q3 = np.percentile(pay, [25, 75])
    reach = 1.5 * (q3 - q1)
    assert one.outside_fences == ((pay < q1 - reach) | (pay > q3 + reach)).sum()


def test_missing_values_are_counted_exactly(done):
    learners = done.base.learners
    found = {one.column: one for one in done.base.description.missing}
    for column, one in found.items():
        empty = learners[column].null_count()
        if column == "years_of_experience":
            empty = learners["experience_imputed"].sum()
        assert one.count == empty
        assert one.share == pytest.approx(empty / len(learners))


def test_correlations_are_those_of_the_pairs_that_are_known(small_run):
    found = small_run.base.description.correlations
    learners = small_run.base.learners.filter(experience_imputed=0)
    both = learners.select("pay", "years_of_experience").drop_nulls()
    pearson, spearman = found.between("pay", "years_of_experience")
    assert pearson == pytest.approx(pearsonr(*both.to_numpy().T)[0])
    assert spearman == pytest.approx(spearmanr(*both.to_numpy().T)[0])
    assert found.between("pay", "nowhere") == (None, None)


def naive_cells(run, keys):
    """Give learners, companies, largest share and median pay of each cell."""
    no_company, groups = run.config.cleaning.missing_company, defaultdict(list)
    paid = [row for row in run.base.learners.to_dicts() if row["pay"] is not None]
    for row in newest([row for row in paid if keys(row)]):
        for key in keys(row):
            groups[key].append(row)
    cells = {}
    for key, rows in groups.items():
        companies = [row["company"] for row in rows]
        named = [c for c in companies if c is not None and c != no_company]
        largest = max((named.count(c) for c in set(named)), default=0)
        unknown = len(companies) - len(named)
        cells[key] = (
            len(rows),
            len(set(named)),
            (largest + unknown) / len(rows),
            float(np.median([row["pay"] for row in rows])),
        )
    return cells


MEASURES = ("learners", "companies", "largest_share", "p50")


def test_pay_by_role_equals_the_slow_version(done):
    rows = done.base.description.pay_by_role
    expected = naive_cells(done, lambda row: [row["role"]])
    assert set(rows["role"]) == set(expected)
    for row in rows.to_dicts():
        for name, value in zip(MEASURES, expected[row["role"]], strict=True):
            assert row[name] == pytest.approx(value), (row["role"], name)
        assert row["p25"] <= row["p50"] <= row["p75"]


def test_pay_by_experience_equals_the_slow_version(done):
    def keys(row):
        if row["experience_imputed"]:
            return []
        years = min(int(np.floor(row["years_of_experience"] + 0.5)), 25)
        return [(years, "All"), (years, row["tier"])]

    expected = naive_cells(done, keys)
    rows = done.base.description.pay_by_experience
    assert set(rows.select("years", "tier").rows()) == set(expected)
    for row in rows.to_dicts():
        for name, value in zip(
            MEASURES, expected[row["years"], row["tier"]], strict=True
        ):
            assert row[name] == pytest.approx(value), (row["years"], row["tier"], name)


def test_without_companies_pay_counts_none(small_run):
    learners = small_run.base.learners
    model = small_run.meaning.model.features
    left = tuple(c for c in model.available if c != "company")
    found = describe(learners, replace(model, available=left))
    pay = next(one for one in found.distributions if one.feature == "pay")
    assert (pay.companies, pay.largest_share) == (None, None)
    assert set(found.pay_by_experience["tier"]) == {"All"}
    assert found.pay_by_role["companies"].is_null().all()


def test_only_pay_tells_of_companies(small_run):
    for one in small_run.base.description.distributions:
        assert (one.companies is None) == (one.feature != "pay")


def test_the_learners_are_left_alone(small_run):
    learners = small_run.base.learners
    before = learners.clone()
    describe(learners, small_run.meaning.model.features)
    assert learners.equals(before)


def test_a_learner_with_60_records_is_not_the_median(small_run):
    model = small_run.meaning.model.features
    learners = small_run.base.learners.filter(
        pl.col("pay").is_not_null() & (pl.col("experience_imputed") == 0)
    ).head(14)
    first = pl.int_range(pl.len()) == 0
    learners = learners.with_columns(
        pay=pl.when(first).then(9e6).otherwise(pl.col("pay")),
        role=pl.lit("Data"),
        tier=pl.lit("Tier 1"),
        years_of_experience=pl.lit(5.0),
    )
    many = pl.concat([learners, *[learners.head(1)] * 59])
    one, other = (describe(rows, model) for rows in (learners, many))
    assert other.pay_by_role.equals(one.pay_by_role)
    assert other.pay_by_experience.equals(one.pay_by_experience)
    assert other.pay_by_role["learners"].to_list() == [14]
    assert other.pay_by_role["p50"][0] < 9e6
    for found, expected in zip(other.distributions, one.distributions, strict=True):
        assert found.n == expected.n
        assert found.quantiles == expected.quantiles
        assert found.counts == expected.counts
        assert found.largest_share == expected.largest_share


def test_of_very_many_learners_some_are_correlated(small_run, monkeypatch):
    model, learners = small_run.meaning.model.features, small_run.base.learners
    whole = describe(learners, model)
    monkeypatch.setattr(description, "MOST_PAIRS", len(learners) // 2)
    one, again, other = (describe(learners, model, rng=seed) for seed in (1, 1, 2))
    assert one.correlations == again.correlations
    assert one.correlations != other.correlations
    assert one.correlations.columns == whole.correlations.columns
    pair = ("pay", "years_of_experience")
    few, everybody = (found.correlations.between(*pair)[1] for found in (one, whole))
    assert few == pytest.approx(everybody, abs=0.1)
    assert one.distributions == whole.distributions
