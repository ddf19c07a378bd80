"""Rows of the store as frames, and frames as rows."""

from collections.abc import Mapping
from typing import Any

import polars as pl
import sqlalchemy as sa

from learnstrata.layer.store.tables import Time

__all__ = ["add_rows", "frame_of"]

ROWS_AT_ONCE = 50_000
TYPES: Mapping[type, Any] = {
    sa.BigInteger: pl.Int64,
    sa.Integer: pl.Int64,
    sa.Float: pl.Float64,
    sa.Text: pl.String,
    sa.String: pl.String,
    Time: pl.Datetime("us", "UTC"),
    sa.JSON: pl.Object,
}


def _type_of(column: Any) -> Any:  # noqa: ANN401 - of either library
    return next((t for kind, t in TYPES.items() if isinstance(column.type, kind)), None)


def frame_of(
    connection: sa.Connection, query: sa.Select[*tuple[Any, ...]]
) -> pl.DataFrame:
    """Give the rows of a query as a frame, typed by its columns.

    Parameters
    ----------
    connection : sqlalchemy.Connection
    query : sqlalchemy.Select
    """
    schema = {str(c.key): _type_of(c) for c in query.selected_columns}
    rows = connection.execute(query).fetchall()
    return pl.DataFrame(list(map(tuple, rows)), schema=schema, orient="row")


def add_rows(connection: sa.Connection, table: sa.Table, rows: pl.DataFrame) -> None:
    """Insert the rows of a frame, whose columns are columns of the table.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        That writes.
    table : sqlalchemy.Table
    rows : polars.DataFrame
    """
    if rows.is_empty():
        return
    if connection.dialect.name == "postgresql":
        _copy(connection, table, rows)
        return
    names = ", ".join(f'"{name}"' for name in rows.columns)
    places = ", ".join("?" * rows.width)
    insert = f'INSERT INTO "{table.name}" ({names}) VALUES ({places})'  # noqa: S608 - our names
    for part in rows.iter_slices(ROWS_AT_ONCE):
        connection.exec_driver_sql(insert, part.rows())


def _copy(connection: sa.Connection, table: sa.Table, rows: pl.DataFrame) -> None:
    """Insert by COPY."""
    names = ", ".join(f'"{name}"' for name in rows.columns)
    driver: Any = connection.connection.driver_connection
    with (
        driver.cursor() as cursor,
        cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy,
    ):
        for part in rows.iter_slices(ROWS_AT_ONCE):
            for row in part.iter_rows():
                copy.write_row(row)
