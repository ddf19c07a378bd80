"""Releases of a layer, one after another, as a store would give them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from learnstrata.layer.releases import MEMBERS, Release

LAYER = "0f" * 16
NAMES = [
    "Backend in the middle",
    "Early, paid well",
    'Late "bloomers"',
    "O'Neil; others",
]
ODD_IDS = [
    "=1+1",
    "a,b",
    'say "x"',
    "two\nlines",
    "\r",
    "ümlaut",
    "NULL",
    "\\N",
    "\\.",
    " ",
]
STANDINGS = ["core", "borderline", "atypical"]
BEGUN = datetime(2026, 1, 5, 6, 7, 8, 90, tzinfo=UTC)


def members(ids, rng, *, since=1):
    """Make a row for each id: texts, numbers and nulls as they come."""
    n = len(ids)
    segment = rng.integers(1, len(NAMES) + 1, n)
    part = rng.integers(1, 3, n)
    known = rng.random(n) < 0.9
    names = np.array(NAMES)[segment - 1]
    frame = pl.DataFrame(
        {
            "learner_id": ids,
            "segment_id": segment,
            "segment_name": names,
            "subsegment_id": [f"{s}.{p}" for s, p in zip(segment, part, strict=True)],
            "subsegment_name": [
                f"{name}: part {p}" for name, p in zip(names, part, strict=True)
            ],
            "second_segment_id": segment % len(NAMES) + 1,
            "margin": rng.random(n),
            "confidence": rng.random(n).round(3),
            "standing": rng.choice(STANDINGS, n),
            "role_family": rng.choice(["Backend", "Data", ""], n),
            "since": np.full(n, since),
        },
        schema=MEMBERS,
    )
    gaps = ("subsegment_id", "subsegment_name", "second_segment_id", "confidence")
    return frame.with_columns(
        pl.when(pl.Series(known)).then(pl.col(name)).alias(name) for name in gaps
    ).sort("learner_id")


def sizes(frame):
    return (
        frame.group_by("segment_id", "segment_name")
        .agg(learners=pl.len().cast(pl.Int64))
        .sort("segment_id")
    )


def release_of(frame, number=1, **more):
    given = {"layer": LAYER, "version": 1, "at": BEGUN + timedelta(number), **more}
    frame = frame.sort("learner_id")
    return Release(number=number, segments=sizes(frame), members=frame, **given)


def first_release(n, rng, *, odd=True, **more):
    """Make a first release of `n` learners, some of whom have ids hard to write."""
    ids = ODD_IDS[: n if odd else 0]
    ids = [*ids, *(f"learner-{i:07}" for i in range(n - len(ids)))]
    return release_of(members(ids, rng), **more)


def next_release(before, n, rng, *, number=None):
    """Make the release after: of `n` learners the rows change, a few leave or join."""
    number = before.number + 1 if number is None else number
    frame = before.members
    lot = rng.permutation(len(frame))
    few = max(1, n // 10)
    moved, gone = frame[sorted(lot[:n])], frame[sorted(lot[n : n + few])]
    kept = frame.join(moved, on="learner_id", how="anti")
    kept = kept.join(gone, on="learner_id", how="anti")
    again = members(moved["learner_id"].to_list(), rng, since=number)
    new = [f"new-{number}-{i}" for i in range(few)]
    after = pl.concat([kept, again, members(new, rng, since=number)])
    return release_of(after, number, layer=before.layer)


def chain(n, changes, rng, *, odd=True):
    """Make releases one after another, each with some changes."""
    releases = [first_release(n, rng, odd=odd)]
    for one in changes:
        releases.append(next_release(releases[-1], one, rng))
    return releases


def stamped(number, n):
    """Make a release in which each row says of which release it is."""
    rng = np.random.default_rng(0)
    made = first_release(n, rng, odd=False, number=number)
    frame = made.members.with_columns(
        segment_id=pl.lit(1, pl.Int64),
        segment_name=pl.lit("All"),
        role_family=pl.lit(f"release {number}"),
        since=pl.lit(number, pl.Int64),
    )
    return replace(made, members=frame, segments=sizes(frame))


def store_of(releases):
    """Give what a store gives: a release by its number, if it has it."""
    return {one.number: one for one in releases}.get
