"""Benchmarks, pay that fell behind, high upside: whom they are for, and why."""

import pytest

from acted import actions, changed, lacking, with_cohort


@pytest.fixture(scope="module")
def found(small_results):
    return actions(small_results)


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
    (role,) = (
        one
        for one in small_results.segments[0].category("role")
        if one.value == target.name
    )
    assert (target.name, target.size) == ("Backend", role.base_count)
    assert target.share == round(role.base, 3)
    assert target.why == (
        "median pay (Mid) runs from 12.0 LPA to 18.0 LPA between tiers, 1.5 times"
    )
    assert action.why == (
        "4 groups of the same role, company tier and experience have 50 or more "
        "learners with a known pay."
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
        "No groups of the same role, company tier and experience have 50 or more "
        "learners with a known pay."
    )
    assert action.first_step == (
        "Nothing yet: no such group has 50 whose pay is known."
    )
    bare = actions(lacking(thin, "years_of_experience"))["pay_benchmarks"]
    assert bare.why == "There is no benchmark: the table has no experience."
    assert bare.first_step == "Nothing yet: the table has no experience."
    of = changed(
        small_results.benchmarks, cells=(), wider=(), reason="the table has no pay"
    )
    action = actions(changed(small_results, benchmarks=of))["pay_benchmarks"]
    assert action.why == "There is no benchmark: the table has no pay."


def stalled_of(results):
    return next(one for one in results.cohorts if one.key == "stalled")


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
    action = actions(with_cohort(small_results, "stalled", by_role=rows))["lagging_pay"]
    of_roles = [(role, sizes[role]) for role in "BFEDG"]
    assert [(t.name, t.size) for t in action.targets] == [
        (role, n) for role, n in of_roles
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
    assert of.learners < 50
    assert (found["lagging_pay"].targets, found["lagging_pay"].list) == ((), "")
    assert found["lagging_pay"].first_step == "Nothing yet: there are under 50 of them."


def test_lagging_pay_that_cannot_be_told_says_why(small_results):
    action = actions(lacking(small_results, "pay"))["lagging_pay"]
    assert action.why == (
        "The data cannot answer this: it needs both pay and experience."
    )
    nobody = with_cohort(
        small_results,
        "stalled",
        reason="no learner has enough peers",
        by_role=(),
        share=None,
    )
    action = actions(nobody)["lagging_pay"]
    assert action.targets == ()
    assert action.why.endswith("because no learner has enough peers.")


def test_without_titles_all_are_the_cohort(small_results):
    bare = with_cohort(
        lacking(small_results, "title"),
        "stalled",
        by_role=(),
        learners=60,
        assessed=200,
        share=0.3,
        low=None,
    )
    action = actions(bare)["lagging_pay"]
    (target,) = action.targets
    assert target.name == "All"
    assert target.why == "60 of 200 assessed (30%)"


def test_all_of_a_cohort_come_before_its_roles(small_results):
    of = next(one for one in small_results.cohorts if one.key == "high_upside")
    row = changed(of.by_role[0], value="Data", learners=60, assessed=300, share=0.2)
    many = with_cohort(
        small_results, "high_upside", learners=90, assessed=900, by_role=(row,)
    )
    action = actions(many)["transitions"]
    assert action.list == "high_upside.csv"
    assert [(t.name, t.size) for t in action.targets] == [
        ("All", 90),
        ("Data", 60),
    ]
    assert action.why.startswith(f"{of.title}: 90 of the 900 learners")


def test_a_pay_talk_has_a_benchmark_only_where_there_is_one(small_results):
    many = with_cohort(small_results, "stalled", learners=90, assessed=200)
    thick = [("Backend", "Tier 1", "Mid", 50, 18e5)]
    thin = [("Backend", "Tier 1", "Mid", 49, 18e5)]
    with_one, without = (
        actions(benchmarks_of(many, rows))["lagging_pay"] for rows in (thick, thin)
    )
    assert "ffer a pay talk with the benchmark of their role to" in with_one.first_step
    assert "ffer a pay talk to the first" in without.first_step
