"""How the lookup tables come into a database, in its own words."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import polars as pl
import sqlglot
from sqlglot import exp

from learnstrata.layer.scoring.literals import DIALECT
from learnstrata.layer.scoring.query import in_dialect
from learnstrata.layer.scoring.stages import LOOKUP

if TYPE_CHECKING:
    from sqlglot import Expr

__all__ = ["loading_script"]

TYPES = {pl.String(): "TEXT", pl.Int64(): "BIGINT", pl.Float64(): "DOUBLE"}
LOAD: Mapping[str, str] = {
    "duckdb": "COPY {name} FROM '{file}' (FORMAT csv, HEADER, QUOTE '\"');",
    "postgres": "\\copy {name} FROM '{file}' (FORMAT csv, HEADER)\nANALYZE {name};",
    "sqlite": ".import --csv --skip 1 {file} {name}",
}
HEAD: Mapping[str, str] = {
    "duckdb": "Lookups; run it in the folder of the files: duckdb FILE < load.sql",
    "postgres": "Lookups; run it in the folder of the files: psql -f load.sql DATABASE",
    "sqlite": "Lookups; run it in the folder of the files: sqlite3 FILE < load.sql",
    "spark": "Lookups, as views of this session; give the files with their folder.",
}
UNTRIED = "Lookups; load NAME.csv into learnstrata_NAME by the means of the database."


def loading_script(tables: Mapping[str, pl.DataFrame], dialect: str) -> str:
    """Write the statements that make the lookup tables and load them.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        `Lookups.tables`.
    dialect : str
        From `learnstrata.layer.scoring.query.checked_dialect`.
    """
    parts = [f"-- {HEAD.get(dialect, UNTRIED)}"]
    for name, table in tables.items():
        view = dialect == "spark"
        parts.append(_view(name, table) if view else _made(name, table, dialect))
    return "\n".join(parts) + "\n"


def _made(name: str, table: pl.DataFrame, dialect: str) -> str:
    """Drop what is there, make the table, load it."""
    known = LOOKUP.format(name)
    drop = sqlglot.parse_one(f"DROP TABLE IF EXISTS {known}", dialect=DIALECT)
    statements = [
        f"{in_dialect(one, dialect)};" for one in (drop, _create(known, table))
    ]
    load = LOAD.get(dialect, "")
    return "\n".join([*statements, load.format(name=known, file=f"{name}.csv")])


def _create(name: str, table: pl.DataFrame) -> "Expr":
    columns = [
        exp.ColumnDef(
            this=exp.to_identifier(column),
            kind=exp.DataType.build(TYPES[dtype], dialect=DIALECT),
        )
        for column, dtype in table.schema.items()
    ]
    schema = exp.Schema(this=exp.to_table(name), expressions=columns)
    return exp.Create(this=schema, kind="TABLE")


def _view(name: str, table: pl.DataFrame) -> str:
    kinds = {"TEXT": "STRING"}
    columns = ", ".join(
        f"{column} {kinds.get(TYPES[dtype], TYPES[dtype])}"
        for column, dtype in table.schema.items()
    )
    options = f"path '{name}.csv', header 'true', multiLine 'true', escape '\"'"
    return (
        f"CREATE OR REPLACE TEMPORARY VIEW {LOOKUP.format(name)} ({columns})\n"
        f"USING csv OPTIONS ({options});"
    )
