"""Sentences of segments hold the numbers of the results they stand by."""

import pytest

from learnstrata.summary.build import build
from learnstrata.summary.descriptions import _against_all, describe_segment
from learnstrata.summary.disclose import disclose

KEY = b"k" * 32


@pytest.fixture(scope="module", params=["small_run", "notebook_run"])
def forms(request):
    """Exact and disclosed results of a run."""
    run = request.getfixturevalue(request.param)
    exact = build(run, key=KEY)
    return exact, disclose(exact, key=KEY, content=run.base.account.content)


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
            if tops[0].share is None:  # rounding leaves it open
                assert "role" not in told
                continue
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
