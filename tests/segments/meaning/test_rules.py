"""Rules: what is said is what is measured, in Polars and in SQL."""

import re
from dataclasses import replace

import duckdb
import numpy as np
import polars as pl
import pytest

from learnstrata.exceptions import SchemaError
from learnstrata.learners.factors import as_factors
from learnstrata.segments.meaning.conditions import Condition, to_sql_predicate
from learnstrata.segments.meaning.rules import (
    _chosen,
    _Column,
    _condition,
    _marks,
    _merged,
    _shortened,
    matches,
    readable_features,
    segment_rules,
)
from rule_oracle import met_by, rule_of


@pytest.fixture
def model(small_run):
    return small_run.meaning.model.features


@pytest.fixture(params=["small_run", "notebook_run"])
def done(request):
    return request.getfixturevalue(request.param)


def found_in(run, **options):
    model = run.meaning.model.features
    return segment_rules(run.meaning.learners, model, **({"rng": 0} | options))


def test_replay_in_polars_equals_the_slow_version_and_sql(done):
    learners = done.meaning.learners
    rows = learners.to_dicts()
    rules = found_in(done).rules
    assert len(rules) >= 2
    for rule in rules:
        caught = matches(learners, rule)
        slow = [
            any(all(met_by(row, c) for c in path) for path in rule.paths)
            for row in rows
        ]
        assert caught.tolist() == slow
        of_sql = duckdb.sql("FROM learners").filter(to_sql_predicate(rule))
        of_sql = of_sql.fetchnumpy()["record"]
        assert sorted(of_sql) == learners["record"].to_numpy()[caught].tolist()


def test_coverage_and_precision_are_those_of_learners_held_out(small_run):
    learners = small_run.meaning.learners
    label = learners["segment_id"].to_numpy()
    generator = np.random.default_rng(0)
    held = np.ones(len(label), dtype=bool)
    held[generator.permutation(len(label))[: len(label) // 2]] = False
    found = found_in(small_run)
    assert (found.n_train, found.n_held_out) == ((~held).sum(), held.sum())
    times, right = np.zeros(len(label)), np.zeros(len(label), dtype=bool)
    for rule in found.rules:
        caught, own = matches(learners, rule) & held, (label == rule.segment) & held
        assert (rule.n_segment, rule.n_caught) == (own.sum(), caught.sum())
        assert rule.coverage == pytest.approx((caught & own).sum() / own.sum())
        assert rule.precision == pytest.approx((caught & own).sum() / caught.sum())
        times += caught
        right |= caught & own
    assert found.stated == pytest.approx((right & (times == 1)).sum() / held.sum())
    assert found.baseline == pytest.approx(max(np.bincount(label[held])) / held.sum())


def test_rules_say_most_of_a_run_in_four_conditions(done):
    found = found_in(done)
    assert found.fidelity > found.baseline + 0.1
    assert found.fidelity > 0.8
    for rule in found.rules:
        assert 1 <= len(rule.paths) <= 2
        assert all(len(path) >= 1 for path in rule.paths)
        assert sum(len(path) for path in rule.paths) <= 4
        assert rule.precision > 0.5


def test_a_rule_of_two_long_paths_is_cut_to_four_conditions(small_run, model):
    """Two boxes of three conditions each: all six would be needed."""
    n_learners = small_run.base.account.n_learners
    learners = small_run.meaning.learners.with_columns(
        pl.Series(name, np.random.default_rng(i).random(n_learners))
        for i, name in enumerate("abc")
    )
    low = pl.all_horizontal(pl.col(name) < 0.5 for name in "abc")
    high = pl.all_horizontal(pl.col(name) > 0.5 for name in "abc")
    ids = pl.when(low | high).then(1).otherwise(2)
    found = segment_rules(
        learners.with_columns(segment_id=ids), model, features=list("abc"), rng=0
    )
    rule = next(rule for rule in found.rules if rule.segment == 1)
    assert sum(len(path) for path in rule.paths) in {3, 4}
    assert "or else" not in rule.text or len(rule.paths) == 2


def test_planted_rules_come_back_in_words(small_run, model):
    learners = small_run.meaning.learners
    pay, years = pl.col("pay"), pl.col("years_of_experience")
    known = (pl.col("experience_imputed") == 0) & pay.is_not_null()
    young = pl.when(known & (years <= 3)).then(2).otherwise(3)
    ids = pl.when(known & (years > 3) & (pay > 12e5)).then(1).otherwise(young)
    found = segment_rules(learners.with_columns(segment_id=ids), model, rng=0)
    told = {rule.segment: rule for rule in found.rules}
    assert told[1].text == "more than 3 years of experience and pay over 12 LPA"
    assert "at most 3 years of experience" in told[2].text
    assert told[1].coverage == told[1].precision == 1.0


def test_thresholds_in_words_are_those_of_the_data(done):
    for rule in found_in(done).rules:
        conditions = [c for path in rule.paths for c in path if c.feature == "pay"]
        for condition in conditions:
            assert f"{round(condition.value / 1e5, 6):g}" in rule.text
            digits = f"{condition.value:.0f}".rstrip("0")
            assert len(digits) <= 2


def test_thresholds_offered_are_readable_and_cut(model):
    pay = np.random.default_rng(0).lognormal(13.5, 0.8, 2000)
    marks = _marks(pay, "pay", model)
    assert 20 < len(marks) <= 201
    assert all(float(f"{m / 1e5:.2g}") == pytest.approx(m / 1e5) for m in marks)
    assert all(0 < (pay > m).sum() < len(pay) for m in marks)
    assert _marks(np.array([0.0, 1.0, 5.0, 5.0, 9.0]), "years", model) == [0, 1, 5]
    assert _marks(np.ones(5), "years", model) == []


def test_conditions_of_a_path_are_merged():
    path = (
        Condition("pay", ">", 5.0, or_missing=True),
        Condition("pay", ">", 8.0, or_missing=False),
        Condition("pay", "<=", 20.0, or_missing=True),
        Condition("role", "!=", "A", or_missing=True),
        Condition("role", "=", "B"),
    )
    assert _merged(path) == (
        Condition("pay", "<=", 20.0),
        Condition("pay", ">", 8.0),
        Condition("role", "=", "B"),
    )
    apart = tuple(Condition("role", "!=", v, or_missing=True) for v in "AB")
    assert _merged(apart) == apart


def test_what_a_rule_can_do_without_is_left_out():
    learners = pl.DataFrame({"a": [float(i) for i in range(100)], "b": [1.0] * 100})
    own = (learners["a"] > 49).to_numpy()
    path = (Condition("a", ">", 49.0, or_missing=True), Condition("b", ">", 0.0))
    assert _shortened((path,), learners, own) == ((Condition("a", ">", 49.0),),)


def test_a_second_path_has_to_be_worth_its_words():
    own = np.arange(100) < 50
    first, second = np.arange(100) < 49, np.arange(100) == 49
    visited = np.column_stack([np.ones(100, bool), first, second])
    paths = {1: (Condition("a", ">", 1.0),), 2: (Condition("b", ">", 1.0),)}
    assert _chosen(own, visited, paths) == (paths[1],)
    visited[:, 1], visited[:, 2] = np.arange(100) < 30, (np.arange(100) >= 30) & own
    assert _chosen(own, visited, paths) == (paths[1], paths[2])
    assert _chosen(~own, visited, paths) == ()


def test_a_segment_no_path_catches_is_named(small_run, model):
    learners = small_run.meaning.learners
    rare = np.where(np.arange(len(learners)) % 400 == 0, 3, learners["segment_id"] % 2)
    found = segment_rules(
        learners.with_columns(pl.Series("segment_id", rare)), model, rng=0
    )
    assert found.without == (3,)
    assert {rule.segment for rule in found.rules} == {0, 1}


def test_the_same_seed_gives_the_same_rules_and_changes_no_input(small_run):
    before = small_run.meaning.learners.clone()
    assert found_in(small_run) == found_in(small_run)
    assert small_run.meaning.learners.equals(before)
    assert found_in(small_run, rng=1) != found_in(small_run)


def test_features_are_those_people_know(small_run, model):
    assert readable_features(small_run.meaning.learners, model) == (
        *("pay", "years_of_experience", "company_level", "role", "tier"),
    )


def test_of_very_many_learners_as_many_are_drawn_for_either_half(small_run):
    whole, part = found_in(small_run), found_in(small_run, most=300)
    assert whole.n_train == whole.n_held_out == 750
    assert part.n_train == part.n_held_out == 300
    assert part.baseline == pytest.approx(whole.baseline, abs=0.1)
    assert part.fidelity > part.baseline + 0.1


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda t: t.head(99), "Too few learners for rules; 100 are needed."),
        (lambda t: t.with_columns(segment_id=pl.lit(1)), "one segment only"),
        (
            lambda t: t.with_columns(pay=pl.lit(5.0)),
            "No feature that people know varies",
        ),
    ],
)
def test_too_little_for_rules_gives_a_reason(small_run, model, change, told):
    learners = change(small_run.meaning.learners)
    found = segment_rules(learners, model, features=["pay"], rng=0)
    assert told in found.reason
    assert found.rules == ()


def test_columns_that_are_not_there_are_refused(small_run, model):
    learners = small_run.meaning.learners
    with pytest.raises(
        SchemaError, match="Missing columns ['wage']".replace("[", r"\[")
    ):
        segment_rules(learners, model, features=["wage"], rng=0)
    rule = rule_of((Condition("wage", ">", 1.0),))
    with pytest.raises(SchemaError, match=re.escape("Missing columns ['wage']")):
        matches(learners, rule)


def test_a_rule_without_conditions_catches_all_and_one_without_paths_none(small_run):
    learners = small_run.meaning.learners
    assert matches(learners, rule_of(())).all()
    assert not matches(learners, rule_of()).any()
    assert to_sql_predicate(rule_of(())) == "(1 = 1)"
    assert to_sql_predicate(rule_of()) == "(1 = 0)"


def test_a_number_that_is_no_number_counts_as_missing(small_run):
    learners = small_run.meaning.learners.with_columns(pay=pl.lit(float("nan")))
    over = Condition("pay", ">", 1.0)
    assert not matches(learners, rule_of((over,))).any()
    assert matches(learners, rule_of((replace(over, or_missing=True),))).all()


def test_a_split_of_known_from_missing_is_told_by_the_last_mark():
    column = _Column("years_of_experience", (1.0, 5.0), "", np.zeros(3))
    known = _condition(column, "<=", np.inf, missing=False)
    missing = _condition(column, ">", np.inf, missing=True)
    assert known == Condition("years_of_experience", "<=", 5.0, or_missing=False)
    assert missing == Condition("years_of_experience", ">", 5.0, or_missing=True)


def test_thresholds_are_plain_numbers_and_no_midpoints_of_two_learners(model):
    rng = np.random.default_rng(4)
    years, pay = rng.gamma(2, 4, 3000), rng.lognormal(13, 0.6, 3000)
    segment = 1 + (years > 6.13) + 2 * (pay > 812_345)
    learners = pl.DataFrame(
        {"years_of_experience": years, "pay": pay, "segment_id": segment}
    )
    learners = learners.with_columns(experience_imputed=pl.lit(0))
    found = segment_rules(
        learners, model, features=["pay", "years_of_experience"], rng=0
    )
    conditions = [c for r in found.rules for path in r.paths for c in path]
    assert {c.feature for c in conditions} == {"pay", "years_of_experience"}
    for one in conditions:
        shown = one.value / 1e5 if one.feature == "pay" else one.value
        plain = f"{float(f'{shown:.2g}') if one.feature == 'pay' else shown:g}"
        assert float(plain) == pytest.approx(shown)
        if one.feature == "years_of_experience":
            assert (2 * one.value).is_integer()
        assert any(plain in rule.text for rule in found.rules)
    for rule in found.rules:
        caught = matches(learners, rule)
        own = segment == rule.segment
        assert rule.precision == pytest.approx(
            (caught & own).sum() / caught.sum(), abs=0.05
        )


def test_rules_are_drawn_alike_from_text_and_from_factors(small_run):
    text, features = small_run.meaning.learners, small_run.meaning.model.features
    one, two = (
        segment_rules(table, features, rng=5) for table in (text, as_factors(text))
    )
    assert one == two
