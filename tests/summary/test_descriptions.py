"""Sentences of segments and outcomes hold the numbers of the results they stand by."""

import pytest

from learnstrata.summary import descriptions
from learnstrata.summary.build import build
from learnstrata.summary.contract.meaning import Outcome, Skill
from learnstrata.summary.descriptions import (
    _against_all,
    describe_segment,
    outcome_sentence,
)
from learnstrata.summary.disclose import disclose

KEY = b"k" * 32


@pytest.fixture(scope="module", params=["small_run", "notebook_run"])
def forms(request):
    """Exact and disclosed results of a run."""
    run = request.getfixturevalue(request.param)
    exact = build(run, key=KEY)
    return exact, disclose(exact, key=KEY, content=run.base.content)


def test_descriptions_tell_the_typical_values(forms):
    for results in forms:
        write = results.settings.numbers
        for segment in results.segments:
            told = describe_segment(segment, results)
            years, pay = segment.number("years_of_experience"), segment.number("pay")
            if years.p50 is not None:
                assert f"{years.p50:.0f} year" in told
            if pay.p50 is not None:
                assert f"a pay of {write.pay_text(pay.p50)}" in told
                low, high = write.pay(pay.p25), write.pay(pay.p75)
                assert f"half of them {low} to {high}" in told
            assert ". " not in told


def test_the_most_frequent_role_that_names_one_is_told(forms):
    for results in forms:
        unnamed, write = results.settings.no_role, results.settings.numbers
        for segment in results.segments:
            roles = [
                one
                for one in segment.category("role")
                if one.count and one.value not in unnamed
            ]
            told = describe_segment(segment, results)
            if not roles:
                assert "role" not in told
                continue
            most = max(one.count for one in roles)
            tops = [one for one in roles if one.count == most]
            share = write.share(tops[0].share)
            names = " and ".join(one.value for one in tops)
            if len(tops) == 1:
                assert f"role is {names} ({share})." in told
            elif len(tops) == 2:
                assert f"roles are {names} ({share} each)." in told
            else:
                assert "role" not in told


def with_segment(results, **changes):
    return results.segments[0].model_copy(update=changes), results


def test_what_is_hidden_is_not_told(forms):
    segment, results = forms[1].segments[0], forms[1]
    pay = segment.number("pay")
    hidden = pay.model_copy(update=dict.fromkeys(("p25", "p50", "p75", "base")))
    typical = [hidden if one.feature == "pay" else one for one in segment.typical]
    told = describe_segment(*with_segment(results, typical=tuple(typical)))
    assert "pay" not in told
    assert told.startswith("Typically")


def test_one_year_is_singular(forms):
    years = forms[0].segments[0].number("years_of_experience")
    one = years.model_copy(update={"p50": 1.0})
    told = describe_segment(*with_segment(forms[0], typical=(one,), categories=()))
    assert told == "Typically 1 year of experience."


def test_a_segment_nothing_describes_says_so(forms):
    told = describe_segment(*with_segment(forms[0], typical=(), categories=()))
    assert told == "Nothing that is told of it sets it apart."


@pytest.mark.parametrize(
    ("ratio", "told"),
    [
        (1.0, "the median of all"),
        (1.004, "the median of all"),
        (0.996, "the median of all"),
        (1.009, "1% above the median of all"),
        (1.82, "82% above the median of all"),
        (0.26, "74% below the median of all"),
        (3.0, "200% above the median of all"),
        (3.14, "3.1 times the median of all"),
        (210.53, "211 times the median of all"),
        (20_953.0, "20,953 times the median of all"),
    ],
)
def test_pay_far_above_all_is_told_in_times(ratio, told):
    assert _against_all(ratio) == told


def outcome(**changes):
    values = {
        "outcome": "finished",
        "label": "finished",
        "kind": "yes/no",
        "n_learners": 1500,
        "n_with": 800,
        "n_segments": 4,
        "n_rules": 12,
        "learned": Skill(estimate=0.21, low=0.15, high=0.27),
        "rules": Skill(estimate=0.0001, low=-0.01, high=0.01),
        "difference": Skill(estimate=0.21, low=0.14, high=0.28),
        "verdict": "learned",
        "reason": "",
    }
    return Outcome(**values | changes)


def test_an_outcome_is_told_with_both_shares_and_whom_it_is_of():
    assert outcome_sentence(outcome()) == (
        "finished: the learned segments predict it better than the rules (4 learned "
        "segments tell 21.0% of it, 12 rule-based segments nothing; difference +14.0% "
        "to +28.0%; 800 of 1,500 learners have it)."
    )


def test_an_outcome_of_ours_begins_with_a_capital_and_one_of_the_users_is_as_it_is():
    ours = outcome(outcome="pay_growth", label="pay growth")
    own = outcome(outcome="pay", label="pay (own column)")
    assert outcome_sentence(ours).startswith("Pay growth: the learned segments")
    assert outcome_sentence(own).startswith("Pay (own column): the learned segments")


def test_of_an_outcome_of_a_hidden_number_of_learners_none_is_told():
    assert "learners" not in outcome_sentence(outcome(n_with=None))


def test_an_outcome_that_was_not_compared_says_why():
    why = "Too few learners have it; 100 are needed."
    nothing = dict.fromkeys(("learned", "rules", "difference"))
    told = outcome_sentence(outcome(**nothing, verdict="none", reason=why))
    assert told == f"finished: not compared. {why}"


def test_every_verdict_that_has_numbers_has_words():
    for verdict in ("learned", "rules", "as well", "nothing"):
        assert descriptions.PLAINLY[verdict] in outcome_sentence(
            outcome(verdict=verdict)
        )
