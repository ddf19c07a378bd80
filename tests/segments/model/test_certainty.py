"""How sure a single learner's segment is."""

import numpy as np
import pytest

from learnstrata.config.stages import Evidence
from learnstrata.segments.model.certainty import (
    EXPORTED,
    Certainty,
    fit_certainty,
    standings,
)
from learnstrata.stats import kmeans, stability


@pytest.fixture(scope="module")
def X():
    rng = np.random.default_rng(3)
    rows = rng.normal([[0.0, 0.0]] * 300 + [[4.0, 0.0]] * 300 + [[0.0, 4.5]] * 300)
    rows[0] = [-12.0, -12.0]  # unlike every other
    return rows.astype(np.float32)


@pytest.fixture(scope="module")
def fit(X):
    return kmeans.fit(X, 3, rng=0)


@pytest.fixture(scope="module")
def refits(X, fit):
    found = stability.bootstrap_jaccard(X, fit, n_resamples=8, n_rows=200, rng=1)
    return found.centers


@pytest.fixture(scope="module")
def certainty(X, fit, refits):
    return fit_certainty(X, fit, Evidence(), refits=refits)


def test_every_learner_gets_what_is_exported(X, fit, certainty):
    told = standings(X, fit.centers, certainty)
    assert told.columns == ["segment_id", *EXPORTED]
    assert len(told) == len(X)


def test_the_margin_is_that_of_the_two_nearest_centres(X, fit, certainty):
    distances = np.linalg.norm(X[:, None] - fit.centers, axis=2)
    nearest = np.sort(distances, axis=1)
    told = standings(X, fit.centers, certainty)
    margin = (nearest[:, 1] - nearest[:, 0]) / nearest[:, 1]
    np.testing.assert_allclose(told["margin"], margin, atol=1e-6)
    second = np.argsort(distances, axis=1)[:, 1] + 1
    assert told["second_segment_id"].to_list() == second.tolist()


def test_the_confidence_is_the_share_of_refits_that_agree(X, fit, refits, certainty):
    each = [np.linalg.norm(X[:, None] - c, axis=2).argmin(axis=1) for c in refits]
    share = np.mean(np.array(each) == fit.labels, axis=0)
    told = standings(X, fit.centers, certainty)
    np.testing.assert_allclose(told["confidence"], share, atol=1e-6)
    assert share.min() < 1  # else the test shows nothing


def test_a_learner_unlike_all_others_is_atypical_and_one_between_two_is_borderline(
    X, fit, certainty
):
    near, far = np.argsort(np.linalg.norm(fit.centers, axis=1))[:2]
    between = (fit.centers[near] + fit.centers[far]) / 2
    some = np.vstack([X[0], between, fit.centers[0]]).astype(np.float32)
    told = standings(some, fit.centers, certainty)
    assert told["standing"].to_list() == ["atypical", "borderline", "core"]


def test_limits_decide_who_is_on_the_border(X, fit, refits):
    counts = []
    for margin in (0.0, 0.1, 0.5):
        evidence = Evidence(min_margin=margin, min_confidence=0.0)
        known = fit_certainty(X, fit, evidence, refits=refits)
        told = standings(X, fit.centers, known)["standing"]
        counts.append(int((told == "borderline").sum()))
    assert counts[0] == 0 < counts[1] < counts[2]


def test_the_reach_is_the_fence_of_a_box_plot(X, fit, certainty):
    own = np.linalg.norm(X - fit.centers[fit.labels], axis=1)
    for j, reach in enumerate(certainty.reach):
        lower, upper = np.percentile(own[fit.labels == j], [25, 75])
        assert reach == pytest.approx(upper + 1.5 * (upper - lower))


def test_without_refits_and_parts_nothing_is_claimed(X, fit):
    told = standings(X, fit.centers, fit_certainty(X, fit, Evidence()))
    assert told["confidence"].is_null().all()
    assert told["subsegment_id"].is_null().all()
    assert set(told["standing"]) <= {"core", "borderline", "atypical"}


def test_one_segment_has_no_second():
    told = standings(np.zeros((3, 2), dtype=np.float32), [[0.0, 1.0]], Certainty())
    assert told["second_segment_id"].is_null().all()
    assert told["margin"].to_list() == [1.0, 1.0, 1.0]
    assert told["standing"].to_list() == ["core"] * 3


def test_parts_are_told_where_a_segment_is_cut(fit):
    here = fit.centers[0]
    parts = (((here - 1).tolist(), (here + 1).tolist()), (), ())
    known = Certainty(parts=parts)
    told = standings(np.array([here + 2, fit.centers[1]]), fit.centers, known)
    assert told["subsegment_id"].to_list() == ["1.2", "2"]


def test_one_row_gets_what_it_gets_among_others(X, fit, certainty):
    together = standings(X[:50], fit.centers, certainty)
    for i in (0, 7, 31):
        alone = standings(X[i : i + 1], fit.centers, certainty)
        assert alone["standing"][0] == together["standing"][i]
        assert alone["confidence"][0] == together["confidence"][i]
