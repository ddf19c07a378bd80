"""Pay compared in three ways: the same of text as of the factors that a run makes."""

import pytest

from learnstrata.segments.pay.comparison import compare_pay


@pytest.fixture(params=["small_run", "notebook_run"])
def run(request):
    return request.getfixturevalue(request.param)


def test_a_run_compares_the_pay_of_its_learners(run):
    meaning = run.meaning
    available = meaning.model.features.available
    benchmarks, cohorts, companies = compare_pay(
        meaning.learners, run.config, available=available, key=b"k" * 32
    )
    assert benchmarks.cells.equals(meaning.benchmarks.cells)
    assert benchmarks.wider.equals(meaning.benchmarks.wider)
    assert cohorts == meaning.cohorts
    assert companies.tiers == meaning.companies.tiers
    views = [
        sorted((view.learners, view.p50, view.to_others) for view in one.largest)
        for one in (companies, meaning.companies)
    ]
    assert views[0] == views[1]
