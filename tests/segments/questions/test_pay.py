"""How pay goes with experience, recomputed from the learners."""

from collections import Counter

import polars as pl
import pytest
from scipy.stats import spearmanr

from learnstrata.segments.questions.pay import relate_pay_to_experience

ALL = frozenset({"pay", "title", "company", "years_of_experience"})


@pytest.fixture(scope="module")
def learners(small_run):
    return small_run.meaning.learners


@pytest.fixture(scope="module")
def known(learners):
    return [
        p
        for p in learners.to_dicts()
        if p["pay"] is not None and not p["experience_imputed"]
    ]


def rank_correlation(people):
    years, pay = ([p[c] for p in people] for c in ("years_of_experience", "pay"))
    return spearmanr(years, pay).statistic


def test_pay_and_experience_are_related_of_all_and_by_role(small_run, known):
    found = small_run.meaning.questions.pay_with_experience
    assert found.learners == len(known)
    assert found.correlation == pytest.approx(rank_correlation(known))
    roles = Counter(p["role"] for p in known)
    assert {one.role for one in found.by_role} == {
        role for role, n in roles.items() if n >= 10
    }
    for one in found.by_role:
        own = [p for p in known if p["role"] == one.role]
        assert one.learners == len(own)
        assert one.correlation == pytest.approx(rank_correlation(own))
    sizes = [one.learners for one in found.by_role]
    assert sizes == sorted(sizes, reverse=True)


def test_without_titles_all_are_one_role(learners, known):
    found = relate_pay_to_experience(learners, available=ALL - {"title"})
    (everyone,) = found.by_role
    assert (everyone.role, everyone.learners) == ("All", len(known))
    assert everyone.correlation == found.correlation


@pytest.mark.parametrize("column", ["pay", "years_of_experience"])
def test_both_are_needed(learners, column):
    assert relate_pay_to_experience(learners, available=ALL - {column}) is None


def test_ten_of_whom_both_are_known_are_enough(learners):
    few = pl.when(pl.int_range(pl.len()) < 9).then(500_000.0)
    nine = learners.with_columns(pay=few, experience_imputed=0)
    assert relate_pay_to_experience(nine, available=ALL) is None
    found = relate_pay_to_experience(nine, available=ALL, least=9)
    assert (found.learners, found.correlation) == (9, None)  # pay does not vary


def test_a_learner_of_60_records_is_one_of_the_learners(learners):
    both = pl.col("pay").is_not_null() & (pl.col("experience_imputed") == 0)
    many = pl.concat([learners, *[learners.filter(both).head(1)] * 59])
    one, two = (relate_pay_to_experience(r, available=ALL) for r in (learners, many))
    assert two.learners == one.learners
    assert two.correlation == pytest.approx(one.correlation)
    assert [r.learners for r in two.by_role] == [r.learners for r in one.by_role]
