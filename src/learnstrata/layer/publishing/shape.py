"""Whether a database is a target of ours, and what it holds."""

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from learnstrata.exceptions import OutputError, preview
from learnstrata.layer.publishing.contract import CONTRACT, RELEASES, TABLES
from learnstrata.layer.publishing.terms import Held
from learnstrata.layer.publishing.views import VIEWS, view_statement

__all__ = ["held_in", "is_target", "prepare"]

ELSEWHERE = (
    "Nothing was written. Publish into a database or schema of its own, or rename what "
    "is there."
)


def is_target(connection: sa.Connection, shown: str) -> bool:
    """Say whether a database has the tables of the contract, all and as they are.

    Parameters
    ----------
    connection : sqlalchemy.Connection
    shown : str
        The database, as messages show it.

    Raises
    ------
    OutputError
        If it has a table or view of one of these names that is another, or only some.
    """
    found = sa.inspect(connection)
    tables, views = set(found.get_table_names()), set(found.get_view_names())
    for name in sorted((VIEWS.keys() & tables) | (TABLES.tables.keys() & views)):
        kind = "table" if name in tables else "view"
        raise OutputError(
            f"{shown} has a {kind} {name!r}, which is a name of the contract "
            f"{CONTRACT}, and not of its shape. {ELSEWHERE}"
        )
    there = TABLES.tables.keys() & tables
    for name in sorted(there):
        _refuse_other(name, found.get_columns(name), shown)
    if there and (absent := sorted(TABLES.tables.keys() - tables)):
        raise OutputError(
            f"{shown} has {sorted(there)} and lacks {absent}: the contract {CONTRACT} "
            f"has all of them. {ELSEWHERE}"
        )
    return bool(there)


def _refuse_other(name: str, columns: Iterable[Mapping[str, Any]], shown: str) -> None:
    """Refuse a table that has other columns, or other kinds of values in them."""
    expected = {one.name: one.type.python_type for one in TABLES.tables[name].c}
    kinds = {one["name"]: _kind(one["type"]) for one in columns}
    if kinds == expected:
        return
    odd = [one for one in kinds if kinds[one] != expected.get(one)]
    odd += [one for one in expected if one not in kinds]
    raise OutputError(
        f"{shown} has a table {name!r} of another shape: it has {preview(kinds)}, the "
        f"contract {CONTRACT} has {preview(expected)} ({odd[0]!r} differs). {ELSEWHERE}"
    )


def _kind(of: sa.types.TypeEngine) -> type | None:
    try:
        return of.python_type
    except NotImplementedError:
        return None


def prepare(connection: sa.Connection, shown: str) -> None:
    """Make the tables and views that are not there yet.

    Views that are there stay: who may read them is written in them.

    Raises
    ------
    OutputError
    """
    if not is_target(connection, shown):
        TABLES.create_all(connection, checkfirst=False)
        _keep_ids_out_of_statistics(connection)
    there = set(sa.inspect(connection).get_view_names())
    for name in [one for one in VIEWS if one not in there]:
        connection.exec_driver_sql(view_statement(name, connection.dialect.name))


def _keep_ids_out_of_statistics(connection: sa.Connection) -> None:
    """Have PostgreSQL sample no ids: its statistics would hold forgotten ones."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(
            f"ALTER TABLE {CONTRACT} ALTER COLUMN learner_id SET STATISTICS 0"
        )


def held_in(connection: sa.Connection) -> Held | None:
    """Read the last publication of a target."""
    columns = (RELEASES.c[name] for name in ("publication", "layer", "release"))
    last = sa.select(*columns, RELEASES.c.digest)
    row = connection.execute(
        last.order_by(RELEASES.c.publication.desc()).limit(1)
    ).first()
    return None if row is None else Held(*row)
