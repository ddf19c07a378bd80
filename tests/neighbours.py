"""Pairs of runs that differ by one learner, and who guesses of that learner by them."""

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import polars as pl

from crowds import CHEAP
from intruder import counts_of
from learnstrata.config.loading import load_config
from learnstrata.learners.demo.tables import make_learners
from learnstrata.pipeline import run
from learnstrata.privacy.disclosure.rounding import Rounding
from learnstrata.summary.build import build
from learnstrata.summary.contract.results import Results
from learnstrata.summary.disclose import rounding_of
from thrift import NO_EVIDENCE

KEY = b"\1" * 32  # by which the runs are made
TABLES, REMOVED = 5, 4  # 20 pairs
QUICK = {
    **CHEAP,
    "evidence": NO_EVIDENCE,
    "selection": {
        "k_min": 3,
        "k_max": 4,
        "sample": 1_000,
        "starts": 2,
        "splits": 2,
        "scored": 300,
        "score_against": "sample",
    },
}
# What is guessed of the learner, and the count that falls by one without them.
GUESSED = {
    "role": ("value", "role", None, "all"),
    "tier": ("value", "tier", None, "all"),
    "experience_band": ("value", "experience_band", None, "all"),
    "segment_id": ("size", None),
}


@cache
def table_of(number):
    return make_learners(1_500, rng=700 + number)


@dataclass(frozen=True, eq=False)
class Done:
    """A finished run: its results, what they are drawn by, its learners."""

    results: Results
    content: bytes
    learners: pl.DataFrame

    def told(self, key):
        """Give the counts by name, as they are told under a key."""
        rounding = rounding_of(self.results, key=key, content=self.content)
        return {name: rounding.count(n) for name, n in self.counts.items()}

    @cached_property
    def counts(self):
        counts = counts_of(self.results).items()
        return {name: n for name, n in counts if n is not None}


def done(table):
    found = run(table, load_config("robust", **QUICK), key=KEY)
    results = build(found, key=KEY)
    return Done(results, found.base.account.content, found.meaning.learners)


@cache
def pairs():
    """Give the runs with and without a learner, and what is true of them."""
    found = []
    for number in range(TABLES):
        table = table_of(number)
        whole = done(table)
        rng = np.random.default_rng(number)
        for place in rng.choice(len(whole.learners), REMOVED, replace=False):
            row = whole.learners.row(int(place), named=True)
            rest = table.filter(pl.col("email_hash") != row["learner_id"])
            found.append((whole, done(rest), row))
    return found


@cache
def chances():
    """Give how likely each told value is of each count, where the offset is unknown."""
    told = np.zeros((10, 1_700), dtype=int)
    for offset in range(10):
        rounding = Rounding(10, offset)
        told[offset] = [rounding.count(n) or 0 for n in range(told.shape[1])]
    return told


def likelihood(told, before, after, *, fewer):
    """Say how well two told values go with a count that fell by `fewer`, or not."""
    one = (told == (before or 0)).mean(axis=0)
    two = (told == (after or 0)).mean(axis=0)
    both = one[fewer:] * two[: len(two) - fewer]
    return both.sum() + 1e-6  # another group than these, because some are joined


def is_like(name, pattern):
    """Say whether a count is of the pattern, which is open at one place."""
    both = zip(name, pattern, strict=False)
    return len(name) == len(pattern) and all(p in {None, n} for n, p in both)


def guesses(told, with_all, without, pattern):
    """Rank the values of an attribute by the count that would have fallen."""
    scores, shares = {}, {}
    for name, before in with_all.items():
        if name in without and is_like(name, pattern):
            value, after = name[pattern.index(None)], without[name]
            fell = likelihood(told, before, after, fewer=1)
            same = likelihood(told, before, after, fewer=0)
            shares[value] = before or 5
            scores[value] = np.log(fell / same * shares[value])
    return scores, shares


def guessed(key):
    """Count what is guessed right under a key: by both runs, by one alone, of how many.

    Of each learner that a pair differs by, every attribute is guessed once.
    """
    told = chances()
    runs = {one: one.told(key) for one in {run for pair in pairs() for run in pair[:2]}}
    right = alone = n = 0
    for whole, rest, row in pairs():
        for attribute, pattern in GUESSED.items():
            scores, shares = guesses(told, runs[whole], runs[rest], pattern)
            right += max(scores, key=scores.get) == row[attribute]
            alone += max(shares, key=shares.get) == row[attribute]
            n += 1
    return right, alone, n
