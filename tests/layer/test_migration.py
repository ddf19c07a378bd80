"""Who is where in two runs: counted exactly, and told so that nothing small follows.

The intruder has both published runs and the comparison, knows which counts add up to
which and how each of the three groups its counts, and has a linear programme.
"""

import math
from functools import cache

import numpy as np
import polars as pl
import pytest

import learnstrata as ls
from intruder import Intruder, counts_of, group, true_sums
from learnstrata import pipeline
from learnstrata.layer.migration import (
    Crossing,
    Sizes,
    movers_in,
    rounding_of_crossing,
    tally_of_crossing,
)
from learnstrata.layer.pairs import least_told
from learnstrata.privacy.disclosure.rounding import Rounding
from learnstrata.sharing import summaries_of
from learnstrata.summary.disclose import rounding_of
from learnstrata.summary.tally import Sum
from thrift import NO_EVIDENCE

BASE = 10
KEY = b"k" * 32
LEARNER = "email_hash"


class Reader(Intruder):
    """Reads several publications at once, each with its own groups."""

    def __init__(self, told, limits, sums):
        self.names = list(limits)
        self.place = {name: i for i, name in enumerate(self.names)}
        self.told = told
        self.limits = np.array([limits[name] for name in self.names], float)
        self.solver = self._programme(sums)
        self.found = np.array([[math.inf, -math.inf]] * len(self.names))


def as_published(tally, rounding, sizes):
    """Give what a comparison tells of each count, and what its groups leave of it."""
    known = {
        (side, "size", i): limits
        for side, one in zip(("old", "new"), sizes, strict=True)
        for i, limits in one.told.items()
    }
    exact = {name: values[0] for name, values in tally.counts.items()}
    told = {
        name: rounding.count(n)
        for name, n in exact.items()
        if name not in known and name not in tally.unsaid
    }
    limits = {name: known.get(name, (0, math.inf)) for name in exact}
    limits |= {name: group(value, rounding) for name, value in told.items()}
    return told, limits


def drawn(seed):
    """Draw learners of two runs: most stay, some move, a few come and go."""
    rng = np.random.default_rng(seed)
    k_old, k_new = rng.integers(2, 7, 2)
    table = rng.integers(0, rng.choice([3, 14, 40]), (k_old, k_new))
    stay = min(k_old, k_new)
    table[range(stay), range(stay)] += rng.integers(15, 400, stay)
    few = rng.choice([1, 6, 25, 200])
    left, joined = rng.integers(0, few, k_old), rng.integers(0, few, k_new)
    return Crossing(table, left, joined, bytes([seed % 256]))


def sizes_of(found, seed):
    """Give the sizes as each run groups them, by an offset of its own."""
    rng = np.random.default_rng(seed)
    sides = (found.table, found.left), (found.table.T, found.joined)
    for table, alone in sides:
        every = dict(enumerate((table.sum(axis=1) + alone).tolist(), start=1))
        rounding = Rounding(BASE, int(rng.integers(BASE)))
        every[0] = sum(every.values())
        small = frozenset(i for i, n in every.items() if n < BASE)
        yield Sizes({i: rounding.limits(n) for i, n in every.items()}, small)


@cache
def attacked(seed):
    found = drawn(seed)
    sizes = tuple(sizes_of(found, seed))
    tally = tally_of_crossing(found, *sizes)
    first = Rounding.drawn(BASE, key=KEY, content=found.content)
    rounding = rounding_of_crossing(tally, *sizes, drawn=first)
    told, limits = as_published(tally, rounding, sizes)
    ends = Reader(told, limits, tally.sums).attack(base=BASE)
    return told, ends, tally


SEEDS = range(60)


def test_a_small_count_of_a_comparison_keeps_the_values_it_could_have():
    left = [
        high - low + 1
        for told, ends, _ in map(attacked, SEEDS)
        for name, (low, high) in ends.items()
        if told[name] is None
    ]
    assert len(left) > 500
    assert min(left) >= 0.7 * BASE
    assert np.mean(np.array(left) == BASE) >= 0.98


def test_told_counts_of_a_comparison_are_hardly_ever_known_better_than_they_are_told():
    left = [
        high - low + 1
        for told, ends, _ in map(attacked, SEEDS)
        for name, (low, high) in ends.items()
        if told[name] is not None
    ]
    assert len(left) > 500
    assert np.mean(np.array(left) >= BASE / 2) >= 0.98


def test_groups_drawn_and_not_widened_would_give_counts_of_few_away():
    worst = []
    for seed in SEEDS:
        found = drawn(seed)
        sizes = tuple(sizes_of(found, seed))
        tally = tally_of_crossing(found, *sizes)
        first = Rounding.drawn(BASE, key=KEY, content=found.content)
        told, limits = as_published(tally, first, sizes)
        ends = Reader(told, limits, tally.sums).attack(base=BASE)
        worst += [b - a + 1 for name, (a, b) in ends.items() if told[name] is None]
    assert min(worst) < BASE / 2


@pytest.fixture(scope="module")
def both():
    """Two runs of nearly the same learners, each with its groups."""
    table = ls.make_learners(1_500, rng=5)
    ids = table[LEARNER].unique(maintain_order=True)
    first, last = ids[:1_440].implode(), ids[45:].implode()
    tables = (
        table.filter(pl.col(LEARNER).is_in(first)),
        table.filter(pl.col(LEARNER).is_in(last)),
    )
    config = ls.load_config(evidence=NO_EVIDENCE, selection={"k": 5})
    return [run_of(table, config) for table in tables]


def run_of(table, config):
    done = pipeline.run(table, config, key=KEY)
    exact, told = summaries_of(done, key=KEY)
    rounding = rounding_of(exact, key=KEY, content=done.base.account.content)
    return exact, told, rounding, done.meaning.members


def test_how_a_run_groups_its_sizes_is_read_off_what_it_tells(both):
    for exact, told, rounding, _ in both:
        sizes = Sizes.of(exact, told)
        true = {one.id: one.size for one in exact.segments} | {0: exact.segmented}
        seen = [(i, rounding.limits(n), sizes.told[i], n) for i, n in true.items()]
        assert all(a <= c <= n <= d <= b for _, (a, b), (c, d), n in seen), seen
        assert sum(told == found for _, told, found, _ in seen) >= len(seen) - 1


def what_both_tell(runs):
    """Give what an intruder reads of two published runs: told, limits and sums."""
    told, limits, sums = {}, {}, []
    for side, (exact, shared, rounding, _) in zip(("old", "new"), runs, strict=True):
        reader = Intruder(exact, shared, rounding=rounding)
        own = {name: (side, *name) for name in reader.names}
        sized = range(1, len(exact.segments) + 1)
        own |= {("size", i): (side, "size", i) for i in sized}
        own |= {("segmented",): (side, "size", 0)}
        limits |= {own[n]: reader.limits[i] for n, i in reader.place.items()}
        told |= {own[n]: value for n, value in reader.told.items()}
        sums += [
            Sum(tuple(own[p] for p in one.parts), own[one.total], one.relation)
            for one in true_sums(exact)
            if all(n in own for n in (*one.parts, one.total))
        ]
        assert counts_of(exact)
    return told, limits, sums


def beside_their_comparison(runs, *, nobody_came):
    """Attack two runs alone, then with their comparison, as it is published."""
    told, limits, sums = what_both_tell(runs)
    alone = Reader(told, limits, sums).attack(base=BASE)
    (old, new), k = (run[3] for run in runs), [len(run[0].segments) for run in runs]
    found = Crossing.of(old, new, k_old=k[0], k_new=k[1])
    sizes = tuple(Sizes.of(exact, shared) for exact, shared, *_ in runs)
    step = least_told(*(run[0] for run in runs))
    tally = tally_of_crossing(found, *sizes, least=2 * step)
    first = Rounding.drawn(step, key=KEY, content=found.content)
    rounding = rounding_of_crossing(tally, *sizes, drawn=first)
    more, groups = as_published(tally, rounding, sizes)
    if nobody_came:
        groups[("left",)] = groups[("joined",)] = (0, 0)
    own = {name: ends for name, ends in groups.items() if name not in limits}
    every = Reader(told | more, limits | own, [*sums, *tally.sums])
    ends = every.attack(base=BASE)
    left = [b - a + 1 for n, (a, b) in ends.items() if n in more and more[n] is None]
    small = [n for n, value in told.items() if value is None and limits[n][1] < BASE]
    lost = [(alone[n][1] - alone[n][0]) - (ends[n][1] - ends[n][0]) for n in small]
    assert len(lost) > 500
    return left, lost


def test_two_published_runs_and_their_comparison_give_no_count_of_few(both):
    left, lost = beside_their_comparison(both, nobody_came=False)
    assert min(left) >= BASE
    assert max(lost) <= 2
    assert np.mean(np.array(lost) > 0) <= 0.01


def test_the_same_learners_cut_otherwise_are_not_counted_again():
    """Whoever knows that nobody came or went learns nothing of either run."""
    table = ls.make_learners(1_000, rng=2)
    runs = [
        run_of(table, ls.load_config(evidence=NO_EVIDENCE, selection={"k": k}))
        for k in (3, 4)
    ]
    left, lost = beside_their_comparison(runs, nobody_came=True)
    assert min(n for n in left if n > 1) >= BASE  # that nobody came is known
    assert max(lost) == 0


def test_movers_are_those_who_are_not_where_their_segment_went():
    old = pl.DataFrame(
        {
            "learner_id": ["a", "b", "c", "d"],
            "segment_id": [1, 1, 2, 2],
            "segment_name": ["One", "One", "Two", "Two"],
        }
    )
    new = pl.DataFrame(
        {
            "learner_id": ["a", "b", "c", "e"],
            "segment_id": [2, 1, 1, 2],
            "segment_name": ["Uno", "Due", "Due", "Uno"],
        }
    )
    assert movers_in(old, new, [(1, 2), (2, 1)]).rows() == [
        ("e", None, None, 2, "Uno", "joined"),
        ("d", 2, "Two", None, None, "left"),
        ("b", 1, "One", 1, "Due", "moved"),
    ]


def test_every_learner_of_both_runs_is_counted_once(both):
    old, new = (run[3] for run in both)
    found = Crossing.of(old, new, k_old=5, k_new=5)
    assert found.table.sum() + found.left.sum() == len(old)
    assert found.table.sum() + found.joined.sum() == len(new)
    within = old.join(new, on="learner_id", how="inner")
    assert found.table.sum() == len(within)
    of_two = within.filter(segment_id=2, segment_id_right=3)
    assert found.table[1, 2] == len(of_two)
