"""Outcomes in the contract are those of the run, and sentences go by their numbers."""

from dataclasses import replace
from typing import get_args

import numpy as np
import polars as pl
import pytest

from decided import planted
from learnstrata.learners.features.register import FEATURES, plain_name
from learnstrata.privacy.disclosure.rounding import Rounding, coarse_skill
from learnstrata.segments.meaning import outcomes as judged
from learnstrata.segments.meaning.outcomes import TOO_FEW, judge_outcomes
from learnstrata.summary.build import build
from learnstrata.summary.contract.outcomes import (
    LimitsOf,
    Outcome,
    OutcomeGroup,
    RuleBands,
    Skill,
    SkillDifference,
)
from learnstrata.summary.disclose import disclose
from learnstrata.summary.outcomes import (
    build_outcomes,
    outcome_sentence,
    rules_in_words,
)
from learnstrata.summary.sums import tally_of

KEY = b"k" * 32


@pytest.fixture(params=["small_run", "notebook_run"])
def done(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def results(small_run):
    return build(small_run, key=KEY)


def test_outcomes_are_those_of_the_run(done):
    found = build_outcomes(done)
    for told, one in zip(found, done.meaning.values, strict=True):
        assert told.outcome == one.outcome
        assert told.verdict == one.verdict
        assert [skill.by for skill in told.skills] == [s.by for s in one.skills]
        for group, own in zip(told.by_segment, one.by_segment, strict=True):
            assert (group.segment_id, group.n, group.mean) == (
                *(own.segment_id, own.n, own.mean),
            )
            for answer in group.answers if group.n else ():
                assert answer.share == answer.count / group.n
                assert answer.low <= answer.share <= answer.high


def test_segments_add_up_to_all(done):
    for one in build_outcomes(done):
        if one.of_all:
            assert (
                sum(group.n for group in one.by_segment) == one.of_all.n == one.n_with
            )


def test_what_is_told_of_few_is_nothing_and_intervals_are_of_rounded_counts(small_run):
    exact = build(small_run, key=KEY)
    told = disclose(exact, key=KEY, content=small_run.base.account.content)
    groups = [
        (group, own)
        for one, before in zip(told.outcomes, exact.outcomes, strict=True)
        for group in one.by_segment
        for own in [before.of_segment(group.segment_id)]
    ]
    assert groups
    for group, own in groups:
        assert group.learners is None
        if own.n < 20:
            assert group.mean is None
        assert (group.cut_mean, group.spread, group.reach) == (None, None, None)
        for true in own.answers:
            answer = group.answer(true.place)
            assert (answer is None) == (true.count < 10)
            if (
                answer and answer.low is not None
            ):  # what any count told alike would give
                assert answer.low <= round(true.low, 2) + 0.006
                assert answer.high >= round(true.high, 2) - 0.006


def test_limits_of_rules_are_told_where_pay_is(small_run):
    exact = build(small_run, key=KEY)
    told = disclose(exact, key=KEY, content=small_run.base.account.content)
    for one, before in zip(told.outcomes, exact.outcomes, strict=True):
        for rule, own in zip(one.rules, before.rules, strict=True):
            assert (rule.learners, rule.largest_share) == (None, None)
            assert len(rule.limits) == len(own.limits) == rule.n_bands - 1
            for limit, true in zip(rule.limits, own.limits, strict=True):
                assert limit == pytest.approx(true, rel=0.2)


SHARES = {
    "segments": (0.145, 0.12, 0.17),
    "rules": (0.034, 0.01, 0.05),
    "together": (0.148, 0.125, 0.175),
}
FINER = SHARES | {
    "sub-segments": (0.528, 0.5, 0.55),
    "finer rules": (0.376, 0.35, 0.4),
}
CELLS = {"segments": 4, "rules": 4, "sub-segments": 13, "finer rules": 12}


def outcome(verdict, shares=SHARES, apart=(), **changes):
    """An outcome as it would be told with these shares and differences."""
    years = "years_of_experience"
    bands = [("rules", "pay", 2), ("rules", years, 2)]
    bands += [("finer rules", "pay", 4), ("finer rules", years, 3)]
    rules = [
        RuleBands(
            by=by,
            feature=name,
            label=name.split("_")[-1],
            limits_of=name,
            n_bands=n,
            n_known=100,
            learners=100,
            companies=None,
            largest_share=None,
            spread=None,
            limits=tuple(map(float, range(1, n))),
        )
        for by, name, n in bands
    ]
    skills = [
        Skill(by=by, n_cells=CELLS.get(by, 0), estimate=at, low=low, high=high)
        for by, (at, low, high) in shares.items()
    ]
    differences = [
        SkillDifference(by=by, less=less, estimate=(low + high) / 2, low=low, high=high)
        for by, less, low, high in apart
    ]
    values = {
        "outcome": "left",
        "label": "left",
        "kind": "yes/no",
        "n_learners": 1500,
        "n_with": 800,
        "with_learners": 800,
        "differing": 400,
        "deciding": 800,
        "of_all": None,
        "by_segment": (),
        "rules": tuple(rules),
        "skills": tuple(skills),
        "differences": tuple(differences),
        "verdict": verdict,
        "reason": "",
    }
    return Outcome(**values | changes)


def test_segments_that_are_better_are_to_be_used(results):
    apart = [
        ("segments", "rules", 0.09, 0.13),
        ("together", "segments", -0.002, 0.008),
    ]
    assert outcome_sentence(outcome("segments", apart=apart), results) == (
        "left: use the 4 segments: they tell 14.5% of it, rules of 4 cells 3.4% (9 "
        "to 13 points less). The rules add nothing to them beyond chance. It is "
        "known of 800 of 1,500 learners."
    )


def test_rules_that_are_better_are_to_be_used_and_segments_may_add_to_them(results):
    shares = SHARES | {"segments": SHARES["rules"], "rules": SHARES["segments"]}
    apart = [("segments", "rules", -0.13, -0.09), ("together", "rules", 0.001, 0.005)]
    told = outcome("rules", shares, apart, n_with=1500)
    assert outcome_sentence(told, results) == (
        "left: use rules of 4 cells (2 bands of pay by 2 of experience): they tell "
        "14.5% of it, the 4 segments 3.4% (9 to 13 points less). The segments add "
        "0.3 points to them."
    )


def test_an_interval_that_holds_0_means_as_well(results):
    apart = [("segments", "rules", -0.01, 0.02)]
    assert outcome_sentence(outcome("as well", apart=apart), results) == (
        "left: the 4 segments and rules of 4 cells (2 bands of pay by 2 of experience) "
        "do as well as each other: they tell 14.5% and 3.4% of it (a difference of "
        "-1 to 2 points, which can be chance). It is known of 800 of 1,500 "
        "learners."
    )


def test_a_tie_by_what_is_told_gives_no_advice(results):
    alike = SHARES | {"segments": (0.02, 0.01, 0.03), "rules": (0.02, 0.01, 0.03)}
    apart = [("segments", "rules", -0.01, 0.0), ("together", "rules", 0.001, 0.005)]
    assert outcome_sentence(outcome("rules", alike, apart), results) == (
        "left: the 4 segments and rules of 4 cells (2 bands of pay by 2 of experience) "
        "do as well as each other: they tell 2% of it each (a difference of 0 to 1 "
        "point). It is known of 800 of 1,500 learners."
    )
    open_ = [("segments", "rules", 0.0, 0.13)]
    told = outcome_sentence(outcome("segments", apart=open_), results)
    assert "do as well as each other: they tell 14.5% and 3.4% of it" in told
    assert "use" not in told


def test_sub_segments_that_tell_more_are_to_be_used(results):
    apart = [("sub-segments", "finer rules", 0.13, 0.17)]
    assert outcome_sentence(outcome("sub-segments", FINER, apart), results) == (
        "left: use the 13 sub-segments: they tell 52.8% of it, rules of 12 cells 37.6% "
        "(13 to 17 points less); the 4 segments 14.5%. It is known of 800 of 1,500 "
        "learners."
    )


def test_finer_rules_are_to_be_used_where_they_tell_most(results):
    told = outcome_sentence(outcome("finer rules", FINER), results)
    assert told.startswith(
        "left: use rules of 12 cells (4 bands of pay by 3 of experience): they tell "
        "37.6% of it, the 13 sub-segments 52.8%; the 4 segments 14.5%."
    )
    alike = outcome_sentence(outcome("as well, finer", FINER), results)
    assert "the 13 sub-segments and rules of 12 cells (4 bands of pay by 3" in alike
    assert "do as well as each other: they tell 52.8% and 37.6% of it" in alike


def test_what_is_chance_and_what_is_little_are_told_apart(results):
    chance = dict.fromkeys(SHARES, (0.001, -0.01, 0.01))
    little = dict.fromkeys(SHARES, (0.004, 0.003, 0.005))
    assert outcome_sentence(outcome("nothing", chance), results).startswith(
        "left: neither segments nor rules tell more of it than chance."
    )
    assert outcome_sentence(outcome("nothing", little), results).startswith(
        "left: neither segments nor rules tell enough of it to say who: of all "
        "differences the 4 segments 0.4% and rules of 4 cells 0.4%."
    )


def test_an_outcome_that_was_not_compared_says_why(results):
    why = "Too few learners have it; 100 are needed to compare."
    bare = outcome("none", {}, reason=why)
    assert outcome_sentence(bare, results) == (
        f"left: segments and rules are not compared. {why}"
    )


def test_of_a_hidden_number_of_learners_none_is_told(results):
    told = outcome_sentence(outcome("segments", n_with=None), results)
    assert "learners" not in told


def test_an_outcome_of_ours_begins_with_a_capital_and_one_of_the_users_is_as_it_is(
    results,
):
    ours = outcome("segments", outcome="pay_growth", label="pay growth")
    own = outcome("segments", outcome="pay_growth", label="pay_growth (own column)")
    assert outcome_sentence(ours, results).startswith("Pay growth: use")
    assert outcome_sentence(own, results).startswith("Pay_growth (own column): use")
    assert (ours.is_ours, own.is_ours) == (True, False)


def test_rules_of_a_category_are_its_values():
    city = (
        outcome("rules")
        .rules[0]
        .model_copy(update={"label": "city", "limits": (), "n_bands": 3})
    )
    assert rules_in_words(outcome("rules", rules=(city,)), "rules") == (
        "3 values of city"
    )


def test_every_sentence_of_a_run_is_made_of_its_numbers(results):
    own = [one for one in results.outcomes if one.skills]
    assert own
    for one in own:
        told = outcome_sentence(one, results)
        assert not told.startswith("_")
        assert "None" not in told


def with_(results, *outcomes):
    return results.model_copy(update={"outcomes": outcomes})


def told_of(results, *outcomes, content=b"table", key=KEY):
    cells = results.benchmarks.model_copy(update={"cells": (), "wider": ()})
    lean = {"segments": (), "evidence": None, "bands": None, "cohorts": ()}
    lean |= {"benchmarks": cells, "companies": None}
    bare = with_(results, *outcomes).model_copy(update=lean)
    return disclose(bare, key=key, content=content).outcomes


def numbers(small_run, y, *, segments, ids):
    """An outcome of all and by segment, as a run would have it."""
    values = judged.read_outcome(pl.DataFrame({"y": y}), "y")
    of_all, *groups = judged.outcome_by_segment(values, segments, ids=ids)
    found = replace(
        judged.OutcomeWorth("y", "number", len(y), len(y), len(y), len(y)),
        of_all=of_all,
        by_segment=tuple(groups),
    )
    changed = replace(small_run.meaning, values=(found,))
    return build_outcomes(replace(small_run, meaning=changed))[0]


def test_a_mean_does_not_give_the_value_of_one_learner(small_run, results):
    y = np.concatenate([np.zeros(59), [734_512.0], np.arange(1_000) % 40])
    segments = np.repeat([1, 0], [60, 1_000])
    one = numbers(small_run, y, segments=segments, ids=np.array([1, 2]))
    (told,) = told_of(results, one)
    rest, alone = told.by_segment
    assert one.by_segment[1].mean == pytest.approx(734_512 / 60)
    assert (alone.mean, alone.low, alone.high) == (None, None, None)
    assert rest.mean == pytest.approx(19.5, abs=2)
    assert told.of_all.mean is None  # one learner has most of the sum of all, too


def test_two_runs_do_not_give_the_outcome_of_the_learner_they_differ_by(
    small_run, results
):
    """From both means and sizes the learner's value would be known to the digit."""
    rng = np.random.default_rng(4)
    segments, ids = np.repeat([0, 1], [60, 900]), np.array([1, 2])
    y, right, without = rng.normal(0.02, 1, 960), [], []
    for learner in range(25):
        rest = np.arange(960) != learner
        pair = [
            (numbers(small_run, y, segments=segments, ids=ids), 60),
            (
                numbers(small_run, y[rest], segments=segments[rest], ids=ids),
                59,
            ),
        ]
        exact = [n * one.by_segment[0].mean for one, n in pair]
        assert exact[0] - exact[1] == pytest.approx(y[learner])
        tables = (b"whole", bytes([learner]))
        told = [
            n * told_of(results, one, content=table)[0].by_segment[0].mean
            for (one, n), table in zip(pair, tables, strict=True)
        ]
        right.append(abs(told[0] - told[1] - y[learner]))
        without.append(abs(y.mean() - y[learner]))
    assert np.median(right) > np.median(without)  # no better than to say the mean


def test_a_mean_is_told_in_steps_of_the_spread_and_of_what_one_moves():
    rounding = Rounding()
    assert rounding.number(3.1416, 1.0, n=5_000, reach=4.0) == 3.15
    assert rounding.number(3.1416, 1.0, n=100, reach=4.0) == 3.1
    assert rounding.number(3.1416, 0.0, n=20, reach=4.0) == 3.0


@pytest.mark.parametrize("n", [120, 300, 600, 2_000])
def test_a_skill_does_not_tell_how_many_exceptions_there_are(n):
    y = np.arange(n) % 2
    told = set()
    for exceptions in range(10):
        own = y.copy()
        own[:exceptions] = 1 - own[:exceptions]
        skill = 1 - ((y - own) ** 2).sum() / ((y - y.mean()) ** 2).sum()
        if skill > 0.9:
            told.add(coarse_skill(skill, n))
    assert told == {0.9}


def test_the_shared_form_has_coarse_skills_and_its_sentences_are_made_of_them(results):
    shares = {
        "segments": (0.973, 0.95, 0.99),
        "rules": (0.034, 0.01, 0.05),
        "together": (0.975, 0.95, 0.99),
    }
    apart = [("segments", "rules", 0.9, 0.96), ("together", "segments", 0.001, 0.003)]
    (told,) = told_of(results, outcome("segments", shares, apart))
    found = told.skill("segments")
    assert (found.estimate, found.low, found.high) == (0.9, 0.9, 0.9)
    assert (told.skill("rules").low, told.skill("rules").high) == (0.0, 0.06)
    assert outcome_sentence(told, results).startswith(
        "left: use the 4 segments: they tell 90% or more of it, rules of 4 cells 4%"
    )
    assert "97" not in outcome_sentence(told, results)


def test_a_difference_of_less_than_a_step_gives_no_advice(results):
    apart = [("segments", "rules", 0.004, 0.03), ("together", "segments", 0.001, 0.003)]
    (told,) = told_of(results, outcome("segments", apart=apart))
    said = outcome_sentence(told, results)
    assert "they tell 14% and 4% of it (a difference of 0 to 4 points)." in said
    assert "can be chance" not in said


@pytest.mark.parametrize("changes", [{"with_learners": 100}, {"differing": 21}])
def test_whether_segments_and_rules_are_compared_follows_the_told_counts(
    results, changes
):
    one = outcome("segments", apart=[("segments", "rules", 0.09, 0.13)], **changes)
    told = [told_of(results, one, key=bytes([k]) * 32)[0] for k in range(12)]
    hidden = [one for one in told if one.verdict == "none"]
    assert hidden
    for found in hidden:
        assert (found.skills, found.differences, found.rules) == ((), (), ())
        assert found.reason == TOO_FEW


def test_a_column_of_the_users_called_as_one_of_ours_is_another_outcome(results):
    ours = outcome("none", {}, outcome="pay_growth", label="pay growth", n_with=700)
    own = outcome("none", {}, outcome="pay growth", label="pay growth", n_with=800)
    counts = tally_of(with_(results, ours, own)).counts
    assert [v for k, v in counts.items() if k[0] == "outcome" and k[-1] == "all"] == [
        [700],
        [800],
    ]


def test_limits_of_a_users_column_are_told_in_the_steps_of_its_quartiles(results):
    rule = (
        outcome("rules")
        .rules[0]
        .model_copy(
            update={
                "feature": "joined",
                "label": "joined",
                "limits_of": "",
                "spread": 5.0,
                "n_bands": 4,
                "n_known": 900,
                "learners": 900,
                "limits": (2014.0, 2016.0, 2019.0),
            }
        )
    )
    (told,) = told_of(results, outcome("rules", rules=(rule,)))
    for limit, true in zip(told.rules[0].limits, rule.limits, strict=True):
        assert limit == pytest.approx(true, abs=0.5)


def test_what_a_limit_is_of_is_a_word_of_the_register():
    known = set(get_args(LimitsOf)) - {"", "company_pay"}
    numbers = {n: one for n, one in FEATURES.items() if one.kind == "number"}
    plain = {plain_name(n) for n, one in numbers.items() if not one.is_money}
    assert plain <= known <= set(FEATURES)
    assert "pay" in known


def test_answers_that_few_give_are_left_out(results):
    group = OutcomeGroup(
        segment_id=None,
        n=400,
        learners=400,
        mean=None,
        low=None,
        high=None,
        cut_mean=None,
        cut_low=None,
        cut_high=None,
        spread=None,
        reach=None,
        answers=tuple(
            {
                "place": place,
                "answer": answer,
                "count": n,
                "learners": learners,
                "share": n / 400,
                "low": 0.0,
                "high": 1.0,
            }
            for place, answer, n, learners in (
                (1, "Pro", 300, 300),
                (2, "free", 88, 88),
                (3, "x", 12, 1),
            )
        ),
    )
    (told,) = told_of(results, outcome("none", {}, of_all=group))
    assert [one.answer for one in told.of_all.answers] == ["Pro", "free"]
    assert told.of_all.answer(3) is None


def test_records_of_one_learner_do_not_publish_what_they_say():
    made = planted("segments", "category", n=400, seed=0)
    typed = made.learners.head(1).with_columns(y=pl.lit("call Priya on 98765"))
    rows = pl.concat([made.learners, *[typed] * 12])
    (found,) = judge_outcomes(rows, made.model, outcomes=["y"], rng=0)
    assert "Other" in {one.answer for one in found.of_all.answers}
    assert not any("Priya" in one.answer for one in found.of_all.answers)
