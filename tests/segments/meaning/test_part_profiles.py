"""Parts of segments are named and described against the rest of their segment."""

import numpy as np
import polars as pl
import pytest

from learnstrata.learners.features.register import (
    DESCRIBED,
    FEATURES,
    feature_of,
    steps_of,
    steps_within,
)
from learnstrata.segments.meaning.part_profiles import describe_parts, names_of_parts
from learnstrata.summary.disclose import disclose, rounding_of
from learnstrata.summary.sums import tally_of
from owned import own_base, own_config, planted

KEY = bytes(32)


@pytest.fixture(scope="module")
def found():
    """Two segments: the first in two parts by hours, the second whole."""
    base, group = own_base(), planted()
    first = np.isin(group, [0, 1])
    ids = np.where(first, np.where(group == 1, "1.2", "1.1"), "2")
    learners = base.learners.with_columns(
        segment_id=pl.Series(np.where(first, 1, 2), dtype=pl.Int64)
    )
    return learners, describe_parts(
        learners, pl.Series(ids), base.prepared.features, own_config()
    )


def test_only_segments_that_are_cut_have_parts(found):
    _, parts = found
    assert [one.subsegment_id for one in parts] == ["1.1", "1.2"]
    assert names_of_parts(parts, 2) == (tuple(one.name for one in parts), ())


def test_a_part_is_named_by_what_parts_it_from_its_segment(found):
    _, (scores, hours) = found
    assert scores.name == "Higher English score, lower hours within it"
    assert hours.name == "Lower English score, higher hours within it"
    told = {"higher English score", "higher Logical score", "lower hours"}
    assert {*scores.apart} == told


def test_a_part_is_described_against_its_segment(found):
    learners, parts = found
    inside = learners.filter(segment_id=1)
    for one in parts:
        assert one.profile.share == pytest.approx(one.profile.count / len(inside))
        base = one.profile.typical["extra:hours"].base
        assert base == inside["extra:hours"].median()


def phrases(name):
    return {one.casefold() for one in name.removesuffix(" within it").split(", ")}


def test_no_words_of_a_part_are_words_of_a_segment(small_results):
    parts = [one for one in small_results.evidence.finer.parts if one.apart]
    assert parts
    segments = {word for one in small_results.segments for word in phrases(one.name)}
    for one in parts:
        assert not phrases(one.name) & segments
        assert not {*one.apart} & segments


@pytest.mark.parametrize("name", [*FEATURES, *DESCRIBED, "extra:hours"])
def test_a_number_is_called_otherwise_in_a_part_than_in_a_segment(name):
    if feature_of(name).kind == "number":
        assert not {*steps_within(name)} & {*steps_of(name)}


def test_the_model_names_the_parts_of_learners(small_run):
    members = small_run.meaning.members
    names = small_run.meaning.model.names_by_part
    told = dict(members.select("subsegment_id", "subsegment_name").iter_rows())
    assert told == {part: names[part] for part in told}
    assert len({*told.values()}) == len(told)
    for part, name in told.items():
        segment = small_run.meaning.names[int(part.partition(".")[0]) - 1].name
        assert name == segment if "." not in part else name.startswith(f"{segment}: ")


def test_parts_of_a_run_are_in_its_results_with_names_and_numbers(small_results):
    parts = small_results.evidence.finer.parts
    for one in parts:
        if "." not in one.subsegment_id:
            assert (one.typical, one.roles, one.apart) == ((), (), ())
            continue
        assert one.name.endswith(" within it")
        assert one.name not in {segment.name for segment in small_results.segments}
        assert {n.feature for n in one.typical} >= {"pay", "years_of_experience"}
        held = [role.held for role in one.roles]
        assert held == sorted(held, reverse=True)
        assert all(held)


def test_the_roles_of_a_part_that_are_told_follow_from_told_counts(
    small_results,
):
    told_of = disclose(small_results, key=KEY, content=b"")
    rounding = rounding_of(small_results, key=KEY, content=b"")
    exact = {one.subsegment_id: one for one in small_results.evidence.finer.parts}
    some = False
    for part in told_of.evidence.finer.parts:
        roles = exact[part.subsegment_id].roles
        told = [(rounding.count(one.held) or 0, one.value) for one in roles]
        often = sorted((-n, value) for n, value in told if n >= 20)[:3]
        assert [(-one.held, one.value) for one in part.roles] == often
        some = some or len(often) > 1
    assert some


def test_roles_of_parts_are_counts_that_add_up_to_those_of_their_segment(small_results):
    tally = tally_of(small_results)
    crossed = [key for key in tally.counts if key[0] == "role in part"]
    assert crossed
    sums = {part for one in (*tally.sums, *tally.likely) for part in one.parts}
    assert {*crossed} <= sums
