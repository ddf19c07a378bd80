"""Names of segments: they hold, they say what is true, and the user's go over them."""

import re
from collections import Counter
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from scipy.optimize import linear_sum_assignment

from learnstrata.config.loading import load_config
from learnstrata.exceptions import ParameterError
from learnstrata.learners.demo.tables import make_learners
from learnstrata.pipeline import run
from learnstrata.privacy.disclosure.rule import PayRule
from learnstrata.segments.meaning.naming import (
    _main_band,
    _overridden,
    _stage,
    _Traits,
    _unique_names,
    name_segments,
)
from learnstrata.segments.meaning.profiles import Share, Typical, profile_segments
from learnstrata.stats import kmeans

BANDS = ("Early", "Mid", "Senior")


def names_in(learners, run, n_segments=None, **options):
    profiles = profile_segments(
        learners,
        run.meaning.model.features,
        n_segments=n_segments or len(run.meaning.profiles),
    )
    return name_segments(profiles, run.config.experience_band_names, **options)


def test_names_are_unique_and_the_same_under_row_shuffling(small_run):
    learners = small_run.meaning.learners
    expected = names_in(learners, small_run)
    shuffled = names_in(learners.sample(fraction=1.0, shuffle=True, seed=5), small_run)
    assert len({one.name for one in expected}) == len(expected)
    assert shuffled == expected == small_run.meaning.names


@pytest.fixture(scope="module")
def larger_run():
    return run(make_learners(5000, rng=1), load_config(evidence={"level": "none"}))


def fitted(X, n_segments, *, seed=0):
    """Fit with enough starts that of two optima nearly alike the better is found."""
    rng = np.random.default_rng(seed)
    return kmeans.fit(X, n_segments, n_starts=20, rng=rng).labels


def named_by(labels, run, rows=None):
    """Name segments; with `rows`, those of a sample of the learners."""
    learners = run.base.prepared.learners
    learners = learners if rows is None else learners[rows]
    ids = pl.Series("segment_id", labels.astype(np.int64) + 1)
    found = names_in(learners.with_columns(ids), run, int(labels.max()) + 1)
    return [one.name for one in found]


@pytest.mark.parametrize("n_segments", [3, 4, 6])
def test_names_hold_for_other_samples_of_the_same_learners(larger_run, n_segments):
    labels = fitted(larger_run.base.prepared.matrix.X, n_segments)
    ours = np.array(named_by(labels, larger_run))
    draws = np.random.default_rng(1).integers(0, len(labels), (20, len(labels)))
    again = [named_by(labels[rows], larger_run, rows) for rows in draws]
    assert all(len(set(names)) == n_segments for names in again)
    assert np.mean(np.array(again) == ours) >= 0.9


def found_again(labels, anew, n_segments):
    """Match segments of a refit by overlap; give those of a Jaccard of 0.75 or more."""
    overlap = np.zeros((n_segments, n_segments))
    np.add.at(overlap, (labels, anew), 1)
    old, new = linear_sum_assignment(overlap, maximize=True)
    union = overlap.sum(axis=1)[old] + overlap.sum(axis=0)[new] - overlap[old, new]
    return [
        pair
        for pair in zip(old, new, strict=True)
        if overlap[pair] >= 0.75 * union[pair[0]]
    ]


@pytest.mark.parametrize("n_segments", [3, 4, 5])
def test_segments_fitted_anew_on_other_samples_keep_their_names(larger_run, n_segments):
    X = larger_run.base.prepared.matrix.X
    labels = fitted(X, n_segments)
    ours = named_by(labels, larger_run)
    draws = np.random.default_rng(2).integers(0, len(X), (12, len(X)))
    kept = []
    for seed, rows in enumerate(draws):
        anew = fitted(X[rows], n_segments, seed=seed)
        names = named_by(anew, larger_run, rows)
        assert len(set(names)) == n_segments
        pairs = found_again(labels[rows], anew, n_segments)
        kept += [ours[old] == names[new] for old, new in pairs]
    assert len(kept) >= 0.6 * 12 * n_segments
    assert np.mean(kept) >= 0.85


def test_a_name_says_the_band_of_most_learners(larger_run):
    words = {"Early": "early", "Mid": "mid career", "Senior": "senior"}
    for n_segments in (3, 4, 6):
        labels = fitted(larger_run.base.prepared.matrix.X, n_segments)
        names = named_by(labels, larger_run)
        known = larger_run.base.prepared.learners.with_columns(
            label=pl.Series(labels)
        ).filter(pl.col("experience_imputed") == 0)
        for i, name in enumerate(names):
            bands = Counter(known.filter(label=i)["experience_band"])
            stage = name.split(",")[0].lower()
            assert words[bands.most_common(1)[0][0]] in stage
            assert all(
                words[b] not in stage
                for b, n in bands.items()
                if n < 0.3 * bands.total()
            )


def number(p50, rank=0.5):
    return Typical(50, None, None, p50, p50, p50, 5.0, rank, rank)


def share(value, count, part, base):
    return Share(value, count, 1000, count, 1000, part, base, 100 * part / base)


def told_of(place, pay, company=None, role=None):
    stage = (
        "early career" if place < 0.33 else "senior" if place > 0.7 else "mid career"
    )
    typical = {
        "years_of_experience": number(5.0, place),
        "pay": number(1e6, pay),
    }
    if company is not None:
        typical["company_pay"] = number(1e6, company)
    roles = [share(role, 30, 0.3, 0.1)] if role else []
    return _Traits(typical, stage, roles)


def named(*told):
    return _unique_names(told)


def test_segments_are_named_by_stage_and_pay():
    assert named(told_of(0.2, 0.2), told_of(0.5, 0.5), told_of(0.9, 0.99)) == [
        "Early career, lower pay",
        "Mid career, middle pay",
        "Senior, top pay",
    ]


def test_segments_alike_are_told_apart_by_how_they_stand_to_each_other():
    # Both companies are above the middle of all: what counts is the other segment.
    assert named(told_of(0.5, 0.5, 0.6), told_of(0.5, 0.5, 0.8)) == [
        "Mid career, middle pay, lower-paying companies",
        "Mid career, middle pay, higher-paying companies",
    ]
    assert named(told_of(0.5, 0.6, 0.5), told_of(0.5, 0.4, 0.5)) == [
        "Mid career, middle pay, paid more",
        "Mid career, middle pay, paid less",
    ]
    assert named(told_of(0.4, 0.5, 0.5), told_of(0.6, 0.5, 0.5)) == [
        "Mid career, middle pay, fewer years",
        "Mid career, middle pay, more years",
    ]


def test_segments_that_no_number_parts_are_told_apart_by_role_then_by_number():
    one, other = told_of(0.5, 0.5, 0.5, "Backend"), told_of(0.5, 0.5, 0.5, "Quality")
    assert named(one, other) == [
        "Mid career, middle pay, Backend",
        "Mid career, middle pay, Quality",
    ]
    assert named(told_of(0.9, 0.99), told_of(0.9, 0.99)) == [
        "Senior, top pay (1)",
        "Senior, top pay (2)",
    ]


def test_three_alike_are_halved_twice():
    assert named(
        told_of(0.5, 0.5, 0.2), told_of(0.5, 0.4, 0.7), told_of(0.5, 0.6, 0.75)
    ) == [
        "Mid career, middle pay, lower-paying companies",
        "Mid career, middle pay, higher-paying companies, paid less",
        "Mid career, middle pay, higher-paying companies, paid more",
    ]


def test_a_role_of_half_a_segment_is_in_its_name_and_a_common_one_is_not():
    most = [share("Backend", 30, 0.6, 0.2)]
    everywhere = [share("Backend", 30, 0.6, 0.5)]
    told = told_of(0.2, 0.2)
    assert named(replace(told, roles=most)) == ["Early career, lower pay, Backend"]
    assert named(replace(told, roles=everywhere)) == ["Early career, lower pay"]


def test_a_role_of_few_is_in_no_name():
    few = share("Data science", 9, 0.9, 0.1)
    assert named(_Traits({}, "", [few]), _Traits({}, "", [])) == [
        "Mixed (1)",
        "Mixed (2)",
    ]


def banded(**counts):
    return {"experience_band": [share(b, n, 0.1, 0.1) for b, n in counts.items()]}


def test_what_is_few_follows_the_rule_of_the_configuration():
    role = share("Data science", 19, 0.9, 0.1)
    enough, few = (_Traits({}, "", [role], least) for least in (10, 20))
    assert named(enough) == ["Data science"]
    assert named(few) == ["Mixed"]
    assert _stage(banded(Mid=19), BANDS) == "mid career"
    assert _stage(banded(Mid=19), BANDS, 20) == ""


def test_the_main_band_is_that_of_most():
    assert _main_band(banded(Mid=60, Senior=40)) == "Mid"
    assert _main_band({}) == ""


@pytest.mark.parametrize(
    ("shares", "bands", "stage"),
    [
        (banded(Senior=67, Mid=31, Early=2), BANDS, "senior"),
        (banded(Mid=31, Early=69), BANDS, "early career"),
        (banded(Mid=41, Early=59), BANDS, "early to mid career"),
        (banded(Mid=40, Early=60), BANDS, "early career"),
        (banded(Mid=45, Senior=40, Early=15), BANDS, "mid career to senior"),
        (banded(Mid=34, Senior=33, Early=33), BANDS, "mid career"),
        (banded(Senior=52, Early=48), BANDS, "senior"),
        (banded(Veteran=45, Novice=36), ("Novice", "Veteran"), "Novice to Veteran"),
        (banded(Veteran=80, Novice=20), ("Novice", "Veteran"), "Veteran"),
        (banded(Early=9), BANDS, ""),
        ({}, BANDS, ""),
    ],
)
def test_the_stage_is_the_band_of_most_or_the_two_near_a_tie(shares, bands, stage):
    assert _stage(shares, bands) == stage


def test_names_of_the_user_are_laid_over_ours(small_run):
    learners = small_run.meaning.learners
    ours = [one.name for one in small_run.meaning.names]
    found = names_in(learners, small_run, overrides={2: " Climbers "})
    assert [one.name for one in found] == [ours[0], "Climbers", *ours[2:]]
    assert [one.by_numbers for one in found] == ours


def test_a_name_given_by_ours_follows_the_segment_to_another_id(small_run):
    n, ours = len(small_run.meaning.names), small_run.meaning.names[0].name
    turned = small_run.meaning.learners.with_columns(
        segment_id=n + 1 - pl.col("segment_id")
    )
    found = names_in(turned, small_run, overrides={ours: "The largest"})
    assert found[n - 1].name == "The largest"
    assert found[n - 1].by_numbers == ours


@pytest.mark.parametrize(
    ("overrides", "told"),
    [
        (
            {9: "A", 0: "B"},
            "names for the segments ['0', '9'], but the segments are 1 to 3: ['First'",
        ),
        ({"Senior, top pay": "A"}, "names for the segments ['Senior, top pay'], but"),
        ({2: "  "}, "empty name for the segments ['2']"),
        ({1: "Same", 3: "same "}, "more than one of the segments [1, 3]"),
        ({1: "Early career, lower pay"}, "'Early career, lower pay' for more than one"),
    ],
)
def test_names_that_cannot_be_given_are_refused(overrides, told):
    names = ["First", "Early career, lower pay", "Third"]
    with pytest.raises(ParameterError, match=re.escape(told)):
        _overridden(names, overrides)


def test_a_segment_of_few_is_named_so(small_run):
    learners = small_run.meaning.learners
    few = np.where(np.arange(len(learners)) < 9, 1, 2)
    learners = learners.with_columns(pl.Series("segment_id", few))
    small, rest = names_in(learners, small_run, 2)
    assert small.name == "Fewer than 10"
    assert "Fewer" not in rest.name


@pytest.mark.parametrize(
    "rule", [PayRule(companies=10_000), PayRule(largest_share=0.001)]
)
def test_pay_that_tells_of_a_company_is_in_no_name(small_run, rule):
    learners = small_run.meaning.learners
    assert all("pay" in one.name for one in names_in(learners, small_run))
    found = names_in(learners, small_run, rule=rule)
    assert not any("pay" in one.name or "paid" in one.name for one in found)


def test_the_missing_role_of_a_recipe_names_no_segment(notebook_run):
    for one in notebook_run.meaning.names:
        assert "Unknown_Role" not in one.name
        assert "Other_Role" not in one.name
