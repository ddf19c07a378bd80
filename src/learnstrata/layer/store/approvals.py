"""What a store asks for before a version is used, and who approved it."""

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa

from learnstrata.config.stages import Layer
from learnstrata.exceptions import ParameterError
from learnstrata.layer.store.opening import Store, now
from learnstrata.layer.store.tables import approvals, releases
from learnstrata.layer.store.versions import kept_version, model_of, version_of
from learnstrata.wording.words import counted, listed

__all__ = [
    "approvals_in",
    "approve",
    "approvers_of",
    "policy_of",
    "refuse_unapproved",
]


def policy_of(connection: sa.Connection, version: int) -> Layer:
    """Give what is asked for before a version is used.

    Parameters
    ----------
    connection : sqlalchemy.Connection
    version : int
        The candidate.

    Returns
    -------
    Layer
        Of the configuration of the version that was promoted last, which a rollback
        does not change; of the candidate's own where none was. So neither a candidate
        nor a way back asks for less than was agreed on.
    """
    c = releases.c
    promoted = sa.select(c.version).where(c.kind != "rollback")
    last = connection.scalar(promoted.order_by(c.number.desc()).limit(1))
    return model_of(connection, version if last is None else last).config.layer


def approve(store: Store, version: int, *, who: str, why: str = "") -> tuple[str, ...]:
    """Write down that a person approves a version; a second time changes nothing.

    Parameters
    ----------
    store : Store
    version : int
    who, why : str

    Returns
    -------
    tuple of str
        All who approved it, in the order in which they did.

    Raises
    ------
    ParameterError
        If there is no such version, its learners are not kept any more, or `who` added
        it.
    """
    with store.writing() as connection:
        row = kept_version(connection, version)
        if _same(row.who, who):
            raise ParameterError(
                f"{row.who} added version {version}, so somebody else has to approve "
                "it. Give who that is: --who NAME."
            )
        before = approvers_of(connection, version)
        if any(_same(one, who) for one in before):
            return before
        said = {"version": version, "who": who, "why": why, "at": now()}
        connection.execute(approvals.insert().values(**said))
        return (*before, who)


def approvers_of(connection: sa.Connection, version: int) -> tuple[str, ...]:
    """Give who approved a version, in the order in which they did."""
    c = approvals.c
    asked = sa.select(c.who).where(c.version == version).order_by(c.at, c.who)
    return tuple(connection.scalars(asked))


def approvals_in(store: Store) -> Sequence[sa.Row[Any]]:
    """Give all approvals, in order: ``version``, ``who``, ``why``, ``at``."""
    c = approvals.c
    with store.reading() as connection:
        return connection.execute(approvals.select().order_by(c.version, c.at)).all()


def refuse_unapproved(
    connection: sa.Connection, version: int, who: str, *, least: int
) -> None:
    """Refuse that `who` promotes a version that too few others approved.

    Parameters
    ----------
    connection : sqlalchemy.Connection
    version : int
    who : str
    least : int
        How many are asked for.

    Raises
    ------
    ParameterError
        If it is so.
    """
    if not least:
        return
    by = version_of(connection, version).who
    others = _without((by, who), approvers_of(connection, version))
    if len(others) < least:
        told = listed(others) if others else "nobody"
        raise ParameterError(
            f"Version {version} needs the approval of {counted(least, 'person')} other "
            f"than {listed(sorted({by, who}))}; so far it has that of {told}. Let "
            f"somebody else look at it: learnstrata approve {version} --who NAME."
        )


def _same(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()


def _without(some: Collection[str], names: Collection[str]) -> list[str]:
    return [name for name in names if not any(_same(name, one) for one in some)]
