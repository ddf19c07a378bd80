"""Rules of thumb: cut at quantiles, as fine as asked for, of what parts segments."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnstrata.config.loading import load_config
from learnstrata.learners.features.matrix import fit_features
from learnstrata.segments.meaning.rules_of_thumb import (
    codes_of,
    find_rules,
    rule_features,
    strengths,
)

N = 900


def made(segments, **columns):
    """A table of columns of the user's, and the model that was made of it."""
    texts = [name for name, values in columns.items() if isinstance(values[0], str)]
    table = pl.DataFrame(
        {
            "record": range(len(segments)),
            "learner_id": [f"u{i}" for i in range(len(segments))],
            **{f"extra:{name}": values for name, values in columns.items()},
        }
    )
    numbers = [name for name in columns if name not in texts]
    config = load_config(columns={"numeric": numbers, "categorical": texts})
    return table, fit_features(table, config, as_of=2021, salt=b"salt")


@pytest.fixture
def parted():
    rng = np.random.default_rng(0)
    segments = rng.integers(4, size=N)
    score = segments % 2 + rng.normal(0, 0.3, N)
    columns = {
        "score": score,
        "same": 3 * score + rng.normal(0, 0.05, N),
        "hours": segments // 2 + rng.normal(0, 0.5, N),
        "noise": rng.normal(size=N),
    }
    table, model = made(segments, **{k: v.tolist() for k, v in columns.items()})
    return table, model, segments


def test_a_strength_is_the_share_of_variance_between_segments(parted):
    table, model, segments = parted
    found = strengths(table, model, segments)
    score = table["extra:score"].to_numpy()
    means = np.array([score[segments == s].mean() for s in range(4)])[segments]
    assert found["extra:score"] == pytest.approx(means.var() / score.var())
    assert list(found)[-1] == "extra:noise"


def test_two_names_of_one_thing_are_no_pair(parted):
    table, model, segments = parted
    assert list(strengths(table, model, segments))[:2] == ["extra:score", "extra:same"]
    assert rule_features(table, model, segments) == ("extra:score", "extra:hours")


@pytest.mark.parametrize(
    ("n_cells", "bands"),
    [
        *((2, [2]), (3, [2, 2]), (4, [2, 2]), (5, [3, 2]), (6, [3, 2])),
        *((7, [4, 2]), (9, [3, 3]), (12, [4, 3]), (13, [4, 3])),
    ],
)
def test_rules_have_about_as_many_cells_as_asked_for(parted, n_cells, bands):
    table, model, segments = parted
    features = rule_features(table, model, segments)
    found = find_rules(table, model, features, n_cells=n_cells)
    assert [one.n_bands for one in found.bands] == bands
    assert found.n_cells == np.prod(bands) == len(np.unique(found.codes))
    assert [len(one.limits) + 1 for one in found.bands] == bands


def test_bands_are_quantiles_and_a_limit_belongs_below(parted):
    table, model, _ = parted
    found = find_rules(table, model, ("extra:score",), n_cells=3)
    sizes = np.bincount(found.codes)
    assert sizes.tolist() == [300, 300, 300]
    low, high = found.bands[0].limits
    score = table["extra:score"].to_numpy()
    assert found.codes.tolist() == ((score > low) * 1 + (score > high)).tolist()


def test_who_lacks_a_value_is_in_a_band_of_the_missing(parted):
    table, model, _ = parted
    lacking = pl.when(pl.int_range(pl.len()) >= 100).then("extra:score")
    table = table.with_columns(lacking.alias("extra:score"))
    found = find_rules(table, model, ("extra:score",), n_cells=2)
    assert found.n_cells == 3
    assert found.bands[0].n_bands == 2
    assert found.bands[0].n_known == N - 100
    assert set(found.codes[:100]) == {2}


def test_a_value_that_was_filled_in_is_missing(small_run):
    learners = small_run.meaning.learners
    model = small_run.meaning.model.features
    found = find_rules(learners, model, ("log_pay",), n_cells=3)
    filled = (learners["pay_imputed"] == 1).to_numpy()
    assert 0 < filled.sum() == len(learners) - found.bands[0].n_known
    assert len(np.unique(found.codes[filled])) == 1
    assert not set(found.codes[filled]) & set(found.codes[~filled])
    limits = learners.filter(pay_imputed=0)["pay"].quantile(1 / 3, "lower")
    assert found.bands[0].limits[0] == pytest.approx(limits, rel=0.01)


def test_the_strongest_category_makes_the_rules_where_there_is_no_number():
    segments = np.arange(N) % 3
    plan = np.array(["free", "basic", "team"])[segments].tolist()
    city = np.random.default_rng(0).choice(["x", "y"], N).tolist()
    table, model = made(segments, city=city, plan=plan)
    features = rule_features(table, model, segments)
    assert features == ("extra:plan",)
    found = find_rules(table, model, features, n_cells=3)
    assert found.n_cells == 3
    assert (found.bands[0].limits, found.bands[0].n_bands) == ((), 3)


def test_one_number_weaker_than_a_category_is_not_the_rule():
    segments = np.arange(N) % 3
    plan = np.array(["free", "basic", "team"])[segments].tolist()
    noise = np.random.default_rng(0).normal(size=N) + 0.2 * segments
    table, model = made(segments, plan=plan, score=noise.tolist())
    assert rule_features(table, model, segments) == ("extra:plan",)


def test_rare_values_of_a_category_are_one_cell():
    shares = [500, 200, 100, 60, 40]
    city = [f"city {i}" for i, n in enumerate(shares) for _ in range(n)]
    table, model = made(np.arange(N) % 2, city=city, score=list(range(N)))
    table = table.with_columns(
        pl.when(pl.int_range(pl.len()) > 0).then("extra:city").alias("extra:city")
    )
    found = find_rules(table, model, ("extra:city",), n_cells=3)
    assert found.bands[0].n_bands == 3
    assert sorted(np.bincount(found.codes).tolist()) == [1, 200, 200, 499]


@given(st.lists(st.integers(0, 3), min_size=30, max_size=60), st.integers(2, 9))
def test_heaps_leave_fewer_bands_and_none_is_empty(values, n_cells):
    if len(set(values)) < 2:
        return
    table, model = made(
        np.arange(len(values)) % 2,
        heaped=[float(v) for v in values],
        even=[float(i) for i in range(len(values))],
    )
    features = ("extra:heaped", "extra:even")
    found = find_rules(table, model, features, n_cells=n_cells)
    assert all(one.n_bands > 1 for one in found.bands)
    assert len(np.unique(found.codes)) == found.n_cells >= 2


def test_without_a_feature_that_parts_the_segments_there_are_no_rules():
    table, model = made(np.arange(8) % 2, a=[1.0, 1, 2, 2] * 2, b=[1.0, 1, 2, 2] * 2)
    assert rule_features(table, model, np.zeros(8, dtype=int)) == ()
    assert find_rules(table, model, (), n_cells=2) is None


def test_crossed_cells_are_numbered_without_a_gap():
    assert codes_of([np.array([5, 5, 9, 9]), np.array([0, 2, 0, 0])]).tolist() == [
        *(0, 1, 2, 2),
    ]
