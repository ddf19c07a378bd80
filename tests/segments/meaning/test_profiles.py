"""Profiles of segments against slow versions that read the learners row by row."""

from collections import Counter, defaultdict
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from frames import newest
from learnstrata.segments.meaning.bands import compare_with_rules
from learnstrata.segments.meaning.distinctive import make_cards
from learnstrata.segments.meaning.profiles import (
    AMOUNTS,
    CATEGORIES,
    Typical,
    profile_segments,
)


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


def naive_typical(own, base):
    """Give `Typical` of pairs of a value and the company of its learner."""
    values, everyone = [v for v, _ in own], [v for v, _ in base]
    middle = float(np.median(values))
    share = {
        value: (
            sum(v < value for v in everyone) + 0.5 * sum(v == value for v in everyone)
        )
        / len(everyone)
        for value in {middle, *values}
    }
    everyones = {
        value: (
            sum(v < value for v in everyone) + 0.5 * sum(v == value for v in everyone)
        )
        / len(everyone)
        for value in set(everyone)
    }
    low, tenth, ninth, high = np.quantile(everyone, [0.25, 0.1, 0.9, 0.75])
    sizes = Counter(company for _, company in own)
    unknown = sizes.pop(None, 0)
    return Typical(
        n=len(values),
        companies=len(sizes),
        largest_share=(max(sizes.values(), default=0) + unknown) / len(values),
        p25=float(np.quantile(values, 0.25)),
        p50=middle,
        p75=float(np.quantile(values, 0.75)),
        base=float(np.median(everyone)),
        percentile=share[middle],
        rank=sum(share[v] for v in values) / len(values),
        central=sum(0.25 <= share[v] <= 0.75 for v in values) / len(values),
        base_central=sum(0.25 <= everyones[v] <= 0.75 for v in everyone)
        / len(everyone),
        spread=high - low or ninth - tenth,
        base_n=len(everyone),
    )


def test_typical_values_equal_the_slow_version(done):
    no_company, compared = done.config.cleaning.missing_company, 0
    rows = [
        row
        | {"numbers": known_numbers(row)}
        | ({"company": None} if row["company"] == no_company else {})
        for row in rows_of(done)
    ]
    for profile in done.meaning.profiles:
        for name in rows[0]["numbers"]:
            known = [row for row in rows if row["numbers"][name] is not None]
            own = newest(row for row in known if row["segment_id"] == profile.id)
            if not own:
                assert name not in profile.typical
                continue
            expected = naive_typical(
                *(
                    [(row["numbers"][name], row["company"]) for row in part]
                    for part in (own, newest(known))
                )
            )
            if name not in AMOUNTS:
                expected = replace(expected, companies=None, largest_share=None)
            for field in Typical.__slots__:
                found, exact = (
                    getattr(one, field) for one in (profile.typical[name], expected)
                )
                assert found == pytest.approx(exact), (name, field)
            compared += 1
    assert compared >= 10


def who(run, category):
    """Give the learners with each value, of all and of each segment."""
    found = defaultdict(set)
    for row in rows_of(run):
        known = category != "experience_band" or not row["experience_imputed"]
        if row[category] is not None and known:
            found[row[category]].add(row["learner_id"])
            found[row[category], row["segment_id"]].add(row["learner_id"])
    return found


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
            assert {value: s.count for value, s in found.items()} == {
                value: own[value] for value in everyone
            }
            people = who(done, category)
            for value, share in found.items():
                assert share.learners == len(people[value, profile.id])
                assert share.base_learners == len(people[value])
                part, base = own[value] / profile.count, everyone[value] / len(rows)
                assert share.base_count == everyone[value]
                assert share.share == pytest.approx(part)
                assert share.base == pytest.approx(base)
                assert share.index == pytest.approx(100 * part / base)
            counts = [s.count for s in profile.shares[category]]
            assert counts == sorted(counts, reverse=True)


def profiles_of(learners, run, **changes):
    model = replace(run.meaning.model.features, **changes)
    return profile_segments(learners, model, n_segments=len(run.meaning.profiles))


def test_the_order_of_rows_changes_nothing(small_run):
    learners = small_run.meaning.learners
    shuffled = learners.sample(fraction=1.0, shuffle=True, seed=5)
    found, again = (profiles_of(rows, small_run) for rows in (learners, shuffled))
    for one, other in zip(found, again, strict=True):
        assert one.shares == other.shares
        assert [t.p50 for t in one.typical.values()] == [
            t.p50 for t in other.typical.values()
        ]


def test_the_input_is_left_alone(small_run):
    learners = small_run.meaning.learners
    before = learners.clone()
    profiles_of(learners, small_run)
    assert learners.equals(before)


def test_a_segment_of_one_learner_is_described_exactly(small_run):
    learners = small_run.meaning.learners
    paid = learners.filter(pl.col("pay").is_not_null())
    alone = pl.col("record") == paid["record"][0]
    learners = learners.with_columns(segment_id=pl.when(alone).then(1).otherwise(2))
    model = small_run.meaning.model.features
    one, rest = profile_segments(learners, model, n_segments=2)
    assert (one.count, one.typical["pay"].n) == (1, 1)
    assert one.typical["pay"].p50 == paid["pay"][0]
    assert one.typical["pay"].companies <= 1
    assert one.typical["pay"].largest_share == 1.0
    assert rest.count == len(learners) - 1


def test_a_learner_of_several_records_counts_once(small_run):
    learners = small_run.meaning.learners
    twice = pl.concat([learners, learners])
    found, again = (profiles_of(rows, small_run) for rows in (learners, twice))
    for one, other in zip(found, again, strict=True):
        assert other.count == 2 * one.count
        assert other.learners == one.learners == one.count
        for name, number in one.typical.items():
            assert other.typical[name].rank == pytest.approx(number.rank)
            for field in ("n", "companies", "largest_share", "p25", "p50", "p75"):
                found = getattr(other.typical[name], field)
                assert found == getattr(number, field), (name, field)


def test_a_learner_of_60_records_is_not_what_is_typical(small_run):
    learners = small_run.meaning.learners.filter(pl.col("pay").is_not_null()).head(14)
    learners = learners.with_columns(segment_id=pl.lit(1))
    pay = pl.when(pl.int_range(pl.len()) == 0).then(9e6).otherwise(pl.col("pay"))
    learners = learners.with_columns(pay=pay)
    many = pl.concat([learners, *[learners.head(1)] * 59])
    model = small_run.meaning.model.features
    (one,), (other,) = (
        profile_segments(rows, model, n_segments=1) for rows in (learners, many)
    )
    assert other.count == 73
    assert other.typical["pay"].p50 == one.typical["pay"].p50 < 9e6
    assert other.typical["pay"].base == one.typical["pay"].base
    assert other.typical["pay"].largest_share == one.typical["pay"].largest_share


def test_without_companies_pay_tells_of_none(small_run):
    left = tuple(
        c for c in small_run.meaning.model.features.available if c != "company"
    )
    for profile in profiles_of(small_run.meaning.learners, small_run, available=left):
        assert profile.typical["pay"].companies is None
        assert profile.typical["pay"].largest_share is None


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
    for profile in profiles_of(small_run.meaning.learners, small_run, available=left):
        assert category not in profile.shares


def test_a_run_that_describes_factors_tells_what_their_text_tells(done):
    meaning, features = done.meaning, done.meaning.model.features
    profiles = profile_segments(
        meaning.learners,
        features,
        n_segments=len(meaning.profiles),
        no_company=done.config.cleaning.missing_company,
    )
    assert profiles == meaning.profiles
    grown = done.config.decisions.grown
    cards = make_cards(meaning.learners, profiles, pay=features.pay, grown=grown)
    assert cards == meaning.cards
    assert meaning.comparison == compare_with_rules(
        meaning.learners,
        experience_order=features.experience_band_names,
        pay_order=features.pay.band_names,
    )
