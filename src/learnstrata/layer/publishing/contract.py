"""The contract `segment_membership_v1`: the tables that a target holds.

A row of a learner is written once and is valid from one publication until another: who
is where now, who was where then and what changed are three looks at one table.
"""

from collections.abc import Mapping

import polars as pl
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from learnstrata.layer.releases import MEMBERS

__all__ = [
    "CONTRACT",
    "INCOMING",
    "MEMBERSHIP",
    "OUTGOING",
    "RELEASES",
    "SIZES",
    "STAGES",
    "TABLES",
]

CONTRACT = "segment_membership_v1"
TABLES = sa.MetaData()
STAGES = sa.MetaData()  # tables of one transaction
KINDS: Mapping[object, type[sa.types.TypeEngine]] = {
    pl.String: sa.Text,
    pl.Int64: sa.BigInteger,
    pl.Float64: sa.Double,
}
NEVER_NULL = {"learner_id", "segment_id", "segment_name", "since"}
ID = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def _id() -> sa.Column:
    """Make the column of the learner: ordered by its bytes, on every database."""
    return sa.Column("learner_id", ID, primary_key=True)


def _of_members() -> list[sa.Column]:
    """Make the columns of a learner, but for the id."""
    return [
        sa.Column(name, KINDS[kind], nullable=name not in NEVER_NULL)
        for name, kind in MEMBERS.items()
        if name != "learner_id"
    ]


def _key(name: str) -> sa.Column:
    return sa.Column(name, sa.BigInteger, primary_key=True, autoincrement=False)


def _number(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.BigInteger, nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.Text, nullable=nullable)


RELEASES = sa.Table(
    "segment_releases_v1",
    TABLES,
    _key("publication"),
    _text("layer"),
    _number("release"),
    _number("version"),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    _number("learners"),
    _text("mode"),
    _text("digest", nullable=True),
)
SIZES = sa.Table(
    "segments_v1",
    TABLES,
    _key("publication"),
    _key("segment_id"),
    _text("segment_name"),
    _number("learners"),
    _number("told", nullable=True),
)
MEMBERSHIP = sa.Table(
    CONTRACT,
    TABLES,
    _key("from_publication"),
    _number("to_publication", nullable=True),
    _id(),
    *_of_members(),
    sqlite_with_rowid=False,  # rows lie in the order of the key
)
_VALID = MEMBERSHIP.c.to_publication.is_(None)
_ENDED = MEMBERSHIP.c.to_publication.is_not(None)
sa.Index(
    f"{CONTRACT}_valid",
    MEMBERSHIP.c.learner_id,
    unique=True,  # a learner is in one segment at a time
    postgresql_where=_VALID,
    sqlite_where=_VALID,
)
sa.Index(
    f"{CONTRACT}_ended",
    MEMBERSHIP.c.to_publication,
    postgresql_where=_ENDED,
    sqlite_where=_ENDED,
)


def _stage(name: str, *columns: sa.Column) -> sa.Table:
    """Make a table of one transaction; only SQLite looks rows up in it by a key."""
    return sa.Table(
        name,
        STAGES,
        sa.Column("learner_id", ID, nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("learner_id").ddl_if(dialect="sqlite"),
        prefixes=["TEMPORARY"],
        postgresql_on_commit="DROP",
        sqlite_with_rowid=False,
    )


INCOMING = _stage("segment_incoming", *_of_members())
OUTGOING = _stage("segment_outgoing")
