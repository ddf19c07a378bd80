"""Role families and seniority of a learner table, and how many titles are understood.

`learnstrata.learners.roles.titles` reads the titles; here they meet the table.
"""

import re
from dataclasses import dataclass

import narwhals as nw
import polars as pl
from narwhals.typing import IntoFrame, IntoFrameT

from learnstrata.exceptions import DegenerateError, ParameterError, SchemaError
from learnstrata.learners.lookups import Frame, collected, distinct, join_lookup
from learnstrata.learners.roles.titles import NOT_STATED, UNMAPPED, match_titles

__all__ = ["RoleCoverage", "add_roles", "coverage", "join_roles", "roles_of"]

ROLES = ("role_family", "seniority", "role_match")
_SHOWN = 80  # characters of an unmapped title that are shown
_LONG_NUMBER = re.compile(r"\d(?:[\s().+-]*\d){4,}")


def add_roles(
    frame: IntoFrameT, *, title: str = "title", fuzzy_score: float = 92.0
) -> IntoFrameT:
    """Add the role family and the seniority of each title.

    Parameters
    ----------
    frame : data frame or relation
        Needs the column `title`. It is not changed. A lazy one is run once, for its
        distinct titles.
    title : str, default="title"
        Name of the column of titles.
    fuzzy_score : float, default=92.0
        As in `learnstrata.learners.roles.titles.match_titles`.

    Returns
    -------
    data frame of the same kind
        The same rows in the same order, with ``role_family`` (never null),
        ``seniority`` (0 to 6, null where the title is missing or unmapped; on pandas a
        float column where there is one) and ``role_match`` (how).

    Raises
    ------
    SchemaError
        If there is no column `title`.
    ParameterError
        If `fuzzy_score` is not between 50 and 100.

    Examples
    --------
    >>> import polars as pl
    >>> learners = pl.DataFrame({"title": ["Sr. QA Engg", None]})
    >>> add_roles(learners).rows()
    [('Sr. QA Engg', 'Quality', 3, 'pattern'), (None, 'Not stated', None, 'missing')]
    """
    roles = roles_of(frame, title=title, fuzzy_score=fuzzy_score)
    return join_roles(frame, roles, title=title)


def roles_of(frame: IntoFrame, *, title: str, fuzzy_score: float) -> pl.DataFrame:
    """Give what each title of a table says once, for `join_roles`.

    Parameters
    ----------
    frame, title, fuzzy_score
        As for `add_roles`.
    """
    table = nw.from_native(frame)
    _require(table, {title})
    text = nw.col(title).cast(nw.String)
    titles = ["", *distinct(table.select(text.alias(title)), title)]
    matches = match_titles(sorted(set(titles)), fuzzy_score=fuzzy_score)
    ranks = [-1 if m.seniority is None else m.seniority for m in matches]
    return pl.DataFrame(
        {
            "_title": [m.title for m in matches],
            "_family": [m.family for m in matches],
            "_rank": pl.Series(ranks, dtype=pl.Int64),
            "_match": [m.how for m in matches],
        }
    )


def join_roles(frame: IntoFrameT, roles: pl.DataFrame, *, title: str) -> IntoFrameT:
    """Add to a table, or to a part of it, the roles of its titles.

    Parameters
    ----------
    frame, title
        As for `add_roles`.
    roles : polars.DataFrame
        From `roles_of`.
    """
    table, text = nw.from_native(frame), nw.col(title).cast(nw.String)
    found = join_lookup(table.with_columns(_title=text), roles, on=["_title"])
    kept = table.collect_schema().names()
    return found.select(
        *(c for c in kept if c not in ROLES),
        role_family=nw.coalesce(nw.col("_family"), nw.lit(NOT_STATED)),
        seniority=nw.when(nw.col("_rank") >= 0).then(nw.col("_rank")),
        role_match=nw.coalesce(nw.col("_match"), nw.lit("missing")),
    ).to_native()


def _require(frame: Frame, columns: set[str]) -> None:
    available = frame.collect_schema().names()
    if missing := columns.difference(available):
        raise SchemaError.missing(missing, available)


@dataclass(frozen=True, slots=True)
class RoleCoverage:
    """How much of a table the title table understands.

    Attributes
    ----------
    mapped, missing, unmapped : int
        Learners whose title has a role family, who state none, and the rest.
    n_titles, n_titles_mapped : int
        Distinct titles stated, and those of them in a role family.
    top_unmapped : list of (str, int)
        The most frequent unmapped titles with their learners, numbers masked.
    """

    mapped: int
    missing: int
    unmapped: int
    n_titles: int
    n_titles_mapped: int
    top_unmapped: list[tuple[str, int]]

    @property
    def learners(self) -> int:
        """Learners in all."""
        return self.mapped + self.missing + self.unmapped


def coverage(
    frame: IntoFrame, *, title: str = "title", most: int = 20, min_learners: int = 5
) -> RoleCoverage:
    """Count the learners whose title is mapped, missing or unmapped.

    Parameters
    ----------
    frame : data frame or relation with one row a learner
        Needs `title` and ``role_family`` (see `add_roles`). Where it has
        ``learner_id``, a learner of several rows holds a title once.
    title : str, default="title"
        Name of the column of titles.
    most : int, default=20
        Unmapped titles listed at most.
    min_learners : int, default=5
        Titles of fewer learners are not listed: one can be a name or a phone number.

    Returns
    -------
    RoleCoverage
        Counts of learners and of titles, and the unmapped titles to look at.

    Raises
    ------
    SchemaError
        If a column is missing.
    ParameterError
        If `min_learners` or `most` is out of range.
    DegenerateError
        If there is no row.

    Examples
    --------
    >>> import polars as pl
    >>> learners = pl.DataFrame({"title": ["QA"] * 3 + ["7033771951"] * 5 + [None] * 2})
    >>> found = coverage(add_roles(learners))
    >>> found.mapped, found.missing, found.unmapped, found.top_unmapped
    (3, 2, 5, [('70######51', 5)])
    """
    if min_learners < 1 or most < 0:
        raise ParameterError(
            f"Got min_learners={min_learners} and most={most}, expected 1 or more and "
            "0 or more; titles of fewer than min_learners learners are not listed."
        )
    table = nw.from_native(frame)
    _require(table, {title, "role_family"})
    named = table.with_columns(nw.col(title).cast(nw.String).alias("title"))
    known = "learner_id" in table.collect_schema().names()
    who = nw.col("learner_id").n_unique() if known else nw.len()
    groups = named.group_by("title", "role_family")
    counts = collected(groups.agg(n=nw.len(), who=who))
    if counts.is_empty():
        raise DegenerateError("Got a table without rows, expected one row a learner.")
    return _coverage(counts, most, min_learners)


def _coverage(counts: pl.DataFrame, most: int, min_learners: int) -> RoleCoverage:
    family, who = pl.col("role_family"), pl.col("who").cast(pl.Int64)
    learners = int(counts["n"].sum())
    missing, unmapped = (
        counts.filter(family == kind) for kind in (NOT_STATED, UNMAPPED)
    )
    stated = counts.filter(family != NOT_STATED)
    strange = unmapped.filter(who >= min_learners).sort(
        who, "title", descending=[True, False]
    )
    lost, left = int(unmapped["n"].sum()), int(missing["n"].sum())
    return RoleCoverage(
        mapped=learners - lost - left,
        missing=left,
        unmapped=lost,
        n_titles=stated["title"].n_unique(),
        n_titles_mapped=stated.filter(family != UNMAPPED)["title"].n_unique(),
        top_unmapped=[
            (_masked(name), count)
            for name, count in strange.select("title", who).head(most).rows()
        ],
    )


def _masked(title: str) -> str:
    return _LONG_NUMBER.sub(lambda hit: _mask(hit.group()), title[:_SHOWN])


def _mask(number: str) -> str:
    return number[:2] + re.sub(r"\d", "#", number[2:-2]) + number[-2:]
