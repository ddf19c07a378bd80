"""Mentor pools: the largest roles, their demand, supply and what is lacking."""

import pytest

from acted import actions, changed, lacking, questions
from learnstrata.privacy.disclosure.rounding import share_of

NAMELESS = {"Not stated", "Unmapped", "Other"}


def test_mentor_pools_are_the_largest_roles(small_results):
    action, everybody = actions(small_results)["mentor_pools"], small_results.segmented
    roles = [r for r in small_results.questions.mentor_roles if r.learners >= 50][:8]
    roles.sort(key=lambda one: -one.demand / one.supply)
    assert [(t.name, t.size) for t in action.targets] == [
        (one.role, one.demand) for one in roles
    ]
    for target, role in zip(action.targets, roles, strict=True):
        assert target.share == share_of(role.demand, everybody)
        assert target.why.startswith(
            f"{role.demand} have fewer than 8 years, {role.supply} have 8 or more and "
            f"could mentor, {role.demand / role.supply:.1f} for each of these; at 5 a "
            "mentor, "
        )
    covered = sum(one.learners for one in roles) / everybody
    assert action.why == (
        f"The {len(roles)} largest roles hold {covered:.1%} of all learners."
    )
    assert not {t.name for t in action.targets} & NAMELESS
    assert action.list == "could_mentor.csv"


@pytest.mark.parametrize(
    ("demand", "supply", "error", "ratio"),
    [
        (30_000, 5_300, 10, 5.7),
        (1_700, 300, 10, 6.0),
        (170, 30, 10, None),
        (170, 30, 29, None),
        (170, 20, 29, None),
    ],
)
def test_a_ratio_has_the_digits_that_rounding_leaves(
    small_results, demand, supply, error, ratio
):
    """161 of 41 are 3.9, told as 170 of 30."""
    role = changed(
        small_results.questions.mentor_roles[0], demand=demand, supply=supply
    )
    assert role.per_mentor(error=error) == ratio


@pytest.mark.parametrize(
    ("demand", "supply", "gap", "words"),
    [
        (100, 12, 8, "at 5 a mentor, 8 mentors are lacking"),
        (101, 12, 9, "at 5 a mentor, 9 mentors are lacking"),
        (100, 19, 1, "at 5 a mentor, 1 mentor is lacking"),
        (100, 20, 0, "at 5 a mentor, all can have one"),
        (
            100,
            None,
            None,
            "100 have fewer than 8 years, under 10 have 8 or more and could",
        ),
    ],
)
def test_a_gap_is_the_mentors_that_demand_lacks(
    small_results, demand, supply, gap, words
):
    role = changed(
        small_results.questions.mentor_roles[0], demand=demand, supply=supply
    )
    assert role.gap(5) == gap
    assert role.per_mentor() == (demand / supply if supply else None)
    (target,) = actions(questions(small_results, mentor_roles=(role,)))[
        "mentor_pools"
    ].targets
    assert words in target.why


def test_pools_without_experience_do_not_count_mentors(small_results):
    bare = lacking(small_results, "years_of_experience")
    whys = {t.why for t in actions(bare)["mentor_pools"].targets}
    assert whys == {"the table has no experience, so who could mentor is not known"}


def test_without_titles_there_is_no_pool(small_results):
    bare = questions(lacking(small_results, "title"), mentor_roles=())
    action = actions(bare)["mentor_pools"]
    assert action.targets == ()
    assert action.why == "The table has no titles, so no role can be given a pool."


def test_roles_of_few_get_no_pool(small_results):
    rare = tuple(
        changed(one, learners=49) for one in small_results.questions.mentor_roles
    )
    action = actions(questions(small_results, mentor_roles=rare))["mentor_pools"]
    assert action.targets == ()
    assert action.why == "No role is held by 50 learners or more."


def test_one_role_is_singular(small_results):
    one = changed(small_results.questions.mentor_roles[0], learners=1500)
    action = actions(questions(small_results, mentor_roles=(one,)))["mentor_pools"]
    assert action.why == "The largest role holds 100% of all learners."


def test_a_table_of_few_learners_has_no_shares(small_results):
    role = changed(small_results.questions.mentor_roles[0], learners=49)
    few = questions(small_results, mentor_roles=(changed(role, learners=50),))
    few = changed(few, input=changed(few.input, segmented=None))
    assert actions(few)["mentor_pools"].why == "The largest role holds 50 learners."


def pools_of(results, *pairs):
    """Give the action where roles A, B, C, ... have these demands and supplies."""
    first = results.questions.mentor_roles[0]
    roles = tuple(
        changed(first, role=role, learners=300, demand=demand, supply=supply)
        for role, (demand, supply) in zip("ABCDEFG", pairs, strict=False)
    )
    return actions(questions(results, mentor_roles=roles))["mentor_pools"]


def test_the_first_step_names_the_roles_that_need_most_and_how_many_to_ask(
    small_results,
):
    action = pools_of(small_results, (50, 50), (80, 20), (60, 30), (90, 90), (70, 10))
    assert action.first_step.startswith(
        "Begin with E, B, C: they have most learners for each mentor. Ask the "
        "first 50 of each on the list, or all where there are fewer, whether they "
        "would mentor. Give whoever agrees up to 5 learners of the same role from "
        "could_be_mentored.csv"
    )
    assert [one.name for one in action.targets] == ["E", "B", "C", "A", "D"]
    assert pools_of(small_results, (80, 20)).first_step.startswith(
        "Begin with A: it has most learners for each mentor. Ask the first 50 on the "
    )


@pytest.mark.parametrize(
    ("pairs", "step"),
    [
        ([(300, 0)], "under 10 or none have 8 years or more and could mentor."),
        ([(300, None)], "under 10 or none have 8 years or more and could mentor."),
        ([(0, 300), (9, 60)], "under 10 or none have fewer than 8 years, so hardly"),
        ([(9, 9)], "none of these roles has both 10 who could mentor and 10 with"),
        ([(300, 0), (0, 300)], "none of these roles has both 10 who could mentor"),
    ],
)
def test_where_no_pool_can_begin_nobody_is_sent_to_a_list(small_results, pairs, step):
    action = pools_of(small_results, *pairs)
    assert step in action.first_step
    assert ".csv" not in action.first_step
    assert action.list == ""
    assert action.measure == "Nothing to measure before there is a pool."
    assert {one.trial for one in action.targets} == {None}
