"""Choice of k, hierarchy and map in the contract."""

from dataclasses import replace

import numpy as np
import pytest

from learnstrata.summary.choice import (
    build_hierarchy,
    build_map,
    build_selection,
    build_tendency,
)

SECRET = b"s" * 32


@pytest.fixture(params=["small_run", "notebook_run"])
def done(request):
    return request.getfixturevalue(request.param)


def test_every_k_that_was_tried_is_there(done):
    found, dossier = build_selection(done), done.clusters.dossier
    assert [row.k for row in found.table] == [c.k for c in dossier.candidates]
    assert found.chosen.k == found.k == dossier.k
    assert found.chosen.silhouette == dossier.chosen.silhouette
    assert found.inertia == done.clusters.fit.inertia
    assert (found.scored, found.against) == (dossier.n_scored, dossier.n_against)


def test_the_dossier_has_what_the_evidence_adds(small_run):
    found, trust = build_selection(small_run), small_run.clusters.trust
    for row in found.table:
        assert row.gap == pytest.approx(trust.nulls.gap_beside[row.k].observed)
        assert row.gap_p == trust.nulls.gap_beside[row.k].p_value
        strength = trust.replication.halves[row.k].strength.mean()
        assert row.prediction_strength == pytest.approx(strength)
        excess = row.silhouette_sampled - row.silhouette_null
        assert row.silhouette_excess == pytest.approx(excess)


def test_without_evidence_nothing_is_added(notebook_run):
    for row in build_selection(notebook_run).table:
        assert row.gap is row.half_agreement is row.prediction_strength is None


def test_the_variant_of_the_recipe_is_the_one_reported(small_run, notebook_run):
    found = build_tendency(small_run)
    assert found.hopkins == found.power_d != found.original
    found = build_tendency(notebook_run)
    assert found.hopkins == found.original != found.power_d


def test_leaves_of_the_hierarchy_hold_all_learners(done):
    found = build_hierarchy(done)
    assert sum(found.branches.leaf_sizes) == len(done.meaning.learners)
    assert found.ari_all == done.clusters.tree.ari_all


def test_about_a_tenth_of_the_learners_is_on_the_map_so_that_it_tells_not_how_many(
    small_run,
):
    found = build_map(small_run, SECRET)
    sizes = [len(build_map(small_run, bytes([i]) * 32).points) for i in range(20)]
    assert 110 < min(sizes) < 145
    assert 155 < max(sizes) < 190
    assert found.share == pytest.approx(len(found.points) / 1500)
    ids = set(small_run.meaning.learners["segment_id"])
    assert {point.segment_id for point in found.points} <= ids


def test_points_are_nobodys_place(done):
    """Whoever knows the seed and the learners draws others than the secret does."""
    found = build_map(done, SECRET)
    shown = np.array([(point.x, point.y) for point in found.points])
    scores = done.clusters.projection.scores[:, :2]
    spread = scores.std(axis=0)
    low, high = np.quantile(scores, [0.01, 0.99], axis=0)
    assert ((low - 0.005 <= shown) & (shown <= high + 0.005)).all()
    rng = np.random.default_rng(done.config.seed)
    guessed = scores + rng.normal(size=scores.shape) * found.blur * spread
    apart = np.abs(shown[:, None] - guessed[None]).max(axis=2)
    by_seed = np.mean(apart.min(axis=1) < 0.0051)
    rng = np.random.default_rng(int.from_bytes(SECRET, "big"))
    drawn = scores + rng.normal(size=scores.shape) * found.blur * spread
    apart = np.abs(shown[:, None] - drawn[None]).max(axis=2)
    assert np.mean(apart.min(axis=1) < 0.0051) == 1.0
    assert by_seed < 0.5


def test_middles_are_those_of_the_points_shown(done):
    found = build_map(done, SECRET)
    for middle in found.middles:
        own = [(p.x, p.y) for p in found.points if p.segment_id == middle.segment_id]
        assert (middle.x, middle.y) == pytest.approx(np.median(own, axis=0), abs=0.0051)
    shown = {point.segment_id for point in found.points}
    assert {middle.segment_id for middle in found.middles} == shown


def test_an_axis_is_named_after_strong_loadings_alone(small_run):
    matrix = small_run.base.prepared.matrix
    for axis in build_map(small_run, SECRET).axes:
        assert list(axis.loadings) == list(matrix.columns)
        strong = {name for name, v in axis.loadings.items() if abs(v) >= 0.4}
        assert len(axis.more) + len(axis.less) == len(strong)
        assert not {"log pay", "log experience"} & {*axis.more, *axis.less}


def test_a_value_that_is_pooled_names_no_axis(small_run):
    run = _loaded_on(small_run, "role=Backend")
    assert build_map(run, SECRET).axes[0].more == ("role: Backend",)
    learners = run.meaning.learners
    pooled = learners.with_columns(role=learners["role"].replace("Backend", "Other"))
    run = replace(run, meaning=replace(run.meaning, learners=pooled))
    assert build_map(run, SECRET).axes[0].more == ()


def _loaded_on(run, column):
    """The same run, the first axis of its map being one column."""
    projection = run.clusters.projection
    loadings = projection.loadings.copy()
    columns = np.array(run.base.prepared.matrix.columns)
    loadings[:, 0] = np.where(columns == column, 1.0, 0.0)
    clusters = replace(run.clusters, projection=replace(projection, loadings=loadings))
    return replace(run, clusters=clusters)
