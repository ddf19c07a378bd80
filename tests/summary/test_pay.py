"""Benchmarks, cohorts, companies and questions of a run, exact, to the contract."""

import math
from dataclasses import replace

import pytest

from learnstrata.privacy.disclosure.bands import size_band
from learnstrata.segments.pay.benchmarks import KNOTS, pay_benchmarks
from learnstrata.summary.pay import (
    build_benchmarks,
    build_cohorts,
    build_companies,
    build_questions,
)


@pytest.fixture(params=["small_run", "notebook_run"])
def either(request):
    return request.getfixturevalue(request.param)


def with_meaning(run, **changes):
    return replace(run, meaning=replace(run.meaning, **changes))


def place(cell):
    return cell.role_family, cell.tier, cell.experience_band


def test_every_cell_is_there_with_its_counts_and_its_pay(either):
    found, of = build_benchmarks(either), either.meaning.benchmarks
    names = ("learners", "companies", "largest_share", *KNOTS, "weight")
    for cells, frame in ((found.cells, of.cells), (found.wider, of.wider)):
        known = {place(cell): cell for cell in cells}
        for row in frame.to_dicts():
            key = row["role_family"], row.get("tier"), row["experience_band"]
            cell = known.pop(key)
            assert [getattr(cell, n) for n in names] == [row[n] for n in names]
        for cell in known.values():
            assert (cell.learners, cell.companies, cell.p50) == (0, 0, None)
    assert sum(cell.learners for cell in found.cells) == found.n_learners


def test_a_combination_that_nobody_has_is_there_like_any_other(either):
    cells = build_benchmarks(either).cells
    columns = zip(*(place(cell) for cell in cells), strict=True)
    sizes = [len(set(column)) for column in columns]
    assert len({place(cell) for cell in cells}) == len(cells) == math.prod(sizes)
    assert min(cell.learners for cell in cells) == 0


def test_bands_are_in_the_order_of_experience(small_run):
    cells = build_benchmarks(small_run).cells
    bands = [cell.experience_band for cell in cells[:3]]
    assert bands == ["Early", "Mid", "Senior"]


def test_the_level_says_which_peers_are_given(either):
    found = build_benchmarks(either)
    names = ("role_family", "tier", "experience_band")
    given = {
        (cell.level, tuple(getattr(cell, name) is not None for name in names))
        for cell in (*found.cells, *found.wider)
    }
    assert given == {
        ("cell", (True, True, True)),
        ("role and experience", (True, False, True)),
        ("role", (True, False, False)),
        ("all", (False, False, False)),
    }


def test_without_pay_there_are_no_cells_and_the_reason(small_run):
    none = pay_benchmarks(small_run.meaning.learners.drop("pay"))
    found = build_benchmarks(with_meaning(small_run, benchmarks=none))
    assert (found.reason, found.tau, found.cells) == ("the table has no pay", None, ())


def test_cohorts_are_counts_and_nobody(either):
    found = build_cohorts(either)
    assert [one.key for one in found] == [
        *("stalled", "entry_high", "entry_low", "high_upside", "well_paid"),
    ]
    for cohort, of in zip(found, either.meaning.cohorts, strict=True):
        assert cohort.learners == of.members.sum()
        assert (cohort.share is None) == (cohort.assessed == 0)
        assert (cohort.share or 0) * cohort.assessed == pytest.approx(cohort.learners)
        for parts in (cohort.by_segment, cohort.by_role, cohort.by_tier):
            assert sum(part.learners for part in parts) == cohort.learners
            shares = [p.learners / p.assessed if p.assessed else None for p in parts]
            assert [part.share for part in parts] == shares
            for part in parts:
                assert part.share is None or part.low <= part.share <= part.high


def test_companies_have_aliases_and_their_size_in_a_band(either):
    found = build_companies(either)
    assert found.largest
    for view in found.largest:
        assert view.alias.startswith("Company ")
        assert view.size == size_band(view.learners)
        assert view.p25 <= view.p50 <= view.p75
        assert view.to_others > 0
    assert sum(tier.learners for tier in found.tiers) == found.n_learners
    told = [tier for tier in found.tiers if tier.gini is not None]
    assert len(told) >= 2
    for tier in told:
        assert tier.companies >= 20
        assert 0 < tier.gini < 1
        assert 0 < tier.top_share < 1
    assert 0 < found.gini < 1


def test_no_part_has_a_company_of_the_table(either):
    found = build_companies(either).model_dump_json().lower()
    names = either.base.names.filter(kind="company")["name"].to_list()
    assert [n for n in names if len(n) >= 6 and f'"{n.lower()}"' in found] == []


def test_without_companies_there_is_no_view(small_run):
    assert build_companies(with_meaning(small_run, companies=None)) is None


def test_questions_are_those_of_the_run(either):
    found, of = build_questions(either), either.meaning.questions
    everybody = len(either.meaning.learners)
    related, of_related = found.pay_with_experience, of.pay_with_experience
    assert related.learners == of_related.learners
    assert related.correlation == of_related.correlation
    assert [r.role for r in related.by_role] == [r.role for r in of_related.by_role]
    assert [one.what for one in found.explained] == [o.what for o in of.explained]
    for role in found.mentor_roles:
        assert role.share == role.learners / everybody
        assert role.demand + role.supply <= role.learners
        assert sum(one.demand for one in role.levels) == role.demand


def test_questions_that_the_table_cannot_answer_are_none(small_run):
    of = small_run.meaning.questions
    bare = replace(of, explained=(), pay_with_experience=None)
    found = build_questions(with_meaning(small_run, questions=bare))
    assert (found.pay_with_experience, found.explained) == (None, ())
