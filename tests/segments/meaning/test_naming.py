"""Names of segments: they hold, they say what is true, and the user's go over them."""

import re
from collections import Counter
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from learnstrata.config.loading import load_config
from learnstrata.exceptions import ParameterError
from learnstrata.learners.demo.tables import make_learners
from learnstrata.learners.features.register import steps_of
from learnstrata.pipeline import run
from learnstrata.privacy.disclosure.rule import PayRule
from learnstrata.segments.meaning.naming import (
    given_names,
    name_segments,
    unique_names,
)
from learnstrata.segments.meaning.profiles import cut_on, profile_segments
from learnstrata.segments.meaning.traits import Trait, Traits
from learnstrata.stats import kmeans
from learnstrata.summary.blank import is_phrased
from owned import names_of, own_base, planted


def names_in(learners, run, n_segments=None, **options):
    profiles = profile_segments(
        learners,
        run.meaning.model.features,
        n_segments=n_segments or len(run.meaning.profiles),
    )
    features = run.meaning.model.features
    bands = run.config.experience_band_names
    return name_segments(profiles, bands, cut_on=cut_on(features), **options)


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


def test_segments_fitted_anew_on_other_samples_keep_their_names(larger_run):
    X = larger_run.base.prepared.matrix.X
    draws = np.random.default_rng(2).integers(0, len(X), (12, len(X)))
    kept = []
    for n_segments in (3, 4, 5):
        labels = fitted(X, n_segments)
        ours = named_by(labels, larger_run)
        for seed, rows in enumerate(draws):
            anew = fitted(X[rows], n_segments, seed=seed)
            names = named_by(anew, larger_run, rows)
            assert len(set(names)) == n_segments
            pairs = found_again(labels[rows], anew, n_segments)
            kept += [ours[old] == names[new] for old, new in pairs]
    assert len(kept) >= 0.6 * 12 * (3 + 4 + 5)
    assert np.mean(kept) >= 0.85


def test_a_name_says_the_band_of_most_learners(larger_run):
    words, told = {"Early": "early", "Mid": "mid career", "Senior": "senior"}, 0
    for n_segments in (3, 4, 6):
        labels = fitted(larger_run.base.prepared.matrix.X, n_segments)
        names = named_by(labels, larger_run)
        known = larger_run.base.prepared.learners.with_columns(
            label=pl.Series(labels)
        ).filter(pl.col("experience_imputed") == 0)
        for i, name in enumerate(names):
            bands = Counter(known.filter(label=i)["experience_band"])
            stage = name.split(",")[0].lower()
            if not any(word in stage for word in words.values()):
                continue  # experience is not what parts it most
            told += 1
            assert words[bands.most_common(1)[0][0]] in stage
            assert all(
                words[b] not in stage
                for b, n in bands.items()
                if n < 0.3 * bands.total()
            )
    assert told >= 5


def trait(feature, words, effect, rank=None):
    if rank is None:
        return Trait(feature, words, effect)
    side = int(np.sign(rank - 0.5))
    return Trait(feature, words, effect, rank, steps_of(feature), side)


def told(*cut, others=(), count=50):
    return Traits(cut=cut, others=others, count=count)


def test_a_name_says_the_driver_and_the_next_that_parts_clearly():
    driver = trait("company_pay", "top-paying companies", 0.35, 0.85)
    clear = trait("pay", "higher pay", 0.2, 0.7)
    hardly = trait("extra:score", "high score", 0.1, 0.6)
    assert unique_names([told(clear, driver, hardly)]) == [
        "Higher pay, top-paying companies"
    ]
    assert unique_names([told(hardly, driver)]) == ["Top-paying companies"]
    assert unique_names([told(trait("pay", "middle pay", 0.03, 0.5))]) == ["Mixed"]


def test_of_second_features_that_part_alike_the_first_in_the_order_is_told():
    driver = trait("extra:a", "high a", 0.4, 0.9)
    nearly = trait("extra:b", "high b", 0.25, 0.7)
    larger = trait("extra:c", "high c", 0.28, 0.7)
    assert unique_names([told(nearly, larger, driver)]) == ["High b and a"]
    least = replace(nearly, effect=0.15)
    assert unique_names([told(least, larger, driver)]) == ["High c and a"]


def test_names_that_coincide_get_the_feature_in_which_they_differ_most():
    def paid(rank, other):
        return told(
            trait("pay", "higher pay", 0.3, rank),
            trait("extra:score", "middle score", 0.02, other),
        )

    assert unique_names([paid(0.7, 0.3), paid(0.75, 0.6)]) == [
        "Higher pay, low score",
        "Higher pay, high score",
    ]
    # No "paid less" for a group above the middle of all: the other has the most.
    assert unique_names([paid(0.7, 0.5), paid(0.85, 0.5)]) == [
        "Higher pay",
        "Top pay",
    ]
    assert unique_names([paid(0.55, 0.5), paid(0.45, 0.5)]) == [
        "Higher pay",
        "Lower pay",
    ]


def test_what_was_cut_on_tells_apart_before_what_was_not():
    def one(rank, other):
        score = trait("extra:score", "high score", 0.3, rank)
        return told(score, others=(trait("n_roles", "more roles", 0.1, other),))

    assert unique_names([one(0.7, 0.2), one(0.9, 0.9)]) == [
        "High score",
        "Highest score",
    ]
    assert unique_names([one(0.7, 0.2), one(0.7, 0.9)]) == [
        "High score, fewer roles",
        "High score, more roles",
    ]


def test_groups_that_nothing_parts_are_told_apart_by_their_size():
    alike = [told(trait("pay", "lower pay", 0.3, 0.2), count=n) for n in (30, 90, 60)]
    assert unique_names(alike) == [
        "Lower pay, smallest",
        "Lower pay, largest",
        "Lower pay, 2nd largest",
    ]
    assert unique_names(alike[:2]) == ["Lower pay, smaller", "Lower pay, larger"]


def test_groups_of_sizes_that_are_shown_alike_have_numbers():
    alike = [told(trait("pay", "lower pay", 0.3, 0.2), count=n) for n in (60, 70, 90)]
    numbered = ["Lower pay, segment 1", "Lower pay, segment 2", "Lower pay, segment 3"]
    assert unique_names(alike) == numbered
    assert all(map(is_phrased, numbered))
    unknown = [told(count=200), told(count=201)]
    assert unique_names(unknown) == ["Segment 1", "Segment 2"]
    assert unique_names(unknown, noun="part") == ["Part 1", "Part 2"]


def test_a_name_never_says_the_side_that_the_median_is_not_on():
    """Mean ranks part the two, but the second has a median above that of all."""
    low = trait("pay", "middle pay", 0.02, 0.30)
    high = replace(trait("pay", "middle pay", 0.02, 0.45), side=1)
    apart = [told(one) for one in (low, high)]
    assert unique_names(apart) == ["Lower pay", "Middle pay"]
    both = [replace(low, side=1), replace(low, rank=0.1, side=0)]
    assert not any("ower" in name for name in unique_names([told(one) for one in both]))


def test_groups_of_few_say_nothing_but_that():
    few = Traits(cut=(trait("pay", "top pay", 0.5, 0.99),), count=4, few=True)
    assert unique_names([few, replace(few, count=6)]) == [
        "Fewer than 10, segment 1",
        "Fewer than 10, segment 2",
    ]


VALUES = st.sampled_from(["Backend", "Data", "Goa", ""])


@st.composite
def segments(draw):
    """Draw traits of several segments, many of them alike."""
    features = ("pay", "years_of_experience", "company_pay", "extra:score", "n_roles")
    found = []
    for _ in range(draw(st.integers(2, 7))):
        cut = []
        for feature in features:
            rank = draw(st.sampled_from([0.1, 0.3, 0.5, 0.51, 0.8, 0.95]))
            effect = abs(rank - 0.5)
            step = 2 if effect < 0.1 else 1 if rank < 0.5 else 3
            cut.append(trait(feature, steps_of(feature)[step], effect, rank))
        if value := draw(VALUES):
            cut.append(trait("role", value, draw(st.sampled_from([0.1, 0.3]))))
        half = draw(st.integers(0, 5))
        size = draw(st.integers(1, 12))
        known = tuple((one.feature, one.rank) for one in cut if one.rank is not None)
        found.append(
            Traits(tuple(cut[:half]), tuple(cut[half:]), size, known, few=size < 3)
        )
    return found


@given(segments(), st.randoms(use_true_random=False))
def test_names_are_unique_deterministic_and_follow_their_segments(found, random):
    names = unique_names(found)
    assert len({name.casefold() for name in names}) == len(names)
    assert not any("(" in name or ")" in name for name in names)
    assert names == unique_names(found)
    contents = [(one.count, one.content, one.cut, one.others) for one in found]
    if len({*map(repr, contents)}) < len(found):
        return  # what is the same in everything has no order of its own
    if any(re.search(r"segment \d", name) for name in names):
        return  # a number is that of the segment
    order = [*range(len(found))]
    random.shuffle(order)
    assert unique_names([found[i] for i in order]) == [names[i] for i in order]


def test_one_segment_is_all_learners():
    base = own_base()
    assert names_of(base, np.zeros(len(base.learners), dtype=int)) == ["All learners"]


def test_names_say_the_planted_drivers_of_the_users_own_columns():
    assert names_of(own_base(), planted()) == [
        "High English and Logical scores",
        "High hours",
        "City Goa, low hours",  # the others work more, since one of them does
        "Low English and Logical scores",
    ]


def test_names_follow_the_segments_to_other_ids():
    base, labels = own_base(), planted()
    turned = names_of(base, 3 - labels)
    assert turned == names_of(base, labels)[::-1]


def test_names_of_own_columns_hold_for_other_samples():
    base, kept = own_base(), []
    X = base.prepared.matrix.X
    for n_segments in (3, 4, 5):
        labels = fitted(X, n_segments)
        ours = np.array(names_of(base, labels))
        for rows in np.random.default_rng(3).integers(0, len(X), (20, len(X))):
            sample = replace(base, learners=base.learners[rows])
            kept += (np.array(names_of(sample, labels[rows])) == ours).tolist()
    assert np.mean(kept) >= 0.95


def test_a_segment_at_top_paying_companies_says_so(larger_run):
    learners = larger_run.base.learners
    tier, level = learners["tier"].to_numpy(), learners["company_level"].to_numpy()
    at_top = (tier == "Tier 1") & (level > np.quantile(level, 0.6))
    name = named_by(at_top.astype(int), larger_run)[1]
    assert "top-paying companies" in name.lower()


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
        (
            {1: "A", "First": "B"},
            "names ['A', 'B'] for segment 1, expected one",
        ),
        ({2: "  "}, "empty name for the segments ['2']"),
        ({1: "Same", 3: "same "}, "more than one of the segments [1, 3]"),
        ({1: "Early career, lower pay"}, "'Early career, lower pay' for more than one"),
    ],
)
def test_names_that_cannot_be_given_are_refused(overrides, told):
    names = ["First", "Early career, lower pay", "Third"]
    with pytest.raises(ParameterError, match=re.escape(told)):
        given_names(names, overrides)


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
    assert any("pay" in one.name for one in names_in(learners, small_run))
    found = names_in(learners, small_run, rule=rule)
    assert not any("pay" in one.name or "paid" in one.name for one in found)


def test_the_missing_role_of_a_recipe_names_no_segment(notebook_run):
    for one in notebook_run.meaning.names:
        assert "Unknown_Role" not in one.name
        assert "Other_Role" not in one.name
