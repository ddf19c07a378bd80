"""Segment cards against slow versions that read the learners row by row."""

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
from learnstrata.privacy.disclosure.rounding import rounded_number
from learnstrata.segments.meaning.profiles import (
    CATEGORIES,
    Share,
    Typical,
    _against_all,
    _description,
    _overridden,
    _stage,
    _Told,
    _unique_names,
    profile_segments,
)
from learnstrata.stats import kmeans


@pytest.fixture(params=["small_run", "notebook_run"])
def done(request):
    return request.getfixturevalue(request.param)


def rows_of(run):
    return run.meaning.learners.to_dicts()


def known_numbers(row):
    """What is known of a learner, by the names of the cards; fills are left out."""
    placed = row["company"] is not None
    level = row.get("company_level")
    return {
        "pay": row["pay"],
        "years_of_experience": (
            None if row["experience_imputed"] else row["years_of_experience"]
        ),
        "company_pay": np.exp(level) if placed and level is not None else None,
        "company_learners": row["company_learners"] if placed else None,
        "seniority": row["seniority"],
        "pay_growth": row["pay_growth"],
        "n_roles": row["n_roles"],
    }


def test_counts_and_shares_are_those_of_the_labels(done):
    counts = Counter(row["segment_id"] for row in rows_of(done))
    profiles = done.meaning.profiles
    assert [p.id for p in profiles] == sorted(counts)
    for profile in profiles:
        assert profile.count == counts[profile.id]
        assert profile.share == pytest.approx(counts[profile.id] / counts.total())


def naive_typical(values, base):
    middle = float(np.median(values))
    share = {
        value: (sum(v < value for v in base) + 0.5 * sum(v == value for v in base))
        / len(base)
        for value in {middle, *values}
    }
    return Typical(
        n=len(values),
        p25=float(np.quantile(values, 0.25)),
        p50=middle,
        p75=float(np.quantile(values, 0.75)),
        mean=sum(values) / len(values),
        base=float(np.median(base)),
        percentile=share[middle],
        rank=sum(share[v] for v in values) / len(values),
    )


def test_typical_values_equal_the_slow_version(done):
    rows = [(row["segment_id"], known_numbers(row)) for row in rows_of(done)]
    compared, per = 0, done.meaning.model.features.pay.per_shown_unit
    for profile in done.meaning.profiles:
        for name in rows[0][1]:
            base = [v[name] for _, v in rows if v[name] is not None]
            own = [v[name] for i, v in rows if i == profile.id and v[name] is not None]
            if len(own) < 10:
                assert name not in profile.typical
                continue
            expected = naive_typical(own, base)
            for field in Typical.__slots__:
                found, exact = (
                    getattr(one, field) for one in (profile.typical[name], expected)
                )
                if field in {"p25", "p50", "p75", "mean", "base"}:
                    exact = rounded_number(name, exact, per)
                assert found == pytest.approx(exact), (name, field)
            compared += 1
    assert compared >= 10


def test_shares_and_indices_equal_the_slow_version(done):
    rows = [
        row | ({"experience_band": None} if row["experience_imputed"] else {})
        for row in rows_of(done)
    ]
    for category in CATEGORIES:
        everyone = Counter(row[category] for row in rows if row[category] is not None)
        for profile in done.meaning.profiles:
            own = Counter(
                row[category]
                for row in rows
                if row["segment_id"] == profile.id and row[category] is not None
            )
            found = {s.value: s for s in profile.shares[category]}
            assert {value: s.count for value, s in found.items()} == own
            for value, share in found.items():
                part, base = own[value] / profile.count, everyone[value] / len(rows)
                assert share.share == pytest.approx(part)
                assert share.base == pytest.approx(base)
                assert share.index == pytest.approx(100 * part / base)
            counts = [s.count for s in profile.shares[category]]
            assert counts == sorted(counts, reverse=True)


def cards(learners, run, **changes):
    model = replace(run.meaning.model.features, **changes)
    return profile_segments(learners, model, n_segments=len(run.meaning.profiles))


def test_names_are_unique_and_the_same_under_row_shuffling(small_run):
    learners = small_run.meaning.learners
    expected = cards(learners, small_run)
    shuffled = cards(learners.sample(fraction=1.0, shuffle=True, seed=5), small_run)
    assert len({p.name for p in expected}) == len(expected)
    assert [p.name for p in shuffled] == [p.name for p in expected]
    assert [p.description for p in shuffled] == [p.description for p in expected]


@pytest.fixture(scope="module")
def larger_run():
    return run(make_learners(5000, rng=1), load_config(evidence={"level": "none"}))


def fitted(X, n_segments, *, seed=0):
    return kmeans.fit(X, n_segments, n_starts=4, rng=np.random.default_rng(seed)).labels


def named_by(labels, run, rows=None):
    """Name segments; with `rows`, those of a sample of the learners."""
    learners = run.base.prepared.learners
    learners = learners if rows is None else learners[rows]
    ids = pl.Series("segment_id", labels.astype(np.int64) + 1)
    found = profile_segments(
        learners.with_columns(ids),
        run.meaning.model.features,
        n_segments=int(labels.max()) + 1,
    )
    return [profile.name for profile in found]


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
    assert len(kept) >= 0.75 * 12 * n_segments
    assert np.mean(kept) >= 0.9


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


def test_the_input_is_left_alone(small_run):
    learners = small_run.meaning.learners
    before = learners.clone()
    cards(learners, small_run)
    assert learners.equals(before)


def test_descriptions_tell_the_typical_values(small_run):
    for profile in small_run.meaning.profiles:
        years, pay = profile.typical["years_of_experience"], profile.typical["pay"]
        assert f"{years.p50:.0f} year" in profile.description
        assert f"a pay of {pay.p50 / 1e5:,.1f} LPA" in profile.description
        quartiles = f"half of them {pay.p25 / 1e5:,.1f} to {pay.p75 / 1e5:,.1f}"
        assert quartiles in profile.description
        stated = [
            s
            for s in profile.shares["role"]
            if s.value not in {"Not stated", "Unmapped", "Other"}
        ]
        top = f"{stated[0].value} ({stated[0].share:.0%})"
        assert f"; the most frequent stated role is {top}." in profile.description
        assert ". " not in profile.description


@pytest.mark.parametrize(
    ("ratio", "told"),
    [
        (1.0, "the median of all"),
        (1.004, "the median of all"),
        (0.996, "the median of all"),
        (1.009, "1% above the median of all"),
        (1.82, "82% above the median of all"),
        (0.26, "74% below the median of all"),
        (3.0, "200% above the median of all"),
        (3.14, "3.1 times the median of all"),
        (210.53, "211 times the median of all"),
        (20_953.0, "20,953 times the median of all"),
    ],
)
def test_pay_far_above_all_is_told_in_times(ratio, told):
    assert _against_all(ratio) == told


def number(p50, percentile=0.5, base=5.0):
    return Typical(50, p50, p50, p50, p50, base, percentile, percentile)


def test_one_year_is_singular(small_run):
    model = small_run.meaning.model.features
    told = _description(_Told({"years_of_experience": number(1.0)}, "", []), model)
    assert told == "Typically 1 year of experience."


def test_a_segment_nothing_describes_says_so(small_run):
    told = _description(_Told({}, "", []), small_run.meaning.model.features)
    assert told == "No pay, experience or role describes it."


def test_a_role_of_few_is_neither_described_nor_in_a_name(small_run):
    few = Share("Data science", 9, 0.9, 0.1, 900.0)
    model = small_run.meaning.model.features
    told = _Told({"pay": number(1e5)}, "", [few])
    assert "Data science" not in _description(told, model)
    assert named(_Told({}, "", [few]), _Told({}, "", [])) == ["Mixed (1)", "Mixed (2)"]


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
    roles = [Share(role, 30, 0.3, 0.1, 300.0)] if role else []
    return _Told(typical, stage, roles)


def named(*told):
    return _unique_names(told, small=[False] * len(told))


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
    most = [Share("Backend", 30, 0.6, 0.2, 300.0)]
    everywhere = [Share("Backend", 30, 0.6, 0.5, 120.0)]
    told = told_of(0.2, 0.2)
    assert named(replace(told, roles=most)) == ["Early career, lower pay, Backend"]
    assert named(replace(told, roles=everywhere)) == ["Early career, lower pay"]


def banded(**counts):
    return {
        "experience_band": [Share(b, n, 0.1, 0.1, 100.0) for b, n in counts.items()]
    }


BANDS = ("Early", "Mid", "Senior")


def test_what_is_few_follows_the_rule_of_the_configuration(small_run):
    role = Share("Data science", 19, 0.9, 0.1, 900.0)
    model = small_run.meaning.model.features
    enough, few = (_Told({}, "", [role], least) for least in (10, 20))
    assert "Data science" in _description(enough, model)
    assert "Data science" not in _description(few, model)
    assert named(enough) == ["Data science"]
    assert named(few) == ["Mixed"]
    assert _stage(banded(Mid=19), BANDS) == "mid career"
    assert _stage(banded(Mid=19), BANDS, 20) == ""


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
    learners, model = small_run.meaning.learners, small_run.meaning.model.features
    n = len(small_run.meaning.profiles)
    ours = [p.name for p in profile_segments(learners, model, n_segments=n)]
    found = profile_segments(learners, model, n_segments=n, overrides={2: " Climbers "})
    assert [p.name for p in found] == [ours[0], "Climbers", *ours[2:]]
    assert [p.name_by_numbers for p in found] == ours


def test_a_name_given_by_ours_follows_the_segment_to_another_id(small_run):
    learners, model = small_run.meaning.learners, small_run.meaning.model.features
    n = len(small_run.meaning.profiles)
    ours = small_run.meaning.profiles[0].name
    turned = learners.with_columns(segment_id=n + 1 - pl.col("segment_id"))
    found = profile_segments(
        turned, model, n_segments=n, overrides={ours: "The largest"}
    )
    assert found[n - 1].name == "The largest"
    assert found[n - 1].name_by_numbers == ours


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


def test_a_segment_of_few_shows_no_median_and_is_named_so(small_run):
    learners = small_run.meaning.learners
    few = np.where(np.arange(len(learners)) < 9, 1, 2)
    learners = learners.with_columns(pl.Series("segment_id", few))
    model = small_run.meaning.model.features
    small, rest = profile_segments(learners, model, n_segments=2)
    assert small.count == 9
    assert small.typical == {}
    assert small.name == "Fewer than 10"
    assert rest.typical["pay"].n >= 10


@pytest.mark.parametrize(
    ("column", "category"),
    [
        ("title", "role"),
        ("company", "tier"),
        ("pay", "pay_band"),
        ("years_of_experience", "experience_band"),
    ],
)
def test_a_category_the_table_lacks_is_left_out(small_run, column, category):
    available = small_run.meaning.model.features.available
    left = tuple(c for c in available if c != column)
    for profile in cards(small_run.meaning.learners, small_run, available=left):
        assert category not in profile.shares


def test_the_missing_role_of_a_recipe_is_not_called_stated(notebook_run):
    for profile in notebook_run.meaning.profiles:
        words = profile.description + profile.name
        assert "Unknown_Role" not in words
        assert "Other_Role" not in words
