"""Removing learners from a target, from all that was ever published there."""

from collections import ChainMap, Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import polars as pl
import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from learnstrata.disk.staging import clear_stale
from learnstrata.exceptions import OutputError, SourceError
from learnstrata.layer.databases import (
    PATIENCE,
    POSTGRES,
    cleaned_file,
    reading,
    said_by,
    writing,
)
from learnstrata.layer.databases import shown as shown_in
from learnstrata.layer.publishing.content import BASE, without
from learnstrata.layer.publishing.contract import (
    CONTRACT,
    MEMBERSHIP,
    OUTGOING,
    RELEASES,
    SIZES,
    STAGES,
)
from learnstrata.layer.publishing.folders import (
    State,
    in_both_forms,
    read_deltas,
    read_grants,
    read_state,
    write_state,
)
from learnstrata.layer.publishing.places import as_database, file_of, opened
from learnstrata.layer.publishing.shape import is_target
from learnstrata.layer.publishing.tables import load, locked

__all__ = [
    "KEPT_BY_DISK",
    "Forgotten",
    "cleaned",
    "forget_in",
    "opened_target",
    "published_in",
    "refuse_no_target",
    "who_is_in",
]

KEPT_BY_SERVER = (
    "The server's write-ahead log holds the rows until it is recycled, and so do its "
    "archive, its replicas and its backups."
)
KEPT_BY_DISK = (
    "The blocks of the files that were there are free, not overwritten; snapshots and "
    "backups of the disk hold them."
)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was removed from a target.

    Attributes
    ----------
    address : str
        Of the target, without what lets somebody in.
    rows : int
        Rows of these learners, of all publications.
    kept : str
        What is out of reach and may hold them still; empty where there was nothing.
    """

    address: str
    rows: int
    kept: str


def forget_in(target: str | Path, learner_ids: Collection[str]) -> Forgotten:
    """Remove learners from a target: the rows of now, of before, and the deltas.

    Sizes are counted without them, and one under ten is not told. The next publication
    compares all rows, since what the target holds is no release any more.

    Parameters
    ----------
    target : str or path
        As for `learnstrata.layer.publishing.publication.publish`.
    learner_ids : collection of str

    Returns
    -------
    Forgotten

    Raises
    ------
    SourceError
        If nothing was ever published there.
    OutputError
        If the target cannot be reached or written to; the message says whether the rows
        are gone and only what they lay in is not yet overwritten. Then do it again.

    Notes
    -----
    SQLite overwrites what is deleted (``secure_delete``), its write-ahead log is
    emptied and the file made anew (``VACUUM``). PostgreSQL writes the table anew
    (``VACUUM FULL``), for which nobody may read it meanwhile; its statistics hold no
    ids, since none are sampled.
    """
    url = as_database(str(target))
    file = Path(target).absolute() if url is None else file_of(url)
    if file is not None:
        clear_stale(file)  # of a publisher that was killed: it may hold them
    if url is None:
        return _forget_in_folder(Path(target).absolute(), learner_ids)
    with opened_target(url) as engine:
        return _forget_in_database(engine, learner_ids)


def who_is_in(target: str | Path, learner_ids: Collection[str]) -> set[str]:
    """Give those of some learners whom a target holds, or held and tells of.

    Parameters
    ----------
    target : str or path
        As for `forget_in`.
    learner_ids : collection of str

    Raises
    ------
    SourceError
        If nothing was ever published there.
    OutputError
        If the target cannot be reached.
    """
    url = as_database(str(target))
    if url is None:
        place = Path(target).absolute()
        deltas = read_deltas(place, published_in(place))
        every = pl.concat(deltas.values())["learner_id"]
        return set(every.filter(every.is_in(sorted({*learner_ids}))))
    with opened_target(url) as engine, reading(engine) as connection:
        refuse_no_target(connection, shown_in(engine))
        of_them = MEMBERSHIP.c.learner_id.in_(_at_hand(connection, learner_ids))
        found = set(
            connection.scalars(sa.select(MEMBERSHIP.c.learner_id).where(of_them))
        )
        OUTGOING.drop(connection)
        return found


def published_in(place: Path) -> State:
    """Read what a folder holds, which was published to.

    Raises
    ------
    SourceError
        If it was not.
    """
    state = read_state(place)
    if state.manifest is None:
        raise _nothing_in(str(place))
    return state


def refuse_no_target(connection: sa.Connection, shown: str) -> None:
    """Refuse a database that nothing was published to.

    Raises
    ------
    SourceError
    """
    if not is_target(connection, shown):
        raise _nothing_in(shown)


@contextmanager
def opened_target(url: URL) -> Iterator[sa.Engine]:
    """Give the engine of a database that was published to.

    Raises
    ------
    SourceError
        If there is no such file.
    """
    file = file_of(url)
    if file is not None and not file.exists():
        raise _nothing_in(str(file))
    with opened(url) as engine:
        yield engine


def _nothing_in(shown: str) -> SourceError:
    return SourceError(
        f"{shown} holds no publication of the contract {CONTRACT}, so there is nobody "
        "to remove. Give the place that was published to."
    )


def _forget_in_database(engine: sa.Engine, learner_ids: Collection[str]) -> Forgotten:
    shown = shown_in(engine)
    with writing(engine) as connection:
        locked(connection)
        refuse_no_target(connection, shown)
        rows = _delete(connection, learner_ids)
    return Forgotten(shown, rows, cleaned(engine, rows))


def cleaned(engine: sa.Engine, rows: int) -> str:
    """Leave nothing of rows that were deleted in the room they lay in.

    Parameters
    ----------
    engine : sqlalchemy.Engine
    rows : int
        For the message.

    Returns
    -------
    str
        What is out of reach and may hold them still.

    Raises
    ------
    OutputError
        If somebody is in the way.
    """
    on_server = engine.dialect.name == POSTGRES
    try:
        fault = (_clean_server if on_server else cleaned_file)(engine)
    except DBAPIError as error:
        fault = said_by(error)
    if fault:
        raise OutputError(
            f"{rows:,} rows are removed from {shown_in(engine)}, but the room they lay "
            f"in is not cleaned yet: {fault}. Do it again, as the owner of the table "
            "and when nobody reads from it."
        )
    return KEPT_BY_SERVER if on_server else KEPT_BY_DISK


def _delete(connection: sa.Connection, learner_ids: Collection[str]) -> int:
    """Delete the rows of learners, and count all sizes without them."""
    theirs = MEMBERSHIP.c.learner_id.in_(_at_hand(connection, learner_ids))
    columns = ("segment_id", "from_publication", "to_publication")
    deleted = sa.delete(MEMBERSHIP).where(theirs)
    gone = connection.execute(
        deleted.returning(*(MEMBERSHIP.c[name] for name in columns))
    ).all()
    for row, n in Counter(map(tuple, gone)).items():
        _count_without(connection, row, n)
    if gone:
        connection.execute(sa.update(RELEASES).values(digest=None))
        few = sa.update(SIZES).where(SIZES.c.learners < BASE)
        connection.execute(few.values(told=None))
    return len(gone)


def _at_hand(
    connection: sa.Connection, learner_ids: Collection[str]
) -> sa.Select[tuple[str]]:
    """Give learners, however many, as a query to look in."""
    STAGES.create_all(connection, [OUTGOING])
    ids = pl.DataFrame(
        {"learner_id": sorted(set(learner_ids))}, schema={"learner_id": pl.String}
    )
    load(connection, OUTGOING, ids)
    return sa.select(OUTGOING.c.learner_id)


def _count_without(
    connection: sa.Connection, row: tuple[int, int, int | None], n: int
) -> None:
    """Take learners out of the sizes of the publications in which they were valid."""
    segment, begun, ended = row
    for table, which in ((SIZES, SIZES.c.segment_id == segment), (RELEASES, sa.true())):
        counted = [which, table.c.publication >= begun]
        if ended is not None:
            counted.append(table.c.publication < ended)
        fewer = sa.update(table).where(*counted)
        connection.execute(fewer.values(learners=table.c.learners - n))


def _clean_server(engine: sa.Engine) -> str:
    """Have PostgreSQL write the table anew; say what was in the way."""
    file = sa.select(sa.func.pg_relation_filenode(CONTRACT))
    with engine.connect() as connection:
        alone = connection.execution_options(isolation_level="AUTOCOMMIT")
        alone.exec_driver_sql(f"SET lock_timeout = '{PATIENCE}s'")
        before = alone.execute(file).scalar_one()
        alone.exec_driver_sql(f"VACUUM (FULL) {CONTRACT}")
        after = alone.execute(file).scalar_one()
    return "" if after != before else "this role does not own the table"


def _forget_in_folder(target: Path, learner_ids: Collection[str]) -> Forgotten:
    state = published_in(target)
    deltas = read_deltas(target, state)
    every = pl.concat(deltas.values())
    theirs = every.filter(pl.col("learner_id").is_in(sorted(set(learner_ids))))
    if theirs.is_empty():
        return Forgotten(str(target), 0, "")
    files = [
        in_both_forms(name, without(frame, learner_ids))
        for name, frame in deltas.items()
    ]
    left, grants = _state_without(state, theirs), read_grants(target)
    write_state(target, left, dict(ChainMap(*files)), grants=grants)
    rows = int((theirs["sign"] == 1).sum())
    return Forgotten(str(target), rows, KEPT_BY_DISK)


def _state_without(state: State, theirs: pl.DataFrame) -> State:
    """Take learners out of a state, by the rows that they have in its deltas."""
    lost = partial(_lost, theirs=theirs)
    return replace(
        state,
        members=without(state.members, theirs["learner_id"].unique().to_list()),
        sizes=state.sizes.with_columns(
            pl.col("learners") - lost(state.sizes, ["publication", "segment_id"])
        ).with_columns(pl.when(pl.col("learners") >= BASE).then("told").alias("told")),
        releases=state.releases.with_columns(
            pl.col("learners") - lost(state.releases, ["publication"]),
            digest=pl.lit(None, pl.String),
        ),
    )


def _lost(of: pl.DataFrame, by: list[str], *, theirs: pl.DataFrame) -> pl.Series:
    """Count for each row of a table how many of them it counted."""
    signed = theirs.select("sign", *(pl.col(n).alias(f"their_{n}") for n in by))
    same = [pl.col(f"their_{n}") == pl.col(n) for n in by[1:]]
    pairs = of.select(by).join_where(
        signed, pl.col("their_publication") <= pl.col("publication"), *same
    )
    counted = pairs.group_by(by).agg(pl.col("sign").sum())
    return (
        of.select(by)
        .join(counted, on=by, how="left", maintain_order="left")["sign"]
        .fill_null(0)
    )
