"""The rule that chooses k: what it admits, takes and says."""

from dataclasses import replace

import numpy as np
import pytest

from learnstrata.config.stages import Rule, Selection
from learnstrata.segments.choice.candidates import Candidate
from learnstrata.segments.choice.gaps import Parting
from learnstrata.segments.choice.rule import Limits, choose, is_taken, rule_in_words
from learnstrata.stats.nulls import monte_carlo

ONE_PARTED = Parting(p_value=0.0, depth=4.0, same_cut=1.0)
CUT = Parting(p_value=0.8, depth=0.6, same_cut=1.0)
FOR_USE = {
    "gaps": "numbers",
    "min_share": 0.02,
    "min_jaccard": 0.6,
    "min_agreement": 0.8,
    "criterion": "k",
}


def candidate(k, silhouette=0.5, share=0.2, jaccard=0.9, **other):
    indices = {"calinski_harabasz": 100.0, "davies_bouldin": 1.0}
    indices |= {name: other.pop(name) for name in indices if name in other}
    values = {"largest_share": 0.5, "jaccard_low": jaccard} | other
    return Candidate(
        k=k,
        inertia=1.0,
        silhouette=silhouette,
        smallest_share=share,
        lowest_jaccard=jaccard,
        indices=indices,
        **values,
    )


def decided(candidates, *, worth=0.0, limits=None, k=None, **rule):
    config = Selection(k_max=9, k=k, worth=worth, rule=Rule(**rule))
    return choose(candidates, config, limits=limits or Limits(100))


def of_use(k, agreement=0.9, gain=0.05, **other):
    other = {"parting": CUT} | other
    return candidate(k, half_agreement=agreement, gain=gain, **other)


def test_an_admissible_k_goes_before_a_better_one_that_is_not():
    found = decided(
        [candidate(3, 0.9, share=0.01), candidate(4, 0.4), candidate(5, 0.3)],
        min_share=0.02,
    )
    assert (found.k, found.runner_up) == (4, 5)
    assert found.chosen.k == 4
    assert found.candidates[0].objections == ("smallest segment under 2%",)


def test_a_k_with_too_large_a_segment_is_not_admitted():
    found = decided(
        [candidate(2, 0.9, largest_share=0.81), candidate(4, 0.4, largest_share=0.8)],
        max_share=0.8,
    )
    assert found.k == 4
    assert found.candidates[0].objections == ("largest segment over 80%",)
    assert found.candidates[1].objections == ()


def test_ties_go_to_the_smaller_k():
    found = decided([candidate(5, 0.4), candidate(4, 0.4), candidate(6, 0.4)])
    assert (found.k, found.runner_up) == (4, 5)


@pytest.mark.parametrize(
    ("criterion", "best"),
    [
        ("silhouette", 3),
        ("calinski_harabasz", 4),
        ("davies_bouldin", 5),
        ("lowest_jaccard", 6),
    ],
)
def test_each_criterion_takes_its_better_end(criterion, best):
    candidates = [
        candidate(3, 0.9, jaccard=0.5),
        candidate(4, 0.2, jaccard=0.5, calinski_harabasz=900.0),
        candidate(5, 0.2, jaccard=0.5, davies_bouldin=0.1),
        candidate(6, 0.2, jaccard=0.99),
    ]
    assert decided(candidates, criterion=criterion).k == best


def test_where_none_is_admitted_the_fewest_objections_win_and_the_reason_says_so():
    found = decided(
        [
            candidate(2, 0.9, share=0.01),
            candidate(3, 0.1, largest_share=0.9),
            candidate(4, 0.05, largest_share=0.9),
        ],
        min_k=3,
        min_share=0.02,
        max_share=0.8,
    )
    assert (found.k, found.runner_up) == (3, 4)
    assert found.reason == (
        "No k meets the rule, so how many segments there are is not settled. k = 3, "
        "the one with the fewest objections, is taken; against it: largest segment "
        "over 80%; the runner-up is k = 4 with 0.050 (largest segment over 80%)."
    )
    assert found.candidates[0].objections == (
        "smallest segment under 2%",
        "fewer than 3 segments",
    )
    assert found.candidates[0].refusals == ("smallest segment under 2%",)


def test_the_reason_counts_and_names_the_runner_up():
    found = decided([candidate(3, 0.5), candidate(4, 0.4)], min_k=4)
    assert found.reason == (
        "1 of 2 values of k is admitted. k = 4 has a silhouette of 0.400; the "
        "runner-up is k = 3 with 0.500 (fewer than 4 segments)."
    )
    alone = decided([candidate(3, 0.5)])
    assert alone.runner_up is None
    assert alone.reason.endswith("k = 3 has a silhouette of 0.500.")


def test_an_objection_tells_the_limit_and_no_number_of_the_learners():
    found = decided(
        [candidate(3, share=0.0199, jaccard=0.749)],
        min_share=0.02,
        min_jaccard=0.75,
    )
    assert found.candidates[0].objections == (
        "smallest segment under 2%",
        "least stable segment under 0.75",
    )


def test_stability_that_was_not_asked_for_is_no_objection():
    found = decided([candidate(3, jaccard=None)], min_jaccard=0.75)
    assert found.candidates[0].objections == ()


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (Selection(), "Of k = 2 to 10, the highest silhouette."),
        (
            Selection(rule=Rule(3, 0.02, 0.75)),
            "Of k = 3 to 10 whose smallest segment holds at least 2% and whose least "
            "stable segment is found again with a Jaccard of 0.75, the highest "
            "silhouette.",
        ),
        (
            Selection(splits=0, rule=Rule(3, 0.005, 0.75, "calinski_harabasz")),
            "Of k = 3 to 10 whose smallest segment holds at least 0.5%, the highest "
            "Calinski-Harabasz index.",
        ),
        (
            Selection(rule=Rule(3, 0.02, 0.75, max_share=0.6)),
            "Of k = 3 to 10 whose smallest segment holds at least 2%, whose least "
            "stable segment is found again with a Jaccard of 0.75 and whose largest "
            "segment holds at most 60%, the highest silhouette.",
        ),
        (
            Selection(k_max=4, rule=Rule(criterion="davies_bouldin")),
            "Of k = 2 to 4, the lowest Davies-Bouldin index.",
        ),
        (
            Selection(k_max=4, rule=Rule(4, criterion="lowest_jaccard")),
            "Of k = 4 alone, the highest Jaccard of the least stable segment.",
        ),
        (
            Selection(k_max=4, rule=Rule(min_k=12)),
            "Of k = 2 to 4 of at least 12 segments, the highest silhouette.",
        ),
    ],
)
def test_the_rule_in_words_is_that_of_the_configuration(config, words):
    assert rule_in_words(config) == words


def test_of_k_within_the_standard_error_the_fewest_segments_are_taken():
    near = [candidate(k, s, silhouette_error=0.002) for k, s in ((4, 0.399), (6, 0.4))]
    found = decided([*near, candidate(5, 0.397, silhouette_error=0.002)])
    assert (found.k, found.runner_up) == (4, 6)
    exact = decided([candidate(4, 0.399), candidate(6, 0.4)])
    assert (exact.k, exact.runner_up) == (6, 4)


def test_the_reason_says_that_a_tie_was_broken():
    near = [candidate(k, s, silhouette_error=0.006) for k, s in ((4, 0.225), (6, 0.23))]
    assert decided(near).reason == (
        "2 of 2 values of k are admitted. k = 4 has a silhouette of 0.225, within the "
        "standard error (0.006) of the highest, 0.230 at k = 6; the runner-up is k = 6 "
        "with 0.230."
    )


def test_the_excess_is_as_uncertain_as_the_tables_it_is_set_beside():
    beside = monte_carlo(0.4, [0.28, 0.3, 0.32])
    known = candidate(4, silhouette_beside=beside, silhouette_excess=0.1)
    assert known.error("silhouette_excess") == pytest.approx(0.02 * np.sqrt(4 / 3))
    assert candidate(4).error("silhouette_excess") == 0
    assert known.error("lowest_jaccard") == 0
    better = candidate(6, silhouette_beside=beside, silhouette_excess=0.12)
    found = decided([known, better, candidate(3)], criterion="silhouette_excess")
    assert (found.k, found.runner_up) == (4, 6)


def test_a_criterion_that_was_not_measured_is_said_to_be_unknown():
    found = decided([candidate(3)], criterion="silhouette_excess")
    assert "excess over structureless tables of unknown size." in found.reason


@pytest.mark.parametrize(
    ("change", "tie"),
    [
        ({"scored": 500}, True),
        ({"scored": 500, "score_against": "all"}, True),
        ({"scored": 0, "score_against": "all"}, False),
        ({"scored": 500, "rule": Rule(criterion="davies_bouldin")}, False),
        ({"scored": 0, "rule": Rule(criterion="silhouette_excess")}, True),
    ],
)
def test_the_rule_speaks_of_a_standard_error_where_there_is_one(change, tie):
    said = rule_in_words(Selection(**change))
    assert ("of those within its standard error, the fewest segments" in said) is tie


def test_a_k_that_is_not_admitted_is_never_an_equal():
    found = decided(
        [
            candidate(3, 0.4, share=0.01, silhouette_error=0.1),
            candidate(5, 0.4, silhouette_error=0.1),
        ],
        min_share=0.02,
    )
    assert found.k == 5


def test_what_would_change_the_choice_is_said_and_true():
    candidates = [
        candidate(
            3,
            0.30,
            jaccard=0.95,
            share=0.30,
            largest_share=0.38,
            silhouette_excess=0.01,
        ),
        candidate(
            4,
            0.40,
            jaccard=0.80,
            silhouette_excess=0.02,
            calinski_harabasz=200.0,
            davies_bouldin=0.5,
        ),
        candidate(5, 0.50, jaccard=0.70, share=0.10, silhouette_excess=0.09),
    ]
    rule = {"min_jaccard": 0.75, "min_share": 0.02}
    found = decided(candidates, **rule)
    assert found.k == 4
    assert found.changes == (
        "Ordered by the highest Jaccard of the least stable segment, k = 3 would be "
        "chosen.",
        "With a smallest share of 21.0% asked for, k = 3 would be chosen.",
        "With a least stability of 0.70 asked for, k = 5 would be chosen.",
        "With a least stability of 0.85 asked for, k = 3 would be chosen.",
        "With a largest share of at most 45.0% asked for, k = 3 would be chosen.",
    )
    assert decided(candidates, **(rule | {"min_jaccard": 0.70})).k == 5
    assert decided(candidates, **(rule | {"min_jaccard": 0.80})).k == 4
    assert decided(candidates, **(rule | {"min_jaccard": 0.85})).k == 3
    assert decided(candidates, **(rule | {"min_share": 0.20})).k == 4
    assert decided(candidates, **(rule | {"min_share": 0.21})).k == 3
    assert decided(candidates, **(rule | {"max_share": 0.50})).k == 4
    assert decided(candidates, **(rule | {"max_share": 0.45})).k == 3


def test_the_finest_k_that_halves_agree_on_and_that_is_worth_it_is_taken():
    found = decided(
        [
            of_use(2, gain=0.3),
            of_use(3, agreement=0.7, gain=0.1),
            of_use(4, gain=0.06),
            of_use(5, gain=0.03),
        ],
        worth=0.04,
        **FOR_USE,
    )
    assert (found.k, found.runner_up, found.is_natural) == (4, 2, False)
    assert found.candidates[1].objections == ("halves agree under 0.8",)
    assert found.candidates[3].objections == ("one more segment explains under 4%",)
    assert found.reason == (
        "No groups stand apart at any k. 2 of 4 values of k are admitted. k = 4 is the "
        "most of these; the runner-up is k = 2."
    )
    assert (
        "With a last segment that explains 3.0% asked for, k = 5 would be chosen."
        in found.changes
    )


def test_groups_that_stand_apart_go_before_a_finer_cut():
    apart = of_use(2, parting=ONE_PARTED), of_use(3, parting=ONE_PARTED)
    found = decided([*apart, of_use(4, parting=CUT)], **FOR_USE)
    assert (found.k, found.is_natural, found.is_settled) == (3, True, True)
    assert found.reason.startswith("The learners are 3 groups that stand apart: few ")
    assert found.changes == ()


def test_groups_of_too_few_are_no_groups():
    few = of_use(3, share=0.01, parting=ONE_PARTED)
    found = decided([of_use(2, parting=CUT), few], **FOR_USE)
    assert (found.k, found.is_natural) == (2, False)


def test_where_halves_agree_on_no_k_the_coarsest_is_taken_and_not_called_settled():
    found = decided([of_use(2, 0.7), of_use(3, 0.6), of_use(4, 0.5)], **FOR_USE)
    assert (found.k, found.is_settled) == (2, False)
    assert found.reason == (
        "No groups stand apart at any k. No k meets the rule, so how many segments "
        "there are is not settled. k = 2, the coarsest possible cut, is taken; against "
        "it: halves agree under 0.8; the runner-up is k = 3 (halves agree under 0.8)."
    )


def test_a_cut_that_is_not_found_again_is_none():
    found = decided([of_use(2, jaccard=0.5), of_use(3, share=0.01)], **FOR_USE)
    assert (found.k, found.is_settled) == (1, True)
    assert found.reason == (
        "No cut holds at any k that was tried: least stable segment under 0.6; "
        "smallest segment under 2%."
    )


def test_where_no_cut_is_possible_there_is_one_segment_and_the_reason():
    found = decided([of_use(2, share=0.01), of_use(3, share=0.01)], **FOR_USE)
    assert (found.k, found.runner_up) == (1, None)
    assert found.reason == (
        "No cut holds at any k that was tried: smallest segment under 2%."
    )


@pytest.mark.parametrize(("n", "most"), [(60, 2), (100, 2), (101, 3)])
def test_few_learners_allow_few_segments(n, most):
    limits = Limits(n, least=10, most_k=most)
    cuts = [of_use(k, share=0.2, gain=0.1) for k in range(2, 6)]
    found = decided(cuts, limits=limits, **FOR_USE)
    assert found.k == most
    assert found.candidates[-1].refusals == ("too few learners for so many segments",)


def test_a_k_that_was_asked_for_is_taken_with_what_speaks_against_it():
    cuts = [of_use(2, gain=0.3), of_use(3, agreement=0.7, gain=0.02), of_use(4)]
    found = decided(cuts, worth=0.04, k=3, **FOR_USE)
    assert (found.k, found.runner_up, found.is_forced) == (3, 4, True)
    assert found.reason == (
        "k = 3 was asked for. Against it: the rule takes k = 4; halves agree under 0.8;"
        " one more segment explains under 4%."
    )
    same = decided(cuts, worth=0.04, k=4, **FOR_USE)
    assert same.reason.startswith("Asked for. No groups stand apart at any k.")
    parted = [of_use(2, parting=ONE_PARTED), of_use(3, parting=CUT)]
    other = decided(parted, k=3, **FOR_USE)
    assert "Against it: there are 2 groups that stand apart." in other.reason


@pytest.mark.parametrize(("again", "settled"), [(5, True), (4, True), (3, False)])
def test_a_choice_that_other_samples_repeat_is_settled(again, settled):
    cuts = [of_use(2, gain=0.3), of_use(3, gain=0.06), of_use(4, gain=0.02)]
    found = decided(cuts, worth=0.04, **FOR_USE).tried_again(again, 5, 5)
    assert (found.k, found.is_settled) == (3, settled)
    told = f"On {again} of 5 samples of the learners the rule takes k = 3 again"
    assert found.reason.endswith(
        f"{told}."
        if settled
        else f"{told}: how many segments there are is not settled."
    )


@pytest.mark.parametrize(
    ("cuts", "taken"),
    [
        ([of_use(3), of_use(4, gain=0.03)], True),
        ([of_use(3), of_use(4)], False),
        ([of_use(3, agreement=0.7), of_use(4, gain=0.03)], False),
        ([of_use(3, share=0.01)], False),
    ],
)
def test_a_k_is_taken_again_where_it_is_admitted_and_nothing_finer(cuts, taken):
    config = Selection(k_max=9, worth=0.04, rule=Rule(**FOR_USE))
    assert is_taken(3, cuts, config, Limits(100))[0] is taken


def test_what_was_asked_for_is_settled():
    cuts = [of_use(2, gain=0.3), of_use(3, agreement=0.5)]
    assert decided(cuts, k=3, **FOR_USE).is_settled
    assert decided(cuts, k=1, **FOR_USE).is_settled


def test_a_k_beyond_the_sweep_is_no_choice_of_the_rule():
    cuts = [of_use(2), of_use(3), of_use(12, gain=None)]
    found = decided(cuts, k=12, worth=0.04, **FOR_USE)
    assert (found.k, found.runner_up) == (12, 3)
    assert found.reason == "k = 12 was asked for. Against it: the rule takes k = 3."
    assert not any("12" in change for change in found.changes)


def test_the_rule_of_gaps_is_said_first():
    config = Selection(worth=0.04, rule=Rule(**FOR_USE))
    assert rule_in_words(config, least=10) == (
        "As many as there are groups that stand apart; where there are none, of k = 2 "
        "to 10 whose smallest segment holds at least 2% and 10 learners, whose least "
        "stable segment is found again with a Jaccard of 0.6, on which halves of the "
        "learners agree with an index of 0.8 and of which the last segment explains at "
        "least 4%, the most segments."
    )
    unseen = rule_in_words(replace(config, splits=0))
    assert "halves" not in unseen
    assert "Jaccard" not in unseen


def test_gaps_that_nobody_looked_for_are_not_said_to_be_missing():
    found = decided([of_use(2, parting=None)], **FOR_USE)
    assert "stand apart" not in found.reason
