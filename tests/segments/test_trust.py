"""All of the evidence for one segmentation."""

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score, silhouette_samples

from learnstrata.config import load_config
from learnstrata.learners.demo import make_learners
from learnstrata.pipeline import run
from learnstrata.segments.trust import examine
from thrift import LITTLE_EVIDENCE, NO_EVIDENCE


@pytest.fixture(scope="module")
def trust(small_run):
    assert small_run.clusters.trust is not None
    return small_run.clusters.trust


@pytest.fixture(scope="module")
def k(small_run):
    return len(small_run.clusters.fit.centers)


def test_the_bootstraps_say_where_they_began(trust, small_run, k):
    fitted, fresh = trust.replication.bootstraps
    assert (fitted.start, fresh.start) == ("fitted", "fresh")
    assert fitted.n_resamples == fresh.n_resamples == LITTLE_EVIDENCE["resamples"]
    assert fitted.n_rows == len(small_run.meaning.learners)
    assert len(fitted.per_cluster) == len(fresh.per_cluster) == k


def test_nulls_stand_beside_the_chosen_k(trust, small_run):
    nulls, chosen = trust.nulls, small_run.clusters.dossier.k
    assert nulls.n_draws == LITTLE_EVIDENCE["draws"]
    assert nulls.n_rows == LITTLE_EVIDENCE["rows"]
    assert set(nulls.jaccard_beside) == {chosen}
    assert set(nulls.gap_beside) == {1, *range(2, 11)}
    lowest = 1 / (1 + nulls.n_draws)
    assert all(lowest <= beside.p_value <= 1 for beside in nulls.gap_beside.values())


def test_full_evidence_bootstraps_the_nulls_at_every_k(small_table):
    config = load_config(
        selection={"k_max": 4, "resamples": 2},
        evidence={**LITTLE_EVIDENCE, "level": "full"},
    )
    found = run(small_table, config).clusters.trust
    assert found is not None
    assert found.level == "full"
    assert set(found.nulls.jaccard_beside) == {2, 3, 4}


def test_silhouettes_of_the_picture_are_those_of_the_fit(trust, small_run):
    X, labels = small_run.base.prepared.matrix.X, small_run.clusters.fit.labels
    expected = silhouette_samples(X, labels)
    found = trust.shape.silhouette
    np.testing.assert_allclose(found.values, expected[found.rows], atol=1e-5)
    for j, profile in enumerate(trust.shape.profile):
        own = found.values[labels[found.rows] == j]
        assert profile[0] == pytest.approx(own.min())
        assert profile[-1] == pytest.approx(own.max())
        assert (np.diff(profile) >= 0).all()
        assert trust.shape.negative[j] == pytest.approx(np.mean(own < 0))


def test_every_segment_has_a_neighbour_and_components_their_share(trust, k):
    assert [valley.cluster for valley in trust.shape.valleys] == list(range(k))
    assert all(v.cluster != v.neighbour for v in trust.shape.valleys)
    assert len(trust.shape.components) == len(trust.shape.explained) == 3
    assert np.diff(trust.shape.explained).max() <= 0


def test_refits_under_other_seeds_agree_with_the_fit(trust):
    assert len(trust.replication.seeds) == LITTLE_EVIDENCE["seeds"]
    assert all(-1 <= ari <= 1 for ari in trust.replication.seeds)


def test_flows_lead_from_every_k_to_the_next(trust):
    of_k = {}
    for flow in trust.replication.flows:
        of_k.setdefault(flow.k, 0)
        of_k[flow.k] += flow.count
    assert set(of_k) == set(range(2, 10))
    assert len(set(of_k.values())) == 1


def test_parts_and_cells_add_up(trust, small_run):
    n = len(small_run.meaning.learners)
    assert sum(part.count for part in trust.subsegments.parts) == n
    assert all(cell.count >= 10 for cell in trust.cells)
    assert sum(cell.count for cell in trust.cells) <= n


def test_standings_are_those_of_the_model(small_run):
    learners = small_run.meaning.learners
    assert set(learners["standing"]) <= {"core", "borderline", "atypical"}
    assert learners["confidence"].is_between(0, 1).all()
    assert (learners["second_segment_id"] != learners["segment_id"]).all()
    cut = learners["subsegment_id"].str.split(".").list.first().cast(int)
    assert cut.equals(learners["segment_id"], check_names=False)


def test_the_same_seed_gives_the_same_evidence(small_run, trust):
    again = examine(
        small_run.base.prepared,
        small_run.clusters.dossier,
        small_run.clusters.fit,
        small_run.clusters.tree,
        small_run.config,
        rng=1,
    )
    twice = examine(
        small_run.base.prepared,
        small_run.clusters.dossier,
        small_run.clusters.fit,
        small_run.clusters.tree,
        small_run.config,
        rng=1,
    )
    assert again.certainty == twice.certainty
    assert again.sensitivity == twice.sensitivity
    assert again.cells == twice.cells
    assert again.nulls.gap_beside == twice.nulls.gap_beside
    assert again.verdict == trust.verdict


def test_evidence_left_out_leaves_the_segments_as_they_are(small_table, small_run):
    bare = run(small_table, load_config(evidence=NO_EVIDENCE))
    assert bare.clusters.trust is None
    a, b = bare.meaning.learners, small_run.meaning.learners
    assert bare.clusters.dossier.k == small_run.clusters.dossier.k
    assert adjusted_rand_score(a["segment_id"], b["segment_id"]) == 1.0
    assert a["confidence"].is_null().all()
    assert a["subsegment_id"].is_null().all()


def test_too_few_learners_get_no_evidence():
    found = run(make_learners(90, rng=4), load_config(evidence=LITTLE_EVIDENCE))
    assert found.clusters.trust is None
    assert found.clusters.dossier.nulls is None
