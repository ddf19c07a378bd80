"""Where a pay stands: percentiles that rise with pay, and who answers."""

import math
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learnstrata.config.stages import Pay
from learnstrata.exceptions import DegenerateError, ParameterError
from learnstrata.privacy.disclosure.cells import CellRule
from learnstrata.segments.pay.benchmarks import pay_benchmarks
from learnstrata.segments.pay.percentile import _ordinal, from_shared, where_stands
from learnstrata.summary.benchmarks import summarise_benchmarks
from paid import paid_learners

KEYS = ["role_family", "tier", "experience_band"]
INR = Pay()


@pytest.fixture(scope="module")
def found():
    return pay_benchmarks(paid_learners(), pay=INR)


def stand(benchmarks, pay, **peers):
    wanted = {"role_family": "Backend", "tier": "Tier 2", "experience_band": "Mid"}
    return where_stands(benchmarks, **(wanted | peers), pay=pay)


def every_cell(found):
    return found.cells.select(KEYS).to_dicts()


@given(st.lists(st.floats(1, 1e10), min_size=2, max_size=12), st.data())
@settings(max_examples=60)
def test_a_percentile_never_falls_as_pay_rises(found, amounts, data):
    peers = data.draw(st.sampled_from(every_cell(found)))
    got = [stand(found, pay, **peers).percentile for pay in sorted(amounts)]
    assert got == sorted(got)
    assert 0 <= got[0] <= got[-1] <= 100


def test_the_median_stands_at_fifty_and_quartiles_at_theirs(found):
    for row in found.shown().to_dicts():
        peers = {k: row[k] for k in KEYS}
        got = stand(found, row["p50"], **peers)
        assert (got.percentile, got.bound, got.level) == (50, "", "cell")
        if len({row["p25"], row["p50"], row["p75"]}) == 3:
            assert stand(found, row["p25"], **peers).percentile == pytest.approx(25)
            assert stand(found, row["p75"], **peers).percentile == pytest.approx(75)


def test_between_quantiles_the_percentile_follows_log_pay(found):
    row = found.shown().row(0, named=True)
    middle = math.sqrt(row["p50"] * row["p75"])
    got = stand(found, middle, **{k: row[k] for k in KEYS})
    assert got.percentile == pytest.approx(62.5)


def test_beyond_the_outer_quantiles_only_a_bound_is_told(found):
    low, high = stand(found, 1.0), stand(found, 1e12)
    assert (low.percentile, low.bound) == (5, "at most")
    assert (high.percentile, high.bound) == (95, "at least")
    assert "is at or below the 5th percentile" in low.sentence
    assert "is at or above the 95th percentile" in high.sentence


def test_a_hidden_cell_never_answers(found):
    levels = set()
    for row in found.cells.to_dicts():
        got = stand(found, 9e5, **{k: row[k] for k in KEYS})
        assert (got.level == "cell") != row["hidden"]
        levels.add(got.level)
    assert len(levels) > 1


def test_the_answer_climbs_from_cell_to_role_to_all(found):
    def hide(frame, where):
        return frame.with_columns(hidden=pl.when(where).then(True).otherwise("hidden"))  # noqa: FBT003 - a literal

    cells = hide(found.cells, pl.lit(value=True))
    climbed = []
    wider = found.wider
    for level in ("role and experience", "role", "all"):
        got = stand(replace(found, cells=cells, wider=wider), 9e5)
        climbed.append((got.level, got.group))
        wider = hide(wider, pl.col("level") == level)
    assert climbed == [
        ("role and experience", "Backend, Mid, all company tiers"),
        ("role", "Backend, any experience and company tier"),
        ("all", "all learners"),
    ]
    with pytest.raises(
        DegenerateError, match="10 learners and 3 companies that may be shown"
    ):
        stand(replace(found, cells=cells, wider=wider), 9e5)


def test_heaped_pay_stands_at_the_median_where_the_median_is_in_the_heap():
    frame = paid_learners(300).with_columns(
        role_family=pl.lit("Backend"),
        tier=pl.lit("Tier 2"),
        experience_band=pl.lit("Mid"),
        pay=pl.when(pl.col("record") < 240).then(8e5).otherwise("pay"),
    )
    got = pay_benchmarks(frame, pay=INR, tau=1e-9)
    assert stand(got, 8e5).percentile == 50
    assert stand(got, 8e5 - 1).percentile <= 50 <= stand(got, 8e5 + 1).percentile


@pytest.mark.parametrize("pay", [0.0, -5.0, math.nan, math.inf])
def test_a_pay_that_is_no_amount_is_refused(found, pay):
    with pytest.raises(ParameterError, match="expected a positive amount"):
        stand(found, pay)


def test_a_table_without_cells_answers_nobody():
    got = pay_benchmarks(paid_learners().drop("company"), pay=INR)
    with pytest.raises(DegenerateError, match="the table has no companies"):
        stand(got, 1e6)


def test_an_unknown_role_is_refused_with_the_nearest(found):
    with pytest.raises(ParameterError, match=r"role_family='Backnd'.*'Backend'\?"):
        stand(found, 1e6, role_family="Backnd")


def test_a_sentence_says_pay_percentile_and_group(found):
    got = stand(found, 9e5)
    number = round(got.percentile)
    assert got.sentence.startswith(f"9.0 LPA is at about the {number}")
    assert got.sentence.endswith(f"percentile of the pay of {got.group}.")


def test_ordinals_are_written_as_people_say_them():
    said = [_ordinal(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 52.4, 93)]
    assert " ".join(said) == "1st 2nd 3rd 4th 11th 12th 13th 21st 52nd 93rd"


def test_what_was_shared_answers_as_the_whole_does(small_run):
    whole = small_run.meaning.benchmarks
    values = summarise_benchmarks(small_run)
    shared = from_shared(values, pay=whole.pay, rule=whole.rule)
    asked = 0
    for peers in whole.cells.select(KEYS).to_dicts():
        if any(
            peers[key] not in shared.cells[key].unique().to_list()
            for key in ("tier", "experience_band")
        ):
            continue
        if peers["role_family"] not in shared.wider["role_family"].to_list():
            continue
        for pay in (3e5, 1e6, 4e6):
            assert where_stands(shared, **peers, pay=pay) == where_stands(
                whole, **peers, pay=pay
            )
            asked += 1
    assert asked > 30


def test_nothing_shared_is_said():
    values = {
        "cells": [],
        "wider": [],
        "tau": None,
        "n_learners": None,
        "n_left_out": None,
        "reason": "the table has no pay",
    }
    shared = from_shared(values, pay=INR, rule=CellRule())
    with pytest.raises(DegenerateError, match="the table has no pay"):
        stand(shared, 1e6)
