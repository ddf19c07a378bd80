"""The description in the contract is that of the run, exactly."""

import itertools

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


def test_every_band_has_its_limits_and_they_meet(small_results):
    for feature, names in {
        "experience_band": ["Early", "Mid", "Senior"],
        "pay_band": ["Low", "Average", "High", "Very high"],
    }.items():
        bands = small_results.bands_of(feature)
        assert [one.name for one in bands] == names
        assert bands[0].low is bands[-1].high is None
        assert all(a.high == b.low for a, b in itertools.pairwise(bands))
    pay = small_results.bands_of("pay_band")
    assert [one.high for one in pay[:-1]] == [5e5, 15e5, 30e5]
    assert {one.origin for one in pay} == {"currency"}
    known = small_results.segments[0].category("pay_band")
    assert {one.value for one in known} <= {one.name for one in pay}


def test_the_original_keeps_its_bands_to_the_letter(notebook_results):
    limits = [
        [one.high for one in notebook_results.bands_of(feature)]
        for feature in ("experience_band", "pay_band")
    ]
    assert limits == [[2, 6, None], [5e5, 15e5, 30e5, None]]
