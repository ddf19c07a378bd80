import math

import hypothesis.strategies as st
import narwhals as nw
import numpy as np
import polars as pl
import pytest
from hypothesis import given

from frames import rows
from learnstrata.learners.history import progression, with_progression

STATES = ["current", "repaired", "history", "quarantined"]
FAMILIES = ["Backend", "Data", "Not stated", "Unmapped", "Other"]
TYPES = {
    "learner_id": pl.String,
    "state": pl.String,
    "role_family": pl.String,
    "pay": pl.Float64,
    "pay_year": pl.Float64,
}


def naive_progression(records):
    """Follow each learner through their usable records."""
    usable = [row for row in records if row["state"] != "quarantined"]
    told = []
    for learner in sorted({row["learner_id"] for row in usable}):
        own = [row for row in usable if row["learner_id"] == learner]
        unnamed = {"Not stated", "Unmapped", "Other"}
        paid = [r for r in own if r["pay"] is not None and r["pay_year"] is not None]
        years = {row["pay_year"] for row in paid}
        between = max(years) - min(years) if len(years) > 1 else None
        growth = None
        if between:
            old = [r["pay"] for r in paid if r["pay_year"] == min(years)]
            new = [r["pay"] for r in paid if r["pay_year"] == max(years)]
            ratio = (sum(new) / len(new)) / (sum(old) / len(old))
            growth = math.log(ratio) / between
        told.append(
            {
                "learner_id": learner,
                "n_records": len(own),
                "n_roles": len({row["role_family"] for row in own} - unnamed),
                "years_between": between,
                "pay_growth": growth,
            }
        )
    return told


def same(found, expected):
    growth, naive = (
        [row.pop("pay_growth") for row in told] for told in (found, expected)
    )
    assert [g is None for g in growth] == [g is None for g in naive]
    known = [g for g in naive if g is not None]
    assert [g for g in growth if g is not None] == pytest.approx(
        known, rel=1e-9, abs=1e-8
    )
    assert found == expected


def records(seed, n=200):
    rng = np.random.default_rng(seed)

    def drawn(values):
        return [values[i] for i in rng.integers(len(values), size=n)]

    return {
        "learner_id": drawn([f"l{i}" for i in range(60)]),
        "state": drawn(STATES),
        "role_family": drawn(FAMILIES),
        "pay": drawn([None, 4e5, 5.5e5, 1e6, 3.3e6]),
        "pay_year": drawn([None, 2016.0, 2019.0, 2021.0]),
    }


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_progression_follows_each_learner(frame, seed):
    table = records(seed)
    found = rows(progression(frame(table)), by="learner_id")
    same(found, naive_progression(pl.DataFrame(table).to_dicts()))


@pytest.mark.parametrize("columns", [[], ["role_family"], ["pay", "pay_year"]])
def test_learners_of_one_record_are_told_as_those_of_several(columns):
    table = pl.DataFrame(records(4)).select("learner_id", "state", *columns)
    used = table.filter(pl.col("state") != "quarantined")
    current = used.unique("learner_id", keep="first", maintain_order=True)
    state = pl.when(used["learner_id"].is_first_distinct()).then(pl.lit("current"))
    used = used.with_columns(state=state.otherwise(pl.lit("history")))
    expected = current.join(progression(used), on="learner_id", how="left")
    assert with_progression(current, used).equals(expected)
    assert expected["n_records"].min() == 1


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "learner_id": st.sampled_from("abc"),
                "state": st.sampled_from(STATES),
                "role_family": st.sampled_from(FAMILIES),
                "pay": st.none() | st.floats(1e3, 1e8),
                "pay_year": st.sampled_from([None, 2018.0, 2019.0, 2021.0]),
            }
        ),
        max_size=12,
    )
)
def test_progression_of_any_records_is_the_naive_one(listed):
    frame = pl.DataFrame(listed, schema=TYPES)
    before = frame.clone()
    same(rows(progression(frame), by="learner_id"), naive_progression(listed))
    assert frame.equals(before)


def test_steady_growth_is_recovered(frame):
    rng = np.random.default_rng(5)
    rate, start = rng.normal(0.1, 0.05, size=50), rng.uniform(3e5, 3e6, size=50)
    years = [0, 2, 5]
    native = frame(
        {
            "learner_id": [f"{i:02d}" for i in range(50) for _ in years],
            "state": ["history", "history", "current"] * 50,
            "pay": np.exp(np.log(start) + np.outer(years, rate)).T.ravel().tolist(),
            "pay_year": [2016.0 + y for _ in range(50) for y in years],
        }
    )
    found = rows(progression(native), by="learner_id")
    assert [row["pay_growth"] for row in found] == pytest.approx(rate)
    assert {row["years_between"] for row in found} == {5.0}


@pytest.mark.parametrize(
    ("columns", "known"),
    [
        ({}, {"n_records"}),
        ({"pay": [1e5, 2e5]}, {"n_records"}),
        ({"pay_year": [2019.0, 2020.0]}, {"n_records"}),
        ({"role_family": ["Data", "Backend"]}, {"n_records", "n_roles"}),
        (
            {"pay": [1e5, 2e5], "pay_year": [2019.0, 2020.0]},
            {"n_records", "pay_growth", "years_between"},
        ),
    ],
)
def test_columns_that_are_not_there_leave_their_result_null(frame, columns, known):
    table = {"learner_id": ["a", "a"], "state": ["history", "current"]} | columns
    (row,) = rows(progression(frame(table)))
    assert row.pop("learner_id") == "a"
    assert {name for name, value in row.items() if value is not None} == known
    assert row["n_records"] == 2


def test_result_has_the_same_columns_and_types_on_every_engine(frame):
    found = nw.from_native(progression(frame(records(1)))).lazy().collect("polars")
    assert found.columns == [
        *("learner_id", "n_records", "n_roles", "years_between", "pay_growth")
    ]
    assert found.schema["n_records"] == found.schema["n_roles"] == nw.Int64
