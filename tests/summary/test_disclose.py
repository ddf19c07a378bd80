"""What may be published of results: by the kinds of their values."""

from dataclasses import replace

import polars as pl
import pytest

from learnstrata.segments.meaning.bands import compare_with_rules
from learnstrata.segments.meaning.distinctive import make_cards
from learnstrata.segments.meaning.profiles import profile_segments
from learnstrata.summary.build import build
from learnstrata.summary.disclose import disclose

KEY = bytes(32)


def told(run, results):
    return disclose(results, key=KEY, content=run.base.account.content)


def described(run, learners):
    """Describe other learners with the segments of a run."""
    meaning, k = run.meaning, len(run.meaning.profiles)
    profiles = profile_segments(learners, meaning.model.features, n_segments=k)
    pay = meaning.model.features.pay
    compared = compare_with_rules(
        learners,
        experience_order=run.meaning.model.features.experience_band_names,
        pay_order=pay.band_names,
    )
    meaning = replace(
        meaning,
        learners=learners,
        profiles=profiles,
        cards=make_cards(learners, profiles, pay=pay),
        comparison=compared,
    )
    return build(replace(run, meaning=meaning), key=KEY)


@pytest.fixture(scope="module")
def of_one(notebook_run):
    """Results in which the last segment is of 40 records of one learner."""
    learners, last = notebook_run.meaning.learners, len(notebook_run.meaning.profiles)
    rest = learners.filter(pl.col("segment_id") != last)
    one = rest.filter(pl.col("pay").is_not_null() & (pl.col("experience_imputed") == 0))
    own = pl.concat([one.head(1)] * 40).with_columns(segment_id=pl.lit(last))
    return described(notebook_run, pl.concat([rest, own.cast(rest.schema)]))


def test_a_learner_with_40_records_is_no_segment_that_is_told(notebook_run, of_one):
    last = of_one.segments[-1]
    assert (last.size, last.learners) == (40, 1)
    assert last.number("pay").n == 1
    found = told(notebook_run, of_one)
    assert found.small_segments == 1
    assert last.id not in [one.id for one in found.segments]
    assert all(one.learners is None for one in found.segments)
    cells = [cell for row in found.bands.rows for cell in row.cells]
    assert last.id not in {cell.segment_id for cell in cells}


def test_40_records_of_one_learner_are_no_count_and_no_share(
    notebook_run, notebook_results
):
    first, *others = notebook_results.segments
    few = {"count": 40, "learners": 1}
    roles = next(one for one in first.categories if one.name == "role")
    roles = roles.model_copy(
        update={"values": (roles.values[0].model_copy(update=few), *roles.values[1:])}
    )
    value = first.distinctive_values[0].model_copy(update=few)
    row = max(notebook_results.bands.rows, key=lambda row: row.distinct_learners)
    cell = row.cells[0].model_copy(update=few)
    row = row.model_copy(update={"cells": (cell, *row.cells[1:])})
    first = first.model_copy(
        update={
            "categories": (roles,),
            "distinctive_values": (value, *first.distinctive_values[1:]),
        }
    )
    bands = notebook_results.bands.model_copy(update={"rows": (row,)})
    changes = {"segments": (first, *others), "bands": bands}
    found = told(notebook_run, notebook_results.model_copy(update=changes))
    (role,) = (
        one
        for one in found.segments[0].category("role")
        if one.value == roles.values[0].value
    )
    assert role.base_count is not None
    assert role.count is role.share is role.index is None
    assert role.learners is role.base_learners is None
    (value,) = (
        one
        for one in found.segments[0].distinctive_values
        if (one.feature, one.value) == (value.feature, value.value)
    )
    assert value.count is value.index is value.low is value.effect is None
    (row,) = found.bands.rows
    assert row.learners is not None
    assert row.cells[0].count is None


def test_what_all_have_of_few_learners_is_left_out(notebook_run, notebook_results):
    row = notebook_results.bands.rows[0]
    row = row.model_copy(update={"learners": 40, "distinct_learners": 9})
    bands = notebook_results.bands.model_copy(update={"rows": (row,)})
    results = notebook_results.model_copy(update={"bands": bands})
    assert told(notebook_run, results).bands.rows == ()


def test_where_learners_are_segmented_counts_are_of_learners(small_results):
    for one in small_results.segments:
        assert one.learners == one.size
        for row in (
            *one.distinctive_values,
            *(r for c in one.categories for r in c.values),
        ):
            assert (row.learners, row.base_learners) == (row.count, row.base_count)
        for found in one.distributions:
            assert found.learners == found.n_all
            assert all(part.learners == part.of_all for part in found.bins)
    for row in small_results.bands.rows:
        assert row.distinct_learners == row.learners
        assert all(cell.learners == cell.count for cell in row.cells)


def test_where_records_are_segmented_their_learners_are_counted(
    notebook_run, notebook_results
):
    learners = notebook_run.meaning.learners
    assert learners["learner_id"].n_unique() < len(learners)
    for one in notebook_results.segments:
        own = learners.filter(segment_id=one.id)
        assert one.learners == own["learner_id"].n_unique()
        for value in one.category("tier"):
            of_value = own.filter(tier=value.value)["learner_id"]
            assert value.learners == of_value.n_unique()


@pytest.mark.parametrize(("learners", "is_told"), [(49, False), (100, True)])
def test_how_rules_agree_is_told_of_50_learners_or_more(
    small_results, learners, is_told
):
    bands = small_results.bands.model_copy(update={"n_learners": learners})
    changed = small_results.model_copy(update={"bands": bands})
    found = disclose(changed, key=KEY, content=b"a table").bands
    assert [one is not None for one in (found.ari, found.nmi, found.guessed)] == [
        is_told
    ] * 3


def test_where_no_company_is_told_of_no_tier_tells_its_spread(small_run, small_results):
    given = [one for one in small_results.companies.tiers if one.gini is not None]
    assert given
    shown = {one.tier: one for one in told(small_run, small_results).companies.tiers}
    assert all(shown[one.tier].gini == round(one.gini, 1) for one in given)
    closed = small_results.settings.model_copy(update={"companies": "none"})
    hidden = told(small_run, small_results.model_copy(update={"settings": closed}))
    spread = {(one.gini, one.top_share) for one in hidden.companies.tiers}
    assert spread == {(None, None)}
