"""What parts a group: effects against a slow twin, words that never belie the card."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from learnstrata.privacy.disclosure.rule import PayRule
from learnstrata.segments.meaning.profiles import Profile, Share, Typical
from learnstrata.segments.meaning.traits import _stage, traits_of
from owned import own_base, planted, profiled

BANDS = ("Early", "Mid", "Senior")


def typical(rank, *, p50=6.0, central=0.5, base=5.0):
    return Typical(
        50, None, None, p50, p50, p50, base, rank, rank, central, 0.5, 2.0, 200
    )


def share(value, n, part, base):
    return Share(value, n, 1000, n, 1000, part, base, 100 * part / base)


def profile(share_of_all=0.25, shares=None, **numbers):
    return Profile(1, 50, 50, share_of_all, numbers, shares or {})


def only(found):
    (trait,) = found.cut
    return trait


def slow_effect(own, rest):
    """Count pairs: how much more often a learner of the group has more than another."""
    over = (own[:, None] > rest[None, :]).mean()
    return over + 0.5 * (own[:, None] == rest[None, :]).mean() - 0.5


def test_an_effect_is_that_of_all_pairs_of_learners():
    base, labels = own_base(), planted()
    for group, told in enumerate(profiled(base, labels)):
        own = labels == group
        found = {one.feature: one for one in traits_of(told, BANDS).cut}
        for name in ("extra:English_score", "extra:Logical_score", "extra:hours"):
            if found[name].is_middling:
                continue
            values = base.learners[name].to_numpy()
            expected = abs(slow_effect(values[own], values[~own]))
            assert found[name].effect == pytest.approx(expected, abs=1e-6)
        if found.get("extra:city", "") and "Goa" in found["extra:city"].words:
            goa = (base.learners["extra:city"] == "Goa").to_numpy()
            expected = (goa[own].mean() - goa[~own].mean()) / 2
            assert found["extra:city"].effect == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("name", "rank", "p50", "words"),
    [
        ("pay", 0.3, 4.0, "lower pay"),
        ("pay", 0.7, 6.0, "higher pay"),
        ("pay", 0.95, 9.0, "top pay"),
        ("company_pay", 0.8, 9.0, "top-paying companies"),
        ("extra:quiz_score", 0.8, 9.0, "high quiz score"),
        ("extra:quiz_score", 0.2, 1.0, "low quiz score"),
        # The mean rank and the median are on different sides of all.
        ("pay", 0.45, 6.0, "middle pay"),
        ("pay", 0.45, 5.0, "middle pay"),
        ("pay", 0.55, 5.0, "middle pay"),
    ],
)
def test_words_of_direction_go_with_the_median(name, rank, p50, words):
    found = only(traits_of(profile(**{name: typical(rank, p50=p50)}), BANDS))
    assert found.words == words


def test_a_group_in_the_middle_is_told_as_such():
    found = only(traits_of(profile(pay=typical(0.51, central=1.0)), BANDS))
    assert found.words == "middle pay"
    assert found.is_middling
    assert found.effect > 0.2


def test_within_a_segment_nothing_is_called_the_highest():
    top = profile(pay=typical(0.97, p50=9.0))
    assert only(traits_of(top, BANDS)).words == "top pay"
    found = only(traits_of(top, BANDS, within=True))
    assert found.words == found.called(4) == "paid more"
    assert found.called(0) == found.called(1) == "paid in between"
    tier = profile(shares={"tier": (share("Tier 1", 40, 0.8, 0.2),)})
    assert only(traits_of(tier, BANDS)).words == "top-paying companies"
    inside = only(traits_of(tier, BANDS, within=True))
    assert inside.words == "at companies that pay more"
    role = profile(shares={"role": (share("Backend", 40, 0.8, 0.2),)})
    assert only(traits_of(role, BANDS, within=True)).words == "more often Backend"


@pytest.mark.parametrize(
    ("part", "base", "n", "told"),
    [
        (0.40, 0.20, 40, True),
        (0.29, 0.10, 40, False),  # fewer than 30 %
        (0.40, 0.30, 40, False),  # an index under 150
        (0.40, 0.20, 9, False),  # of few
    ],
)
def test_a_value_is_told_at_a_share_of_30_percent_and_an_index_of_150(
    part, base, n, told
):
    shares = {"role": (share("Backend", n, part, base),)}
    found = traits_of(profile(shares=shares), BANDS).cut
    assert [one.words for one in found] == (["Backend"] if told else [])


def test_no_words_for_what_names_nothing():
    shares = {
        "role": (share("Not stated", 40, 0.6, 0.2),),
        "extra:city": (share("Other", 40, 0.6, 0.2),),
    }
    assert traits_of(profile(shares=shares), BANDS, no_role=["Not stated"]).cut == ()


def test_a_tier_is_not_told_beside_the_pay_of_companies():
    tier = {"tier": (share("Tier 1", 40, 0.8, 0.3),)}
    alone = traits_of(profile(shares=tier), BANDS)
    assert only(alone).words == "top-paying companies"
    both = profile(shares=tier, company_pay=typical(0.7, p50=9.0))
    assert only(traits_of(both, BANDS)).feature == "company_pay"


def test_pay_growth_is_told_beside_pay_that_it_ends_in():
    grown = profile(pay=typical(0.8, p50=9.0), pay_growth=typical(0.8, p50=9.0))
    found = traits_of(grown, BANDS, cut_on=["pay", "pay_growth"])
    assert [one.feature for one in found.cut] == ["pay", "pay_growth"]
    found = traits_of(grown, BANDS, cut_on=["pay"])
    assert [one.feature for one in (*found.cut, *found.others)] == ["pay"]


def test_an_effect_goes_by_who_has_the_number():
    """Of one group in four, the number is known of one in ten."""
    base, labels, name = own_base(), planted(), "extra:English_score"
    known = (labels != 0) | (np.arange(len(labels)) % 10 == 0)
    told = pl.when(pl.lit(pl.Series(known))).then(pl.col(name))
    some = replace(base, learners=base.learners.with_columns(told.alias(name)))
    values = base.learners[name].to_numpy()
    for group, part in enumerate(profiled(some, labels)):
        found = next(one for one in traits_of(part, BANDS).cut if one.feature == name)
        if not found.is_middling:
            own, rest = (known & (labels == group)), (known & (labels != group))
            expected = abs(slow_effect(values[own], values[rest]))
            assert found.effect == pytest.approx(expected, abs=1e-6)


def test_pay_that_tells_of_a_company_and_numbers_of_few_have_no_words():
    one = typical(0.9, p50=9.0)
    assert traits_of(profile(pay=one), BANDS, rule=PayRule(learners=51)).cut == ()
    at_one = Typical(50, 1, 1.0, 9, 9, 9, 5, 0.9, 0.9, 0.1, 0.5, 2.0, 200)
    assert traits_of(profile(pay=at_one), BANDS).cut == ()


def test_experience_comes_first_and_what_was_not_cut_on_apart():
    numbers = {
        name: typical(0.8, p50=9.0)
        for name in ("pay", "years_of_experience", "seniority")
    }
    found = traits_of(profile(**numbers), BANDS, cut_on=["pay", "years_of_experience"])
    assert [one.feature for one in found.cut] == ["years_of_experience", "pay"]
    assert [one.feature for one in found.others] == ["seniority"]


def test_one_group_alone_is_parted_by_nothing():
    found = traits_of(profile(1.0, pay=typical(0.5, p50=5.0)), BANDS)
    assert only(found).effect == 0


def banded(**counts):
    return {"experience_band": [share(b, n, 0.1, 0.1) for b, n in counts.items()]}


@pytest.mark.parametrize(
    ("shares", "bands", "stage"),
    [
        (banded(Senior=67, Mid=31, Early=2), BANDS, "senior"),
        (banded(Mid=31, Early=69), BANDS, "early career"),
        (banded(Mid=41, Early=59), BANDS, "early to mid career"),
        (banded(Mid=40, Early=60), BANDS, "early career"),
        (banded(Mid=45, Senior=40, Early=15), BANDS, "mid career to senior"),
        (banded(Mid=34, Senior=33, Early=33), BANDS, "mid career"),
        (banded(Senior=52, Early=48), BANDS, "senior"),
        (banded(Veteran=45, Novice=36), ("Novice", "Veteran"), "Novice to Veteran"),
        (banded(Veteran=80, Novice=20), ("Novice", "Veteran"), "Veteran"),
        (banded(Early=9), BANDS, ""),
        ({}, BANDS, ""),
    ],
)
def test_the_stage_is_the_band_of_most_or_the_two_near_a_tie(shares, bands, stage):
    assert _stage(shares, bands) == stage


def test_what_is_few_follows_the_rule_of_the_configuration():
    assert _stage(banded(Mid=19), BANDS) == "mid career"
    assert _stage(banded(Mid=19), BANDS, 20) == ""


def test_who_has_more_than_the_rest_is_not_called_the_first_stage():
    """So it is in a table of beginners, where even the most experienced are early."""
    years = {"years_of_experience": typical(0.8, p50=1.9, base=1.0)}
    found = only(traits_of(profile(shares=banded(Early=50), **years), BANDS))
    assert found.words == "more experience"
    assert np.isclose(found.rank, 0.8)
