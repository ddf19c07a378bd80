"""A release of the store is published to a target, and the store knows to whom."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from learnstrata.exceptions import LearnstrataError, OutputError, ParameterError
from learnstrata.layer.databases import lasting_address
from learnstrata.layer.publishing.publication import publish
from learnstrata.layer.publishing.terms import Access, Mode, Published
from learnstrata.layer.releases import Release
from learnstrata.layer.store.membership import (
    first_kept,
    last_release,
    release_of,
)
from learnstrata.layer.store.opening import Store, now
from learnstrata.layer.store.tables import (
    deletions,
    prunings,
    publications,
    releases,
    version_segments,
)
from learnstrata.layer.store.versions import added_id, version_of

__all__ = ["publish_release"]

TRIES = 3  # as somebody may be forgotten meanwhile


def publish_release(
    store: Store,
    target: str | Path,
    *,
    version: int | None = None,
    mode: Mode = "auto",
    allow_older: bool = False,
    roles: Mapping[str, str] | None = None,
) -> Published:
    """Make a target hold a release, and write down that it does.

    Parameters
    ----------
    store : Store
    target : str or path
        As for `learnstrata.layer.publishing.publication.publish`.
    version : int, default=None
        Whose last release; ``None`` is what is used now.
    mode, allow_older, roles
        As there.

    Returns
    -------
    Published

    Raises
    ------
    ParameterError
        If nothing was released, or not of that version, or its release is not kept any
        more.
    OutputError
        If learners were removed from the store each time meanwhile, or as there.

    Notes
    -----
    It is written down before: should anything then fail, nobody was given what the
    store does not know of. Of what may have been given, the mode stays ``begun``; of
    what was refused before, nothing stays.
    """
    how = partial(
        publish,
        target=target,
        mode=mode,
        allow_older=allow_older,
        roles=roles,
        earlier=partial(_earlier, store),
    )
    for _ in range(TRIES):
        with suppress(_OutdatedError):
            return _published(store, version, lasting_address(target), how)
    raise OutputError(
        f"Learners were removed from the store {TRIES} times while it was published. "
        "Nothing was written. Publish again."
    )


def _published(
    store: Store, version: int | None, address: str, how: Callable[..., Published]
) -> Published:
    """Publish a release as it is in the store from first to last."""
    with store.reading() as connection:
        row = _asked(connection, version)
        release = release_of(store, connection, row)
        told = _told(connection, release)
        check = _Check(store, _removals(connection))
    written = _written(store, release, address)
    try:
        done = how(release, told_sizes=told, allowed=check)
    except LearnstrataError:
        if not check.is_passed:  # nothing was given
            with store.writing() as connection:
                own = publications.c.id == written
                connection.execute(publications.delete().where(own))
        raise
    with store.writing() as connection:
        connection.execute(
            publications.update()
            .where(publications.c.id == written)
            .values(
                mode=done.mode,
                added=done.added,
                removed=done.removed,
                changed=done.changed,
            )
        )
    return done


class _OutdatedError(LearnstrataError):
    """Learners were removed from the store while it was published."""


class _Check:
    """Asked before a publication is valid: was nobody removed since it was read.

    Whoever is forgotten later leaves the target after the store: where that is locked
    until the publication is valid they are found there, and where it is open the store
    is held meanwhile.
    """

    def __init__(self, store: Store, removals: tuple[int, int]) -> None:
        self.store, self.removals, self.is_passed = store, removals, False

    @contextmanager
    def __call__(self, access: Access) -> Iterator[None]:
        opened = self.store.writing if access == "open" else self.store.reading
        with opened() as connection:
            if _removals(connection) != self.removals:
                raise _OutdatedError
            self.is_passed = True
            if access == "open":
                yield
        if access != "open":
            yield


def _removals(connection: sa.Connection) -> tuple[int, int]:
    """Count how often learners were removed: forgotten, or kept no longer."""
    one, other = (
        connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
        for table in (deletions, prunings)
    )
    return one, other


def _asked(connection: sa.Connection, version: int | None) -> sa.Row[tuple[object]]:
    if version is None:
        found = last_release(connection)
    else:
        version_of(connection, version)
        own = releases.select().where(releases.c.version == version)
        newest = own.order_by(releases.c.number.desc()).limit(1)
        found = connection.execute(newest).one_or_none()
    if found is None:
        what = "Nothing" if version is None else f"Version {version}"
        raise ParameterError(
            f"{what} was not released yet. Promote a version first: learnstrata "
            "promote VERSION."
        )
    return found


def _told(connection: sa.Connection, release: Release) -> dict[int, int | None]:
    """Give the sizes as the run of the version tells them, by the id of the segment."""
    c = version_segments.c
    asked = sa.select(c.segment, c.told).where(c.version == release.version)
    told = dict(connection.execute(asked).all())
    return {i: told.get(i) for i in release.segments["segment_id"]}


def _earlier(store: Store, number: int) -> Release | None:
    with store.reading() as connection:
        kept = releases.c.number >= first_kept(connection)
        found = connection.execute(
            releases.select().where(releases.c.number == number, kept)
        ).one_or_none()
        return None if found is None else release_of(store, connection, found)


def _written(store: Store, release: Release, address: str) -> int:
    with store.writing() as connection:
        done = connection.execute(
            publications.insert().values(
                release=release.number,
                target=address,
                address=address,
                mode="begun",
                added=0,
                removed=0,
                changed=0,
                at=now(),
            )
        )
        return added_id(done)
