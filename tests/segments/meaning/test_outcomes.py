"""Incremental value: planted outcomes are found, noise is called noise."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnstrata.config.stages import FeatureGroup
from learnstrata.exceptions import ParameterError
from learnstrata.segments.meaning.outcomes import (
    Skill,
    _losses,
    _resampled,
    _verdict,
    incremental_value,
)


@pytest.fixture
def model(small_run):
    return small_run.meaning.model.features


def learners(outcome, *, seed=0, n=2000, n_segments=4):
    """Segments and rule-based segments that have nothing to do with each other."""
    rng = np.random.default_rng(seed)
    segment = rng.integers(1, n_segments + 1, n)
    band = rng.integers(3, size=n)
    y = outcome(rng, segment, band)
    return pl.DataFrame(
        {
            "segment_id": segment,
            "experience_band": np.array(["Early", "Mid", "Senior"])[band],
            "pay_band": np.where(band == 1, "Low", "High"),
            "y": y,
        }
    )


def one(table, model, **options):
    (found,) = incremental_value(table, model, outcomes=["y"], rng=1, **options)
    return found


def noise(rng, segment, _):
    return rng.normal(size=len(segment))


PLANTED = {
    "learned": lambda rng, s, b: s + noise(rng, s, b),
    "rules": lambda rng, s, b: b + noise(rng, s, b),
    "nothing": noise,
    "as well": lambda rng, s, b: s + np.sqrt(5.625) * (b > 1) + noise(rng, s, b),
}


@pytest.mark.parametrize(
    ("planted", "kind"),
    [(p, "number") for p in PLANTED]
    # A cut would change how much each tells of "as well".
    + [(p, "yes/no") for p in PLANTED if p != "as well"],
)
def test_what_was_planted_is_found(model, planted, kind):
    table = learners(PLANTED[planted])
    if kind == "yes/no":
        table = table.with_columns(y=pl.col("y") > pl.col("y").median())
    found = one(table, model)
    assert found.kind == kind
    assert found.verdict == planted
    assert (found.n_with, found.n_learners) == (2000, 2000)
    assert (found.n_segments, found.n_rules) == (4, 3)
    for skill in (found.learned, found.rules, found.difference):
        assert skill.low <= skill.estimate <= skill.high


def naive_losses(y, group, fold):
    found = []
    for i in range(len(y)):
        others = [j for j in range(len(y)) if fold[j] != fold[i]]
        own = [y[j] for j in others if group[j] == group[i]]
        found.append((y[i] - np.mean(own or [y[j] for j in others])) ** 2)
    return found


@given(st.integers(0, 10**6), st.integers(1, 12))
def test_losses_equal_the_slow_version(seed, n_groups):
    rng = np.random.default_rng(seed)
    y, group = rng.normal(size=30), rng.integers(n_groups, size=30)
    fold = rng.permutation(30) % 3
    np.testing.assert_allclose(_losses(y, group, fold), naive_losses(y, group, fold))


def test_the_skill_is_r_squared_of_held_out_learners(model):
    table = learners(PLANTED["learned"], n=5000)
    y, segment = table["y"].to_numpy(), table["segment_id"].to_numpy()
    means = np.array([y[segment == s].mean() for s in range(1, 5)])[segment - 1]
    within = 1 - ((y - means) ** 2).sum() / ((y - y.mean()) ** 2).sum()
    found = one(table, model).learned.estimate
    assert 0 < within - found < 0.003  # held out is a little less


def test_resamples_have_the_spread_of_plain_ones():
    rng = np.random.default_rng(0)
    loss = rng.exponential(size=(400, 2))
    ours = _resampled(loss, 4000, rng).std(axis=0)
    plain = [loss[rng.integers(400, size=400)].sum(axis=0) for _ in range(4000)]
    np.testing.assert_allclose(ours, np.std(plain, axis=0), rtol=0.08)


def test_many_learners_are_resampled_in_bunches_to_the_same_spread():
    rng = np.random.default_rng(0)
    loss = rng.exponential(size=(60_000, 1))
    ours = _resampled(loss, 400, rng)
    assert ours.mean() == pytest.approx(loss.sum(), rel=0.002)
    assert ours.std() == pytest.approx(loss.std() * np.sqrt(60_000), rel=0.15)


def test_the_same_seed_gives_the_same_answer_and_changes_no_input(model):
    table = learners(PLANTED["learned"])
    before = table.clone()
    assert one(table, model) == one(table, model)
    assert table.equals(before)


def test_a_run_answers_for_pay_growth_and_role_change(small_run, model):
    told = small_run.meaning.learners
    found = {r.outcome: r for r in incremental_value(told, model, rng=0)}
    assert set(found) == {"pay_growth", "role_change"}
    change = found["role_change"]
    usable = told.filter(
        (pl.col("n_records") >= 2)
        & (pl.col("n_roles") >= 1)
        & (pl.col("experience_imputed") == 0)
        & pl.col("pay_band").is_not_null()
    )
    assert change.n_with == len(usable)
    assert change.n_learners == len(told)
    assert change.kind == "yes/no"


def test_an_outcome_that_was_clustered_on_is_refused(small_run, model):
    momentum = {"momentum": FeatureGroup(("pay_growth",), 1.0)}
    grown = replace(model, groups={**model.groups, **momentum})
    found = incremental_value(small_run.meaning.learners, grown, rng=0)[0]
    assert (found.outcome, found.verdict, found.learned) == ("pay_growth", "none", None)
    assert "learned segments were built on 'pay_growth'" in found.reason


@pytest.mark.parametrize("column", ["pay", "log_pay", "log1p_pay", "company_level"])
def test_another_word_for_what_was_clustered_on_is_refused(small_run, model, column):
    found = incremental_value(
        small_run.meaning.learners, model, outcomes=[column], rng=0
    )
    assert "learned segments were built on" in found[-1].reason


def test_what_the_rules_are_built_on_is_refused(model):
    table = learners(noise).with_columns(start_year=2000.0)
    found = incremental_value(table, model, outcomes=["start_year"], rng=0)
    assert "rule-based segments were built on 'start_year'" in found[0].reason


@pytest.mark.parametrize(
    ("y", "told"),
    [
        (
            lambda y: pl.when(pl.int_range(pl.len()) < 60).then(y),
            "Too few learners have it; 100 are needed",
        ),
        (lambda _: pl.lit(3.0), "the same for all"),
        (
            lambda _: pl.int_range(pl.len()) < 7,
            "Too few learners have the rarer answer; 20 are",
        ),
        (lambda y: (y * 2).round().cast(pl.String), "neither numbers nor two words"),
    ],
)
def test_too_little_to_compare_gives_a_reason_and_no_number(model, y, told):
    table = learners(noise).with_columns(y=y(pl.col("y")))
    found = one(table, model)
    assert told in found.reason
    assert found.learned is found.rules is found.difference is None


def test_a_column_that_is_not_there_gives_a_reason(model):
    assert "no column 'y'" in one(learners(noise).drop("y"), model).reason


def test_two_words_are_a_yes_and_a_no(model):
    table = learners(PLANTED["learned"])
    said = pl.when(pl.col("y") > 2.5).then(pl.lit("pass")).otherwise(pl.lit("fail"))
    found = one(table.with_columns(y=said), model)
    flags = one(table.with_columns(y=pl.col("y") > 2.5), model)
    assert found.learned == flags.learned
    assert found.kind == "yes/no"
    first = pl.int_range(pl.len()) % 2 == 0
    mixed = pl.when(first).then(said.str.to_titlecase()).otherwise(said)
    assert one(table.with_columns(y=mixed), model) == found


def test_learners_whose_rule_is_not_known_are_left_out(model):
    table = learners(noise).with_columns(
        experience_imputed=(pl.int_range(pl.len()) < 300).cast(pl.Int64)
    )
    assert one(table, model).n_with == 1700


def test_verdicts_follow_the_intervals():
    good, poor = Skill(0.2, 0.1, 0.3), Skill(0.001, -0.01, 0.01)
    unsure = Skill(0.05, -0.02, 0.1)
    assert _verdict(good, poor, Skill(0.2, 0.1, 0.3)) == "learned"
    assert _verdict(poor, good, Skill(-0.2, -0.3, -0.1)) == "rules"
    assert _verdict(good, good, Skill(0.0, -0.1, 0.1)) == "as well"
    assert _verdict(unsure, poor, Skill(0.05, 0.01, 0.1)) == "nothing"


@pytest.mark.parametrize("options", [{"n_folds": 1}, {"n_resamples": 20}])
def test_too_few_folds_or_resamples_are_refused(model, options):
    with pytest.raises(ParameterError, match="expected 2 folds and 100 resamples"):
        one(learners(noise), model, **options)
