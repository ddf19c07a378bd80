"""A store is opened: made where there is none, brought up to date where it is older."""

import contextlib
import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config as Alembic
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from learnstrata.exceptions import OutputError, SourceError
from learnstrata.layer.databases import (
    POSTGRES,
    SQLITE,
    address_of,
    database_of,
    reading,
    shown,
    told,
    writing,
)
from learnstrata.layer.store.tables import layer, metadata

__all__ = ["DEFAULT", "Store", "known_revisions", "now", "open_store", "revised"]

DEFAULT = "runs/store.db"
VARIABLE = "LEARNSTRATA_DATABASE"
SCHEMA = "learnstrata"  # of PostgreSQL, so that a store is beside other tables
LOCK = 0x6C737472  # of PostgreSQL: writers of stores wait for one another
FILE_MODE = 0o600
MIGRATIONS = Path(__file__).with_name("migrations")


@dataclass(frozen=True)
class Store:
    """A store that is open.

    Attributes
    ----------
    engine : sqlalchemy.Engine
    id : str
        Of the layer, 32 hex digits.
    address : str
        Without what lets somebody in.
    """

    engine: sa.Engine
    id: str
    address: str

    @contextlib.contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Give a connection whose changes are whole or absent; writers take turns."""
        with writing(self.engine) as connection:
            take_turn(connection)
            yield connection

    @contextlib.contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Give a connection that sees one state of the store."""
        with reading(self.engine) as connection:
            yield connection

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()


def now() -> datetime:
    """Give the time, in UTC, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


def take_turn(connection: sa.Connection) -> None:
    """Wait until no other writer of a store is at work."""
    if connection.dialect.name == POSTGRES:
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))


def open_store(
    address: str | Path | None = None,
    *,
    make: bool = True,
    environ: Mapping[str, str] | None = None,
) -> Store:
    """Open the store of a layer.

    Parameters
    ----------
    address : str or path, default=None
        ``sqlite:///FILE``, ``postgresql://HOST/DATABASE`` or a path; ``None`` takes
        ``LEARNSTRATA_DATABASE``, else ``runs/store.db``.
    make : bool, default=True
        Make it where there is none.
    environ : mapping of str, default=None
        ``None`` takes the environment of this process.

    Returns
    -------
    Store

    Raises
    ------
    SourceError
        If the address is none of a database, there is no store and none is to be made,
        it is of a newer version, or tables of somebody else stand where it would be.
    OutputError
        If the database cannot be reached or written to.
    """
    told_address = (os.environ if environ is None else environ).get(VARIABLE)
    url = address_of(os.fspath(address or told_address or DEFAULT))
    if url.get_backend_name() == SQLITE:
        _make_file(Path(url.database or ""), make=make)
    else:
        url = url.update_query_dict({"options": f"-csearch_path={SCHEMA}"})
    engine = database_of(url)
    try:
        return Store(engine, _made_ready(engine, make=make), shown(engine))
    except BaseException:
        engine.dispose()
        raise


def _make_file(path: Path, *, make: bool) -> None:
    """Make the file of a store for its owner alone; it names learners."""
    if path.is_dir():
        raise SourceError(f"{path} is a folder. Give the file of a store.")
    if path.exists():
        return
    if not make:
        raise SourceError(
            f"There is no store {path}. Add a run first: learnstrata store add RUN."
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, FILE_MODE))
    except OSError as error:
        raise OutputError(f"Cannot make the store {path}: {error.strerror}.") from None


def _made_ready(engine: sa.Engine, *, make: bool) -> str:
    """Bring the tables up to date; give the id of the layer."""
    with told(engine):
        at = revision_of(engine)
    head, known = known_revisions()
    if at is not None and at not in known:
        raise SourceError(
            f"The store {shown(engine)} is of a newer version of learnstrata ({at}). "
            "Use that version; this one would lose what it does not know."
        )
    if at is None:
        if not make:
            raise SourceError(f"There is no store in {shown(engine)}.")
        _refuse_foreign(engine)
    elif at != head:
        from learnstrata.layer.store.backups import back_up_before

        back_up_before(engine, at)
    if at != head:
        with writing(engine) as connection:
            revised(connection, head)
            _give_id(connection)
    with reading(engine) as connection:
        return str(connection.scalar(sa.select(layer.c.id)))


def revision_of(engine: sa.Engine) -> str | None:
    """Give the version of the tables of a store; None where there are none."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def known_revisions() -> tuple[str, frozenset[str]]:
    """Give the newest version of the tables that we know, and all of them."""
    scripts = ScriptDirectory.from_config(_alembic())
    head = scripts.get_current_head() or ""
    return head, frozenset(one.revision for one in scripts.walk_revisions())


def revised(connection: sa.Connection, revision: str) -> None:
    """Bring the tables to a version of theirs, within the transaction.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        That writes.
    revision : str
    """
    if connection.dialect.name == POSTGRES:
        connection.execute(sa.schema.CreateSchema(SCHEMA, if_not_exists=True))
        take_turn(connection)
    config = _alembic()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _alembic() -> Alembic:
    config = Alembic()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def _refuse_foreign(engine: sa.Engine) -> None:
    """Refuse a database in which tables of somebody else have our names."""
    there = set(sa.inspect(engine).get_table_names())
    if ours := sorted(there & metadata.tables.keys()):
        raise SourceError(
            f"{shown(engine)} has tables of these names that are not of a store: "
            f"{ours[:3]}. Give another database with --store."
        )


def _give_id(connection: sa.Connection) -> None:
    """Give a new layer an id; another process may have been quicker."""
    if connection.scalar(sa.select(layer.c.id)) is None:
        row = {"id": secrets.token_hex(16), "at": now()}
        connection.execute(layer.insert().values(**row))
