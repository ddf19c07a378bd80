"""Where a release is published to: a database, or a folder."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL

from learnstrata.disk.placing import put_new, sync, sync_all
from learnstrata.disk.staging import staging_beside
from learnstrata.disk.stopping import stoppable
from learnstrata.exceptions import LearnstrataError, OutputError, SourceError
from learnstrata.layer.databases import (
    SQLITE,
    address_of,
    database_of,
    is_address_of_database,
)
from learnstrata.layer.publishing.terms import Allowed, no_more_asked
from learnstrata.wording.addresses import is_address, shown_address

__all__ = ["as_database", "file_of", "in_new_file", "opened"]

Found = TypeVar("Found")
CACHE = 64 * 1024  # KiB of pages that SQLite keeps before it writes them


def as_database(target: str) -> URL | None:
    """Read a target as the address of a database; None is a folder.

    Raises
    ------
    SourceError
        If it is an address of something else.

    Examples
    --------
    >>> as_database("sqlite:///lists.db").database
    'lists.db'
    >>> as_database("published/members") is None
    True
    """
    if "://" in target and is_address_of_database(target):
        return address_of(target)
    if is_address(target) or is_address_of_database(target) or "://" in target:
        raise SourceError(
            f"Got {shown_address(target)!r} to publish to, expected "
            "postgresql://HOST/DATABASE, sqlite:///FILE or a folder."
        )
    return None


def file_of(url: URL) -> Path | None:
    """Give the file of a database of SQLite; None is any other."""
    if url.get_backend_name() != SQLITE or str(url.database).startswith("file:"):
        return None
    return Path(str(url.database)).absolute()


@contextmanager
def opened(url: URL) -> Iterator[sa.Engine]:
    """Give the engine of a database, and close all that it opened."""
    is_file = url.get_backend_name() == SQLITE
    text = {} if is_file else {"client_encoding": "utf8"}  # whatever the database has
    engine = database_of(url.update_query_dict(text))
    if is_file:
        event.listen(engine, "connect", _have_room)
    try:
        yield engine
    finally:
        engine.dispose()


def _have_room(connection: Any, _record: object) -> None:  # noqa: ANN401 - of the driver
    connection.execute("PRAGMA temp_store=MEMORY")  # no ids in a folder of others
    connection.execute(f"PRAGMA cache_size=-{CACHE}")


def in_new_file(
    target: Path,
    fill: Callable[[Path], Found],
    after: Callable[[], Found],
    *,
    allowed: Allowed = no_more_asked,
) -> Found:
    """Fill a file that is not there yet and appears whole, for its owner alone.

    Parameters
    ----------
    target : Path
        Absolute.
    fill : callable
        Fills the file at the path it is given.
    after : callable
        Called instead where another was quicker: the file is there then.
    allowed : callable, default asks nothing
        As for `learnstrata.layer.publishing.publication.publish`.

    Raises
    ------
    OutputError
        If the place cannot be written to.
    """
    try:
        with staging_beside(target) as staging:
            path = staging / target.name
            path.touch(mode=0o600)
            found = fill(path)
            sync_all(staging)
            with allowed("open"), stoppable() as stops, stops.held():
                put_new(path, target)
    except FileExistsError:
        return after()
    except OutputError as error:
        raise OutputError(_at(target, str(error))) from None
    except LearnstrataError:
        raise
    except OSError as error:
        raise OutputError(
            f"Could not write {target}: {error.strerror or error}. Nothing was left "
            "behind."
        ) from None
    sync(target.parent)
    return found


def _at(target: Path, told: str) -> str:
    """Tell of a file by its own name, not by where it was made."""
    parent, name = (re.escape(str(part)) for part in (target.parent, target.name))
    return re.sub(rf"{parent}/\.[^/]*/new/{name}", lambda _: str(target), told)
