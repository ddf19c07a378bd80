"""The description in the contract is that of the run, exactly."""

import pytest

from learnstrata.summary.learners import (
    build_description,
    build_features,
    build_roles,
)


@pytest.fixture(params=["small_run", "notebook_run"])
def done(request):
    return request.getfixturevalue(request.param)


def test_the_description_builds(done):
    found = build_description(done)
    told = done.base.description
    assert [d.n for d in found.distributions] == [d.n for d in told.distributions]
    assert len(found.pay_by_role) == len(told.pay_by_role)


def test_titles_mapped_missing_and_unmapped_add_up(done):
    found = build_roles(done)
    assert found.mapped + found.missing + found.unmapped == found.learners


def test_features_used_are_those_of_the_model(done):
    names = tuple(one.name for one in build_features(done).used)
    assert names == done.meaning.model.features.columns
