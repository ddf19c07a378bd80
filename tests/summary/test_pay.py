"""Benchmarks, cohorts, companies and questions of a run, as the contract has them."""

import pytest

from learnstrata.summary.pay import (
    build_benchmarks,
    build_cohorts,
    build_companies,
    build_questions,
)


@pytest.fixture(params=["small_run", "notebook_run"])
def either(request):
    return request.getfixturevalue(request.param)


def test_a_run_has_all_four(either):
    assert build_benchmarks(either).cells
    assert len(build_cohorts(either)) == 4
    assert build_companies(either).largest
    assert build_questions(either).lagging_pay is not None
