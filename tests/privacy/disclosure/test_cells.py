from collections import Counter

import numpy as np
import polars as pl
import pytest

from learnstrata.exceptions import ParameterError, SchemaError
from learnstrata.privacy.disclosure.attack import bounds, is_exposed
from learnstrata.privacy.disclosure.cells import CellRule, count_cells, suppress

BY = ["role", "tier"]


def learners(n=3_000, seed=1):
    rng = np.random.default_rng(seed)
    roles = 1 / np.arange(1, 9) ** 3.0
    return pl.DataFrame(
        {
            "role": [f"role {i}" for i in rng.choice(8, n, p=roles / roles.sum())],
            "tier": [f"Tier {i}" for i in rng.choice([1, 2, 3, 4], n)],
            "company": [
                None if i > 60 else f"company {i}" for i in rng.zipf(1.3, n).tolist()
            ],
        }
    )


def cell(found, **keys):
    where = [pl.col(k).eq_missing(v) for k, v in keys.items()]
    return found.filter(*where).row(0, named=True)


def test_cells_and_totals_are_counted_as_by_hand():
    table = learners(500)
    counted = count_cells(table, BY)
    for row in counted.iter_rows(named=True):
        inside = [
            one["company"]
            for one in table.iter_rows(named=True)
            if all(row[k] is None or row[k] == one[k] for k in BY)
        ]
        assert row["learners"] == len(inside)
        assert row["companies"] == len({c for c in inside if c is not None})
        largest = max(Counter(inside).values()) / len(inside)
        assert row["largest_share"] == pytest.approx(largest)
    assert counted.filter(pl.all_horizontal(pl.col(BY).is_null())).height == 1


@pytest.mark.parametrize(
    ("sizes", "reason"),
    [
        ([4, 3, 2], "too few learners"),
        ([4, 3, 3], None),
        ([10, 10], "too few companies"),
        ([62, 20, 18], "one company holds 62 %"),
        ([60, 20, 20], None),
        ([5, 4], "too few learners"),
    ],
)
def test_a_cell_is_shown_with_ten_learners_three_companies_and_no_giant(sizes, reason):
    rows = [("a", f"c{i}") for i, n in enumerate(sizes) for _ in range(n)]
    table = pl.DataFrame(rows, schema=["role", "company"], orient="row")
    counted = count_cells(table, ["role"]).with_columns(why=CellRule().reasons())
    assert counted["why"].to_list() == [reason, reason]


def test_every_hidden_cell_says_why_and_withstands_the_attacker():
    counted = count_cells(learners(), BY)
    found = suppress(counted, BY)
    hidden = found.cells.filter(~pl.col("shown"))
    assert found.primary > 0
    assert found.complementary > 0
    assert len(hidden) == found.primary + found.complementary
    helpers = hidden.filter(pl.col("reason") == "to protect another cell")
    assert len(helpers) == found.complementary
    assert found.cells["reason"].is_null().to_list() == found.cells["shown"].to_list()
    roles, tiers = (counted[k].drop_nulls().unique().sort().to_list() for k in BY)
    table = np.zeros((len(roles) + 1, len(tiers) + 1), dtype=np.int64)
    flags = np.zeros_like(table, dtype=bool)
    for row in found.cells.iter_rows(named=True):
        at = [*roles, None].index(row["role"]), [*tiers, None].index(row["tier"])
        table[at], flags[at] = row["learners"], not row["shown"]
    assert not (flags & is_exposed(*bounds(table, flags), table)).any()


def test_what_is_shared_has_no_number_of_a_hidden_cell_and_no_reason():
    found = suppress(count_cells(learners(), BY), BY)
    shared = found.frame()
    assert shared.columns == [*BY, "learners", "companies", "largest_share", "shown"]
    hidden = shared.filter(~pl.col("shown"))
    assert hidden["learners"].null_count() == len(hidden) > 0
    assert hidden["companies"].null_count() == len(hidden)
    assert hidden["largest_share"].null_count() == len(hidden)
    assert shared.filter("shown")["learners"].min() >= 10


def test_a_table_of_the_same_cells_loses_the_hidden_ones():
    found = suppress(count_cells(learners(), BY), BY)
    pay = found.cells.select(*BY, pay=pl.col("learners") * 2).reverse()
    left = found.cut(pay)
    assert len(left) == int(found.cells["shown"].sum())
    assert left["role"].null_count() > 0
    assert left["pay"].min() >= 20
    assert left.rows() == [row for row in pay.rows() if row in set(left.rows())]


def test_without_companies_only_learners_count():
    counted = count_cells(learners(), BY, company=None)
    assert counted["companies"].null_count() == len(counted)
    found = suppress(counted, BY)
    told = set(found.cells["reason"].drop_nulls())
    assert told == {"too few learners", "to protect another cell"}


def test_a_rule_can_be_stricter():
    counted = count_cells(learners(), BY)
    strict = suppress(counted, BY, rule=CellRule(learners=50))
    assert strict.primary > suppress(counted, BY).primary
    assert strict.frame()["learners"].min() >= 50


def test_three_ways_of_cutting_work_as_two():
    table = learners(8_000).with_columns(
        band=pl.Series(np.random.default_rng(2).choice(["0-3", "3-8"], 8_000))
    )
    found = suppress(count_cells(table, [*BY, "band"]), [*BY, "band"])
    assert cell(found.cells, role=None, tier=None, band=None)["learners"] == 8_000
    assert found.primary > 0
    assert found.frame()["learners"].min() >= 10


def test_tables_that_cannot_be_judged_are_refused():
    table = learners(200)
    with pytest.raises(SchemaError, match="Missing columns .'rolle'"):
        count_cells(table, ["rolle"])
    with pytest.raises(ParameterError, match="no column to make cells by"):
        count_cells(table, [])
    with pytest.raises(ParameterError, match=r"\['company'\] have missing values"):
        count_cells(table, ["company"], company=None)
    counted = count_cells(table, BY)
    with pytest.raises(SchemaError, match="Missing columns .'companies'"):
        suppress(counted.drop("companies"), BY)
    with pytest.raises(ParameterError, match="A cell is there twice"):
        suppress(pl.concat([counted, counted.head(1)]), BY)
    with pytest.raises(ParameterError, match="do not add up"):
        suppress(counted.head(-1), BY)
