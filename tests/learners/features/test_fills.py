from statistics import median

import hypothesis.strategies as st
import narwhals as nw
import numpy as np
import polars as pl
import pytest
from hypothesis import given

from frames import rows
from learnstrata.learners.features.fills import (
    MIN_PEERS,
    PayFills,
    experience_fills,
    pay_fills,
)

ROLES, BANDS = ["Backend", "Data", "Quality"], ["Early", "Mid", None]
TYPES = {
    "role": pl.String,
    "experience_band": pl.String,
    "pay": pl.Float64,
    "years_of_experience": pl.Float64,
}


def with_gaps(rng, values):
    kept = rng.random(len(values)) < 0.8
    return [v if keep else None for v, keep in zip(values, kept, strict=True)]


def learners(seed, n=120):
    rng = np.random.default_rng(seed)
    pay = [float(p) for p in rng.integers(3, 60, size=n) * 50_000]
    years = [float(y) for y in rng.integers(0, 30, size=n)]
    return {
        "record": list(range(n)),
        "role": [ROLES[i] for i in rng.choice(3, p=[0.6, 0.36, 0.04], size=n)],
        "experience_band": [BANDS[i] for i in rng.choice(3, p=[0.6, 0.3, 0.1], size=n)],
        "pay": with_gaps(rng, pay),
        "years_of_experience": with_gaps(rng, years),
    }


def as_rows(table):
    return pl.DataFrame(table).to_dicts()


def naive_pay_fill(row, table):
    """Look for enough peers, closest first."""
    paid = [other for other in table if other["pay"] is not None]
    same_role = [other for other in paid if other["role"] == row["role"]]
    band = row["experience_band"]
    same_cell = [o for o in same_role if band and o["experience_band"] == band]
    for peers in (same_cell, same_role):
        if len(peers) >= MIN_PEERS:
            return median(peer["pay"] for peer in peers)
    return median(other["pay"] for other in paid)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_pay_is_taken_for_the_median_of_the_closest_peers(frame, seed):
    table = learners(seed)
    native = nw.from_native(frame(table))
    found = rows(pay_fills(native, "peers").add(native).to_native())
    expected = [naive_pay_fill(row, as_rows(table)) for row in as_rows(table)]
    assert [row["_pay_fill"] for row in found] == pytest.approx(expected, rel=1e-12)


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "role": st.sampled_from(ROLES),
                "experience_band": st.sampled_from(BANDS),
                "pay": st.none() | st.sampled_from([1e5, 2e5, 4.5e5, 9e5, 2e6]),
            }
        ),
        min_size=1,
        max_size=30,
    ).filter(lambda table: any(row["pay"] for row in table))
)
def test_pay_fills_of_any_table_are_the_naive_ones(table):
    frame = nw.from_native(pl.DataFrame(table, schema_overrides=TYPES))
    found = pay_fills(frame, "peers").add(frame)["_pay_fill"].to_list()
    assert found == pytest.approx([naive_pay_fill(row, table) for row in table])


def test_with_the_median_everybody_gets_the_same(frame):
    table = learners(4)
    native = nw.from_native(frame(table))
    fills = pay_fills(native, "median")
    overall = median(pay for pay in table["pay"] if pay is not None)
    assert fills == PayFills((), (), (), {}, overall)
    found = rows(fills.add(native).to_native())
    assert {row["_pay_fill"] for row in found} == {overall}


def test_roles_and_bands_never_seen_fall_back(frame):
    table = learners(1)
    fills = pay_fills(nw.from_native(frame(table)), "peers")
    new = {
        "record": [0, 1],
        "role": ["Backend", "Astronaut"],
        "experience_band": ["Retired", "Mid"],
    }
    found = rows(fills.add(nw.from_native(frame(new))).to_native())
    expected = [fills.by_role["Backend"], fills.overall]
    assert [row["_pay_fill"] for row in found] == expected


def test_too_few_peers_make_no_cell(frame):
    table = {
        "record": list(range(9)),
        "role": ["Backend"] * 5 + ["Data"] * 4,
        "experience_band": ["Mid"] * 9,
        "pay": [float(i) for i in range(1, 10)],
    }
    fills = pay_fills(nw.from_native(frame(table)), "peers")
    assert (fills.roles, fills.bands, fills.medians) == (("Backend",), ("Mid",), (3.0,))
    assert fills.by_role == {"Backend": 3.0}
    assert fills.overall == 5.0


@pytest.mark.parametrize("seed", [1, 2])
def test_experience_is_taken_for_the_median_of_the_role(frame, seed):
    table = learners(seed)
    found = experience_fills(nw.from_native(frame(table)), "peers")
    known = [row for row in as_rows(table) if row["years_of_experience"] is not None]
    expected = {"": median(row["years_of_experience"] for row in known)}
    for role in ROLES:
        years = [row["years_of_experience"] for row in known if row["role"] == role]
        if len(years) >= MIN_PEERS:
            expected[role] = median(years)
    assert found == expected


def test_with_the_median_experience_has_one_fill(frame):
    found = experience_fills(nw.from_native(frame(learners(1))), "median")
    assert list(found) == [""]
