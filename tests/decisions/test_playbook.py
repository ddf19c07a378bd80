"""Five actions: whom they are for, how many, and what is said where nobody is."""

import re

import pytest

from learnstrata.decisions import playbook
from learnstrata.decisions.playbook import recommend

IDS = ("pathways", "mentor_pools", "pay_benchmarks", "lagging_pay", "quarterly_refit")
NAMELESS = {"Not stated", "Unmapped", "Other", "Unknown_Role", "Other_Role"}


def actions(results):
    return {action.id: action for action in recommend(results)}


def changed(result, **fields):
    return result.model_copy(update=fields)


def questions(results, **fields):
    return changed(results, questions=changed(results.questions, **fields))


def lacking(results, *columns):
    there = tuple(c for c in results.input.available if c not in columns)
    return changed(results, input=changed(results.input, available=there))


@pytest.fixture(scope="module")
def found(small_results):
    return actions(small_results)


@pytest.mark.parametrize("name", ["small_results", "small_told", "notebook_results"])
def test_there_are_five_actions_in_a_fixed_order(name, request):
    told = recommend(request.getfixturevalue(name))
    assert tuple(action.id for action in told) == IDS
    for action in told:
        assert action.teams
        assert action.why.endswith(".")
        assert action.measure.endswith(".")


def test_each_segment_has_a_pathway_of_its_size(found, small_results):
    targets, segments = found["pathways"].targets, small_results.segments
    sizes = [(one.name, one.size, one.share) for one in segments]
    assert [(t.name, t.size, t.share) for t in targets] == sizes
    kinds = {target.why.split(":")[0] for target in targets}
    assert found["pathways"].why == (
        f"The {len(targets)} segments call for {len(kinds)} kinds of pathway."
    )
    for target, segment in zip(targets, segments, strict=True):
        years, pay = segment.number("years_of_experience"), segment.number("pay")
        assert f"median experience {years.p50:g} year" in target.why
        assert f"median pay {pay.p50 / 1e5:,.1f} LPA" in target.why


def test_the_pathway_is_that_of_the_band_of_most_learners(found, small_results):
    for target, segment in zip(
        found["pathways"].targets, small_results.segments, strict=True
    ):
        band = max(segment.category("experience_band"), key=lambda one: one.count)
        assert target.why.startswith(f"{playbook.PATHWAYS[band.value]}: ")


@pytest.mark.parametrize(
    ("percentile", "band"),
    [(0.1, "Early"), (0.3, "Early"), (0.5, "Mid"), (0.71, "Senior")],
)
def test_bands_of_other_names_give_way_to_the_place_among_all(
    small_results, percentile, band
):
    segment = small_results.segments[0]
    years = changed(segment.number("years_of_experience"), percentile=percentile)
    other = changed(segment, categories=(), typical=(years,))
    (target,) = actions(changed(small_results, segments=(other,)))["pathways"].targets
    assert target.why.startswith(playbook.PATHWAYS[band])


def test_one_segment_calls_for_one_kind_and_none_for_nothing(small_results):
    one = changed(small_results, segments=small_results.segments[:1])
    assert actions(one)["pathways"].why == (
        "The segment calls for one kind of pathway."
    )
    none = actions(changed(small_results, segments=(), small_segments=3))
    assert none["pathways"].why == "No segment has learners enough to be told of."
    assert none["quarterly_refit"].targets == ()


def test_segments_without_experience_get_the_general_pathway(small_results):
    bare = tuple(
        changed(one, typical=(), categories=()) for one in small_results.segments
    )
    targets = actions(changed(small_results, segments=bare))["pathways"].targets
    assert [t.why for t in targets] == [
        f"General pathway: {one.size} learners" for one in bare
    ]


def test_mentor_pools_are_the_largest_roles(found, small_results):
    action, everybody = found["mentor_pools"], small_results.segmented
    roles = [r for r in small_results.questions.mentor_roles if r.learners >= 50][:8]
    assert [(t.name, t.size) for t in action.targets] == [
        (one.role, one.learners) for one in roles
    ]
    for target, role in zip(action.targets, roles, strict=True):
        assert target.share == role.learners / everybody
        assert target.why == (
            f"{role.seniors} of them have 8 or more years and could mentor"
        )
    covered = sum(one.learners for one in roles) / everybody
    assert action.why == (
        f"The {len(roles)} largest roles hold {covered:.1%} of all learners."
    )
    assert not {t.name for t in action.targets} & NAMELESS


def test_seniors_that_are_few_read_under_ten(small_results):
    roles = tuple(
        changed(one, seniors=None) for one in small_results.questions.mentor_roles
    )
    few = questions(small_results, mentor_roles=roles)
    whys = {t.why for t in actions(few)["mentor_pools"].targets}
    assert whys == {"under 10 of them have 8 or more years and could mentor"}


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
    assert action.why == "The role holds 100% of all learners."


def test_a_table_of_few_learners_has_no_shares(small_results):
    role = changed(small_results.questions.mentor_roles[0], learners=49)
    few = questions(small_results, mentor_roles=(changed(role, learners=50),))
    few = changed(few, input=changed(few.input, segmented=None))
    assert actions(few)["mentor_pools"].why == "The role holds 50 learners."


def benchmarks_of(results, rows):
    """Benchmarks of these combinations, and of their roles."""
    cell = next(c for c in results.benchmarks.cells if c.shown)
    role = next(c for c in results.benchmarks.wider if c.level == "role")
    names = ("role_family", "tier", "experience_band", "learners", "p50")
    cells = [changed(cell, **dict(zip(names, row, strict=True))) for row in rows]
    sizes = {}
    for name, *_, n, _ in rows:
        sizes[name] = sizes.get(name, 0) + n
    wider = [changed(role, role_family=r, learners=n) for r, n in sizes.items()]
    of = changed(results.benchmarks, cells=tuple(cells), wider=tuple(wider))
    return changed(results, benchmarks=of)


def test_benchmarks_compare_tiers_at_the_same_experience(small_results):
    action = actions(
        benchmarks_of(
            small_results,
            [
                ("Backend", "Tier 1", "Mid", 90, 18e5),
                ("Backend", "Tier 2", "Mid", 200, 12e5),
                ("Backend", "Tier 3", "Senior", 500, 30e5),
                ("Backend", "Tier 3", "Mid", 49, 2e5),
                ("Data", "Tier 1", "Mid", 300, 20e5),
                ("Data", "Tier 2", "Mid", 300, None),
                ("Other", "Tier 1", "Mid", 90, 18e5),
                ("Other", "Tier 2", "Mid", 90, 8e5),
            ],
        )
    )["pay_benchmarks"]
    (target,) = action.targets
    assert (target.name, target.size, target.share) == ("Backend", 839, 0.559)
    assert target.why == (
        "median pay (Mid) runs from 12.0 LPA to 18.0 LPA between tiers, 1.5 times"
    )
    assert action.why == (
        "4 combinations of role, tier and experience hold 50 paid learners or more."
    )


def test_benchmarks_are_of_the_most_frequent_roles(small_results):
    rows = [
        (f"Role {i}", tier, "Mid", 60 + i, pay)
        for i in range(9)
        for tier, pay in (("Tier 1", 2e6), ("Tier 2", 1e6))
    ]
    action = actions(benchmarks_of(small_results, rows))["pay_benchmarks"]
    assert [t.name for t in action.targets] == [f"Role {i}" for i in range(8, 2, -1)]


def test_thin_and_missing_benchmarks_are_said(small_results):
    thin = benchmarks_of(small_results, [("Backend", "Tier 1", "Mid", 49, 18e5)])
    action = actions(thin)["pay_benchmarks"]
    assert action.targets == ()
    assert action.why == (
        "No combinations of role, tier and experience hold 50 paid learners or more."
    )
    of = changed(
        small_results.benchmarks, cells=(), wider=(), reason="the table has no pay"
    )
    action = actions(changed(small_results, benchmarks=of))["pay_benchmarks"]
    assert action.why == "There is no benchmark: the table has no pay."


def stalled_of(results):
    return next(one for one in results.cohorts if one.key == "stalled")


def with_stalled(results, **fields):
    others = tuple(
        changed(one, **fields) if one.key == "stalled" else one
        for one in results.cohorts
    )
    return changed(results, cohorts=others)


def test_lagging_cohorts_are_the_roles_with_most_of_them(small_results):
    of = stalled_of(small_results)
    sizes = {"A": 50, "B": 90, "C": 49, "D": 60, "E": 70, "F": 80, "G": 55, "Other": 99}
    rows = tuple(
        changed(
            of.by_role[0],
            value=role,
            learners=n,
            assessed=200,
            share=n / 200,
            low=0.2,
            high=0.6,
        )
        for role, n in sizes.items()
    )
    action = actions(with_stalled(small_results, by_role=rows))["lagging_pay"]
    of_roles = [(role, sizes[role]) for role in "BFEDG"]
    assert [(t.name, t.size) for t in action.targets] == [
        (f"{role}: pay has not grown with experience", n) for role, n in of_roles
    ]
    first = action.targets[0]
    assert (first.share, first.why) == (
        *(0.06, "90 of 200 assessed (45%; 95 % interval 20% to 60%)"),
    )


def test_whom_the_action_is_for_is_defined_as_the_cohort_is(found, small_results):
    of = stalled_of(small_results)
    definition = of.definition[:1].lower() + of.definition[1:]
    why = found["lagging_pay"].why
    assert why.startswith(
        f"{of.title}: {of.learners} of the {of.assessed} learners who could be assessed"
    )
    assert f"Who is meant: {definition}" in why


def test_lagging_cohorts_that_are_small_are_no_targets(found, small_results):
    of = stalled_of(small_results)
    assert max(one.learners for one in of.by_role) < 50
    assert found["lagging_pay"].targets == ()
    assert found["lagging_pay"].why.endswith("No role has 50 or more of them.")


def test_lagging_pay_that_cannot_be_told_says_why(small_results):
    action = actions(lacking(small_results, "pay"))["lagging_pay"]
    assert action.why == (
        "The data cannot answer this: it needs both pay and experience."
    )
    nobody = with_stalled(
        small_results, reason="no learner has enough peers", by_role=(), share=None
    )
    action = actions(nobody)["lagging_pay"]
    assert action.targets == ()
    assert action.why.endswith("because no learner has enough peers.")


def test_without_titles_all_are_the_cohort(small_results):
    bare = with_stalled(
        lacking(small_results, "title"),
        by_role=(),
        learners=60,
        assessed=200,
        share=0.3,
        low=None,
    )
    action = actions(bare)["lagging_pay"]
    (target,) = action.targets
    assert target.name == "All: pay has not grown with experience"
    assert target.why == "60 of 200 assessed (30%)"


def test_the_refit_watches_the_smallest_segment(found, small_results):
    least = min(small_results.segments, key=lambda one: one.size)
    (target,) = found["quarterly_refit"].targets
    assert (target.name, target.size, target.share) == (
        least.name,
        least.size,
        least.share,
    )
    assert target.why == "smallest segment: watch it first"
    some = actions(changed(small_results, small_segments=1))["quarterly_refit"]
    assert some.targets[0].why == "smallest segment shown: watch it first"


def measured(results, jaccard):
    rows = tuple(
        changed(row, lowest_jaccard=jaccard) for row in results.selection.table
    )
    return changed(results, selection=changed(results.selection, table=rows))


def test_stability_that_was_not_measured_is_said(small_results):
    why = actions(measured(small_results, None))["quarterly_refit"].why
    assert why.startswith("Stability was not measured in this run")
    assert "holds" not in why


@pytest.mark.parametrize(
    ("jaccard", "words"),
    [
        (0.97, "The cut holds for this table: "),
        (0.75, "The cut holds for this table: "),
        (0.749, "Not every segment is sure to be found again: "),
        (0.3, "Not every segment is sure to be found again: "),
    ],
)
def test_the_cut_holds_only_where_every_segment_is_stable(
    small_results, jaccard, words
):
    why = actions(measured(small_results, jaccard))["quarterly_refit"].why
    assert why.startswith(
        f"{words}in halves of the learners that were cut anew, the least stable segment"
    )
    assert f"overlaps with itself by {100 * jaccard:g}%" in why


def test_records_are_called_records(notebook_results):
    action = actions(notebook_results)
    assert action["mentor_pools"].why.endswith("of all records.")
    told = " ".join(
        text
        for one in action.values()
        if one.id not in {"pay_benchmarks", "lagging_pay"}  # a learner counts once
        for text in (one.why, *(t.why for t in one.targets))
    )
    assert not re.search(r"\blearners?\b", told)


def test_the_missing_role_of_a_recipe_gets_no_pool(notebook_results):
    names = {t.name for one in recommend(notebook_results) for t in one.targets}
    assert not NAMELESS & names


def test_disclosed_actions_count_in_tens(small_told):
    sizes = [t.size for one in recommend(small_told) for t in one.targets]
    assert len(sizes) > 8
    assert {size % 10 for size in sizes} == {0}


def test_one_segment_is_compared_with_nothing(small_results):
    whole = changed(
        small_results, segments=small_results.segments[:1], small_segments=0
    )
    found = actions(whole)
    assert found["quarterly_refit"].targets == ()
    assert found["quarterly_refit"].why.startswith(
        "There is one segment: the next refit may find more."
    )
    (target,) = found["pathways"].targets
    assert "median pay" in target.why
    assert "(all" not in target.why
