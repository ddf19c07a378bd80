"""Two cuts of the same learners are judged by the same numbers."""

import numpy as np
import polars as pl
import pytest

from learnstrata.config.loading import load_config
from learnstrata.learners.features.matrix import fit_features
from learnstrata.segments.meaning.rivals import judge_cuts, outcome_gains
from learnstrata.stats.validity import inertia

N = 600


@pytest.fixture(scope="module")
def blobs():
    """Three groups that stand apart."""
    rng = np.random.default_rng(2)
    groups = np.repeat(np.arange(3), N // 3)
    return rng.normal(np.array([[0, 0], [8, 0], [0, 8]])[groups]), groups


def test_the_cut_that_is_there_explains_more_and_is_found_again(blobs):
    X, groups = blobs
    across = np.arange(N) % 3
    one, other = judge_cuts(X, (across, groups), rng=0)
    total = np.square(X - X.mean(axis=0)).sum()
    assert other.explained == pytest.approx(1 - inertia(X, groups) / total)
    assert one.explained < 0.02
    assert other.explained > 0.8
    assert other.jaccard == pytest.approx(1.0, abs=0.01)
    assert one.jaccard < 0.5
    assert one.silhouette < 0
    assert other.silhouette > 0.6


def test_the_same_cut_is_as_good_as_itself_and_numbers_do_not_matter(blobs):
    X, groups = blobs
    one, other = judge_cuts(X, (groups * 7 + 1, groups), rng=3)
    assert one == other


def test_one_segment_explains_nothing_and_has_no_borders(blobs):
    X, groups = blobs
    one, _ = judge_cuts(X, (np.zeros(N, dtype=np.int64), groups), rng=0)
    assert (one.explained, one.silhouette, one.jaccard) == (0.0, None, None)


PARTS = np.arange(N) % 2


def gains_of(columns):
    """Compare a cut into `PARTS` with one by chance."""
    rng = np.random.default_rng(5)
    features = {f"extra:{name}": rng.normal(size=N) for name in ("hours", "score")}
    table = pl.DataFrame({"record": range(N), **features, **columns})
    config = load_config(columns={"numeric": ["hours", "score"]})
    model = fit_features(table, config, as_of=2021, salt=b"salt")
    cuts = (rng.permutation(PARTS), PARTS)
    return outcome_gains(table, model, cuts, outcomes=list(columns), rng=0)


def test_the_cut_that_parts_an_outcome_tells_more_of_it():
    rng = np.random.default_rng(6)
    done = (rng.random(N) < 0.2 + 0.6 * PARTS).astype(float)
    noise = rng.normal(size=N)
    told, nothing = gains_of({"extra:done": done, "extra:noise": noise})
    assert (told.outcome, told.learners) == ("done", N)
    assert told.low > 0.2
    assert told.gain == pytest.approx(told.challenger - told.champion)
    assert told.challenger == pytest.approx(0.36, abs=0.08)  # 0.3² of 0.5²
    assert nothing.low < 0 < nothing.high


@pytest.mark.parametrize(
    "column",
    [
        {"extra:rare": [1.0, 0.0] * 40 + [None] * (N - 80)},
        {"extra:same": [1.0] * N},
        {"extra:one": [1.0] * 10 + [0.0] * (N - 10)},
        {"extra:hours": list(range(N))},
    ],
)
def test_what_few_have_or_what_segments_were_made_of_judges_nothing(column):
    assert gains_of(column) == ()
