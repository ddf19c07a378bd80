"""All of the evidence for one segmentation."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from scipy.optimize import linear_sum_assignment
from sklearn.metrics import (
    adjusted_rand_score,
    silhouette_samples,
    silhouette_score,
)

from learnstrata.config.loading import load_config
from learnstrata.learners.demo.tables import make_learners
from learnstrata.learners.features.matrix import Matrix
from learnstrata.pipeline import run
from learnstrata.segments.choice.halvings import Halving
from learnstrata.segments.choice.rule import Choice
from learnstrata.segments.choice.sweep import Dossier
from learnstrata.segments.evidence import examination as trust_stage
from learnstrata.segments.evidence.examination import examine
from learnstrata.stats import kmeans
from thrift import LITTLE_EVIDENCE, NO_EVIDENCE


@pytest.fixture(scope="module")
def trust(small_run):
    assert small_run.clusters.trust is not None
    return small_run.clusters.trust


@pytest.fixture(scope="module")
def k(small_run):
    return len(small_run.clusters.fit.centers)


def test_halves_bear_the_numbers_of_the_final_segments(trust, small_run, k):
    halves, fit = trust.replication.halves[k], small_run.clusters.fit
    assert halves.jaccard.shape == (2 * halves.n_splits, k)
    for centers in halves.centers:
        apart = np.linalg.norm(fit.centers[:, None] - centers, axis=2)
        assert linear_sum_assignment(apart)[1].tolist() == list(range(k))
    swept = small_run.clusters.dossier.halves[k]
    assert np.sort(swept.jaccard.mean(axis=0)) == pytest.approx(
        np.sort(halves.jaccard.mean(axis=0))
    )


def test_nulls_stand_beside_every_k_of_the_gap(trust):
    nulls = trust.nulls
    assert nulls.n_draws == LITTLE_EVIDENCE["draws"]
    assert nulls.n_rows == LITTLE_EVIDENCE["rows"]
    assert len(nulls.halves.agreement.draws) == LITTLE_EVIDENCE["halved_draws"]
    assert set(nulls.gap_beside) == {1, *range(2, 11)}
    lowest = 1 / (1 + nulls.n_draws)
    assert all(lowest <= beside.p_value <= 1 for beside in nulls.gap_beside.values())


def test_silhouettes_of_the_picture_are_those_of_the_fit(trust, small_run):
    X, labels = small_run.base.prepared.matrix.X, small_run.clusters.fit.labels
    expected = silhouette_samples(X, labels)
    found = trust.shape.silhouette
    assert found.mean == pytest.approx(expected.mean(), abs=1e-6)
    assert trust.shape.squared == pytest.approx(
        silhouette_score(X, labels, metric="sqeuclidean"), abs=1e-6
    )
    np.testing.assert_allclose(found.values, expected[found.rows], atol=1e-5)
    for j, profile in enumerate(trust.shape.profile):
        own = found.values[labels[found.rows] == j]
        assert profile[0] == pytest.approx(own.min())
        assert profile[-1] == pytest.approx(own.max())
        assert (np.diff(profile) >= 0).all()
        assert trust.shape.negative[j] == pytest.approx(np.mean(own < 0))


def test_every_segment_has_a_neighbour_and_components_their_share(trust, k):
    assert [border.cluster for border in trust.shape.borders] == list(range(k))
    assert all(border.cluster != border.neighbour for border in trust.shape.borders)
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


def test_flows_bear_the_numbers_of_the_final_segments(small_table):
    config = load_config(
        selection={"k_max": 4, "splits": 2, "sample": 300},
        evidence=LITTLE_EVIDENCE | {"sensitivity_rows": 0},
    )
    found = run(small_table, config).clusters
    dossier, k = found.dossier, found.dossier.k
    own = found.fit.labels[dossier.sampled]
    assert not np.array_equal(own, dossier.fits[k].labels)
    flows = found.trust.replication.flows
    out = {
        j: sum(f.count for f in flows if (f.k, f.source) == (k, j)) for j in set(own)
    }
    into = {
        j: sum(f.count for f in flows if (f.k, f.target) == (k - 1, j))
        for j in set(own)
    }
    sizes = dict(enumerate(np.bincount(own)))
    assert sizes in (out, into)
    assert all(told in (sizes, dict.fromkeys(sizes, 0)) for told in (out, into))


def test_a_segment_of_one_learner_has_a_silhouette_of_its_own():
    X = np.random.default_rng(0).normal([[0.0, 0.0], [9.0, 0.0]], size=(1_500, 2, 2))
    X = np.vstack([X.reshape(-1, 2), [[900.0, 900.0]]]).astype(np.float32)
    labels = np.r_[np.tile([0, 1], 1_500), 2].astype(np.int32)
    centers = np.array([X[labels == j].mean(axis=0) for j in range(3)])
    fit = kmeans.KMeansFit(centers, labels, 1.0, 1)
    matrix = Matrix(X, ("a", "b"), ("a", "b"), ())
    choice = Choice(k=3, runner_up=None, candidates=(), rule="", reason="")
    dossier = Dossier(choice=choice, sampled=np.arange(len(X)), fits={})
    config = load_config(selection={"score_against": 2_000})
    rng = np.random.default_rng(0)
    found = trust_stage._shape(matrix, fit, dossier, config, rng=rng)
    assert (found.n_rows, found.n_against) == (len(X), 2_000)
    assert len(found.silhouette.rows) < len(X)
    assert found.silhouette.per_cluster[2] == 0.0
    assert found.profile[2].tolist() == [0.0] * trust_stage.PROFILE_POINTS
    exact = silhouette_score(X, labels)
    assert found.silhouette.mean == pytest.approx(exact, abs=0.01)
    assert found.silhouette.standard_error > 0


def test_parts_and_cells_add_up(trust, small_run):
    n = len(small_run.meaning.learners)
    assert sum(part.count for part in trust.subsegments.parts) == n
    stated = small_run.base.prepared.learners["role_family"].drop_nulls()
    assert sum(cell.count for cell in trust.cells) == len(stated)
    assert min(cell.count for cell in trust.cells) < 10


def test_standings_are_those_of_the_model(small_run):
    learners = small_run.meaning.learners
    assert set(learners["standing"]) <= {"core", "borderline", "atypical"}
    assert learners["confidence"].is_between(0, 1).all()
    assert (learners["second_segment_id"] != learners["segment_id"]).all()
    parts = learners["subsegment_id"].cast(pl.String)
    cut = parts.str.split(".").list.first().cast(int)
    assert cut.equals(learners["segment_id"], check_names=False)


def test_the_same_seed_gives_the_same_evidence(small_run, trust):
    again = examine(
        small_run.base.prepared,
        small_run.clusters.dossier,
        small_run.clusters.fit,
        small_run.clusters.tree,
        small_run.config,
        rows=small_run.clusters.rows,
        rng=1,
    )
    twice = examine(
        small_run.base.prepared,
        small_run.clusters.dossier,
        small_run.clusters.fit,
        small_run.clusters.tree,
        small_run.config,
        rows=small_run.clusters.rows,
        rng=1,
    )
    assert again.certainty == twice.certainty
    assert again.sensitivity == twice.sensitivity
    assert again.cells == twice.cells
    assert again.nulls.gap_beside == twice.nulls.gap_beside
    assert again.verdict == trust.verdict


def test_evidence_left_out_leaves_the_segments_as_they_are(small_table, small_run):
    asked = {"k": small_run.clusters.dossier.k}
    bare = run(small_table, load_config(evidence=NO_EVIDENCE, selection=asked))
    assert bare.clusters.trust is None
    a, b = bare.meaning.learners, small_run.meaning.learners
    assert adjusted_rand_score(a["segment_id"], b["segment_id"]) == 1.0
    assert a["confidence"].is_null().all()
    assert a["subsegment_id"].is_null().all()


def test_too_few_learners_get_no_evidence():
    found = run(make_learners(90, rng=4), load_config(evidence=LITTLE_EVIDENCE))
    assert found.clusters.trust is None
    assert found.clusters.dossier.nulls is None


@pytest.fixture(scope="module")
def few_kinds():
    """600 learners of 13 kinds, six of them a single learner."""
    kind = np.r_[np.arange(594) % 7, np.arange(7, 13)]
    return pl.DataFrame(
        {
            "learner_id": [f"learner {i}" for i in range(600)],
            "ctc": (300_000 * 1.4**kind).astype(int),
            "orgyear": 2020 - kind,
            "ctc_updated_year": 2021,
            "job_position": "Backend Engineer",
        }
    )


def test_what_too_few_distinct_learners_do_not_allow_is_left_out(few_kinds):
    config = load_config(
        columns={"learner": "learner_id"},
        selection={"k_min": 9, "k_max": 10, "k": 9, "splits": 2},
        evidence=LITTLE_EVIDENCE | {"rows": 100, "sensitivity_rows": 50},
    )
    found = run(few_kinds, config).clusters
    assert found.trust.left_out[:2] == (
        "Nothing stands beside structureless tables at k = 9 to 10: one of the tables "
        "has too few distinct learners.",
        "Hopkins does not stand beside structureless tables: one of the tables has too "
        "few distinct learners.",
    )
    assert "Got a sample that cannot be cut" in found.trust.left_out[-1]
    assert found.dossier.chosen.silhouette_excess is None
    assert found.trust.verdict.word != "natural"
    assert found.trust.sensitivity is None


def test_one_k_alone_is_examined_without_flows(small_table):
    config = load_config(
        selection={"k_min": 3, "k_max": 3, "k": 3, "splits": 2},
        evidence=LITTLE_EVIDENCE | {"sensitivity_rows": 0},
    )
    found = run(small_table, config).clusters.trust
    assert found.replication.flows == ()
    assert set(found.nulls.gap_beside) == {1, 3}
    assert found.left_out == ()


def test_halves_are_compared_as_far_as_they_can_be_cut():
    rows = np.repeat(np.arange(4.0), 20)[:, None].astype(np.float32)
    config = load_config()
    rng, selection = np.random.default_rng(0), config.selection
    cuts = {k: np.arange(80) % k for k in (2, 3, 4, 5)}
    two, few = {2: cuts[2]}, {2: cuts[2][:20]}
    assert set(Halving(rows, cuts, selection, rng).halves()) == {2, 3, 4}
    assert Halving(rows[:20], few, selection, rng).halves() == {}
    assert Halving(rows, two, replace(selection, splits=0), rng).halves() == {}
    said = list(trust_stage._not_again(config, seeds=0, ks=[5, 6]))
    assert said == [
        "No refit under other seeds: too few of the learners are distinct.",
        "Halves are not compared at k = 5 to 6: too few of the learners are distinct.",
    ]
    rng = np.random.default_rng(0)
    assert trust_stage._again(rows, 5, config, rng=rng) == []
    assert len(trust_stage._again(rows, 4, config, rng=rng)) == config.evidence.seeds
