"""The targets of a store: all that was published to, visited one after another."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa

from learnstrata.exceptions import LearnstrataError, ParameterError, preview
from learnstrata.layer.databases import lasting_address
from learnstrata.layer.store.opening import Store
from learnstrata.layer.store.tables import publications

__all__ = ["drop_target", "in_targets", "targets_of"]

Found = TypeVar("Found")


def targets_of(store: Store) -> tuple[str, ...]:
    """Give the addresses of all that was published to, without their passwords."""
    c = publications.c
    asked = sa.select(c.address).distinct().where(c.address.is_not(None))
    with store.reading() as connection:
        return tuple(connection.scalars(asked.order_by(c.address)))


def in_targets(
    store: Store, act: Callable[[str], Found], targets: Iterable[str] = ()
) -> tuple[list[Found], tuple[str, ...]]:
    """Do something in each target; one that cannot be reached keeps no other back.

    Parameters
    ----------
    store : Store
    act : callable
        Called with the address of each.
    targets : iterable of str, default=()
        Addresses besides those that the store knows, or of them with a password.

    Returns
    -------
    found : list
    faults : tuple of str
        What was in the way of the others, a sentence or two each.

    Raises
    ------
    SourceError
        If one that is given is an address of another kind.
    """
    # What is kept has no password; what is given may have one.
    published = {one: one for one in targets_of(store)}
    published |= {lasting_address(one): one for one in targets}
    found, faults = [], []
    for one in published.values():
        try:
            found.append(act(one))
        except LearnstrataError as error:
            faults.append(str(error))
    return found, tuple(faults)


def drop_target(store: Store, target: str | Path) -> str:
    """Take a target that is gone for good off the list; nothing is done there.

    The record of who was given what stays.

    Parameters
    ----------
    store : Store
    target : str or path

    Returns
    -------
    str
        Its address as it was kept.

    Raises
    ------
    ParameterError
        If nothing was published there.
    """
    address, c = lasting_address(target), publications.c
    dropped = publications.update().where(c.address == address)
    with store.writing() as connection:
        done = connection.execute(dropped.values(target=address, address=None))
    if not done.rowcount:
        known = targets_of(store)
        raise ParameterError(
            f"Got {address} to take off the list, expected a target that was published "
            f"to: {preview(known) if known else 'there is none'}."
        )
    return address
