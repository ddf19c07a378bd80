from dataclasses import replace

import hypothesis.strategies as st
import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given

from frames import rows
from learnstrata.config.stages import Company
from learnstrata.learners.features.companies import TIERS, UNRATED, fit_companies
from learnstrata.learners.lookups import distinct
from learnstrata.privacy.keys import codes

KEY = b"key"
CONFIG = Company()
ALL = ("company", "pay", "years_of_experience")
TYPES = {
    "record": pl.Int64,
    "learner_id": pl.String,
    "company": pl.String,
    "role": pl.String,
    "pay": pl.Float64,
    "years_of_experience": pl.Float64,
}


def learners(seed, n=150):
    """Companies of all sizes, some learners without company, pay or experience."""
    rng = np.random.default_rng(seed)

    def gaps(values, share):
        kept = rng.random(n) >= share
        return [v if keep else None for v, keep in zip(values, kept, strict=True)]

    company = rng.zipf(1.6, size=n).clip(1, 30)
    years = rng.integers(0, 20, size=n).astype(float)
    return {
        "record": list(range(n)),
        "learner_id": [f"l{i % (n - 10)}" for i in range(n)],
        "company": gaps([f"c{c}" for c in company], 0.1),
        "role": [["Backend", "Data", "Quality"][i] for i in rng.integers(3, size=n)],
        "pay": gaps(np.exp(rng.normal(13.7, 0.8, size=n)).tolist(), 0.15),
        "years_of_experience": gaps(years.tolist(), 0.1),
    }


def fitted(native, config=CONFIG, columns=ALL):
    return fit_companies(nw.from_native(native), config, key=KEY, columns=columns)


def added(native, model, *, members=True):
    frame = nw.from_native(native).with_columns(_member=nw.lit(members))
    names = distinct(frame, "company")
    table = model.table(names, codes(names, key=KEY))
    return rows(model.add(frame, table).to_native())


def levels(table, config=CONFIG):
    frame = pl.DataFrame(table, schema_overrides=TYPES)
    return [row["company_level"] for row in added(frame, fitted(frame, config))]


def mean(values):
    return sum(values) / len(values)


def naive_levels(table, config):
    """Add up the company and the role of each learner anew, without the learner."""
    listed = pl.DataFrame(table, schema_overrides=TYPES).to_dicts()
    found, tau = [], config.shrinkage
    for row in listed:
        paid = [r for r in listed if r["pay"] is not None]
        role = [np.log(r["pay"]) for r in paid if r["role"] == row["role"]]
        same = [r for r in paid if r["company"] == row["company"] is not None]
        if not role:  # a role nobody tells the pay of has the level of all companies
            role = [np.log(r["pay"]) for r in paid if r["company"] is not None] or [0]
        if config.leave_out_own:
            same = [r for r in same if r is not row]
        logs = [np.log(r["pay"]) for r in same]
        weight = len(logs) + tau
        known = weight > 0
        found.append((sum(logs) + tau * mean(role)) / weight if known else mean(role))
    return found


CONFIGS = [
    CONFIG,
    replace(CONFIG, shrinkage=0.0),
    replace(CONFIG, leave_out_own=False),
    replace(CONFIG, leave_out_own=False, shrinkage=0.0),
]


# Levels.


@pytest.mark.parametrize("config", CONFIGS)
@pytest.mark.parametrize("seed", [1, 2])
def test_level_is_the_shrunken_mean_of_the_others(frame, seed, config):
    table = learners(seed)
    native = frame(table)
    found = [row["company_level"] for row in added(native, fitted(native, config))]
    assert found == pytest.approx(naive_levels(table, config), rel=1e-9)


any_learners = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "\u0915", None]),
        st.sampled_from(["Backend", "Data"]),
        st.none() | st.floats(1.0, 1e9),
    ),
    min_size=1,
    max_size=15,
).filter(lambda people: any(pay for _, _, pay in people))


def as_table(people):
    company, role, pay = map(list, zip(*people, strict=True))
    n = len(people)
    ids = [f"l{i}" for i in range(n)]
    values = (list(range(n)), ids, company, role, pay, [1.0] * n)
    return dict(zip(TYPES, values, strict=True))


@given(any_learners, st.sampled_from(CONFIGS))
def test_level_of_any_table_is_the_naive_one(people, config):
    table = as_table(people)
    found = levels(table, config)
    assert found == pytest.approx(naive_levels(table, config), rel=1e-7, abs=1e-7)


@given(any_learners, st.data())
def test_own_pay_reaches_the_own_level_only_through_the_role(people, data):
    paid = [i for i, (_, _, pay) in enumerate(people) if pay is not None]
    i = data.draw(st.sampled_from(paid))
    company, role, pay = people[i]
    raised = [*people[:i], (company, role, pay * 10), *people[i + 1 :]]
    before, after = levels(as_table(people)), levels(as_table(raised))
    tau = CONFIG.shrinkage
    peers = sum(people[j][1] == role for j in paid)
    others = sum(people[j][0] == company is not None for j in paid if j != i)
    through_role = np.log(10) / peers * tau / (others + tau)
    assert after[i] - before[i] == pytest.approx(through_role, abs=1e-7)


@given(any_learners, st.data())
def test_without_shrinkage_own_pay_does_not_reach_the_own_level(people, data):
    paid = [i for i, (_, _, pay) in enumerate(people) if pay is not None]
    i = data.draw(st.sampled_from(paid))
    company, role, pay = people[i]
    colleague = (company or "a", role, 5e5)
    people = [*people[:i], (company or "a", role, pay), *people[i + 1 :], colleague]
    raised = [*people[:i], (company or "a", role, pay * 10), *people[i + 1 :]]
    config = replace(CONFIG, shrinkage=0.0)
    before, after = (levels(as_table(p), config) for p in (people, raised))
    assert after[i] == pytest.approx(before[i], abs=1e-7)


def test_alone_at_a_company_a_learner_has_the_level_of_the_role(frame):
    table = as_table([("a", "Data", 1e6), ("b", "Data", 4e6), ("b", "Data", 1e6)])
    native = frame(table)
    for tau in (0.0, 10.0):
        model = fitted(native, replace(CONFIG, shrinkage=tau))
        assert added(native, model)[0]["company_level"] == pytest.approx(
            np.log([1e6, 4e6, 1e6]).mean()
        )


def test_much_shrinkage_leaves_only_the_role_and_none_only_the_company():
    table = learners(3)
    people = pl.DataFrame(table)
    log_pay = pl.col("pay").log()
    of_role = people.select(log_pay.mean().over("role"))["pay"].to_list()
    huge = levels(table, replace(CONFIG, shrinkage=1e12))
    assert huge == pytest.approx(of_role, rel=1e-9)
    none = levels(table, replace(CONFIG, shrinkage=0.0, leave_out_own=False))
    of_company = people.select(log_pay.mean().over("company"))["pay"]
    known = people["company"].is_not_null() & of_company.is_not_null()
    found = pl.Series(none).filter(known).to_list()
    assert found == pytest.approx(of_company.filter(known).to_list(), rel=1e-9)


def test_who_is_no_member_is_not_left_out():
    table = learners(4)
    frame = pl.DataFrame(table)
    found = added(frame, fitted(frame), members=False)
    expected = naive_levels(table, replace(CONFIG, leave_out_own=False))
    assert [row["company_level"] for row in found] == pytest.approx(expected)


def test_means_and_sizes_are_those_of_the_company(frame):
    table = learners(5)
    native = frame(table)
    found = added(native, fitted(native))
    expected = (
        pd.DataFrame(table)
        .groupby("company")
        .agg(
            company_learners=("learner_id", "nunique"),
            company_mean_pay=("pay", "mean"),
            company_mean_experience=("years_of_experience", "mean"),
        )
    )
    for row in found:
        if row["company"] is None:
            assert row["company_learners"] == 0
            assert row["company_mean_pay"] is row["company_mean_experience"] is None
            continue
        for name, value in expected.loc[row["company"]].items():
            known = None if np.isnan(value) else pytest.approx(value, rel=1e-9)
            assert row[name] == known, name


def test_new_learners_of_unknown_companies_get_the_level_of_the_role(frame):
    native = frame(learners(6))
    model = fitted(native)
    new = frame(as_table([("never seen", "Data", 9e9), (None, "Astronaut", None)]))
    first, second = added(new, model, members=False)
    of_role = dict(zip(model.roles, model.role_levels, strict=True))
    assert first["company_level"] == pytest.approx(of_role["Data"])
    assert second["company_level"] == pytest.approx(model.overall)
    assert {first["tier"], second["tier"]} == {UNRATED}
    assert first["company_learners"] == second["company_learners"] == 0
    assert first["company_mean_pay"] is None


def test_without_pay_there_are_sizes_but_no_levels(frame):
    table = learners(7)
    del table["pay"]
    native = frame(table)
    model = fitted(native, columns=("company", "years_of_experience"))
    found = added(native, model)
    assert model.roles == ()
    assert {row["tier"] for row in found} == {UNRATED}
    assert "company_level" not in found[0]
    assert max(row["company_learners"] for row in found) > 1


def test_where_nobody_paid_has_a_company_the_level_is_the_one_of_the_role(frame):
    people = [("a", "Data", None), (None, "Data", 4e5), (None, "Data", 1e6)]
    native = frame(as_table(people))
    found = [row["company_level"] for row in added(native, fitted(native))]
    assert found == pytest.approx([np.log([4e5, 1e6]).mean()] * 3)


def test_names_of_companies_are_not_in_the_model():
    frame = nw.from_native(pl.DataFrame(learners(1)))
    model = fitted(frame.to_native())
    assert model.code == tuple(sorted(codes(distinct(frame, "company"), key=KEY)))
    other = fit_companies(frame, CONFIG, key=b"other", columns=ALL)
    assert not set(other.code) & set(model.code)


# Tiers.


def tiers(native, config):
    found = added(native, fitted(native, config))
    return {row["company"]: row["tier"] for row in found}


def sized(seed, n_companies=200):
    """Give learners of companies of 5 to 40 that differ in pay."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(5, 41, size=n_companies)
    company = np.repeat(np.arange(n_companies), sizes)
    pay = np.exp(13.5 + rng.normal(0, 0.6, n_companies)[company])
    pay *= np.exp(rng.normal(0, 0.5, len(company)))
    names = [f"c{c:03d}" for c in company]
    return as_table(list(zip(names, ["Data"] * len(pay), pay.tolist(), strict=True)))


@pytest.mark.parametrize("seed", range(5))
def test_tiers_cut_the_learners_in_thirds(seed):
    table = sized(seed)
    found = tiers(pl.DataFrame(table), CONFIG)
    learned = pd.Series(table["company"]).map(found).value_counts(normalize=True)
    most = 40 / len(table["company"])  # a company is not cut in two
    for tier in TIERS:
        assert learned[tier] == pytest.approx(1 / 3, abs=most)


def test_tiers_follow_the_level_of_pay(frame):
    table = sized(9, n_companies=30)
    found = tiers(frame(table), CONFIG)
    level = np.log(pd.Series(table["pay"])).groupby(table["company"]).mean()
    ordered = [TIERS.index(found[company]) for company in level.sort_values().index]
    assert ordered == sorted(ordered)
    assert set(ordered) == {0, 1, 2}


@pytest.mark.parametrize("level", ["mean_pay", "mean_log_pay"])
@pytest.mark.parametrize("cuts", [(0.33, 0.66), (0.2, 0.9)])
def test_tiers_by_companies_are_pandas_quantiles(frame, level, cuts):
    table = learners(8)
    config = replace(
        CONFIG, tier_by="companies", tier_level=level, tier_cuts=cuts, min_learners=1
    )
    found = tiers(frame(table), config)
    given = pd.DataFrame(table)
    given["level"] = given["pay"] if level == "mean_pay" else np.log(given["pay"])
    means = given.groupby("company")["level"].mean().dropna()
    low, high = means.quantile(list(cuts))
    for company, value in means.items():
        tier = "Tier 3" if value <= low else "Tier 2" if value <= high else "Tier 1"
        assert found[company] == tier


def test_companies_of_few_learners_are_unrated(frame):
    table = as_table(
        [("four", "Data", 1e6)] * 4
        + [("five", "Data", 1e6 + i) for i in range(5)]
        + [("six", "Data", 2e6)] * 6
        + [("nobody paid", "Data", None)] * 7
    )
    found = tiers(frame(table), CONFIG)
    assert found["four"] == found["nobody paid"] == UNRATED
    assert UNRATED not in {found["five"], found["six"]}
    strict = tiers(frame(table), replace(CONFIG, min_learners=8))
    assert set(strict.values()) == {UNRATED}


def test_learners_are_counted_once_however_many_records_they_have(frame):
    table = as_table([("a", "Data", 1e6)] * 6)
    table["learner_id"] = ["x"] * 3 + ["y"] * 3
    native = frame(table)
    assert fitted(native).learners == (2,)
    assert tiers(native, CONFIG) == {"a": UNRATED}


def test_companies_are_fitted_alike_on_every_engine(frame):
    table = learners(2)
    found, expected = fitted(frame(table)), fitted(pl.DataFrame(table))
    for name in ("code", "learners", "paid", "tier", "roles"):
        assert getattr(found, name) == getattr(expected, name), name
    for name in ("log_pay", "pay", "role_levels", "experience"):
        told, wanted = getattr(found, name), getattr(expected, name)
        assert [v is None for v in told] == [v is None for v in wanted], name
        known = [v for v in wanted if v is not None]
        assert [v for v in told if v is not None] == pytest.approx(known, rel=1e-9)
