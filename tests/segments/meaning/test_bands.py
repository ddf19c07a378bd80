"""Rule-based against learned segments: scikit-learn on the labels themselves."""

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

from learnstrata.segments.meaning.bands import compare_with_rules

BANDS = ("Early", "Mid", "Senior")
PAYS = ("Low", "Average", "High", "Very high")


def compared(frame):
    return compare_with_rules(frame, experience_order=BANDS, pay_order=PAYS)


@pytest.fixture
def learners():
    rng = np.random.default_rng(4)
    rules = rng.integers(0, 12, 800)
    return pl.DataFrame(
        {
            "experience_band": [BANDS[r // 4] for r in rules],
            "pay_band": [PAYS[r % 4] for r in rules],
            "segment_id": np.where(rng.uniform(size=800) < 0.6, rules % 5, 5) + 1,
        }
    ).with_columns(
        pay_band=pl.when(pl.int_range(pl.len()) % 7 > 0).then("pay_band"),
        experience_band=pl.when(pl.int_range(pl.len()) % 11 > 0).then(
            "experience_band"
        ),
    )


def test_counts_and_agreement_equal_scikit_learn(learners):
    found = compared(learners)
    known = learners.drop_nulls()
    rules = known.select(pl.concat_str("experience_band", "pay_band", separator=" / "))
    rules, labels = rules.to_series().to_list(), known["segment_id"].to_list()
    assert found.n_learners == len(known) < len(learners)
    for rule, counts in zip(found.rules, found.counts, strict=True):
        pairs = [s for r, s in zip(rules, labels, strict=True) if r == rule]
        assert list(counts) == [pairs.count(s) for s in found.segments]
    assert found.ari == pytest.approx(adjusted_rand_score(rules, labels))
    assert found.nmi == pytest.approx(normalized_mutual_info_score(rules, labels))


def test_distinct_learners_are_counted_where_rows_are_records(learners):
    found = compared(learners)
    assert found.learners == found.counts
    assert found.learners_of_rules == tuple(map(sum, found.counts))
    ids = pl.Series("learner_id", [i // 4 for i in range(len(learners))])
    named = learners.with_columns(ids).drop_nulls()
    several = compared(named)
    assert several.counts == found.counts
    rule = pl.concat_str("experience_band", "pay_band", separator=" / ")
    for i, name in enumerate(several.rules):
        own = named.filter(rule == name)
        assert several.learners_of_rules[i] == own["learner_id"].n_unique()
        for segment, n in zip(several.segments, several.learners[i], strict=True):
            assert n == own.filter(segment_id=segment)["learner_id"].n_unique()


def test_a_run_compares_the_learners_whose_pay_and_experience_are_known(small_run):
    found = small_run.meaning.comparison
    learners = small_run.meaning.learners.filter(
        pl.col("pay").is_not_null() & (pl.col("experience_imputed") == 0)
    )
    rules = learners.select(
        pl.concat_str("experience_band", "pay_band", separator=" / ")
    ).to_series()
    assert found.n_learners == len(learners)
    assert found.ari == pytest.approx(
        adjusted_rand_score(rules, learners["segment_id"])
    )


def test_rules_stand_in_the_order_of_the_bands(learners):
    order = [f"{e} / {p}" for e in BANDS for p in PAYS]
    found = compared(learners)
    assert list(found.rules) == [rule for rule in order if rule in found.rules]
    assert found.frame()["rule_segment"].to_list() == list(found.rules)
    assert found.frame().width == 1 + len(found.segments)


@pytest.mark.parametrize("column", ["pay_band", "experience_band"])
def test_there_is_nothing_to_compare_without_pay_or_experience(learners, column):
    assert compared(learners.drop(column)) is None
    nulls = learners.with_columns(pl.lit(None, pl.String).alias(column))
    assert compared(nulls) is None


def test_the_one_band_of_a_table_without_experience_is_no_rule(learners):
    assert compared(learners.with_columns(experience_band=pl.lit("All"))) is None


def test_the_learners_are_left_alone(learners):
    before = learners.clone()
    compared(learners)
    assert learners.equals(before)
