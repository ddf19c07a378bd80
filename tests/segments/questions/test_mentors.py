"""Mentors: learners and seniors of each role, counted one by one."""

from collections import Counter

import polars as pl
import pytest

from learnstrata.learners.roles.unnamed import NO_ROLE
from learnstrata.segments.questions.mentors import count_mentors

MENTOR_YEARS = 8.0
TITLE = frozenset({"title", "years_of_experience"})


@pytest.fixture(scope="module")
def people(small_run):
    return small_run.meaning.learners.to_dicts()


def test_roles_and_those_who_could_mentor_are_counted_from_the_learners(
    small_run, people
):
    found = small_run.meaning.questions.mentor_roles
    roles = Counter(p["role"] for p in people if p["role"] not in NO_ROLE)
    known = [p for p in people if not p["experience_imputed"]]
    new, old = (
        Counter(
            p["role"]
            for p in known
            if (p["years_of_experience"] >= MENTOR_YEARS) is enough
        )
        for enough in (False, True)
    )
    assert {one.role: one.learners for one in found} == roles
    assert {one.role: one.supply for one in found} == {r: old[r] for r in roles}
    assert {one.role: one.demand for one in found} == {r: new[r] for r in roles}
    sizes = [(-one.learners, one.role) for one in found]
    assert sizes == sorted(sizes)


def test_levels_are_bands_of_experience_and_add_up_to_the_role(small_run, people):
    bands = small_run.meaning.model.features.experience_band_names
    known = [p for p in people if not p["experience_imputed"]]
    found = Counter(
        (p["role"], p["experience_band"])
        for p in known
        if p["years_of_experience"] < MENTOR_YEARS
    )
    for one in small_run.meaning.questions.mentor_roles:
        assert tuple(level.level for level in one.levels) == bands
        for level in one.levels:
            assert level.demand == found[one.role, level.level]
        assert sum(level.demand for level in one.levels) == one.demand


def test_fewer_years_make_more_mentors(small_run):
    learners = small_run.meaning.learners
    few, many = (
        count_mentors(learners, available=TITLE, years=years) for years in (4.0, 12.0)
    )
    assert sum(one.supply for one in few) > sum(one.supply for one in many)
    both = [[one.demand + one.supply for one in found] for found in (few, many)]
    assert both[0] == both[1]


def test_made_up_experience_makes_no_mentor(small_run):
    learners = small_run.meaning.learners
    made_up = learners.with_columns(experience_imputed=1)
    found = count_mentors(made_up, available=TITLE)
    assert {(one.demand, one.supply) for one in found} == {(0, 0)}


def test_without_experience_nobody_knows_who_could_mentor(small_run):
    found = count_mentors(small_run.meaning.learners, available=frozenset({"title"}))
    assert found
    assert {(one.demand, one.supply) for one in found} == {(None, None)}


def test_without_titles_there_are_no_roles(small_run):
    learners = small_run.meaning.learners
    assert count_mentors(learners, available=TITLE - {"title"}) == ()


def test_the_missing_role_of_a_recipe_is_no_role(notebook_run):
    names = {one.role for one in notebook_run.meaning.questions.mentor_roles}
    assert names
    assert not {"Unknown_Role", "Other_Role", *NO_ROLE} & names


def test_a_senior_of_60_records_is_one_mentor(small_run):
    learners = small_run.meaning.learners
    senior = (pl.col("years_of_experience") >= 10) & (pl.col("experience_imputed") == 0)
    many = pl.concat([learners, *[learners.filter(senior).head(1)] * 59])
    available = frozenset({"title", "years_of_experience"})
    once, again = (
        count_mentors(rows, available=available) for rows in (learners, many)
    )
    assert {one.role: one.supply for one in again} == {
        one.role: one.supply for one in once
    }
