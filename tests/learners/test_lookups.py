import hypothesis.strategies as st
import narwhals as nw
import polars as pl
import pytest
from hypothesis import given

from frames import rows
from learnstrata.learners.lookups import collected, distinct, join_lookup

KEYS = ["b", None, "a", "c", "b", "\u00e9", ""]
TABLE = {"record": list(range(7)), "key": KEYS}
LOOKUP = pl.DataFrame({"key": ["a", "b", "\u00e9"], "value": [1.5, None, 3.0]})


def test_collected_brings_any_frame_into_polars(frame):
    found = collected(nw.from_native(frame(TABLE)))
    assert isinstance(found, pl.DataFrame)
    assert found.sort("record")["key"].to_list() == KEYS


def test_distinct_values_are_sorted_and_without_null(frame):
    native = nw.from_native(frame(TABLE))
    assert distinct(native, "key") == sorted(set(KEYS) - {None})
    assert distinct(native, "record") == list(range(7))


def test_a_column_of_nulls_has_no_distinct_value(frame):
    native = nw.from_native(frame({"record": [0, 1], "key": [None, None]}))
    assert distinct(native, "key") == []


def test_joined_values_are_those_a_dict_would_give(frame):
    joined = join_lookup(nw.from_native(frame(TABLE)), LOOKUP, on=["key"])
    values = dict(LOOKUP.rows())
    assert [(row["key"], row["value"]) for row in rows(joined.to_native())] == [
        (key, values.get(key)) for key in KEYS
    ]


def test_joined_on_two_keys(frame):
    table = {"record": [0, 1, 2], "key": ["a", "a", "b"], "band": ["x", None, "x"]}
    lookup = pl.DataFrame({"key": ["a", "b"], "band": ["x", "y"], "value": [1.0, 2.0]})
    joined = join_lookup(nw.from_native(frame(table)), lookup, on=["key", "band"])
    assert [row["value"] for row in rows(joined.to_native())] == [1.0, None, None]


def test_an_empty_lookup_gives_nulls(frame):
    lookup = LOOKUP.clear()
    joined = join_lookup(nw.from_native(frame(TABLE)), lookup, on=["key"])
    assert [row["value"] for row in rows(joined.to_native())] == [None] * len(KEYS)


def test_columns_of_an_empty_lookup_keep_their_types(frame):
    lookup = pl.DataFrame(schema={"key": pl.String, "name": pl.String, "n": pl.Int64})
    joined = join_lookup(nw.from_native(frame(TABLE)), lookup, on=["key"])
    named = joined.with_columns(name=nw.coalesce("name", nw.lit("none")))
    assert {row["name"] for row in rows(named.to_native())} == {"none"}


def test_joined_frame_stays_with_its_engine_and_the_input_as_it_was(frame):
    native = frame(TABLE)
    joined = join_lookup(nw.from_native(native), LOOKUP, on=["key"]).to_native()
    assert type(joined) is type(native)
    assert rows(native) == [{"record": i, "key": key} for i, key in enumerate(KEYS)]


def test_a_lazy_frame_stays_lazy():
    lazy = nw.from_native(pl.LazyFrame(TABLE))
    joined = join_lookup(lazy, LOOKUP, on=["key"])
    assert isinstance(joined, nw.LazyFrame)
    assert rows(joined.to_native())[0]["value"] is None


@pytest.mark.parametrize("engine", ["polars", "pandas"])
@given(keys=st.lists(st.sampled_from(["a", "b", "c", None]), min_size=1, max_size=9))
def test_eager_rows_keep_their_order(engine, keys):
    table = {"key": keys, "at": list(range(len(keys)))}
    schema = {"key": nw.String, "at": nw.Int64}
    frame = nw.from_dict(table, schema=schema, backend=engine)
    joined = join_lookup(frame, LOOKUP, on=["key"])
    assert joined["at"].to_list() == list(range(len(keys)))
