"""Making a target hold a release, whatever kind of place it is."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import get_args

from sqlalchemy.engine import URL

from learnstrata.disk.staging import clear_stale
from learnstrata.exceptions import ParameterError
from learnstrata.layer.publishing.content import Content, checked, sizes_told
from learnstrata.layer.publishing.folders import publish_to_folder
from learnstrata.layer.publishing.places import (
    as_database,
    file_of,
    in_new_file,
    opened,
)
from learnstrata.layer.publishing.tables import publish_in
from learnstrata.layer.publishing.terms import (
    Allowed,
    Asked,
    Earlier,
    Mode,
    Published,
    no_more_asked,
)
from learnstrata.layer.publishing.views import roles_given
from learnstrata.layer.releases import Release

__all__ = ["publish"]


def publish(  # noqa: PLR0913 - what, where, how, and what may be told to whom
    release: Release,
    target: str | Path,
    *,
    mode: Mode = "auto",
    allow_older: bool = False,
    told_sizes: Mapping[int, int | None] | None = None,
    roles: Mapping[str, str] | None = None,
    earlier: Earlier | None = None,
    allowed: Allowed = no_more_asked,
) -> Published:
    """Make a target hold a release, by the contract ``segment_membership_v1``.

    Parameters
    ----------
    release : Release
    target : str or path
        ``postgresql://HOST/DATABASE``, ``sqlite:///FILE`` or a folder.
    mode : {"auto", "full", "delta"}, default="auto"
        ``full`` compares all rows with those of the target, ``delta`` sends those that
        changed since the release that the target holds. A delta that cannot be built
        becomes full, and the result says why; ``auto`` asks for one where it can be.
    allow_older : bool, default=False
        Let a release take the place of a newer one, or of one of the same number.
    told_sizes : mapping of int to (int or None), default=None
        Size of each segment as the run tells it; none under ten is told. Left out,
        sizes are rounded to ten with an offset that nobody knows: whoever reads two
        roundings of one size knows it closer, so give those of the run.
    roles : mapping of str to str, default=None
        ``mentoring``, ``careers`` and ``product`` -> the role of the database that may
        read for it, for the GRANT statements that are written out.
    earlier : callable, default=None
        Number of a release -> that release as it stands in the store, None where it is
        not known. Without it all is compared.
    allowed : callable, default asks nothing
        Entered when all is prepared, and left when it is valid: if it raises, nothing
        is published. It is told whether others can get at the target meanwhile, or
        wait for this publication: ``open``, ``locked``.

    Returns
    -------
    Published

    Raises
    ------
    ParameterError
        If the release contradicts itself, or an option is none.
    SourceError
        If the target is an address of another kind.
    OutputError
        If the target cannot be written to, has tables of another shape, or holds a
        newer release or those of another layer: then it is as it was.

    Notes
    -----
    One transaction, or one exchange of folders: a reader sees one release or the next.
    What was answered is on the disk. The same release again changes nothing.
    """
    if mode not in get_args(Mode):
        raise ParameterError(f"Got mode={mode!r}, expected one of {get_args(Mode)}.")
    content = checked(release)
    sizes = sizes_told(content, told_sizes)
    asked = Asked(mode, allow_older, sizes, roles_given(roles), earlier, allowed)
    url = as_database(str(target))
    if url is None:
        return publish_to_folder(Path(target), content, asked)
    return _to_database(url, content, asked)


def _to_database(url: URL, content: Content, asked: Asked) -> Published:
    there = partial(_to_there, url, content, asked)
    file = file_of(url)
    if file is None:
        return there()
    clear_stale(file)  # of a publisher that was killed
    if file.exists():
        return there()

    def fill(path: Path) -> Published:
        alone = replace(asked, allowed=no_more_asked)  # asked before it is there
        with opened(url.set(database=str(path))) as engine:
            return publish_in(engine, content, alone, name=str(url.database))

    return in_new_file(file, fill, there, allowed=asked.allowed)


def _to_there(url: URL, content: Content, asked: Asked) -> Published:
    with opened(url) as engine:
        return publish_in(engine, content, asked)
