"""Guarded benchmarks: an attacker who sees all that is shown finds nobody."""

import numpy as np
import polars as pl
import pytest

from learnstrata.config.stages import Pay
from learnstrata.privacy.disclosure.attack import bounds, is_exposed, with_totals
from learnstrata.privacy.disclosure.cells import CellRule, count_cells
from learnstrata.segments.pay.benchmarks import KNOTS, paid_once, pay_benchmarks
from learnstrata.segments.pay.percentile import where_stands
from learnstrata.segments.pay.shared import KEYS, every_count, guarded
from paid import paid_learners


def shared(learners, **options):
    paid = paid_once(learners)
    return guarded(pay_benchmarks(learners, pay=Pay(), **options), paid), paid


def as_array(paid):
    """Counts with their totals, and the place of each value."""
    values = {key: sorted(paid[key].unique()) for key in KEYS}
    counts = np.zeros([len(v) for v in values.values()], dtype=np.int64)
    for row in paid.select(KEYS).rows():
        counts[tuple(values[k].index(v) for k, v in zip(KEYS, row, strict=True))] += 1
    return with_totals(counts), values


def marked(rows, values, shape):
    """Mark the places of rows, a missing key standing for a total."""
    flags = np.zeros(shape, dtype=bool)
    for row in rows:
        given = [(key, row.get(key)) for key in KEYS]
        place = [-1 if v is None else values[k].index(v) for k, v in given]
        flags[tuple(place)] = True
    return flags


def published(found):
    wider = found.wider.filter(~pl.col("hidden"))
    return [*found.shown().to_dicts(), *wider.to_dicts()]


def secret(found, paid):
    """Every count that is hidden, and every total that breaks the rule."""
    rows = [f.filter("hidden") for f in (found.cells, found.wider)]
    rows.append(every_count(paid).filter(found.rule.reasons().is_not_null()))
    return [row for frame in rows for row in frame.to_dicts()]


@pytest.mark.parametrize("seed", range(6))
def test_no_hidden_count_can_be_worked_out_from_what_is_shared(seed):
    learners = paid_learners(400 + 300 * seed, seed=seed, companies=8 + 5 * seed)
    found, paid = shared(learners)
    table, values = as_array(paid)
    told = marked(published(found), values, table.shape)
    kept = marked(secret(found, paid), values, table.shape)
    assert kept.any()
    assert not (told & kept).any()
    exposed = is_exposed(*bounds(table, ~told), table) & kept
    assert not exposed.any()


def test_without_a_guard_the_attacker_finds_somebody():
    learners = paid_learners(1_000, seed=2)
    found, paid = pay_benchmarks(learners, pay=Pay()), paid_once(learners)
    table, values = as_array(paid)
    kept = marked(secret(found, paid), values, table.shape)
    everything_else = is_exposed(*bounds(table, kept), table) & kept
    assert everything_else.any()


def test_what_is_hidden_has_no_amounts_and_a_reason():
    found, _ = shared(paid_learners(1_000, seed=2))
    for frame in (found.cells, found.wider):
        for row in frame.to_dicts():
            assert row["hidden"] == bool(row["why_hidden"])
            if row["hidden"]:
                assert {row[knot] for knot in KNOTS} == {None}
    assert "to protect another cell" in found.cells["why_hidden"].to_list()


def test_a_cell_hidden_for_another_does_not_answer():
    found, _ = shared(paid_learners(1_000, seed=2))
    cells = found.cells.filter(why_hidden="to protect another cell")
    for row in cells.select(KEYS).to_dicts():
        assert where_stands(found, **row, pay=9e5).level != "cell"


def test_the_total_of_all_is_told_only_where_it_is_shown():
    learners = paid_learners(1_000, seed=2)
    found, _ = shared(learners)
    assert found.tells_all
    assert f"{found.n_learners:,} learners are counted" in found.sentence
    closed, _ = shared(learners, rule=CellRule(learners=100_000))
    assert not closed.tells_all
    assert closed.shown().is_empty()
    assert "are counted" not in closed.sentence


def test_a_stricter_rule_shows_less():
    learners = paid_learners()
    loose, strict = (
        shared(learners, rule=rule)[0].shown()
        for rule in (CellRule(), CellRule(learners=40, companies=12))
    )
    assert 0 < len(strict) < len(loose)
    assert strict["learners"].min() >= 40
    assert strict["companies"].min() >= 12


def test_counts_are_those_of_the_privacy_module_where_companies_are_known():
    paid = paid_once(paid_learners()).drop_nulls("company")
    assert every_count(paid).equals(count_cells(paid, KEYS))


def test_benchmarks_without_cells_stay_as_they_are():
    learners = paid_learners(50)
    found = pay_benchmarks(learners.drop("tier"), pay=Pay())
    assert guarded(found, paid_once(learners)) is found
