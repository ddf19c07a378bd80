"""What a release holds, in the one form in which it is compared, hashed and written."""

import hashlib
import io
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import polars as pl

from learnstrata.exceptions import ParameterError, preview
from learnstrata.layer.releases import MEMBERS, SEGMENTS, Release
from learnstrata.privacy.disclosure.rounding import Rounding
from learnstrata.privacy.keys import random_key

__all__ = [
    "BASE",
    "Content",
    "as_csv",
    "checked",
    "differences",
    "digest_of",
    "ordered",
    "sizes_told",
    "told_sizes_of",
    "without",
]

BASE = 10  # learners: fewer are told to nobody


@dataclass(frozen=True)
class Content:
    """A release that has been looked through.

    Attributes
    ----------
    release : Release
    members : polars.DataFrame
        Its members, as `ordered`.
    """

    release: Release
    members: pl.DataFrame = field(repr=False)

    @cached_property
    def digest(self) -> str:
        """By which the same members are known: `digest_of`."""
        return digest_of(self.members)


def checked(release: Release) -> Content:
    """Refuse a release that contradicts itself, before anything is touched.

    Parameters
    ----------
    release : Release

    Raises
    ------
    ParameterError
        If a table has other columns, a learner is there twice, a number is none, or
        the sizes of the segments are not those of their members.
    """
    _refuse_other_columns("members", release.members, MEMBERS)
    _refuse_other_columns("segments", release.segments, SEGMENTS)
    members = ordered(release.members)
    _refuse_faults(members)
    counted = members.group_by("segment_id", "segment_name").len("learners")
    told = release.segments.filter(pl.col("learners") > 0)
    counted = counted.cast({"learners": pl.Int64})
    if not _same_rows(counted, told.select(counted.columns)):
        raise ParameterError(
            f"Release {release.number} says that its segments have "
            f"{release.segments['learners'].sum():,} learners by id and name, and its "
            f"{members.height:,} members are in others. Make the release again."
        )
    return Content(release, members)


def _refuse_other_columns(
    what: str, frame: pl.DataFrame, expected: Mapping[str, type[pl.DataType]]
) -> None:
    if dict(frame.schema) != dict(expected):
        raise ParameterError(
            f"The {what} of a release have {dict(frame.schema)}, expected "
            f"{dict(expected)}. See learnstrata.layer.releases."
        )


def _refuse_faults(members: pl.DataFrame) -> None:
    ids = members["learner_id"]
    floats = members.select(pl.col(pl.Float64).is_nan().any()).row(0)
    faults = {
        "a learner without an id": ids.null_count(),
        "a learner twice": ids.n_unique() - len(ids),
        "a number that is none": any(floats),
        "a learner in no segment": members["segment_id"].null_count(),
    }
    if found := [name for name, there in faults.items() if there]:
        raise ParameterError(
            f"A release has {found[0]}, expected one whole row a learner. Make the "
            "release again."
        )


def _same_rows(one: pl.DataFrame, other: pl.DataFrame) -> bool:
    return one.sort(one.columns).equals(other.sort(one.columns))


def ordered(members: pl.DataFrame) -> pl.DataFrame:
    """Put members into the order of their ids' bytes, and each value into one form.

    Examples
    --------
    A zero has no sign: as a value it is the same, as bytes it would not be.

    >>> frame = pl.DataFrame({"learner_id": ["b", "a"], "margin": [1.0, -0.0]})
    >>> ordered(frame).rows()
    [('a', 0.0), ('b', 1.0)]
    """
    known = [name for name in MEMBERS if name in members.columns]
    numbers = [name for name in known if MEMBERS[name] == pl.Float64]
    unsigned = [
        pl.when(pl.col(name) == 0).then(0.0).otherwise(name).alias(name)
        for name in numbers
    ]
    return members.select(known).with_columns(unsigned).sort("learner_id")


def as_csv(frame: pl.DataFrame, *, header: bool = True) -> bytes:
    r"""Write a frame as CSV: nothing between commas is null, ``""`` the empty text.

    Examples
    --------
    >>> as_csv(pl.DataFrame({"a": ["x", "", None], "b": [0.1, None, 2.0]}))
    b'a,b\nx,0.1\n"",\n,2.0\n'
    """
    room = io.BytesIO()
    frame.write_csv(room, include_header=header)
    return room.getvalue()


def digest_of(members: pl.DataFrame) -> str:
    """Give the SHA-256 of members as CSV, in 64 hex digits.

    Whoever replays deltas can tell by it that they have the table.

    Parameters
    ----------
    members : polars.DataFrame
        From `ordered`.
    """
    return hashlib.sha256(as_csv(members)).hexdigest()


def differences(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Give the rows by which members differ, those that end before those that begin.

    Parameters
    ----------
    before, after : polars.DataFrame
        From `ordered`.

    Returns
    -------
    polars.DataFrame
        ``sign`` (-1 of `before` alone, 1 of `after` alone) and the row. A learner
        whose row changed has two.

    Examples
    --------
    >>> one = pl.DataFrame({"learner_id": ["a", "b"], "segment_id": [1, 2]})
    >>> two = pl.DataFrame({"learner_id": ["a", "b"], "segment_id": [1, 3]})
    >>> differences(one, two).rows()
    [(-1, 'b', 2), (1, 'b', 3)]
    """
    parts = [
        one.join(other, on=one.columns, how="anti", nulls_equal=True)
        .sort("learner_id")
        .select(pl.lit(sign, pl.Int64).alias("sign"), *one.columns)
        for sign, one, other in ((-1, before, after), (1, after, before))
    ]
    return pl.concat(parts)


def without(frame: pl.DataFrame, learner_ids: Collection[str]) -> pl.DataFrame:
    """Leave out the rows of learners."""
    return frame.filter(~pl.col("learner_id").is_in(sorted(learner_ids)))


def told_sizes_of(
    segments: pl.DataFrame, *, rounding: Rounding
) -> dict[int, int | None]:
    """Round the sizes of segments as they may be told; None is told to nobody.

    Parameters
    ----------
    segments : polars.DataFrame
        `SEGMENTS`.
    rounding : Rounding
        Better that of the run: who reads two roundings of one size knows it closer.

    Examples
    --------
    >>> told = {"segment_id": [1, 2], "segment_name": ["A", "B"], "learners": [123, 9]}
    >>> told_sizes_of(pl.DataFrame(told), rounding=Rounding(10, offset=4))
    {1: 120, 2: None}
    """
    return {
        one["segment_id"]: rounding.count(one["learners"])
        for one in segments.iter_rows(named=True)
    }


def sizes_told(
    content: Content, told: Mapping[int, int | None] | None
) -> dict[int, int | None]:
    """Give the size of each segment as it is told, by a run or by a secret offset.

    One under the base is None, whatever the run says, and so is one of a segment in
    which fewer are now: who was kept elsewhere is counted by the run.

    Raises
    ------
    ParameterError
        If there is no such segment.
    """
    segments = content.release.segments
    if told is None:
        seed = bytes.fromhex(content.digest)
        drawn = Rounding.drawn(BASE, key=random_key(), content=seed)
        return told_sizes_of(segments, rounding=drawn)
    ids = segments["segment_id"].to_list()
    if unknown := sorted(told.keys() - set(ids)):
        raise ParameterError(
            f"Got a size of segment {unknown[0]}, expected sizes of {preview(ids)}."
        )
    own = dict(segments.select("segment_id", "learners").iter_rows())
    return {i: told.get(i) if _is_told(told.get(i), own[i]) else None for i in ids}


def _is_told(size: int | None, exact: int) -> bool:
    return size is not None and size >= BASE and exact >= BASE
