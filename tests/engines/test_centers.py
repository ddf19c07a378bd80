"""Lloyd's passes give the same centres on every engine, however rows are divided."""

import narwhals as nw
import numpy as np
import polars as pl
import pytest

from learnstrata.engines.centers import Block, Space, labelled, move_centers
from learnstrata.engines.polars import PolarsEngine
from learnstrata.exceptions import DegenerateError, ParameterError
from learnstrata.learners.lookups import collected
from learnstrata.stats import kmeans

N, K = 3_000, 5
LOW, HIGH = np.full(4, -0.3), np.array([0.9, 1.4, 0.7, 2.0])
SPACE = Space({"pay": 0, "years": 5}, {"role": Block((1, 2, 3, 4), LOW, HIGH)})


@pytest.fixture(scope="module")
def table() -> pl.DataFrame:
    rng = np.random.default_rng(5)
    role = rng.integers(0, 4, N)
    return pl.DataFrame(
        {
            "pay": rng.normal(role, 0.7),
            "years": rng.lognormal(0, 0.6, N),
            "role": [None if i % 50 == 0 else int(r) for i, r in enumerate(role)],
        },
        schema_overrides={"role": pl.Int32},
    )


def matrix(table: pl.DataFrame) -> np.ndarray:
    role = table["role"].fill_null(-1).to_numpy()
    columns = [np.where(role == v, HIGH[v], LOW[v]) for v in range(4)]
    return np.column_stack([table["pay"], *columns, table["years"]])


@pytest.fixture(scope="module")
def start(table) -> np.ndarray:
    return kmeans.fit(matrix(table)[:300], K, rng=1).centers


@pytest.fixture(scope="module")
def expected(table, start):
    rows = nw.from_native(table.lazy())
    return move_centers(PolarsEngine(), rows, SPACE, start, most=6, gain=0.0)


@pytest.mark.parametrize("parts", [1, 2, 7])
def test_centres_are_the_same_on_every_engine_for_any_division(
    engine, stored, table, start, expected, parts
):
    frame = engine.opened(stored(table, parts))
    if engine.name == "spark":
        frame = nw.from_native(frame.to_native().repartition(parts))
    found = move_centers(engine, frame, SPACE, start, most=6, gain=0.0)
    assert np.abs(found.centers - expected.centers).max() <= 1e-9
    assert found.centers.tobytes() == expected.centers.tobytes()
    assert found.sizes.tolist() == expected.sizes.tolist()
    assert found.inertia == expected.inertia


def test_labels_are_the_same_on_every_engine(engine, stored, table, expected):
    frame = engine.opened(stored(table, 3))
    found = collected(labelled(engine, frame, SPACE, expected.centers)).sort("record")
    assert (
        found["label"].to_list()
        == kmeans.nearest(matrix(table), expected.centers).tolist()
    )


def test_centres_are_the_same_for_any_order_of_the_rows(table, start, expected):
    mixed = nw.from_native(table.sample(fraction=1.0, shuffle=True, seed=2).lazy())
    found = move_centers(PolarsEngine(), mixed, SPACE, start, most=6, gain=0.0)
    assert found.centers.tobytes() == expected.centers.tobytes()


def test_centres_are_those_of_lloyd_in_memory(table, start):
    rows = nw.from_native(table.lazy())
    found = move_centers(PolarsEngine(), rows, SPACE, start, most=200, gain=0.0)
    peer = kmeans.polish(matrix(table), start)
    order = np.lexsort((*found.centers.T[::-1], -found.sizes))
    assert np.abs(found.centers[order] - peer.centers).max() < 1e-7
    assert found.inertia == pytest.approx(peer.inertia, rel=1e-6)
    assert found.converged


def test_passes_end_when_one_gains_too_little(table, start):
    rows = nw.from_native(table.lazy())
    engine = PolarsEngine()
    found = move_centers(engine, rows, SPACE, start, gain=0.5)
    assert (found.passes, found.converged) == (2, True)
    assert not move_centers(engine, rows, SPACE, start, most=1).converged


def test_a_centre_without_rows_stays_where_it_is(table, start):
    far = np.vstack([start, np.full((1, 6), 1e6)])
    rows = nw.from_native(table.lazy())
    found = move_centers(PolarsEngine(), rows, SPACE, far)
    assert found.sizes[-1] == 0
    assert found.centers[-1].tolist() == [1e6] * 6


def test_very_many_large_numbers_are_rounded_so_that_their_sums_are_exact():
    values = np.random.default_rng(0).normal(0, 1e9, 2_000)
    engine, space = PolarsEngine(), Space({"x": 0}, {})
    found = [
        move_centers(
            engine, nw.from_native(pl.LazyFrame({"x": x})), space, [[-1e9], [1e9]]
        )
        for x in (values, values[::-1], np.sort(values))
    ]
    assert len({one.centers.tobytes() for one in found}) == 1
    assert found[0].centers.mean() == pytest.approx(0, abs=1e8)


@pytest.mark.parametrize("bad", [None, float("nan"), float("inf")])
def test_a_number_that_is_missing_or_not_finite_is_refused(engine, stored, bad):
    rows = pl.DataFrame({"x": [1.0, bad, 3.0]}, schema={"x": pl.Float64})
    with pytest.raises(DegenerateError, match="missing or not finite in"):
        move_centers(engine, engine.opened(stored(rows)), Space({"x": 0}, {}), [[0.0]])


def test_no_row_is_refused(engine, stored):
    rows = pl.DataFrame({"x": [1.0]})
    frame = engine.opened(stored(rows)).filter(nw.col("x") > 5)
    with pytest.raises(DegenerateError, match="Got no row"):
        move_centers(engine, frame, Space({"x": 0}, {}), [[0.0]])


def test_centres_of_another_width_are_refused(table):
    rows = nw.from_native(table.lazy())
    with pytest.raises(ParameterError, match=r"shape \(1, 2\).* 6 columns"):
        move_centers(PolarsEngine(), rows, SPACE, [[0.0, 1.0]])
    with pytest.raises(ParameterError, match="most=0"):
        move_centers(PolarsEngine(), rows, SPACE, np.zeros((1, 6)), most=0)
