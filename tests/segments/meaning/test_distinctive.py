"""Cards: places among all with intervals, exact bins, progress by older records."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from frames import newest
from learnstrata.config.stages import Pay
from learnstrata.segments.meaning.distinctive import _placed, _spread, make_cards
from learnstrata.segments.meaning.profiles import numbers_of, profile_segments


@pytest.fixture(params=["small_run", "notebook_run"])
def done(request):
    return request.getfixturevalue(request.param)


def test_a_number_is_told_by_its_mean_rank(done):
    for card, profile in zip(done.meaning.cards, done.meaning.profiles, strict=True):
        assert card.segment == profile.id
        told = {row.feature: row for row in card.ranks}
        features = done.meaning.model.features
        assert set(told) == set(profile.typical) <= set(numbers_of(features))
        for name, row in told.items():
            assert row.rank == pytest.approx(100 * profile.typical[name].rank)
            assert row.count == profile.typical[name].n
            if row.low is None:
                assert row.count == 1
                continue
            assert 0 <= row.low <= row.rank <= row.high <= 100
            assert (row.effect > 0) == (row.rank > 50)


def test_the_most_distinctive_comes_first(done):
    for card in done.meaning.cards:
        effects = [abs(row.effect) for row in card.ranks]
        assert effects == sorted(effects, reverse=True)


def test_a_median_is_told_in_robust_standard_deviations(small_run):
    learners = small_run.meaning.learners
    pay = learners["pay"].drop_nulls().to_numpy()
    spread = 1.4826 * np.median(np.abs(pay - np.median(pay)))
    for card in small_run.meaning.cards:
        own = learners.filter(segment_id=card.segment)["pay"].median()
        row = next(r for r in card.ranks if r.feature == "pay")
        assert row.difference == pytest.approx((own - np.median(pay)) / spread)


def test_one_learner_has_a_place_and_no_interval(small_run):
    learners = small_run.meaning.learners
    alone = pl.int_range(pl.len()) == 0
    learners = learners.with_columns(segment_id=pl.when(alone).then(1).otherwise(2))
    model = small_run.meaning.model.features
    profiles = profile_segments(learners, model, n_segments=2)
    card, _ = make_cards(learners, profiles, pay=Pay())
    assert card.ranks
    assert all(row.low is row.high is None for row in card.ranks)


@given(
    st.lists(
        st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=25
    ).filter(lambda counts: any(a + b for a, b in counts))
)
def test_bins_count_the_segment_and_all(counts):
    values = np.repeat(np.arange(len(counts)), [a + b for a, b in counts]) + 0.5
    own = np.concatenate([np.repeat([1, 2], pair) for pair in counts])
    number = _placed(pl.DataFrame({"segment_id": own}), values)
    edges = np.arange(1.0, len(counts))
    found = _spread("years_of_experience", number, 1, edges)
    assert [one.low for one in found.bins] == [None, *edges]
    assert [(one.segment, one.of_all - one.segment) for one in found.bins] == counts
    assert [one.learners for one in found.bins] == [a + b for a, b in counts]
    assert found.n_segment == sum(a for a, _ in counts)
    assert found.n_all == found.learners == np.sum(counts)


def test_bins_are_those_of_learners_counted_once(done):
    paid = done.meaning.learners.drop_nulls("pay")
    for card in done.meaning.cards:
        known = newest(paid.filter(segment_id=card.segment).to_dicts())
        pay = np.array([row["pay"] for row in known])
        found = next(one for one in card.spreads if one.feature == "pay")
        assert found.n_segment == len(known)
        assert found.learners == paid["learner_id"].n_unique()
        for one in found.bins:
            low, high = one.low or -np.inf, one.high or np.inf
            assert one.segment == ((pay >= low) & (pay < high)).sum()
            assert one.learners <= one.of_all


def test_a_learner_of_60_records_has_one_place(small_run):
    learners = small_run.meaning.learners
    many = pl.concat([learners, *[learners.head(1)] * 59])
    model, n = small_run.meaning.model.features, len(small_run.meaning.profiles)
    once, again = (
        make_cards(rows, profile_segments(rows, model, n_segments=n), pay=Pay())
        for rows in (learners, many)
    )
    for one, other in zip(once, again, strict=True):
        assert other.spreads == one.spreads
        assert other.progression == one.progression
        found = {row.feature: (row.low, row.difference) for row in other.ranks}
        for row in one.ranks:
            assert found[row.feature] == pytest.approx((row.low, row.difference))


def test_bins_of_a_segment_stand_beside_those_of_all(small_run):
    first = {one.feature: one for one in small_run.meaning.cards[0].spreads}
    assert set(first) == {"pay", "years_of_experience"}
    for card in small_run.meaning.cards:
        for found in card.spreads:
            bins = found.bins
            assert len(bins) >= 3
            assert bins[0].low is None
            assert bins[-1].high is None
            highs = [one.high for one in bins[:-1]]
            assert highs == [one.high for one in first[found.feature].bins[:-1]]
            assert highs == [one.low for one in bins[1:]] == sorted(highs)
            of_all = first[found.feature]
            assert found.n_all == of_all.n_all


def test_progression_is_that_of_learners_with_older_records(small_run):
    learners = small_run.meaning.learners
    parts = [(card.progression, card.segment) for card in small_run.meaning.cards]
    parts.append((small_run.meaning.cards[0].progression_of_all, None))
    for found, segment in parts:
        own = learners if segment is None else learners.filter(segment_id=segment)
        older = own.filter(pl.col("n_records") >= 2)
        growth = older["pay_growth"].drop_nulls()
        named = older.filter(pl.col("n_roles") >= 1)
        changed = (named["n_roles"] > 1).sum()
        grown = (growth >= np.log(1.1) - 1e-9).sum()
        assert found.n_grown == grown > 0
        assert found.grown == grown / len(growth)
        year = older.filter(years_between=1.0)["pay_growth"]
        grown = (year >= np.log(1.1) - 1e-9).sum()
        assert (found.n_one_year, found.n_grown_one_year) == (len(year), grown)
        assert 0 < found.grown_one_year == grown / len(year)
        assert len(year) < len(growth)
        counts = (found.n, found.n_growth, found.n_roles, found.n_changed)
        assert counts == (len(older), len(growth), len(named), changed)
        assert found.growth == pytest.approx(np.expm1(growth.median()))
        assert found.role_change == pytest.approx(changed / len(named))


def test_pay_that_grew_by_the_limit_itself_has_grown(small_run):
    learners, profiles = small_run.meaning.learners, small_run.meaning.profiles
    alike = learners.with_columns(n_records=pl.lit(2), pay_growth=pl.lit(np.log(1.07)))
    for limit, share in ((0.07, 1.0), (0.0701, 0.0)):
        card, *_ = make_cards(alike, profiles, pay=Pay(), grown=limit)
        assert card.progression.grown == share
        assert card.progression.n_one_year > 0
        assert card.progression.grown_one_year == share


def test_learners_without_older_records_have_no_growth(small_run):
    learners = small_run.meaning.learners.with_columns(n_records=pl.lit(1))
    card, *_ = make_cards(learners, small_run.meaning.profiles, pay=Pay())
    assert (card.progression.n, card.progression.growth) == (0, None)
    assert card.progression.role_change is None
    assert (card.progression.n_one_year, card.progression.grown_one_year) == (0, None)


def test_a_table_without_pay_has_no_bins_of_pay(small_run):
    meaning = small_run.meaning
    poor = meaning.learners.drop("pay", "n_records")
    n = len(meaning.profiles)
    profiles = profile_segments(poor, meaning.model.features, n_segments=n)
    for card in make_cards(poor, profiles, pay=Pay()):
        assert [one.feature for one in card.spreads] == ["years_of_experience"]
        assert card.progression is card.progression_of_all is None
