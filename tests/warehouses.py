"""Databases that a query runs in, each with the tables that it is given."""

import sqlite3
from collections.abc import Mapping
from typing import Any

import duckdb
import polars as pl
import psycopg

SQLITE_TYPES = {pl.String(): "TEXT", pl.Int64(): "INTEGER", pl.Float64(): "REAL"}
POSTGRES_TYPES = {
    pl.String(): "TEXT",
    pl.Int64(): "BIGINT",
    pl.Float64(): "DOUBLE PRECISION",
}
Tables = Mapping[str, pl.DataFrame]
Found = dict[str, int]


def named(lookups) -> dict[str, pl.DataFrame]:
    """Give lookups under the names that the query has for them."""
    return {f"learnstrata_{name}": rows for name, rows in lookups.tables.items()}


def columns(table: pl.DataFrame, types: Mapping[Any, str]) -> str:
    """Give the columns of a table as a database declares them."""
    return ", ".join(f'"{c}" {types[dtype]}' for c, dtype in table.schema.items())


def in_duckdb(query: str, tables: Tables) -> Found:
    with duckdb.connect() as to:
        for name, table in tables.items():
            to.register("rows", table.to_arrow())
            to.execute(f"CREATE TABLE {name} AS FROM rows")
            to.unregister("rows")
        return segments(to.execute(query).fetchall())


def in_sqlite(query: str, tables: Tables) -> Found:
    to = sqlite3.connect(":memory:")
    try:
        for name, table in tables.items():
            to.execute(f"CREATE TABLE {name} ({columns(table, SQLITE_TYPES)})")
            insert = f"INSERT INTO {name} VALUES ({', '.join('?' * table.width)})"  # noqa: S608 - our own names
            to.executemany(insert, table.iter_rows())
        return segments(to.execute(query).fetchall())
    finally:
        to.close()


def in_postgres(query: str, tables: Tables, address: str) -> Found:
    with psycopg.connect(address) as to, to.cursor() as cursor:
        for name, table in tables.items():
            cursor.execute(f"CREATE TABLE {name} ({columns(table, POSTGRES_TYPES)})")
            with cursor.copy(f"COPY {name} FROM STDIN") as copy:
                for row in table.iter_rows():
                    copy.write_row(row)
        return segments(cursor.execute(query).fetchall())


def in_spark(query: str, tables: Tables, session: Any) -> Found:
    for name, table in tables.items():
        session.createDataFrame(table.to_arrow()).createOrReplaceTempView(name)
    rows = session.sql(query.rstrip().removesuffix(";")).collect()
    return segments([tuple(row) for row in rows])


def segments(rows) -> Found:
    """Give the segment of each learner, of whom there is one row."""
    found = {learner: segment for learner, segment, *_ in rows}
    assert len(found) == len(rows)
    return found
