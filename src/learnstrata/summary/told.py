"""Counts of learners by segment as plain values: only what may be told.

`learnstrata.privacy.disclosure.census` says which; the rest of a run keeps every count.
"""

from dataclasses import asdict
from typing import Any

import numpy as np
import polars as pl

from learnstrata.pipeline import Run
from learnstrata.privacy.disclosure.census import crossed
from learnstrata.segments.meaning.distinctive import Card
from learnstrata.segments.meaning.profiles import NUMBERS, Profile, Share, known_numbers
from learnstrata.segments.model.certainty import STANDINGS

__all__ = [
    "Known",
    "known_counts",
    "told_comparison",
    "told_index",
    "told_parts",
    "told_profile",
    "told_standings",
]

Known = dict[tuple[str, int], int | None]
NO_TYPICAL = ("role",)  # categories whose values are typed: one of few names somebody


def known_counts(run: Run) -> Known:
    """Give of how many of a segment a number is known; None where that tells of a few.

    Told are neither the few of whom it is known nor the few of whom it is not.
    """
    census, learners = run.meaning.census, run.meaning.learners
    found: Known = {}
    for name, values in known_numbers(learners).items():
        known = pl.Series("known", np.isfinite(values))
        frame = learners.select("segment_id").with_columns(known)
        table = crossed(frame, ["known"], sizes=census.sizes, rule=census.rule)
        counts = table.counts()
        for profile in run.meaning.profiles:
            found[name, profile.id] = counts.get(("true", profile.id), 0)
    return found


def told_profile(profile: Profile, known: Known) -> dict[str, Any]:
    """Give a profile with null for every count and share that may not be told."""
    told = asdict(profile) | {
        "typical": {
            name: asdict(one) | {"n": known[name, profile.id]}
            for name, one in profile.typical.items()
        },
        "shares": {
            category: [_share(one) for one in shares if _is_named(category, one)]
            for category, shares in profile.shares.items()
        },
    }
    return told if profile.shown else told | {"count": None, "share": None}


def _is_named(category: str, one: Share) -> bool:
    return category not in NO_TYPICAL or one.shown or one.base_shown


def _share(one: Share) -> dict[str, Any]:
    told = asdict(one)
    del told["shown"], told["base_shown"]
    if not one.shown:
        told |= dict.fromkeys(("count", "share", "index"))
    if not one.base_shown:
        told |= dict.fromkeys(("base", "index"))
    return told


def told_index(card: Card, profile: Profile, known: Known) -> list[dict[str, Any]]:
    """Give the rows of an index chart that may be told."""
    shares = {
        (category, one.value): one.shown and one.base_shown
        for category, values in profile.shares.items()
        for one in values
    }
    return [
        asdict(row)
        | (
            {"count": known[row.feature, card.segment]}
            if row.feature in NUMBERS
            else {}
        )
        for row in card.index
        if shares.get((row.feature, row.value), True)
    ]


def told_comparison(run: Run) -> dict[str, Any] | None:
    """Cross rule-based with learned segments; None stands for what may not be told."""
    found = run.meaning.comparison
    if found is None:
        return None
    bands = run.meaning.census.bands()
    counts = [
        [
            bands.get((experience, pay, segment), n)
            for segment, n in zip(found.segments, line, strict=True)
        ]
        for rule, line in zip(found.rules, found.counts, strict=True)
        for experience, pay in [rule.split(" / ", 1)]
    ]
    return asdict(found) | {"counts": counts}


def told_standings(run: Run) -> dict[tuple[str | None, int | None], int | None]:
    """Count learners by standing and segment (None: of all), null where hidden."""
    counts = told_parts(run, "standing")
    ids: list[int | None] = [profile.id for profile in run.meaning.profiles]
    return {(s, i): counts.get((s, i), 0) for s in STANDINGS for i in [*ids, None]}


def told_parts(run: Run, column: str) -> dict[tuple[Any, ...], int | None]:
    """Count learners by a column and segment, null where hidden."""
    census = run.meaning.census
    learners = run.meaning.learners
    table = crossed(learners, [column], sizes=census.sizes, rule=census.rule)
    return table.counts()
