"""What monitoring found, kept with the version that it was held against."""

from collections.abc import Mapping
from typing import Any

import polars as pl
import sqlalchemy as sa

from learnstrata.layer.store.frames import frame_of
from learnstrata.layer.store.opening import Store, now
from learnstrata.layer.store.tables import monitoring
from learnstrata.layer.store.versions import version_of

__all__ = ["add_monitoring", "monitoring_of"]


def add_monitoring(
    store: Store,
    version: int,
    *,
    verdict: str,
    data_digest: str,
    result: Mapping[str, Any],
) -> None:
    """Write down what monitoring a table against a version found.

    Parameters
    ----------
    store : Store
    version : int
    verdict : str
        ``keep``, ``watch`` or ``refit``.
    data_digest : str
        Of the table that was looked at, 64 hex digits.
    result : mapping
        As JSON.

    Raises
    ------
    ParameterError
        If there is no such version.
    """
    row = {"version": version, "verdict": verdict, "data_digest": data_digest}
    row |= {"result": dict(result), "at": now()}
    with store.writing() as connection:
        version_of(connection, version)
        connection.execute(monitoring.insert().values(**row))


def monitoring_of(store: Store) -> pl.DataFrame:
    """Give the verdicts of monitoring, the first one first.

    Returns
    -------
    polars.DataFrame
        ``at``, ``version``, ``verdict``, ``data_digest``.
    """
    c = monitoring.c
    asked = sa.select(c.at, c.version, c.verdict, c.data_digest).order_by(c.id)
    with store.reading() as connection:
        return frame_of(connection, asked)
