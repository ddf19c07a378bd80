"""What is left to an intruder: the measured figures of the page on privacy.

Run: python benchmarks/disclosure.py [--keys 200] [--pair-keys 60] [--pay-keys 20]

Attacks 16 runs with linear programmes, the groups given; prints how wide groups become,
what many keys tell, and what two runs tell of the learner by whom they differ. Progress
goes to stderr; the exit code is 1 if a limit that the tests ask for is broken.
"""

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from learnstrata.privacy.disclosure.kinds import (
    Derived,
    Share,
)
from learnstrata.privacy.disclosure.rounding import Rounding
from learnstrata.summary.disclose import rounding_of

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from pairs_of_runs import is_pay, print_pairs, print_pay
from tables import say, table

from crowds import CROWDS, Crowd, results_of
from intruder import Intruder, Published, counts_of, published, true_sums

BASE = 10
LEFT_AT_LEAST, WHOLE_AT_LEAST = BASE / 2, 0.98  # as the tests ask
KEYED = {"3,000 learners": 0, "20,000 learners": 14}  # places in CROWDS
MANY = (1, 10, 50, 200)
LINKED = (10, 50)  # keys whose groups are known as well
ANY = 10**9  # values: every count is worked out to its last

Floats = npt.NDArray[np.float64]
Name = tuple[str | int | float | None, ...]


def keys(n: int) -> list[bytes]:
    """Give the keys of as many owners."""
    draw = random.Random(0)  # noqa: S311 - of a trial
    return [draw.randbytes(32) for _ in range(n)]


@dataclass(frozen=True, eq=False)
class Attacked:
    """A crowd after the attack.

    Attributes
    ----------
    intruder : Intruder
    ends : dict
        Least and most of every count.
    """

    crowd: Crowd
    intruder: Intruder
    ends: Mapping[Name, tuple[int, int]]

    @cached_property
    def exact(self) -> Mapping[Name, int]:
        """Give every count."""
        return counts_of(results_of(self.crowd)[0])

    @property
    def rounding(self) -> Rounding:
        """Give how its counts were grouped."""
        return results_of(self.crowd)[2]

    def names(self, kind: str) -> list[Name]:
        """List the counts under the base, those told, or larger ones not told."""
        return [name for name in self.ends if self._kind(name) == kind]

    def _kind(self, name: Name) -> str:
        if self.exact[name] < BASE:
            return "under 10"
        return "not told" if self.intruder.told[name] is None else "10 and more"

    def left(self, name: Name) -> int:
        """Give how many values of a count are possible."""
        low, high = self.ends[name]
        return high - low + 1


def attacked(crowd: Crowd) -> Attacked:
    """Attack a crowd until every count is known to have as many values as the base."""
    exact, told, rounding = results_of(crowd)
    intruder = Intruder(exact, told, rounding=rounding)
    ends = intruder.attack(base=BASE, larger=BASE)
    say(f"attacked {crowd}: {len(ends):,} counts")
    return Attacked(crowd, intruder, ends)


def print_left(found: Sequence[Attacked]) -> list[str]:
    """Print how many values are left of counts; give the limits that are broken."""
    print("\n## Values left to the intruder, groups given")
    rows, broken = [], []
    for one in found:
        small, large = one.names("under 10"), one.names("10 and more")
        left = {name: one.left(name) for name in (*small, *large)}
        whole = np.mean([left[name] >= BASE for name in small])
        rows.append(
            (
                *(one.crowd, len(small), f"{whole:.2%}", min(left[n] for n in small)),
                *(len(large), min(left[n] for n in large), len(one.names("not told"))),
            )
        )
        broken += [
            f"{one.crowd}: {n} values left of {name}, which is {one.exact[name]}"
            for name, n in left.items()
            if n < LEFT_AT_LEAST
        ]
        if whole < WHOLE_AT_LEAST:
            broken.append(f"{one.crowd}: all ten left of {whole:.2%} only")
    columns = "run | under 10 | all ten left | fewest | 10 and more | fewest | not told"
    table(columns, rows)
    print_all_left(found)
    return broken


def print_all_left(found: Sequence[Attacked]) -> None:
    """Print the values left over all runs."""
    rows = []
    for kind in ("under 10", "10 and more"):
        left = Counter(min(one.left(n), BASE) for one in found for n in one.names(kind))
        total = left.total()
        found_left = ", ".join(f"{n}: {left[n]:,}" for n in sorted(left))
        whole = f"{left[BASE] / total:.2%}"
        rows.append((kind, f"{total:,}", min(left), whole, found_left))
    table("all runs | counts | least | ten or more left | values left: counts", rows)


def print_changes(found: Sequence[Attacked]) -> None:
    """Print how much the disclosure changes what is published."""
    print("\n## What the disclosure changes")
    small = sum(len(one.names("under 10")) for one in found)
    none = sum(one.exact[n] == 0 for one in found for n in one.names("under 10"))
    total = sum(len(one.ends) for one in found)
    off, part = [], []
    for one in found:
        for name in one.names("10 and more"):
            off.append(abs(one.intruder.told[name] - one.exact[name]))
            part.append(off[-1] / one.exact[name])
    print(f"\nunder 10: {small:,} of {total:,} counts ({small / total:.0%}),")
    print(f"of them {none:,} are 0 ({none / small:.0%})")
    print(f"larger ones: off by {np.mean(off):.1f} on average, ", end="")
    print(f"by {np.median(part):.1%} of the count in the middle")
    held, told = withheld(found)
    rows = [(k, f"{held[k]:,}", f"{1 - told[k] / held[k]:.0%}") for k in held]
    table("other numbers | there are | not told", rows)


def withheld(found: Sequence[Attacked]) -> tuple[Counter[str], Counter[str]]:
    """Count shares, indices and pay: those there are, and those told."""
    held, told = Counter[str](), Counter[str]()
    for one in found:
        exact, disclosed, _ = results_of(one.crowd)
        left = {p.path for p in published(disclosed) if p.value is not None}
        for number in published(exact):
            word = word_of(number)
            if word and number.value is not None:
                held[word] += 1
                told[word] += number.path in left
    return held, told


def word_of(number: Published) -> str:
    """Say what a number is, of those that are counted."""
    if isinstance(number.kind, Share):
        return "share"
    if isinstance(number.kind, Derived):
        return "index, its interval, its effect"
    return "quantile or mean of pay" if is_pay(number.kind, number.scope[-1]) else ""


def print_groups(found: Sequence[Attacked]) -> None:
    """Print how wide groups are, and by how much a count can be off."""
    print("\n## Groups of counts, each run under its key")
    rows = []
    for one in found:
        told = [one.exact[name] for name in one.names("10 and more")]
        most = results_of(one.crowd)[1].rounding_error
        rows.append((one.crowd, *spread(widths([one.rounding], told)), most))
    every = [
        width
        for one in found
        for width in widths(
            [one.rounding], [one.exact[n] for n in one.names("10 and more")]
        )
    ]
    errors = sorted(row[-1] for row in rows)
    middle = f"{errors[0]} to {errors[-1]}, median {np.median(errors):g}"
    rows.append(("all", *spread(np.array(every)), middle))
    head = "run | groups of ten | of over 19 | widest, in bases | off by at most"
    table(head, rows)


def widths(roundings: Sequence[Rounding], counts: Sequence[int]) -> Floats:
    """Give of how many counts the group of each is, under each rounding."""
    ends = np.array([[one.limits(n) for n in counts] for one in roundings], float)
    return (ends[..., 1] - ends[..., 0] + 1).ravel()


def spread(found: Floats) -> tuple[str, str, str]:
    """Say how many are as wide as the base, how many are joined, and the widest."""
    shares = (found == BASE).mean(), (found >= 2 * BASE).mean()
    return f"{shares[0]:.0%}", f"{shares[1]:.0%}", f"{found.max() / BASE:.1f}"


class Keyed(NamedTuple):
    """A run as it is published under many keys.

    Attributes
    ----------
    roundings : list of Rounding
        One a key.
    told : dict
        Count by name, and as it is told under each key.
    """

    attacked: Attacked
    roundings: Sequence[Rounding]
    told: Mapping[Name, Floats]


def keyed(one: Attacked, n: int) -> Keyed:
    """Publish a run under many keys, the first its own."""
    results, content = results_of(one.crowd)[0], one.crowd.run.base.content
    found = [
        rounding_of(results, key=key, content=content)
        for key in (one.crowd.key, *keys(n - 1))
    ]
    say(f"rounded {one.crowd} under {n} keys")
    names = one.names("10 and more")
    told = {
        name: np.array([r.count(one.exact[name]) for r in found], float)
        for name in names
    }
    return Keyed(one, found, told)


def print_keys(runs: Mapping[str, Keyed], most: int) -> None:
    """Print what the mean over many keys tells, and who knows the groups as well."""
    print(f"\n## The same table under {most} keys")
    rows = [
        (label, *spread(widths(run.roundings, exact_of(run))))
        for label, run in runs.items()
    ]
    table("run | groups of ten | of over 19 | widest, in bases", rows)
    rows = [(n, *(averaged(run, n) for run in runs.values())) for n in upto(most)]
    table(f"keys | {' | '.join(f'{run}: mean error, within 1' for run in runs)}", rows)
    rows = [(n, *(remainders(run, n) for run in runs.values())) for n in upto(most)]
    print("\nThe one count under 10 that is hidden of a sum, by means of the others:")
    table(f"keys | {' | '.join(f'{run}: mean error, right' for run in runs)}", rows)
    rows = [
        (label, n, *linked(run, n))
        for label, run in runs.items()
        for n in LINKED
        if n <= most
    ]
    print("\nWho knows all groups and has linear programmes is left with one value:")
    table("run | keys | of counts of 10 and more | of those under 10", rows)


def exact_of(run: Keyed) -> list[int]:
    """Give the counts that are told."""
    return [run.attacked.exact[name] for name in run.told]


def upto(most: int) -> list[int]:
    """List numbers of keys."""
    return [n for n in MANY if n <= most]


def blocks(told: Floats, n: int) -> Floats:
    """Give means over keys, n at a time: one for every n keys there are."""
    whole = len(told) // n * n
    return told[:whole].reshape(-1, n).mean(axis=1)


def averaged(run: Keyed, n: int) -> str:
    """Say how near to the count the mean of n keys is."""
    exact = run.attacked.exact
    off = np.array([abs(blocks(told, n) - exact[k]) for k, told in run.told.items()])
    return f"{off.mean():.1f}, {(off <= 1).mean():.0%}"


def remainders(run: Keyed, n: int) -> str:
    """Say how near the mean total less the other means is to the part left over."""
    off, chance = [], []
    for total, parts, hidden in open_sums(run):
        rest = blocks(run.told[total], n) - sum(blocks(run.told[p], n) for p in parts)
        value = run.attacked.exact[hidden]
        off.append(abs(np.clip(rest, 0, BASE - 1) - value))
        chance.append(value)
    share = Counter(chance).most_common(1)[0][1] / len(chance)
    right = (np.array(off) <= 0.5).mean()
    without = f"{share:.0%} by one guess for all {len(off)}"
    return f"{np.mean(off):.1f}, {right:.0%} ({without})"


def open_sums(run: Keyed) -> Iterator[tuple[Name, list[Name], Name]]:
    """List sums of which all is told but one part under the base."""
    exact = run.attacked.exact
    for parts, total, relation in true_sums(results_of(run.attacked.crowd)[0]):
        told = [part for part in parts if part in run.told]
        hidden = [part for part in parts if part not in run.told]
        if relation == "=" and total in run.told and len(hidden) == 1 and told:
            part = hidden[0]
            if part in run.attacked.ends and exact[part] < BASE:
                yield total, told, part


def linked(run: Keyed, n: int) -> tuple[str, str]:
    """Say how many counts n keys leave one value of, their groups known and linked."""
    one = run.attacked
    exact, told, rounding = results_of(one.crowd)
    intruder = Intruder(exact, told, rounding=rounding)
    for name in run.told:
        ends = [r.limits(one.exact[name]) for r in run.roundings[:n]]
        low, high = max(a for a, _ in ends), min(b for _, b in ends)
        place = intruder.place[name]
        intruder.limits[place] = low, high
        intruder.solver.changeColBounds(place, low, high)
    again = Attacked(one.crowd, intruder, intruder.attack(base=BASE, larger=2))
    say(f"linked {n} keys of {one.crowd}")
    large, small = (
        np.mean([again.left(name) == 1 for name in one.names(kind)])
        for kind in ("10 and more", "under 10")
    )
    return f"{large:.0%}", f"{small:.0%}"


def print_programmes(one: Attacked) -> None:
    """Print how long linear programmes for all counts take, and the rounding."""
    exact, told, rounding = results_of(one.crowd)
    start = time.process_time()
    intruder = Intruder(exact, told, rounding=rounding)
    n = len(intruder.attack(base=ANY))
    middle = time.process_time()
    rounding_of(exact, key=one.crowd.key, content=one.crowd.run.base.content)
    end = time.process_time()
    print(f"\n## Seconds of one processor, {one.crowd}, 3,000 learners")
    print(f"\nlinear programmes for each of {n:,} counts: {middle - start:.0f}")
    print(f"the whole rounding: {end - middle:.2f}")


def main() -> int:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keys", type=int, default=200)
    parser.add_argument("--pair-keys", type=int, default=60)
    parser.add_argument("--pay-keys", type=int, default=20)
    options = parser.parse_args()
    found = [attacked(crowd) for crowd in CROWDS]
    broken = print_left(found)
    print_changes(found)
    print_groups(found)
    runs = {label: keyed(found[i], options.keys) for label, i in KEYED.items()}
    print_keys(runs, options.keys)
    print_programmes(found[0])
    broken += print_pairs(options.pair_keys)
    print_pay(options.pay_keys)
    print("\n" + ("\n".join(broken) or "no limit is broken"))
    return int(bool(broken))


if __name__ == "__main__":
    sys.exit(main())
