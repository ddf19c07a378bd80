"""A backup of a store is one file that any database can be restored from.

It holds each table as Parquet, and a manifest with the version of the tables, how many
rows each has and a digest of its bytes. It names learners: its mode is 0600.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import sqlalchemy as sa

from learnstrata.exceptions import ParameterError, SourceError
from learnstrata.layer.databases import POSTGRES, SQLITE, reading
from learnstrata.layer.folder import write_file
from learnstrata.layer.store.deletions import (
    WITH_LEARNERS,
    bury,
    erase,
    listed,
    refuse_other_key,
    scrubbed,
    tombstones_in,
    tombstones_of,
)
from learnstrata.layer.store.frames import add_rows
from learnstrata.layer.store.opening import (
    Store,
    known_revisions,
    now,
    revised,
    revision_of,
)
from learnstrata.layer.store.retention import Due, limit_of, remove
from learnstrata.layer.store.tables import (
    layer,
    members,
    metadata,
    prunings,
    publications,
    releases,
)

__all__ = ["Restored", "back_up", "back_up_before", "restore"]

MANIFEST, FORMAT = "manifest.json", "learnstrata store"


@dataclass(frozen=True, slots=True)
class Restored:
    """What a backup held and was not put back.

    Attributes
    ----------
    forgotten : int
        Learners who had been forgotten.
    pruned : Due or None
        What is not kept any more; None where nothing says how long it is.
    """

    forgotten: int
    pruned: Due | None


def back_up(store: Store, path: str | Path, *, overwrite: bool = False) -> Path:
    """Write all of a store, as it is at one moment, to a file.

    Parameters
    ----------
    store : Store
    path : path
    overwrite : bool, default=False

    Returns
    -------
    Path

    Raises
    ------
    OutputError
        If the file is there already and `overwrite` is off, or cannot be written.
    """
    return _written(store.engine, Path(path), metadata, overwrite=overwrite)


def back_up_before(engine: sa.Engine, revision: str) -> Path:
    """Write a backup before the tables of a store are changed.

    Parameters
    ----------
    engine : sqlalchemy.Engine
    revision : str
        That the store is of.
    """
    there = sa.MetaData()
    there.reflect(engine)
    name = f"{now():%Y%m%dT%H%M%S}-{revision}.backup"
    if engine.dialect.name == SQLITE:
        file = Path(engine.url.database or "")
        path = file.with_name(f"{file.name}-{name}")
    else:
        path = Path(f"{engine.url.database}-{name}")
    return _written(engine, path, there, overwrite=False)


def _written(
    engine: sa.Engine, path: Path, tables: sa.MetaData, *, overwrite: bool
) -> Path:
    revision = revision_of(engine)
    write = partial(_write, engine=engine, tables=tables, revision=revision)
    done = write_file(path, write, overwrite=overwrite)
    done.chmod(0o600)
    return done


def _write(
    path: Path, *, engine: sa.Engine, tables: sa.MetaData, revision: str | None
) -> None:
    told: dict[str, Any] = {}
    with reading(engine) as connection, zipfile.ZipFile(path, "w") as file:
        for table in tables.sorted_tables:
            if table.name == "alembic_version":
                continue
            content = _packed(connection, table)
            file.writestr(f"{table.name}.parquet", content)
            told[table.name] = {
                "sha256": hashlib.sha256(content).hexdigest(),
                "json": _columns_of(table, sa.JSON),
                "times": _columns_of(table, sa.DateTime),
            }
        manifest = {"format": FORMAT, "revision": revision, "tables": told}
        file.writestr(MANIFEST, json.dumps(manifest, indent=1))


def _columns_of(table: sa.Table, kind: type) -> list[str]:
    types = ((c.name, getattr(c.type, "impl", c.type)) for c in table.columns)
    return [name for name, type_ in types if isinstance(type_, kind)]


def _packed(connection: sa.Connection, table: sa.Table) -> bytes:
    rows = connection.execute(table.select().order_by(*table.primary_key)).all()
    encoded = {
        c.name: [_plain(value) for value in column]
        for c, column in zip(
            table.columns, zip(*rows, strict=True) if rows else (), strict=False
        )
    }
    schema = {c.name: _kind(c) for c in table.columns}
    file = io.BytesIO()
    pl.DataFrame(encoded, schema=schema).write_parquet(file)
    return file.getvalue()


def _plain(value: Any) -> Any:  # noqa: ANN401 - of a cell
    if isinstance(value, datetime):
        return _in_utc(value).isoformat()
    return json.dumps(value) if isinstance(value, dict | list) else value


def _in_utc(value: datetime) -> datetime:
    """Read a time of SQLite, which keeps no zone, as what was written: UTC."""
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _kind(column: sa.Column[Any]) -> Any:  # noqa: ANN401 - of Polars
    if isinstance(column.type, sa.Integer):
        return pl.Int64
    return pl.Float64 if isinstance(column.type, sa.Float) else pl.String


def restore(
    store: Store, path: str | Path, *, key: bytes | None, overwrite: bool = False
) -> Restored:
    """Put back what a backup holds, without what is not to be there any more.

    That is who was forgotten since; and what is kept no longer, by the configuration
    that comes with the backup, or what the same store had removed already. What was
    published since stays known.

    Parameters
    ----------
    store : Store
    path : path
    key : bytes or None
        By which learners who were forgotten are known.
    overwrite : bool, default=False
        Replace what the store holds.

    Returns
    -------
    Restored

    Raises
    ------
    SourceError
        If the file is no backup, damaged or of a newer version.
    ParameterError
        If the store holds versions and `overwrite` is off.
    PrivacyError
        If learners were forgotten under another key.
    """
    manifest, tables = _read(Path(path))
    head, _ = known_revisions()
    with store.writing() as connection:
        if not overwrite and _holds_anything(connection):
            raise ParameterError(
                "The store holds versions already. Replace them with --overwrite, or "
                "restore into another: --store."
            )
        gone, earlier = tombstones_in(connection) | listed(), _pruned_in(connection)
        if key is not None:
            refuse_other_key(connection, key)
        given = connection.execute(_given()).mappings().all()
        _emptied(connection, manifest["revision"])
        there = sa.MetaData()
        there.reflect(connection, only=_is_ours)
        for table in there.sorted_tables:
            if table.name in tables:
                _filled(connection, table, tables[table.name], manifest)
        if manifest["revision"] != head:
            revised(connection, head)
        gone |= tombstones_in(connection)
        _kept_given(connection, given)
        back = _forgotten_again(connection, gone, key)
        old = _pruned_again(connection, earlier)
    if back or old:
        scrubbed(store.engine, WITH_LEARNERS)
    return Restored(back, old)


def _given() -> sa.Select[Any]:
    """Ask for all publications, each with the time of its release."""
    c = publications.c
    own = publications.outerjoin(releases, releases.c.number == c.release)
    told = [one for one in c if one is not c.id]
    return sa.select(*told, releases.c.at.label("released")).select_from(own)


def _kept_given(connection: sa.Connection, given: Sequence[sa.RowMapping]) -> None:
    """Keep what was given to whom since a backup: they have it, and must be reached."""
    there = {
        (one["target"], one["at"]) for one in connection.execute(_given()).mappings()
    }
    known = dict(connection.execute(sa.select(releases.c.number, releases.c.at)).all())
    for one in given:
        if (one["target"], one["at"]) in there:
            continue
        row = {str(name): one[name] for name in one if name != "released"}
        if known.get(row["release"]) != one["released"]:
            row["release"] = None
        connection.execute(publications.insert().values(row))


def _pruned_in(connection: sa.Connection) -> dict[str, datetime]:
    """Give the moment before which a store keeps nothing, by the id of its layer."""
    before = connection.scalar(sa.select(sa.func.max(prunings.c.before)))
    id_ = connection.scalar(sa.select(layer.c.id))
    return {} if before is None or id_ is None else {id_: before}


def _pruned_again(
    connection: sa.Connection, earlier: Mapping[str, datetime]
) -> Due | None:
    """Remove what a backup holds and is not to be kept any more."""
    same = earlier.get(connection.scalar(sa.select(layer.c.id)) or "")
    limits = [one for one in (same, limit_of(connection, now())) if one is not None]
    return remove(connection, max(limits), who="restore") if limits else None


def _read(path: Path) -> tuple[dict[str, Any], dict[str, pl.DataFrame]]:
    try:
        with zipfile.ZipFile(path) as file:
            manifest = json.loads(file.read(MANIFEST))
            content = {n: file.read(f"{n}.parquet") for n in manifest["tables"]}
    except FileNotFoundError:
        raise SourceError(f"There is no backup {path}.") from None
    except (OSError, KeyError, ValueError, zipfile.BadZipFile):
        raise SourceError(
            f"{path} is no backup of a store. Give a file of learnstrata store backup."
        ) from None
    if manifest["revision"] not in known_revisions()[1]:
        raise SourceError(
            f"{path} is of a newer version of learnstrata ({manifest['revision']}). "
            "Use that version."
        )
    for name, bytes_ in content.items():
        if hashlib.sha256(bytes_).hexdigest() != manifest["tables"][name]["sha256"]:
            raise SourceError(
                f"{path} is damaged: {name} is not what was written. Give another "
                "backup; nothing was restored."
            )
    return manifest, {n: pl.read_parquet(io.BytesIO(c)) for n, c in content.items()}


def _holds_anything(connection: sa.Connection) -> bool:
    versions = metadata.tables["versions"]
    return bool(connection.scalar(sa.select(sa.func.count()).select_from(versions)))


def _emptied(connection: sa.Connection, revision: str) -> None:
    """Drop the tables of a store, and nothing else, and make those of a version."""
    there = sa.MetaData()
    there.reflect(connection, only=_is_ours)
    there.drop_all(connection)
    revised(connection, revision)


def _is_ours(name: str, _: object = None) -> bool:
    return name in metadata.tables or name == "alembic_version"


def _filled(
    connection: sa.Connection,
    table: sa.Table,
    rows: pl.DataFrame,
    manifest: dict[str, Any],
) -> None:
    told = manifest["tables"][table.name]
    if not (told["json"] or told["times"]):
        add_rows(connection, table, rows)
    elif len(rows):
        connection.execute(
            table.insert(),
            [
                {
                    **row,
                    **{c: _parsed(row[c]) for c in told["json"]},
                    **{c: _time(row[c]) for c in told["times"]},
                }
                for row in rows.iter_rows(named=True)
            ],
        )
    _count_on(connection, table)


def _parsed(text: str | None) -> Any:  # noqa: ANN401 - JSON
    return None if text is None else json.loads(text)


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _count_on(connection: sa.Connection, table: sa.Table) -> None:
    """Let PostgreSQL number the next row after the last one that is there."""
    if connection.dialect.name != POSTGRES or "id" not in table.columns:
        return
    if not isinstance(table.c.id.type, sa.Integer):
        return
    sequence = sa.func.pg_get_serial_sequence(table.name, "id")
    last = sa.select(sa.func.max(table.c.id)).scalar_subquery()
    connection.execute(sa.select(sa.func.setval(sequence, sa.func.coalesce(last, 1))))


def _forgotten_again(
    connection: sa.Connection, gone: set[str], key: bytes | None
) -> int:
    """Bury those who were forgotten, and erase whoever came back with a backup."""
    if not gone:
        return 0
    if key is None:
        raise ParameterError(
            f"{len(gone):,} learners were forgotten, and without the key nobody can "
            "tell whether the backup holds them. Give the key: --key-file."
        )
    bury(connection, gone, key=key, who="restore")
    ids = connection.scalars(sa.select(members.c.learner_id).distinct()).all()
    told = pl.Series("learner_id", list(ids), dtype=pl.String)
    back = told.filter(tombstones_of(told, key).is_in(list(gone))).to_list()
    erase(connection, back)
    return len(back)
