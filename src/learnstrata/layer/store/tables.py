"""Tables of the store, the same in SQLite and PostgreSQL.

A *version* is a segmentation that was fitted: what it is made with, and where it put
each learner. A *release* is what was made current: a promotion, a correction, a
rollback. Who is in which segment is kept as intervals of releases, so that any state
of before can be told; a segment's id is never used twice.
"""

from datetime import UTC, datetime

import sqlalchemy as sa

__all__ = [
    "Time",
    "approvals",
    "decisions",
    "deletions",
    "layer",
    "lineage",
    "members",
    "membership",
    "metadata",
    "monitoring",
    "prunings",
    "publications",
    "releases",
    "segments",
    "version_segments",
    "versions",
]

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}
metadata = sa.MetaData(naming_convention=NAMES)
DIGEST = sa.String(64)


class Time(sa.TypeDecorator[datetime]):
    """A time in UTC; SQLite keeps no zone, so it is told here."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(
        self,
        value: datetime | None,
        dialect: sa.Dialect,  # noqa: ARG002 - of the base class
    ) -> datetime | None:
        """Give a time to the database."""
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)

    def process_result_value(
        self,
        value: datetime | None,
        dialect: sa.Dialect,  # noqa: ARG002 - of the base class
    ) -> datetime | None:
        """Take a time from the database."""
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


def _number(name: str, **more: object) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, primary_key=True, **more)  # type: ignore[arg-type]


def _to(name: str, table: str, **more: object) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, sa.ForeignKey(table), **more)  # type: ignore[arg-type]


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=nullable)


layer = sa.Table(
    "layer",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("at", Time, nullable=False),
    sa.Column("key_check", DIGEST),  # of the key of its tombstones; null: there is none
)
versions = sa.Table(
    "versions",
    metadata,
    _number("id"),
    sa.Column("digest", DIGEST, nullable=False, unique=True),
    sa.Column("data_digest", DIGEST, nullable=False),
    sa.Column("config_digest", DIGEST, nullable=False),
    sa.Column("parameters", sa.JSON, nullable=False),
    sa.Column("metrics", sa.JSON, nullable=False),
    _to("parent", "versions.id"),
    _text("folder", nullable=True),
    _text("who"),
    _text("why"),
    sa.Column("at", Time, nullable=False),
    sa.Column("learners", sa.Integer, nullable=False),
    _text("model"),
    sa.Column("pruned", Time),  # when its learners were removed; null: they are there
)
segments = sa.Table(
    "segments",
    metadata,
    _number("id"),
    _text("name"),
    _to("born", "versions.id", nullable=False),
    sqlite_autoincrement=True,  # nor is the id of a deleted one used again
)
version_segments = sa.Table(
    "version_segments",
    metadata,
    _to("version", "versions.id", primary_key=True),
    _number("number", autoincrement=False),
    _to("segment", "segments.id", nullable=False),
    sa.Column("parts", sa.JSON, nullable=False),
    sa.Column("learners", sa.Integer, nullable=False),
    sa.Column("told", sa.Integer),
)
lineage = sa.Table(
    "lineage",
    metadata,
    _number("id"),
    _to("version", "versions.id", nullable=False, index=True),
    _text("event"),
    _to("old_segment", "segments.id"),
    _to("new_segment", "segments.id"),
    sa.Column("in_both", sa.Integer, nullable=False),
    sa.Column("of_old", sa.Float),
    sa.Column("of_new", sa.Float),
    sa.Column("jaccard", sa.Float),
)
members = sa.Table(
    "members",
    metadata,
    _to("version", "versions.id", primary_key=True),
    sa.Column("learner_id", sa.Text, primary_key=True),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("second_number", sa.Integer),
    sa.Column("subsegment_id", sa.Text),
    sa.Column("margin", sa.Float),
    sa.Column("confidence", sa.Float),
    sa.Column("standing", sa.Text),
    sa.Column("role_family", sa.Text),
    sa.Column("values_digest", sa.BigInteger),
    sa.Column("member_code", sa.BigInteger),
    sa.Column("number_by_parent", sa.Integer),
    sqlite_with_rowid=False,
)
releases = sa.Table(
    "releases",
    metadata,
    _number("number", autoincrement=False),
    _to("version", "versions.id", nullable=False),
    _text("kind"),
    sa.Column("at", Time, nullable=False),
    _text("who"),
    _text("why"),
    sa.Column("learners", sa.Integer, nullable=False),
    sa.Column("joined", sa.Integer, nullable=False),
    sa.Column("left", sa.Integer, nullable=False),
    sa.Column("moved", sa.Integer, nullable=False),
    sa.Column("kept", sa.Integer, nullable=False),
)
membership = sa.Table(
    "membership",
    metadata,
    sa.Column("learner_id", sa.Text, primary_key=True),
    sa.Column(
        "since",
        sa.Integer,
        sa.ForeignKey("releases.number"),
        primary_key=True,
        autoincrement=False,
    ),
    sa.Column("until", sa.Integer, sa.ForeignKey("releases.number"), index=True),
    _to("segment", "segments.id", nullable=False),
    _text("cause"),
    sa.Column("end_cause", sa.Text),
    sqlite_with_rowid=False,
)
approvals = sa.Table(
    "approvals",
    metadata,
    _to("version", "versions.id", primary_key=True),
    sa.Column("who", sa.Text, primary_key=True),
    _text("why"),
    sa.Column("at", Time, nullable=False),
)
decisions = sa.Table(
    "decisions",
    metadata,
    _number("id"),
    _to("version", "versions.id", nullable=False),
    _to("against", "versions.id", nullable=False),
    _text("decision"),
    _text("reason"),
    sa.Column("plan", sa.JSON, nullable=False),
    _text("who"),
    sa.Column("at", Time, nullable=False),
)
monitoring = sa.Table(
    "monitoring",
    metadata,
    _number("id"),
    _to("version", "versions.id", nullable=False),
    _text("verdict"),
    sa.Column("data_digest", DIGEST, nullable=False),
    sa.Column("result", sa.JSON, nullable=False),
    sa.Column("at", Time, nullable=False),
)
publications = sa.Table(
    "publications",
    metadata,
    _number("id"),
    _to("release", "releases.number"),  # null: it is not there since a restore
    _text("target"),
    _text("address", nullable=True),
    _text("mode"),
    sa.Column("added", sa.Integer, nullable=False),
    sa.Column("removed", sa.Integer, nullable=False),
    sa.Column("changed", sa.Integer, nullable=False),
    sa.Column("at", Time, nullable=False),
)
prunings = sa.Table(
    "prunings",
    metadata,
    _number("id"),
    sa.Column("before", Time, nullable=False),
    _to("release", "releases.number"),  # the first one that is whole; null: all are
    sa.Column("stays", sa.Integer, nullable=False),
    sa.Column("members", sa.Integer, nullable=False),
    _text("who"),
    sa.Column("at", Time, nullable=False),
)
deletions = sa.Table(
    "deletions",
    metadata,
    sa.Column("tombstone", DIGEST, primary_key=True),
    sa.Column("at", Time, nullable=False),
    _text("who"),
)
