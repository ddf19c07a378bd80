"""Outcomes judge: what was planted is found, and told of everybody who has it."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from scipy import stats

from decided import KINDS, PLANTED, planted
from learnstrata.config.stages import FeatureGroup
from learnstrata.exceptions import ParameterError
from learnstrata.privacy.disclosure.derived import rate_high, rate_low
from learnstrata.segments.meaning.outcome_values import (
    outcome_by_segment,
    read_outcome,
)
from learnstrata.segments.meaning.outcomes import (
    PAIRS,
    OutcomeWorth,
    _verdict,
    judge_outcomes,
)
from learnstrata.stats.skill import Drawn


def one(found, **options):
    (told,) = judge_outcomes(
        found.learners, found.model, outcomes=["y"], rng=1, **options
    )
    return told


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("decided", PLANTED)
def test_the_report_goes_by_what_decides_the_outcome(decided, kind):
    found = one(planted(decided, kind, n=2500, seed=3))
    assert found.kind == kind
    assert found.verdict == decided
    assert (found.n_with, found.n_learners) == (2500, 2500)
    assert [one.by for one in found.skills] == [
        *("segments", "sub-segments", "rules", "finer rules", "together"),
    ]
    for skill in found.skills:
        assert skill.low <= skill.estimate <= skill.high
    assert [(d.by, d.less) for d in found.differences if (d.by, d.less) in PAIRS]


def test_the_skill_is_r_squared_of_held_out_learners():
    made = planted("segments", "number", n=5000, seed=0)
    y = made.learners["y"].to_numpy()
    segment = made.learners["segment_id"].to_numpy()
    means = np.array([y[segment == s].mean() for s in range(1, 5)])[segment - 1]
    within = 1 - ((y - means) ** 2).sum() / ((y - y.mean()) ** 2).sum()
    found = one(made).skill("segments").estimate
    assert 0 < within - found < 0.003  # held out is a little less


def test_segments_add_to_rules_what_rules_do_not_tell():
    made = planted("segments", "number", n=4000, seed=0)
    band = (made.learners["extra:a"] > made.learners["extra:a"].median()).cast(int)
    both = made.learners.with_columns(y=pl.col("y") + 4 * band)
    found = one(replace(made, learners=both))
    together = found.skill("together").estimate
    assert together > max(found.skill(by).estimate for by in ("segments", "rules"))


def test_without_sub_segments_there_are_no_finer_cells():
    made = planted("segments", "number", n=600, seed=0)
    uncut = made.learners.with_columns(subsegment_id=pl.lit(None, dtype=pl.String))
    for learners in (uncut, made.learners.drop("subsegment_id")):
        found = one(replace(made, learners=learners))
        assert [one.by for one in found.skills] == ["segments", "rules", "together"]
        assert {one.by for one in found.rules} == {"rules"}


def test_everybody_with_the_outcome_counts_whatever_else_they_lack():
    made = planted("rules", "number", n=1000, seed=0)
    some = pl.when(pl.int_range(pl.len()) % 5 > 0)
    lacking = made.learners.with_columns(
        some.then(name).alias(name) for name in ("extra:a", "extra:b")
    )
    found = one(replace(made, learners=lacking))
    assert found.n_with == 1000
    assert found.skill("rules").n_cells == 4  # of those who lack nothing


def test_rates_of_segments_are_estimated_without_bias_and_intervals_hold():
    """Over 150 small tables; `benchmarks/outcomes.py` prints those of 500."""
    rates, ids, apart, held = np.array([0.2, 0.35, 0.5, 0.65]), np.arange(4), [], 0
    rng = np.random.default_rng(0)
    for _ in range(150):
        segments = rng.integers(4, size=240)
        table = pl.DataFrame({"y": rng.random(240) < rates[segments]})
        _, *told = outcome_by_segment(read_outcome(table, "y"), segments, ids=ids)
        share = [group.answers[0].count / group.n for group in told]
        apart.append(share[3] - share[0])
        for group, rate in zip(told, rates, strict=True):
            count = group.answers[0].count
            held += rate_low(count, group.n) <= rate <= rate_high(count, group.n)
    error = np.std(apart) / np.sqrt(150)
    assert np.mean(apart) == pytest.approx(0.45, abs=3 * error)
    assert stats.binomtest(held, 600, 0.95).pvalue > 0.001


def test_the_same_seed_gives_the_same_answer_and_changes_no_input():
    made = planted("segments", "number", n=500, seed=0)
    before = made.learners.clone()
    assert one(made) == one(made)
    assert made.learners.equals(before)


def test_a_run_answers_for_pay_growth_and_role_change(small_run):
    told = small_run.meaning.learners
    model = small_run.meaning.model.features
    found = {r.outcome: r for r in judge_outcomes(told, model, rng=0)}
    assert set(found) == {"pay_growth", "role_change"}
    change = found["role_change"]
    usable = told.filter((pl.col("n_records") >= 2) & (pl.col("n_roles") >= 1))
    assert change.n_with == len(usable)
    assert change.n_learners == len(told)
    assert change.kind == "yes/no"
    changed = usable.filter(pl.col("n_roles") > 1)
    assert change.of_all.answers[0].count == len(changed)


def test_one_segment_is_told_and_compared_with_nothing():
    made = planted("segments", "number", n=300, seed=0)
    whole = made.learners.with_columns(segment_id=1, subsegment_id=pl.lit("1"))
    found = one(replace(made, learners=whole))
    assert (
        found.reason == "There is one segment of all learners, so nothing to compare."
    )
    assert [group.mean for group in found.by_segment] == [found.of_all.mean]
    assert found.skills == found.rules == ()


def test_an_outcome_that_was_clustered_on_is_refused(small_run):
    model = small_run.meaning.model.features
    momentum = {"momentum": FeatureGroup(("pay_growth",), 1.0)}
    grown = replace(model, groups={**model.groups, **momentum})
    found = judge_outcomes(small_run.meaning.learners, grown, rng=0)[0]
    assert (found.outcome, found.verdict, found.skills) == ("pay_growth", "none", ())
    assert found.of_all is None
    assert "built on 'pay_growth': it cannot judge them" in found.reason
    assert "as a feature or as an outcome, not as both" in found.reason


@pytest.mark.parametrize(
    "column",
    [
        *("pay", "log_pay", "log1p_pay", "company_level"),
        *("pay_band", "experience_band", "start_year"),
    ],
)
def test_another_word_for_what_was_clustered_on_is_refused(small_run, column):
    meaning = small_run.meaning
    found = judge_outcomes(
        meaning.learners, meaning.model.features, outcomes=[column], rng=0
    )
    assert f"built on {column!r}: it cannot judge" in found[-1].reason


FIRST = pl.int_range(pl.len())
UNTOLD = "same for all, or too few learners have it or differ in it; 10 are needed"


@pytest.mark.parametrize(
    ("y", "told", "is_told"),
    [
        (
            pl.when(FIRST < 60).then(pl.col("y")),
            "Too few learners have it or its rarer answer; 100 and 20 are needed",
            True,
        ),
        (
            pl.when(FIRST < 7).then(pl.col("y")),
            UNTOLD,
            False,
        ),
        (pl.lit(3.0), UNTOLD, False),
        (pl.when(FIRST < 9).then(pl.col("y")).otherwise(3.0), UNTOLD, False),
        (
            FIRST < 15,
            "Too few learners have it or its rarer answer; 100 and 20 are needed",
            True,
        ),
        (
            FIRST < 7,
            UNTOLD,
            False,
        ),
        ((pl.col("y") * 2).round(1).cast(pl.String), "not 2 to 8 words", False),
    ],
)
def test_too_little_to_compare_gives_a_reason_and_what_can_be_told(y, told, is_told):
    made = planted("segments", "number", n=1000, seed=0)
    found = one(replace(made, learners=made.learners.with_columns(y=y)))
    assert told in found.reason
    assert found.skills == ()
    assert bool(found.by_segment) == is_told == (found.of_all is not None)


def test_a_column_that_is_not_there_gives_a_reason():
    made = planted("segments", "number", n=300, seed=0)
    bare = replace(made, learners=made.learners.drop("y"))
    assert "no column 'y'" in one(bare).reason


def test_features_that_do_not_part_the_segments_make_no_rules():
    made = planted("segments", "number", n=300, seed=0)
    bare = replace(made, learners=made.learners.drop("extra:a", "extra:b"))
    assert "No feature parts the segments" in one(bare).reason


@pytest.mark.parametrize("options", [{"n_folds": 1}, {"n_resamples": 20}])
def test_too_few_folds_or_resamples_are_refused(options):
    with pytest.raises(ParameterError, match="expected 2 folds and 100 resamples"):
        one(planted("segments", "number", n=300, seed=0), **options)


def doubled(made, times):
    """Each learner with several records, all alike."""
    rows = pl.concat([made.learners] * times)
    return replace(made, learners=rows.with_columns(record=pl.int_range(pl.len())))


def test_records_of_a_learner_are_held_out_and_drawn_together():
    """Of noise that each learner repeats a record tells nothing of another one's."""
    made = planted("nothing", "number", n=300, seed=2)
    own = made.learners.with_columns(
        segment_id=pl.Series(np.arange(300) % 20 + 1), subsegment_id=pl.lit(None)
    )
    once = one(replace(made, learners=own))
    often = one(doubled(replace(made, learners=own), 8))
    assert (often.n_with, often.with_learners) == (2_400, 300)
    assert once.verdict == often.verdict == "nothing"
    for by in ("segments", "rules"):
        a, b = once.skill(by), often.skill(by)
        assert b.estimate < 0.02
        assert b.high - b.low == pytest.approx(a.high - a.low, rel=0.35)


def test_a_pair_that_tells_nothing_is_not_as_well_because_finer_cells_tell_something():
    estimates = {"segments": 0.0, "rules": 0.001, "sub-segments": 0.03}
    estimates |= {"finer rules": 0.002, "together": 0.0}
    spread = np.linspace(-1, 1, 201)[:, None] * 0.02
    found = np.array(list(estimates.values()))
    at = list(estimates).index("sub-segments")
    draws = found + spread * np.array([3.0, 1, 1, 1, 1])
    assert Drawn(found, draws).skill(at)[1] > 0
    assert Drawn(found, draws).difference(at, 1)[1] >= 0
    unsure = draws.copy()
    unsure[:, 1] = 0.001 - 3 * spread[:, 0]
    drawn = Drawn(found, unsure)
    assert drawn.difference(at, 1)[1] < 0
    assert _verdict(drawn, list(estimates)) == "nothing"


def test_who_decides_a_skill_are_fewer_where_an_answer_is_rare():
    bare = OutcomeWorth("y", "yes/no", 1_000, 1_000, 1_000)
    assert replace(bare, differing=500).deciding == 1_000
    assert replace(bare, differing=20).deciding == 78


def test_how_few_are_told_is_asked_for():
    made = planted("segments", "number", n=1_000, seed=0)
    few = made.learners.with_columns(y=FIRST < 15)
    found = one(replace(made, learners=few), least=20)
    assert "20 are needed to tell of it" in found.reason
    assert found.of_all is None
