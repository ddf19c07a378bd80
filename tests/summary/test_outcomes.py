"""Outcomes in the contract are those of the run, and sentences go by their numbers."""

import pytest

from learnstrata.summary.build import build
from learnstrata.summary.contract.outcomes import (
    Outcome,
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
    told = disclose(exact, key=KEY, content=small_run.base.content)
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
        for answer, true in zip(group.answers, own.answers, strict=True):
            if true.count < 10:
                assert (answer.count, answer.share, answer.low) == (None, None, None)
            elif answer.low is not None:  # what any count told alike would give
                assert answer.low <= round(true.low, 2) + 0.006
                assert answer.high >= round(true.high, 2) - 0.006


def test_limits_of_rules_are_told_where_pay_is(small_run):
    exact = build(small_run, key=KEY)
    told = disclose(exact, key=KEY, content=small_run.base.content)
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
    bands = [("rules", "pay", 2), ("rules", "experience", 2)]
    bands += [("finer rules", "pay", 4), ("finer rules", "experience", 3)]
    rules = [
        RuleBands(
            by=by,
            feature=name,
            label=name,
            limits_of=name,
            n_bands=n,
            n_known=100,
            learners=100,
            companies=None,
            largest_share=None,
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
        "left: use the 4 segments: they tell 14.5% of it, rules of 4 cells 3.4% (9.0 "
        "to 13.0 points less). The rules add nothing to them beyond chance. 800 of "
        "1,500 learners have it."
    )


def test_rules_that_are_better_are_to_be_used_and_segments_may_add_to_them(results):
    shares = SHARES | {"segments": SHARES["rules"], "rules": SHARES["segments"]}
    apart = [("segments", "rules", -0.13, -0.09), ("together", "rules", 0.001, 0.005)]
    told = outcome("rules", shares, apart, n_with=1500)
    assert outcome_sentence(told, results) == (
        "left: use rules of 4 cells (2 bands of pay by 2 of experience): they tell "
        "14.5% of it, the 4 segments 3.4% (9.0 to 13.0 points less). The segments add "
        "0.3 points to them."
    )


def test_an_interval_that_holds_0_means_as_well(results):
    apart = [("segments", "rules", -0.01, 0.02)]
    assert outcome_sentence(outcome("as well", apart=apart), results) == (
        "left: the 4 segments and rules of 4 cells (2 bands of pay by 2 of experience) "
        "do as well as each other: they tell 14.5% and 3.4% of it (a difference of "
        "-1.0 to 2.0 points, which can be chance). 800 of 1,500 learners have it."
    )


def test_sub_segments_that_tell_more_are_to_be_used(results):
    apart = [("sub-segments", "finer rules", 0.13, 0.17)]
    assert outcome_sentence(outcome("sub-segments", FINER, apart), results) == (
        "left: use the 13 sub-segments: they tell 52.8% of it, rules of 12 cells 37.6% "
        "(13.0 to 17.0 points less); the 4 segments 14.5%. 800 of 1,500 learners have "
        "it."
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
