"""What each engine does, and that all do the same."""

import narwhals as nw
import polars as pl
import pytest

from learnstrata.engines.polars import PolarsEngine
from learnstrata.engines.protocol import turn
from learnstrata.engines.sources import Source
from learnstrata.exceptions import SourceError
from learnstrata.learners.lookups import collected, on_grid

TABLE = pl.DataFrame(
    {
        "learner": [f"u{i % 700}" for i in range(1_000)],
        "city": ["Pune", "Goa", None, "Pune"] * 250,
        "pay": [i / 8 for i in range(1_000)],
    }
)


def down(frame) -> pl.DataFrame:
    return collected(frame).sort("record")


@pytest.mark.parametrize("files", [1, 3])
def test_rows_are_numbered_in_the_order_of_the_files(engine, stored, files):
    found = down(engine.opened(stored(TABLE, files)))
    assert found["record"].to_list() == list(range(1_000))
    assert found.drop("record").equals(TABLE)


def test_a_file_of_text_is_opened_on_every_engine(engine, tmp_path):
    path = tmp_path / "learners.csv"
    path.write_text("email;ctc\na1;12,00,000\nb2;\n")
    found = down(engine.opened(Source.of(path)))
    assert found.rows() == [(0, "a1", "12,00,000"), (1, "b2", None)]


def test_a_column_of_the_user_called_record_is_kept_under_another_name(engine, stored):
    table = pl.DataFrame({"Record": [7, 5], "pay": [1.0, 2.0]})
    found = down(engine.opened(stored(table)))
    assert found["record"].to_list() == [0, 1]
    kept = next(c for c in found.columns if c.lower() == "record_")
    assert found[kept].to_list() == [7, 5]


def test_sums_are_counted_by_group_and_sorted(engine, stored):
    frame = engine.opened(stored(TABLE, 2))
    found = engine.sums(frame.filter(~nw.col("city").is_null()), ["city"], ["pay"])
    pays = TABLE.filter(pl.col("city") == "Goa")["pay"].sum()
    assert found.columns == ["city", "n", "pay"]
    assert found.row(0) == ("Goa", 250, pays)
    assert found["n"].to_list() == [250, 500]


def test_sums_of_no_group_are_one_row(engine, stored):
    found = engine.sums(engine.opened(stored(TABLE)), [], ["pay"])
    assert found.rows() == [(1_000, TABLE["pay"].sum())]


def test_a_lookup_joins_a_small_table_and_leaves_the_others_null(engine, stored):
    cities = pl.DataFrame({"city": ["Pune"], "state": ["MH"]})
    found = down(engine.lookup(engine.opened(stored(TABLE)), cities, on=["city"]))
    assert found["state"].to_list()[:4] == ["MH", None, None, "MH"]


def test_a_sample_is_the_same_on_every_engine(engine, stored):
    frame = engine.opened(stored(TABLE, 4))
    expected = PolarsEngine().sample(
        nw.from_native(TABLE.lazy().with_row_index("record")), 50
    )
    found = engine.sample(frame, 50)
    assert len(found) == 50
    assert found["record"].to_list() == expected["record"].to_list()


def test_a_sample_of_all_rows_is_the_table(engine, stored):
    found = engine.sample(engine.opened(stored(TABLE)), 5_000)
    assert found["record"].to_list() == list(range(1_000))


def test_another_seed_draws_other_rows(engine, stored):
    frame = engine.opened(stored(TABLE))
    drawn = [set(engine.sample(frame, 50, seed=s)["record"]) for s in (0, 1)]
    assert len(drawn[0] & drawn[1]) < 20


def test_turns_are_spread_evenly_over_any_tenth_of_the_rows():
    rows = nw.from_native(pl.DataFrame({"record": range(100_000)}))
    first = (
        rows.select(turn(nw.col("record")))["record"].to_numpy() < 2_147_483_647 / 10
    )
    shares = first.reshape(10, -1).mean(axis=1)
    assert abs(shares - 0.1).max() < 0.02
    again = first[:-1] & first[1:]
    assert abs(again.mean() - 0.01) < 0.005


def test_rows_with_negative_numbers_are_drawn_the_same_on_every_engine(engine):
    rows = pl.DataFrame({"number": [-3_000_000_000, -7, -1, 0, 5]})
    placed = engine.brought(rows).with_columns(turn=turn(nw.col("number")))
    found = down(placed.sort("record"))["turn"].to_list()
    same = nw.from_native(rows % 2_147_483_647).select(turn(nw.col("number")))
    assert found == same["number"].to_list()
    assert min(found) >= 0


def test_halves_go_the_same_way_on_a_grid_of_every_engine(engine, stored):
    halves = pl.DataFrame({"x": [0.125, 0.375, -0.125, -0.375, 2.0**60, None]})
    frame = engine.opened(stored(halves))
    found = down(frame.with_columns(x=on_grid(nw.col("x"), 2)))
    assert found["x"].to_list() == [0.25, 0.5, 0.0, -0.25, 2.0**60, None]


def test_a_checkpoint_gives_the_same_rows_after_its_source_is_gone(engine, stored):
    source = stored(TABLE, 2)
    kept = engine.checkpoint(engine.opened(source).filter(nw.col("pay") < 5))
    assert len(down(kept)) == 40  # Spark fills it when it is first asked
    for file in source.files:
        file.unlink()
    assert down(kept)["pay"].max() == 4.875


def test_parts_hold_all_records_and_each_learner_is_in_one(engine, stored):
    ids = [None if i % 9 == 0 else f"l{i % 300}" for i in range(1_000)]
    table = TABLE.with_columns(learner_id=pl.Series(ids))
    parts = [*engine.parts(engine.opened(stored(table, 2)), rows=150)]
    assert len(parts) == 7
    assert max(map(len, parts)) < 400
    assert sorted(n for part in parts for n in part["record"]) == list(range(1_000))
    held = [set(part["learner_id"].drop_nulls()) for part in parts]
    assert sum(map(len, held)) == len(set().union(*held)) == 300


def test_a_frame_is_written_into_a_folder(engine, stored, tmp_path):
    frame = engine.opened(stored(TABLE, 2))
    engine.write(frame.select("record", "pay"), tmp_path / "out" / "rows")
    found = pl.read_parquet(tmp_path / "out" / "rows" / "*.parquet").sort("record")
    assert found["pay"].equals(TABLE["pay"])


def test_a_folder_that_is_there_is_not_written_over(engine, stored, tmp_path):
    (tmp_path / "out").mkdir()
    with pytest.raises((SourceError, FileExistsError)):
        engine.write(engine.opened(stored(TABLE)), tmp_path / "out")


def test_what_an_engine_says_of_a_broken_file_is_one_line_of_ours(engine, stored):
    source = stored(TABLE)
    source.files[0].write_bytes(b"PAR1" + bytes(200) + b"PAR1")
    with pytest.raises(SourceError) as said:
        down(engine.checkpoint(engine.opened(source)))
    assert "\n" not in str(said.value)
    assert str(source.files[0]) in str(said.value)
