"""The verdict in one word, and what structureless tables are called."""

from dataclasses import replace

import numpy as np
import pytest

import planted
import structureless
from learnstrata.config.loading import load_config
from learnstrata.config.stages import Rule
from learnstrata.segments.choice.candidates import Candidate
from learnstrata.segments.choice.gaps import Parting
from learnstrata.segments.choice.rule import Choice
from learnstrata.segments.choice.sweep import Dossier
from learnstrata.segments.evidence.examination import verdict_of_matrix
from learnstrata.segments.evidence.verdict import MEANINGS, judge
from learnstrata.stats.replication import Halves

CUT = Candidate(
    k=4,
    inertia=1.0,
    silhouette=0.5,
    smallest_share=0.2,
    largest_share=0.3,
    lowest_jaccard=0.95,
    parting=Parting(p_value=0.7, depth=0.9, same_cut=1.0),
)
RULE = Rule(gaps="numbers", min_agreement=0.8)
# Small samples: the sweep is judged as in a run, a study of 20 seeds is in benchmarks/.
CONFIG = load_config(selection={"k_max": 5, "splits": 4, "starts": 4})


def halved(*agreement):
    values, n = np.array(agreement), 2 * len(agreement)
    return Halves(4, values, values, np.ones((n, 4)), np.zeros((n, 4, 1)))


def dossier(candidate=CUT, *, agreement=(0.8, 0.8, 0.9), **more):
    choice = Choice(k=4, runner_up=None, candidates=(candidate,), rule="", reason="")
    return Dossier(
        choice=replace(choice, **more),
        sampled=np.arange(9),
        fits={},
        halves={4: halved(*agreement)} if agreement else {},
    )


def test_groups_that_were_found_before_any_cut_are_natural():
    apart = replace(CUT, parting=Parting(0.0, 4.0, 1.0))
    found = judge(dossier(apart), RULE)
    assert found.word == "natural"
    assert found.sentence == MEANINGS["natural"]
    assert all(ground.met for ground in found.grounds)


@pytest.mark.parametrize(
    "parting",
    [
        Parting(0.0101, 4.0, 1.0),
        Parting(0.0, 1.49, 1.0),
        Parting(0.0, 4.0, 0.89),
    ],
)
def test_each_ground_of_natural_is_asked_for_and_told(parting):
    found = judge(dossier(replace(CUT, parting=parting)), RULE)
    assert found.word == "repeatable"
    assert sum(not ground.met for ground in found.grounds[:3]) == 1


def test_groups_of_too_few_are_not_natural():
    apart = Parting(0.0, 4.0, 1.0)
    few = replace(
        CUT, parting=apart, refusals=("few",), objections=("smallest segment under 2%",)
    )
    assert judge(dossier(few), RULE).word == "arbitrary"


def test_one_segment_is_undivided():
    whole = Dossier(
        choice=Choice(k=1, runner_up=None, candidates=(CUT,), rule="", reason=""),
        sampled=np.arange(9),
        fits={},
    )
    found = judge(whole, RULE)
    assert (found.word, found.grounds) == ("undivided", ())


def test_a_cut_that_halves_agree_on_is_repeatable_and_no_more():
    found = judge(dossier(), RULE)
    assert found.word == "repeatable"
    assert [ground.met for ground in found.grounds] == [False, False, True, True, True]


@pytest.mark.parametrize(
    ("candidate", "agreement"),
    [
        (CUT, (0.7, 0.79, 0.9, 0.95)),  # three of four halvings must agree
        (CUT, ()),
        (replace(CUT, objections=("smallest segment under 2%",)), (0.9, 0.9)),
    ],
)
def test_a_cut_that_halves_differ_on_or_the_rule_refuses_is_arbitrary(
    candidate, agreement
):
    assert judge(dossier(candidate, agreement=agreement), RULE).word == "arbitrary"


@pytest.mark.parametrize(
    ("agreed", "word"), [(5, "repeatable"), (4, "repeatable"), (3, "arbitrary")]
)
def test_halves_of_other_samples_must_agree_as_well(agreed, word):
    found = judge(dossier(agreed=agreed, samples=5), RULE)
    assert found.word == word
    assert (found.grounds[-1].value, found.grounds[-1].limit) == (agreed, 4)


def test_a_limit_is_met_by_what_is_told_of_it():
    assert judge(dossier(agreement=(0.7996, 0.7996)), RULE).word == "repeatable"


def test_the_limit_is_that_of_the_rule_that_chose_k():
    strict = replace(RULE, min_agreement=0.85)
    assert judge(dossier(), strict).word == "arbitrary"
    assert "index of 0.85" in judge(dossier(), strict).rule


def test_halves_may_be_those_of_a_rule_that_asks_for_none():
    without = dossier(agreement=())
    found = judge(without, Rule(), halves=halved(0.9, 0.9))
    assert found.word == "repeatable"


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("name", structureless.STRUCTURELESS)
def test_a_structureless_table_is_never_called_natural(name, seed):
    rows = structureless.STRUCTURELESS[name](1_000, np.random.default_rng(seed))
    assert verdict_of_matrix(rows, config=CONFIG, rng=seed).word != "natural"


@pytest.mark.parametrize("name", planted.PLANTED)
def test_groups_that_stand_apart_are_called_natural(name):
    family, ks, n = planted.PLANTED[name]
    rows, _ = family(ks[0], n, np.random.default_rng(3))
    assert verdict_of_matrix(rows, config=CONFIG, rng=3).word == "natural"
