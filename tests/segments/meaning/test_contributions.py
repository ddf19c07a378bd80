"""Contributions against the distances they must add up to."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnstrata.config.stages import FeatureGroup
from learnstrata.exceptions import DegenerateError, ParameterError
from learnstrata.segments.meaning.contributions import (
    BLOCK,
    contributions,
    explain_learner,
    features_of,
    mean_pulls,
    summed_contributions,
)
from learnstrata.segments.model.model import fit_model
from learnstrata.stats import kmeans
from owned import own_base, own_config, planted


def naive(X, centers, labels, groups):
    """Learner by learner, column by column, from the definition."""
    values, following = [], []
    for x, own in zip(X.tolist(), labels.tolist(), strict=True):
        far = [sum((a - b) ** 2 for a, b in zip(x, c, strict=True)) for c in centers]
        other = min((d, i) for i, d in enumerate(far) if i != own)[1]
        told = dict.fromkeys(groups, 0.0)
        for j, group in enumerate(groups):
            told[group] += (x[j] - centers[other][j]) ** 2
            told[group] -= (x[j] - centers[own][j]) ** 2
        values.append(list(told.values()))
        following.append(other)
    return np.array(values), np.array(following)


def case(seed, n=40, p=6, k=4, scale=1.0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) * scale
    centers = rng.normal(size=(k, p)) * scale
    labels = ((X[:, None] - centers) ** 2).sum(axis=2).argmin(axis=1)
    return X, centers, labels


@given(
    seed=st.integers(0, 10**6),
    p=st.integers(1, 12),
    k=st.integers(2, 6),
    scale=st.floats(1e-3, 1e3),
    cut=st.integers(1, 12),
)
def test_the_sum_is_the_margin_of_squared_distances(seed, p, k, scale, cut):
    X, centers, labels = case(seed, p=p, k=k, scale=scale)
    groups = [f"g{min(j, cut)}" for j in range(p)]
    found = contributions(X, centers, labels, groups=groups)
    d2 = ((X[:, None] - centers) ** 2).sum(axis=2)
    rows = np.arange(len(X))
    own, other = d2[rows, labels], d2[rows, found.next]
    assert np.all(np.abs(found.margin - (other - own)) <= 1e-9 * (own + other))
    assert np.all(found.margin >= -1e-9 * (own + other))


def test_values_equal_the_slow_version():
    X, centers, labels = case(1)
    groups = ["pay", "role", "role", "years", "role", "pay"]
    found = contributions(X, centers, labels, groups=groups)
    values, following = naive(X, centers, labels, groups)
    assert found.groups == ("pay", "role", "years")
    np.testing.assert_allclose(found.values, values, atol=1e-12)
    np.testing.assert_array_equal(found.next, following)


def test_a_column_all_centers_share_contributes_nothing():
    X, centers, labels = case(2)
    centers[:, 3] = 0.7
    found = contributions(X, centers, labels, groups=list("abcdef"))
    assert not found.values[:, 3].any()
    assert found.values[:, 0].all()


def test_moving_all_learners_and_centers_changes_nothing():
    X, centers, labels = case(3)
    here = contributions(X, centers, labels, groups=list("abcdef"))
    there = contributions(X + 5, centers + 5, labels, groups=list("abcdef"))
    np.testing.assert_allclose(here.values, there.values, atol=1e-9)


def test_one_segment_has_no_next():
    with pytest.raises(DegenerateError, match="Got 1 segment, expected two or more"):
        contributions(np.ones((2, 1)), [[1.0]], np.zeros(2, int), groups=["a"])


@pytest.mark.parametrize(
    ("labels", "groups", "told"),
    [
        (np.zeros(2, int), ["a"], "1 groups, expected one column width"),
        (np.zeros(3, int), ["a", "b"], "3 labels and 2 groups"),
        (np.array([1, 2]), ["a", "b"], "Got labels from 1 to 2, expected 0 to 1"),
    ],
)
def test_shapes_that_do_not_go_together_are_refused(labels, groups, told):
    with pytest.raises(ParameterError, match=told):
        contributions(np.ones((2, 2)), np.eye(2), labels, groups=groups)


@pytest.mark.parametrize("n", [40, 2 * BLOCK + 1])
def test_sums_are_those_of_absolute_values_against_each_next_segment(n):
    X, centers, labels = case(4, n=n)
    found = contributions(X, centers, labels, groups=list("abcdef"))
    sums = summed_contributions(X, centers, labels, groups=list("abcdef"))
    for own in range(4):
        for following in range(4):
            rows = (labels == own) & (found.next == following)
            size = np.abs(found.values[rows]).sum(axis=0)
            np.testing.assert_allclose(sums[own, following, :-1], size)
            assert sums[own, following, -1] == rows.sum()


def test_a_segment_without_learners_has_no_mean():
    with pytest.raises(DegenerateError, match=r"no learner in the segments \[2, 3\]"):
        summed_contributions(
            np.ones((2, 1)), np.ones((3, 1)), np.zeros(2, int), groups=["pay"]
        )


def test_mean_pulls_are_ranked_and_those_of_the_contributions(small_run):
    X, model = small_run.base.prepared.matrix.X, small_run.meaning.model
    labels = small_run.clusters.fit.labels
    names = features_of(model.features)
    found = contributions(X, np.array(model.centers), labels, groups=names)
    for i, pulls in enumerate(mean_pulls(X, labels, model)):
        means = [pull.mean for pull in pulls]
        assert means == sorted(means, reverse=True)
        assert sum(pull.share for pull in pulls) == pytest.approx(1)
        size = np.abs(found.values[labels == i]).mean(axis=0)
        told = dict(zip(found.groups, size, strict=True))
        assert {p.feature: p.mean for p in pulls} == pytest.approx(told)


def test_features_name_every_column_of_the_matrix(small_run):
    matrix, model = small_run.base.prepared.matrix, small_run.meaning.model
    named = features_of(model.features)
    assert len(named) == len(matrix.columns)
    for column, feature in zip(matrix.columns, named, strict=True):
        assert column in (feature, f"{feature}={column.split('=', 1)[-1]}")


def test_an_explanation_adds_up_and_ranks(small_run):
    model, learners = small_run.meaning.model, small_run.meaning.learners
    X = small_run.base.prepared.matrix.X.astype(float)
    centers = np.array(model.centers)
    for i in (0, 10, 700):
        told = explain_learner(learners[i], model)
        d2 = ((X[i] - centers) ** 2).sum(axis=1)
        assert told.segment == learners["segment_id"][i]
        assert told.next_segment == np.argsort(d2)[1] + 1
        assert told.margin == pytest.approx(np.sort(d2)[1] - np.sort(d2)[0])
        assert sum(p.contribution for p in told.pulls) == pytest.approx(told.margin)
        assert sum(p.share for p in told.pulls) == pytest.approx(1)
        shares = [p.share for p in told.pulls]
        assert shares == sorted(shares, reverse=True)


def test_without_a_segment_the_nearest_is_taken(small_run):
    model, learners = small_run.meaning.model, small_run.meaning.learners
    bare = explain_learner(learners[5].drop("segment_id"), model)
    assert bare == explain_learner(learners[5], model)


def test_a_sentence_tells_the_values_of_the_learner_and_both_segments(small_run):
    model, learners = small_run.meaning.model, small_run.meaning.learners
    stated = learners.filter(pl.col("pay").is_not_null())
    for i in range(30):
        row, told = stated.row(i, named=True), explain_learner(stated[i], model)
        pull = {p.feature: p for p in told.pulls}
        assert pull["log_pay"].told == f"pay {row['pay'] / 1e5:,.1f} LPA"
        level = np.exp(row["company_level"]) / 1e5
        assert pull["company_level"].told.endswith(f"pays about {level:,.1f} LPA")
        assert pull["role"].told == f"role {row['role']}"
        for p in told.pulls:
            own, _, other = told.sentence.partition("; ")
            name = model.names[
                (told.segment if p.contribution > 0 else told.next_segment) - 1
            ]
            if p.share >= 0.05:
                assert f"{p.told} ({p.share:.0%})" in told.sentence
                part = own if p.told in own else other
                assert f"towards {name!r}" in part
            else:
                assert f"{p.told} (" not in told.sentence


def test_a_value_that_stands_in_is_called_so(small_run):
    model, learners = small_run.meaning.model, small_run.meaning.learners
    missing = learners.filter(pl.col("pay").is_null())[0]
    pulls = {p.feature: p.told for p in explain_learner(missing, model).pulls}
    shown = np.exp(missing["log_pay"][0]) / 1e5
    assert pulls["log_pay"] == f"pay {shown:,.1f} LPA standing in for one not stated"
    assert "standing in" not in pulls["role"]
    changes = {
        "company": pl.lit(None, pl.String),
        "experience_imputed": pl.lit(1),
        "log_experience": pl.lit(np.log(2.0)),
    }
    pulls = explain_learner(missing.with_columns(**changes), model).pulls
    told = {p.feature: p.told for p in pulls}
    assert told["log_experience"].startswith("1 year of experience standing in")
    assert told["company_level"].endswith("standing in for one not stated")


def test_an_unscaled_recipe_is_told_in_its_own_features(notebook_run):
    model, learners = notebook_run.meaning.model, notebook_run.meaning.learners
    told = explain_learner(learners[3], model)
    assert {p.feature for p in told.pulls} == set(model.features.columns)
    assert told.segment == learners["segment_id"][3]


def test_more_than_one_learner_is_refused(small_run):
    with pytest.raises(ParameterError, match="Got 2 rows, expected one"):
        explain_learner(small_run.meaning.learners[:2], small_run.meaning.model)


def own_model():
    base = own_base()
    fit = kmeans.fit(base.prepared.matrix.X, 2, n_starts=1, rng=0)
    return fit_model(base.prepared, own_config(), base.limits, fit)


def test_pulls_say_which_way_and_which_value():
    base, labels = own_base(), planted()
    X = base.prepared.matrix.X
    centers = [X[labels == group].mean(axis=0).astype(float) for group in range(4)]
    model = replace(
        own_model(), centers=tuple(tuple(center.tolist()) for center in centers)
    )
    found = [{p.feature: p for p in row} for row in mean_pulls(X, labels, model)]
    assert found[0]["extra:English_score"].side == "more"
    assert found[3]["extra:Logical_score"].side == "less"
    assert found[1]["extra:hours"].side == "more"
    city = found[2]["extra:city"]
    assert (city.value, city.side) == ("Goa", "")
    assert city == max(found[2].values(), key=lambda pull: pull.mean)


def test_a_number_that_is_more_than_some_and_less_than_others_is_in_between():
    X = np.array([[0.0], [4.0], [6.0], [10.0]])
    labels = np.array([0, 1, 1, 2])
    model = replace(own_model(), centers=((0.0,), (5.0,), (10.0,)))
    features = replace(model.features, groups={"a": FeatureGroup(("extra:hours",))})
    rows = mean_pulls(X, labels, replace(model, features=features))
    assert [row[0].side for row in rows] == ["less", "between", "more"]


def test_one_segment_has_no_next_and_no_pulls():
    base = own_base()
    X = base.prepared.matrix.X
    model = replace(own_model(), centers=(tuple(X.mean(axis=0).tolist()),))
    assert mean_pulls(X, np.zeros(len(X), dtype=int), model) == ((),)
