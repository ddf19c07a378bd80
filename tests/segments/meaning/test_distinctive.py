"""Cards: index with interval, bins that hide the few, progress by older records."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnstrata.config.stages import Pay
from learnstrata.segments.meaning.distinctive import _bins, _index_interval, make_cards
from learnstrata.segments.meaning.profiles import NUMBERS


@pytest.fixture(params=["small_run", "notebook_run"])
def done(request):
    return request.getfixturevalue(request.param)


def test_an_index_is_that_of_the_profile_with_its_interval(done):
    for card, profile in zip(done.meaning.cards, done.meaning.profiles, strict=True):
        assert card.segment == profile.id
        told = {(r.feature, r.value): r for r in card.index if r.kind == "value"}
        for feature, shares in profile.shares.items():
            for share in shares:
                row = told.pop((feature, share.value), None)
                assert (row is None) == (share.count < 10)
                if row:
                    assert row.count == share.count
                    assert row.estimate == pytest.approx(share.index)
                    assert row.low <= row.estimate + 1e-9
                    assert row.high >= row.estimate - 1e-9 or share.index > 100
        assert told == {}


def test_a_number_is_told_by_its_mean_rank(done):
    for card, profile in zip(done.meaning.cards, done.meaning.profiles, strict=True):
        told = {r.feature: r for r in card.index if r.kind == "number"}
        assert set(told) == set(profile.typical) <= set(NUMBERS)
        for name, row in told.items():
            assert row.estimate == pytest.approx(100 * profile.typical[name].rank)
            assert row.count == profile.typical[name].n
            assert 0 <= row.low <= row.estimate <= row.high <= 100
            assert (row.effect > 0) == (row.estimate > 50)


def test_the_most_distinctive_comes_first(done):
    for card in done.meaning.cards:
        effects = [abs(row.effect) for row in card.index]
        assert effects == sorted(effects, reverse=True)


def test_a_median_is_told_in_robust_standard_deviations(small_run):
    learners = small_run.meaning.learners
    pay = learners["pay"].drop_nulls().to_numpy()
    spread = 1.4826 * np.median(np.abs(pay - np.median(pay)))
    for card in small_run.meaning.cards:
        own = learners.filter(segment_id=card.segment)["pay"].median()
        row = next(r for r in card.index if r.feature == "pay" and r.kind == "number")
        assert row.difference == pytest.approx((own - np.median(pay)) / spread)


def test_the_interval_of_an_index_holds_the_truth_nineteen_times_in_twenty():
    rng = np.random.default_rng(0)
    n, m, p, q = 200, 800, 0.3, 0.2
    truth = 100 * p / ((n * p + m * q) / (n + m))
    inside = 0
    for _ in range(2_000):
        low, high = _index_interval(rng.binomial(n, p), n, rng.binomial(m, q), m)
        inside += low <= truth <= high
    assert 0.93 <= inside / 2_000 <= 0.97


def test_a_value_that_nobody_else_has_has_an_interval():
    low, high = _index_interval(30, 100, 0, 400)
    assert 100 < low < high <= 505
    assert _index_interval(30, 100, 0, 0) == (100.0, 100.0)


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=25)
)
def test_bins_of_few_have_no_bar_and_no_bin_is_merged(counts):
    values = np.repeat(np.arange(len(counts)), [a + b for a, b in counts]) + 0.5
    own = np.concatenate([np.repeat([True, False], pair) for pair in counts])
    edges = np.arange(1.0, len(counts))
    bins = _bins(values, own, edges, 10)
    sizes = np.sum(counts, axis=0)
    if not bins:
        assert (sizes < 10).any()
        return
    assert [one.low for one in bins] == [None, *edges]
    for one, pair in zip(bins, counts, strict=True):
        for share, n, size in zip((one.segment, one.rest), pair, sizes, strict=True):
            assert (share is None) == (0 < n < 10)
            if share is not None:
                assert abs(share * size - n) <= 5 + 1e-9


def test_shares_of_bins_are_of_tens_of_learners(done):
    learners = done.meaning.learners.unique(
        ["learner_id", "segment_id"], keep="first", maintain_order=True
    )
    for card in done.meaning.cards:
        own = learners.filter(segment_id=card.segment)
        known = own["pay"].drop_nulls()
        for one in card.pay:
            low, high = one.low or -np.inf, one.high or np.inf
            inside = ((known >= low) & (known < high)).sum()
            assert (one.segment is None) == (0 < inside < 10)
            if one.segment is None:
                continue
            assert abs(one.segment * len(known) - inside) <= 5
            assert (one.segment * len(known)) % 10 == pytest.approx(0, abs=1e-6) or (
                (one.segment * len(known)) % 10 == pytest.approx(10, abs=1e-6)
            )


def test_bins_of_a_segment_stand_beside_the_rest(small_run):
    for card in small_run.meaning.cards:
        for bins in (card.pay, card.years_of_experience):
            assert len(bins) >= 3
            assert bins[0].low is None
            assert bins[-1].high is None
            highs = [one.high for one in bins[:-1]]
            first = small_run.meaning.cards[0]
            same = first.pay if bins is card.pay else first.years_of_experience
            assert highs == [one.high for one in same[:-1]]
            assert highs == [one.low for one in bins[1:]] == sorted(highs)


def test_a_segment_of_fewer_than_ten_has_no_bins():
    own = np.arange(100) < 9
    assert _bins(np.arange(100.0), own, np.array([20.0, 60.0]), 10) == ()


def test_progression_is_that_of_learners_with_older_records(small_run):
    learners = small_run.meaning.learners
    for card in small_run.meaning.cards:
        older = learners.filter(pl.col("n_records") >= 2, segment_id=card.segment)
        found = card.progression
        assert found.n == len(older)
        growth = older["pay_growth"].drop_nulls()
        if found.growth is None:
            assert len(growth) < 10
        else:
            assert found.n_growth == len(growth) >= 10
            assert found.growth == pytest.approx(np.expm1(growth.median()))
        if found.role_change is not None:
            named = older.filter(pl.col("n_roles") >= 1)
            assert found.n_roles == len(named) >= 10
            share = (named["n_roles"] > 1).mean()
            assert found.role_change == pytest.approx(share)


def test_few_learners_are_not_shown(small_run):
    meaning = small_run.meaning
    cards = make_cards(meaning.learners, meaning.profiles, pay=Pay(), least=200)
    for card in cards:
        assert all(row.count >= 200 for row in card.index)
        assert card.progression is None
        bars = [one.segment for one in card.pay]
        assert bars.count(None) >= len(bars) / 2


def test_a_table_without_pay_has_no_bins_of_pay(small_run):
    meaning = small_run.meaning
    poor = meaning.learners.drop("pay", "n_records")
    for card in make_cards(poor, meaning.profiles, pay=Pay()):
        assert card.pay == ()
        assert card.progression is None
        assert card.years_of_experience
