"""What is asked of a publication, what a target holds, and what has to be done."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, TypeAlias

import polars as pl

from learnstrata.exceptions import OutputError
from learnstrata.layer.publishing.content import Content, digest_of, ordered
from learnstrata.layer.publishing.views import Audience
from learnstrata.layer.releases import Release

__all__ = [
    "Access",
    "Allowed",
    "Asked",
    "Changes",
    "Done",
    "Earlier",
    "Held",
    "Mode",
    "Publication",
    "Published",
    "in_utc",
    "no_more_asked",
    "plan_of",
]

Mode: TypeAlias = Literal["auto", "full", "delta"]
Done: TypeAlias = Literal["full", "delta", "unchanged"]
Earlier: TypeAlias = Callable[[int], Release | None]
Access: TypeAlias = Literal["open", "locked"]
Allowed: TypeAlias = Callable[[Access], AbstractContextManager[None]]


def no_more_asked(_: Access) -> AbstractContextManager[None]:
    """Let a publication be made valid without asking anybody."""
    return nullcontext()


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a publication.

    Attributes
    ----------
    mode : {"auto", "full", "delta"}
    allow_older : bool
    told : mapping of int to (int or None)
        Size of each segment as it may be told; None is told to nobody.
    roles : mapping of str to str
        Audience -> role of the database.
    earlier : callable, or None
        Number of a release -> that release, if it is still known.
    allowed : callable
        As for `learnstrata.layer.publishing.publication.publish`.
    """

    mode: Mode
    allow_older: bool
    told: Mapping[int, int | None]
    roles: Mapping[Audience, str]
    earlier: Earlier | None
    allowed: Allowed = no_more_asked


@dataclass(frozen=True, slots=True)
class Held:
    """What a target holds: its last publication.

    Attributes
    ----------
    publication : int
        1, 2, ...: of this target.
    layer : str
    release : int
    digest : str or None
        Of its members; None once learners were removed from them.
    """

    publication: int
    layer: str
    release: int
    digest: str | None


@dataclass(frozen=True, slots=True)
class Changes:
    """Rows of learners by what a publication did to them.

    Attributes
    ----------
    began, ended : int
    both : int
        Learners one of whose rows ended and another began.
    """

    began: int = 0
    ended: int = 0
    both: int = 0


@dataclass(frozen=True, slots=True)
class Published:
    """What came of a publication.

    Attributes
    ----------
    address : str
        Of the target, without what lets somebody in.
    mode : {"full", "delta", "unchanged"}
    why : str
        A sentence: why in this mode.
    release, version, publication : int
        What the target holds now.
    learners : int
    added, removed, changed : int
        Learners whose row is new, gone, or another.
    grants : tuple of str
        Statements that let the audiences read; whoever owns the database runs them.
    """

    address: str
    mode: Done
    why: str
    release: int
    version: int
    publication: int
    learners: int
    added: int = 0
    removed: int = 0
    changed: int = 0
    grants: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Publication:
    """A release on its way into a target.

    Attributes
    ----------
    content : Content
    asked : Asked
    mode : {"full", "delta", "unchanged"}
    why : str
        A sentence.
    number : int
        That the publication has in its target.
    base : polars.DataFrame or None
        Members of the release that a delta builds on.
    """

    content: Content
    asked: Asked
    mode: Done
    why: str
    number: int
    base: pl.DataFrame | None = field(default=None, repr=False)

    def row(self) -> dict[str, Any]:
        """Give its row in ``segment_releases_v1``."""
        release = self.content.release
        return {
            "publication": self.number,
            "layer": release.layer,
            "release": release.number,
            "version": release.version,
            "at": in_utc(release.at),
            "learners": self.content.members.height,
            "mode": self.mode,
            "digest": self.content.digest,
        }

    def sizes(self) -> list[dict[str, Any]]:
        """Give its rows in ``segments_v1``."""
        return [
            {
                "publication": self.number,
                **one,
                "told": self.asked.told[one["segment_id"]],
            }
            for one in self.content.release.segments.iter_rows(named=True)
        ]

    def done(
        self, address: str, changes: Changes, grants: tuple[str, ...]
    ) -> Published:
        """Say what came of it."""
        release = self.content.release
        return Published(
            address,
            self.mode,
            self.why,
            release.number,
            release.version,
            self.number,
            self.content.members.height,
            changes.began - changes.both,
            changes.ended - changes.both,
            changes.both,
            grants,
        )


def plan_of(
    held: Held | None, content: Content, asked: Asked, *, shown: str
) -> Publication:
    """Decide how a release gets into a target, or refuse it.

    Parameters
    ----------
    held : Held or None
        None is a target without a publication.
    content : Content
    asked : Asked
    shown : str
        The target, as messages show it.

    Raises
    ------
    OutputError
        If the target is another layer's, or holds a newer release, or this one with
        other members.
    """
    if held is None:
        return Publication(content, asked, "full", "The target held no release.", 1)
    release = content.release
    _refuse_other_layer(held, release, shown)
    if (held.release, held.digest) == (release.number, content.digest):
        why, number = "The target holds this release already.", held.publication
        return Publication(content, asked, "unchanged", why, number)
    if not asked.allow_older:
        _refuse_older(held, release, shown)
    base, why = _base_of(held, asked)
    mode: Done = "full" if base is None else "delta"
    return Publication(content, asked, mode, why, held.publication + 1, base)


def _refuse_other_layer(held: Held, release: Release, shown: str) -> None:
    if held.layer != release.layer:
        raise OutputError(
            f"{shown} holds releases of the layer {held.layer}, this one is of "
            f"{release.layer}. Publish to another place, or from the store that the "
            "target belongs to. Nothing was written."
        )


def _refuse_older(held: Held, release: Release, shown: str) -> None:
    rest = "Nothing was written. Publish it nonetheless with --allow-older."
    if release.number < held.release:
        raise OutputError(
            f"{shown} holds release {held.release}, this is the older one "
            f"{release.number}. {rest}"
        )
    if release.number == held.release and held.digest is not None:
        raise OutputError(
            f"{shown} holds a release {held.release} with other members: the store "
            f"may have been restored from a backup since. {rest}"
        )


def _base_of(held: Held, asked: Asked) -> tuple[pl.DataFrame | None, str]:
    """Find the release that a target holds, where it is known and the same.

    Besides, say in a sentence what was found.
    """
    if asked.mode == "full":
        return None, "So it was asked."
    if held.digest is None:
        return None, "Learners were removed from the target since."
    if asked.earlier is None:
        return None, "There is no store to take the release before from."
    before = asked.earlier(held.release)
    if before is None:
        return None, f"Release {held.release} is no longer in the store."
    base = ordered(before.members)
    if digest_of(base) != held.digest:
        return None, f"The target holds another release {held.release}."
    return base, f"It builds on release {held.release}."


def in_utc(at: datetime) -> datetime:
    """Give a moment in UTC; one without a zone is taken to be in it.

    Examples
    --------
    >>> in_utc(datetime(2026, 1, 2, 3)).isoformat()
    '2026-01-02T03:00:00+00:00'
    """
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
