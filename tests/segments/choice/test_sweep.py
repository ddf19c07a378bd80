"""The sweep over k: what is measured, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn import metrics

from learnstrata.config.stages import Evidence, Rule, Selection
from learnstrata.exceptions import ConfigError, DegenerateError
from learnstrata.segments.choice.sweep import refuse_too_few, select

QUICK = Selection(k_max=6, starts=2, splits=3, sample=400)


@pytest.fixture(scope="module")
def blobs():
    rng = np.random.default_rng(1)
    centers = rng.normal(scale=8, size=(4, 3))
    rows = centers[rng.integers(0, 4, 500)] + rng.normal(size=(500, 3))
    return rows.astype(np.float32)


def test_a_cut_with_a_segment_of_too_few_learners_is_not_admitted(blobs):
    rare = np.concatenate([blobs, np.full((9, 3), 12, np.float32)])
    config = replace(QUICK, sample=600, splits=0)
    free, held = (select(rare, config, rng=5, least=n) for n in (1, 10))
    of_few = [c.k for c in free.candidates if c.smallest_share * len(rare) < 10]
    assert free.k in of_few
    assert held.k not in of_few
    refused = {c.k for c in held.candidates if c.refusals}
    assert refused == set(of_few)
    assert {word for c in held.candidates for word in c.refusals} == {
        "smallest segment under 10 learners"
    }
    assert "whose smallest segment holds at least 10 learners" in held.choice.rule


def test_of_a_sample_the_share_of_the_smallest_segment_counts_for_all():
    X = np.repeat([[0.0], [9.0]], [950, 50], axis=0) + np.linspace(0, 1, 1000)[:, None]
    config = Selection(k_max=2, starts=1, splits=0, sample=100)
    (found,) = select(X.astype(np.float32), config, rng=1, least=10).candidates
    assert found.smallest_share * 100 < 10
    assert found.objections == ()


def test_the_numbers_of_a_candidate_equal_scikit_learn(blobs):
    found = select(blobs, replace(QUICK, sample=500), rng=5)
    assert found.n_rows == 500
    assert [c.k for c in found.candidates] == [2, 3, 4, 5, 6]
    for c in found.candidates:
        labels = found.fits[c.k].labels
        shares = np.bincount(labels) / 500
        assert c.silhouette == pytest.approx(
            metrics.silhouette_score(blobs, labels), abs=1e-5
        )
        assert c.value("calinski_harabasz") == pytest.approx(
            metrics.calinski_harabasz_score(blobs, labels), rel=1e-5
        )
        assert c.value("davies_bouldin") == pytest.approx(
            metrics.davies_bouldin_score(blobs, labels), rel=1e-5
        )
        assert (c.smallest_share, c.largest_share) == (shares.min(), shares.max())
        means = np.array([blobs[labels == j].mean(axis=0) for j in range(c.k)])
        assert c.inertia == pytest.approx(
            ((blobs - means[labels]) ** 2).sum(), rel=1e-4
        )
        assert 0 <= c.lowest_jaccard <= 1
    assert found.k == 4


def test_the_silhouette_of_a_sample_is_near_that_of_all(blobs):
    scored = select(blobs, replace(QUICK, scored=200, splits=0), rng=5)
    for c in scored.candidates:
        assert c.lowest_jaccard is None
        assert -1 <= c.silhouette <= 1
    whole = select(blobs, replace(QUICK, splits=0), rng=5)
    assert scored.chosen.silhouette == pytest.approx(whole.chosen.silhouette, abs=0.05)


def test_the_same_seed_gives_the_same_dossier(blobs):
    first, second = (select(blobs, QUICK, rng=11) for _ in range(2))
    assert first.candidates == second.candidates
    assert first.choice == second.choice


def test_the_rows_are_left_alone(blobs):
    before = blobs.copy()
    select(blobs, QUICK, rng=1)
    assert np.array_equal(blobs, before)


def test_fewer_distinct_rows_than_k_shorten_the_sweep():
    X = np.repeat(np.arange(5.0, dtype=np.float32)[:, None] ** 2, 8, axis=0)
    found = select(np.column_stack([X, X]), QUICK, rng=1)
    assert [c.k for c in found.candidates] == [2, 3, 4]


def test_too_few_distinct_rows_are_refused():
    X = np.repeat([[0.0, 1.0], [1.0, 0.0]], 10, axis=0).astype(np.float32)
    with pytest.raises(
        DegenerateError,
        match="Got 2 distinct learners in 20, expected at least 3 to find 2 segments. "
        "Give a larger table, or more features that tell learners apart.",
    ):
        select(X, QUICK, rng=1)


def test_an_order_by_stability_needs_halves(blobs):
    config = replace(QUICK, splits=0, rule=Rule(criterion="lowest_jaccard"))
    with pytest.raises(
        ConfigError, match="'lowest_jaccard' with selection.splits = 0, expected"
    ):
        select(blobs, config, rng=1)


def test_the_excess_can_order(blobs):
    rule = Rule(min_k=2, criterion="silhouette_excess")
    found = select(
        blobs, replace(QUICK, rule=rule), rng=0, evidence=Evidence(draws=3, rows=200)
    )
    best = max(found.candidates, key=lambda c: c.silhouette_excess)
    assert found.k == best.k == 4
    assert found.nulls is not None
    assert (
        "the highest silhouette excess over structureless tables" in found.choice.rule
    )


def test_without_evidence_nothing_is_drawn(blobs):
    found = select(blobs, QUICK, rng=0, evidence=Evidence(level="none"))
    assert found.nulls is None
    assert all(c.silhouette_excess is None for c in found.candidates)


def test_the_evidence_changes_no_choice(blobs):
    bare = select(blobs, QUICK, rng=0, evidence=Evidence(level="none"))
    full = select(blobs, QUICK, rng=0, evidence=Evidence(draws=3, rows=200))
    assert (bare.k, bare.choice.runner_up) == (full.k, full.choice.runner_up)
    for a, b in zip(bare.candidates, full.candidates, strict=True):
        assert (a.silhouette, a.lowest_jaccard) == (b.silhouette, b.lowest_jaccard)


@pytest.mark.parametrize(("asked", "against"), [("all", 500), (450, 450), (900, 500)])
def test_drawn_rows_are_scored_against_as_many_as_asked_for(blobs, asked, against):
    config = replace(QUICK, score_against=asked, scored=150)
    found = select(blobs, config, rng=0, evidence=Evidence(level="none"))
    assert (found.n_rows, found.n_scored, found.n_against) == (400, 150, against)
    for candidate in found.candidates:
        labels = np.linalg.norm(
            blobs[:, None] - found.fits[candidate.k].centers, axis=2
        ).argmin(axis=1)
        whole = metrics.silhouette_score(blobs, labels)
        assert candidate.silhouette == pytest.approx(
            whole, abs=5 * candidate.silhouette_error
        )
        assert candidate.silhouette_error > 0


@pytest.mark.parametrize("asked", ["all", 100])
def test_a_small_table_is_scored_exactly(blobs, asked):
    config = replace(QUICK, sample=600, score_against=asked, scored=150)
    found = select(blobs, config, rng=0, evidence=Evidence(level="none"))
    assert (found.n_scored, found.n_against) == (500, 500)
    for candidate in found.candidates:
        labels = found.fits[candidate.k].labels
        assert candidate.silhouette == pytest.approx(
            metrics.silhouette_score(blobs, labels), abs=1e-6
        )
        assert candidate.silhouette_error == 0


def test_the_variants_are_named_and_their_own(blobs):
    found = select(blobs, QUICK, rng=0, evidence=Evidence(level="none"))
    rows = np.random.default_rng(0).choice(500, 400, replace=False)
    chosen = found.chosen
    labels = found.fits[chosen.k].labels
    squared = metrics.silhouette_score(blobs[rows], labels, metric="sqeuclidean")
    assert chosen.silhouette_squared == pytest.approx(squared, abs=1e-6)
    assert chosen.silhouette < chosen.silhouette_simplified < chosen.silhouette_squared


def test_under_three_segments_worth_of_learners_there_is_nothing_to_segment(blobs):
    words = (
        "Got 29 learners, expected 30 or more: a segment has at least 10, so there is "
        "nothing to segment. Give a larger table."
    )
    with pytest.raises(DegenerateError, match=words):
        select(blobs[:29], QUICK, rng=1, least=10)
    with pytest.raises(DegenerateError, match=words):
        refuse_too_few(blobs[:29], QUICK, rng=1, sampler="generator", least=10)
    assert select(blobs[:30], QUICK, rng=1, least=10).k == 1
    assert select(blobs[:29], QUICK, rng=1).k > 1


@pytest.mark.parametrize(("n", "most"), [(50, 1), (60, 2), (100, 2), (160, 4)])
def test_k_is_at_most_a_fifth_of_the_segments_that_could_be(blobs, n, most):
    found = select(blobs[:n], replace(QUICK, splits=0), rng=1, least=10)
    assert [c.k for c in found.candidates] == list(range(2, max(most, 2) + 1))
    assert found.k <= most


def test_a_k_beyond_the_sweep_can_be_asked_for(blobs):
    found = select(blobs, replace(QUICK, k=8, splits=0), rng=1)
    assert (found.k, found.chosen.k) == (8, 8)
    assert found.fits[8].centers.shape == (8, 3)
    whole = select(blobs, replace(QUICK, k=1, splits=0), rng=1)
    assert (whole.k, whole.chosen) == (1, None)


def test_halves_tell_of_every_k_how_far_it_is_found_again(blobs):
    found = select(blobs, QUICK, rng=3)
    for one in found.candidates:
        halves = found.halves[one.k]
        assert one.half_agreement == np.quantile(halves.agreement, 0.25)
        assert one.lowest_jaccard == halves.jaccard.mean(axis=0).min()
        assert one.jaccard_low == np.quantile(halves.jaccard, 0.25, axis=0).min()
    assert found.chosen.half_agreement > 0.95
    assert found.n_halved == 400


def test_the_gain_is_what_the_last_segment_explains(blobs):
    found = select(blobs, replace(QUICK, splits=0), rng=3)
    rows = np.random.default_rng(3).choice(500, 400, replace=False)
    total = ((blobs[rows] - blobs[rows].mean(axis=0)) ** 2).sum()
    explained = [1 - c.inertia / total for c in found.candidates]
    gains = [c.gain for c in found.candidates]
    assert gains == pytest.approx(np.diff([0, *explained]), abs=1e-4)


def test_a_cut_for_use_is_tried_again_on_samples_of_the_learners():
    X = np.random.default_rng(0).normal(size=(900, 2)) * [2, 1]
    rule = Rule(gaps="numbers", min_agreement=0.5, criterion="k")
    config = replace(QUICK, k_max=4, worth=0.1, rule=rule)
    found = select(X.astype(np.float32), config, rng=1).choice
    assert (found.is_natural, found.samples) == (False, 5)
    assert 0 <= found.again <= 5
    assert f"On {found.again} of 5 samples" in found.reason
    assert found.again <= found.agreed
    asked = select(X.astype(np.float32), replace(config, k=4), rng=1).choice
    assert (asked.samples, "samples" in asked.reason) == (5, False)


def test_what_is_known_of_other_k_does_not_hang_on_the_k_that_was_asked_for(blobs):
    plain = select(blobs, QUICK, rng=2)
    asked = select(blobs, replace(QUICK, k=9), rng=2)
    for name in ("silhouette", "gain", "half_agreement", "lowest_jaccard"):
        found = [one.value(name) for one in asked.candidates[:-1]]
        assert found == [one.value(name) for one in plain.candidates], name
    assert asked.candidates[-1].gain is not None


def test_groups_are_not_looked_for_again(blobs):
    config = replace(QUICK, rule=Rule(gaps="numbers", criterion="k"))
    found = select(blobs, config, rng=1).choice
    assert (found.k, found.is_natural, found.samples) == (4, True, 0)
