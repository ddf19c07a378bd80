"""Shares that are told together are no more than their whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnstrata.summary.wholes import shares_of, within_wholes

COUNTS = st.lists(st.none() | st.integers(1, 500).map(lambda n: 10 * n), min_size=1)


@given(COUNTS, st.none() | st.integers(5, 2000).map(lambda n: 10 * n))
def test_shares_are_no_more_than_all_together(parts, whole):
    told = [one for one in shares_of(parts, whole) if one is not None]
    assert all(one <= 1 for one in told)
    assert sum(told) <= 1 + 0.005 * len(told) + 1e-9


def test_parts_that_fit_into_their_whole_are_shares_of_it():
    assert shares_of((300, 600), 1_000) == (0.3, 0.6)


def test_mentors_and_learners_of_a_role_told_as_more_than_it_has_are_left_out(
    small_told,
):
    """Of 50 learners 50 are told as new and 50 as experienced."""
    role = small_told.questions.mentor_roles[0].model_copy(update={"levels": ()})
    rows = [
        role.model_copy(update={"learners": n, "demand": new, "supply": old})
        for n, new, old in ((50, 50, 50), (300, 160, 150), (50, 50, None))
    ]
    questions = small_told.questions.model_copy(update={"mentor_roles": tuple(rows)})
    found = within_wholes(small_told.model_copy(update={"questions": questions}))
    assert found.questions.mentor_roles == tuple(rows[1:])


def test_segments_that_add_up_to_more_than_all_are_shares_of_their_sum(small_told):
    more = small_told.segmented + 100
    sizes = [more - 10 * (len(small_told.segments) - 1)]
    sizes += [10] * (len(small_told.segments) - 1)
    segments = tuple(
        one.model_copy(update={"size": size})
        for one, size in zip(small_told.segments, sizes, strict=True)
    )
    found = within_wholes(small_told.model_copy(update={"segments": segments}))
    assert [one.share for one in found.segments] == [
        pytest.approx(size / more, abs=0.0006) for size in sizes
    ]


def test_what_is_not_told_stays_untold(small_told):
    hidden = tuple(
        one.model_copy(update={"share": None}) for one in small_told.segments
    )
    found = within_wholes(small_told.model_copy(update={"segments": hidden}))
    assert {one.share for one in found.segments} == {None}


def test_sub_segments_are_within_their_segment(small_told):
    parts = small_told.evidence.finer.parts
    for segment in small_told.segments:
        told = [p.share_of_segment for p in parts if p.segment_id == segment.id]
        assert sum(one or 0.0 for one in told) <= 1 + 0.005 * len(told)


def test_bins_are_within_their_segment_and_all(small_told):
    """They are counted each for itself: 20 bins of 300 may be 10 % over as told."""
    found = within_wholes(widened(small_told))
    told = [
        [getattr(row, name) or 0.0 for row in one.bins]
        for segment in found.segments
        for one in segment.distributions
        for name in ("share", "share_of_all")
    ]
    assert len(told) > len(small_told.segments)
    for shares in told:
        assert sum(shares) <= 1 + 0.005 * len(shares) + 1e-9


def widened(told):
    """Let each bin of a segment that is told be of 50 more."""
    segments = []
    for segment in told.segments:
        spreads = [
            one.model_copy(
                update={
                    "bins": tuple(
                        row.model_copy(update={"segment": row.segment + 50})
                        if row.segment
                        else row
                        for row in one.bins
                    )
                }
            )
            for one in segment.distributions
        ]
        segments.append(segment.model_copy(update={"distributions": tuple(spreads)}))
    return told.model_copy(update={"segments": tuple(segments)})
