"""Seven actions: all that a team needs, and what can start first first."""

import re

import pytest

from acted import actions, changed
from learnstrata.decisions.playbook import recommend

TEAMS = {
    "pathways": "product",
    "repair": "product",
    "quarterly_refit": "product",
    "mentor_pools": "mentoring",
    "lagging_pay": "career services",
    "transitions": "career services",
    "pay_benchmarks": "career services",
}
NAMELESS = {"Not stated", "Unmapped", "Other", "Unknown_Role", "Other_Role"}


@pytest.mark.parametrize("name", ["small_results", "small_told", "notebook_results"])
def test_each_action_says_who_does_what_first_and_by_when(name, request):
    told = recommend(request.getfixturevalue(name))
    assert {action.id: action.team for action in told} == TEAMS
    for action in told:
        assert action.team in action.teams
        for said in (action.why, action.first_step, action.measure, action.horizon):
            assert said.rstrip('"').endswith("."), said
        assert not action.list or action.targets


def is_ready(action):
    listed = bool(action.list and action.targets)
    return listed, any(target.is_tried for target in action.targets)


def reached(action):
    """Count the people of an action: of a cohort the first target is all of them."""
    sizes = [one.size for one in action.targets]
    is_cohort = action.id in {"lagging_pay", "transitions"}
    return max(sizes, default=0) if is_cohort else sum(sizes)


def with_trials(results, per_arm):
    """Give results whose trials need so many, by the change that they look for."""
    config = dict(results.settings.config)
    config["decisions"] = {**config["decisions"], "change": per_arm}
    return changed(results, settings=changed(results.settings, config=config))


@pytest.mark.parametrize("change", [0.05, 0.3])
def test_what_can_start_first_comes_first(small_results, change):
    """With people and a trial that can tell, then with people, then all others."""
    told = recommend(with_trials(small_results, change))
    ready = [is_ready(one) for one in told]
    assert ready == sorted(ready, reverse=True)
    assert (True, True) in ready if change == 0.3 else (True, True) not in ready
    for kind in set(ready):
        alike = [one for one in told if is_ready(one) == kind]
        sizes = [reached(one) for one in alike]
        assert sizes == sorted(sizes, reverse=True)


def test_a_target_is_tried_where_its_lot_fills_both_arms(small_results):
    target = actions(small_results)["pathways"].targets[0]
    trial = changed(target.trial, per_arm=10, lot=20)
    target = changed(target, trial=trial, size=5)
    assert target.is_tried
    for fields in ({"lot": 19}, {"lot": None}, {"per_arm": None}):
        assert not changed(target, trial=changed(trial, **fields)).is_tried
    assert not changed(target, trial=None).is_tried


@pytest.mark.parametrize("name", ["small_results", "notebook_results"])
@pytest.mark.parametrize("change", [0.05, 0.3])
def test_nobody_is_left_alone_where_no_trial_can_show_anything(name, change, request):
    results = with_trials(request.getfixturevalue(name), change)
    for action in recommend(results):
        is_tried = any(one.is_tried for one in action.targets)
        assert is_tried == ("hold-out" in action.first_step), action.first_step
        assert is_tried == ("against a hold-out" in action.measure), action.measure


@pytest.mark.parametrize("change", [0.05, 0.2])
def test_the_owner_reads_the_trials_that_teams_read(small_results, small_told, change):
    told = recommend(with_trials(small_told, change))
    exact = recommend(with_trials(small_results, change), told=told)
    for one, other in zip(exact, told, strict=True):
        assert one.first_step == other.first_step
        assert one.measure == other.measure
        of_told = {t.name: t.trial for t in other.targets}
        for target in one.targets:
            shared = of_told.get(target.name)
            if target.trial and shared:
                names = ("per_arm", "lot", "lot_of", "whom", "span", "outcome")
                plan, wanted = target.trial.model_dump(), shared.model_dump()
                assert {n: plan[n] for n in names} == {n: wanted[n] for n in names}


def test_records_are_called_records(notebook_results):
    action = actions(notebook_results)
    assert action["mentor_pools"].why.endswith("of all records.")
    told = " ".join(
        text
        for one in action.values()
        if one.id
        not in {"pay_benchmarks", "lagging_pay", "transitions"}  # a learner counts once
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
