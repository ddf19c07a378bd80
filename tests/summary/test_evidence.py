"""The evidence in the contract: exact, and that of the run."""

import numpy as np
import polars as pl
import pytest

from learnstrata.summary.choice import build_selection, build_tendency
from learnstrata.summary.evidence import build_evidence


@pytest.fixture(scope="module")
def evidence(small_run):
    return build_evidence(small_run)


def test_nothing_is_told_where_nothing_was_gathered(notebook_run):
    assert build_evidence(notebook_run) is None


def test_the_statistics_are_those_of_the_chosen_k(evidence, small_run):
    told = {row.statistic: row for row in evidence.nulls.statistics}
    assert set(told) == {
        *("hopkins", "silhouette", "gap"),
        *("half_agreement", "lowest_jaccard"),
    }
    chosen = build_selection(small_run).chosen
    assert told["silhouette"].whole == chosen.silhouette
    assert told["silhouette"].observed == chosen.silhouette_sampled
    assert told["lowest_jaccard"].whole == chosen.lowest_jaccard
    assert told["half_agreement"].whole == chosen.half_agreement
    assert chosen.lowest_jaccard == pytest.approx(evidence.stability.lowest)
    assert told["hopkins"].whole == build_tendency(small_run).power_d.statistic
    assert told["gap"].observed == pytest.approx(chosen.gap)
    assert len(told["silhouette"].draws) == evidence.nulls.draws


def test_every_refit_and_every_split_is_told(evidence):
    seeds = evidence.seeds
    assert len(seeds.values) == seeds.refits
    assert min(seeds.values) == seeds.lowest
    for row in evidence.halves.table:
        assert row.prediction_strength == pytest.approx(np.mean(row.values))


def test_segment_ids_begin_with_one(evidence, small_run):
    ids = [profile.id for profile in small_run.meaning.profiles]
    assert ids[0] == 1
    parts = (evidence.valleys, evidence.certainty.per_segment)
    parts += (evidence.stability.per_segment,)
    for rows in (*parts, evidence.silhouette.per_segment):
        assert [row.segment_id for row in rows] == ids


def test_flows_leave_nobody_out(evidence):
    by_source: dict[tuple[int, int], int] = {}
    for flow in evidence.flows:
        at = (flow.k, flow.source)
        by_source[at] = by_source.get(at, 0) + flow.count
        assert flow.share_of_source == pytest.approx(flow.count / flow.n_source)
        assert flow.share_of_target == pytest.approx(flow.count / flow.n_target)
    for flow in evidence.flows:
        assert by_source[flow.k, flow.source] == flow.n_source
    assert min(flow.count for flow in evidence.flows) < 10


def test_certainties_add_up(evidence, small_run):
    learners, found = small_run.meaning.learners, evidence.certainty
    for word in ("core", "borderline", "atypical"):
        assert getattr(found, word) == len(learners.filter(standing=word))
        each = [getattr(row, word) for row in found.per_segment]
        assert sum(each) == getattr(found, word)
    for row in found.per_segment:
        own = learners.filter(segment_id=row.segment_id)
        assert row.core + row.borderline + row.atypical == len(own)
        assert row.mean_confidence == pytest.approx(own["confidence"].mean())


def test_parts_add_up_to_their_segments(evidence, small_run):
    sizes = {profile.id: profile.count for profile in small_run.meaning.profiles}
    parts = evidence.finer.parts
    for segment, size in sizes.items():
        own = [part for part in parts if part.segment_id == segment]
        assert sum(part.count for part in own) == size
        assert {part.n_segment for part in own} == {size}


def test_pay_of_a_part_is_of_those_paid_and_says_who_they_are(evidence, small_run):
    part = max(evidence.finer.parts, key=lambda one: one.count)
    own = small_run.meaning.learners.filter(
        pl.col("subsegment_id") == part.subsegment_id, pl.col("pay_imputed") == 0
    )
    fill = small_run.config.cleaning.missing_company
    at = own["company"].fill_null(fill)
    named = at.filter(at != fill)
    largest = named.value_counts()["count"].max() + (at == fill).sum()
    assert part.learners == len(own)
    assert part.companies == named.n_unique()
    assert part.largest_share == pytest.approx(largest / len(own))
    assert part.median_pay == own["pay"].median()


def test_every_family_is_told_in_every_segment(evidence, small_run):
    cells, learners = evidence.finer.cells, small_run.meaning.learners
    families = set(learners["role_family"].drop_nulls())
    n_segments = learners["segment_id"].n_unique()
    assert len(cells) == n_segments * len({cell.role_family for cell in cells})
    assert {cell.role_family for cell in cells} <= families
    assert min(cell.count for cell in cells) == 0
    for cell in cells:
        assert cell.n_segment == len(learners.filter(segment_id=cell.segment_id))
        assert cell.share_of_segment == pytest.approx(cell.count / cell.n_segment)
        assert cell.share_of_family == pytest.approx(cell.count / cell.n_family)


def test_other_cuts_are_told_with_exact_ends(evidence, small_run):
    found = small_run.clusters.trust.sensitivity
    assert evidence.sensitivity.same_way.ari == found.same_way.ari
    told = [(one.name, one.smallest_share) for one in evidence.sensitivity.variants]
    assert told == [(one.name, one.smallest_share) for one in found.variants]
    skipped = [one.name for one in evidence.sensitivity.skipped]
    assert skipped == [one.name for one in found.skipped]
