"""What two runs tell of the learner by whom they differ: part of disclosure.py."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from learnstrata.privacy.disclosure.kinds import Amount, Kind, Typical
from learnstrata.privacy.disclosure.rounding import AMOUNTS
from learnstrata.summary.contract.model import Model
from learnstrata.summary.contract.results import Results
from learnstrata.summary.disclose import disclose
from learnstrata.summary.walk import kinds_of

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from tables import say, table

from neighbours import Done, guessed, pairs

BETTER_AT_MOST = 0.05  # as the tests ask
Pair = tuple[Done, Done, Mapping[str, Any]]


def print_pairs(n: int) -> list[str]:
    """Print what two runs tell of the learner; give the limit that is broken."""
    found = []
    for i in range(n):
        found.append(guessed(bytes([i + 1]) * 32))
        if not (i + 1) % 10:
            say(f"pairs under {i + 1} of {n} keys")
    both, alone, of = np.array(found, float).T
    right, plain, better = both / of, alone / of, (both - alone) / of
    print(f"\n## Pairs of runs: {of[0]:.0f} guesses a key, {n} keys")
    rows = [
        (name, f"{share.mean():.1%}", f"{share.std(ddof=1):.1%}", f"{share[0]:.1%}")
        for name, share in (("both runs", right), ("one run alone", plain))
    ]
    points = [better.mean(), better.std(ddof=1), better[0]]
    told = tuple(f"{100 * x:+.1f}" for x in points)
    head = "guessed right by | mean | standard deviation over keys | first key"
    table(head, [*rows, ("difference, points", *told)])
    broken = f"pairs: {better.mean():.1%} better than one run"
    return [broken] if better.mean() > BETTER_AT_MOST else []


class Pay(NamedTuple):
    """A quantile of pay: of whom, which, and how much."""

    shared: Mapping[str, Any]
    at: float
    amount: float | None

    @property
    def group(self) -> str:
        """Say by what its learners are a group."""
        return " x ".join(WORDS[name] for name in self.shared)

    def holds(self, learner: Mapping[str, Any]) -> bool:
        """Say whether a learner is of them."""
        return all(learner[name] == value for name, value in self.shared.items())


WORDS = {
    "segment_id": "segment",
    "role": "role",
    "tier": "tier",
    "experience_band": "band",
}


def groups_of(results: Results) -> Iterator[tuple[dict[str, Any], Model]]:
    """List the results that tell pay of a group, with what its learners share."""
    for segment in results.segments:
        number = segment.number("pay")
        if number:
            yield {"segment_id": segment.id}, number
    for role in results.description.pay_by_role:
        yield {"role": role.role}, role
    for tier in results.companies.tiers if results.companies else ():
        yield {"tier": tier.tier}, tier
    for cell in (*results.benchmarks.cells, *results.benchmarks.wider):
        shared = {
            "role": cell.role_family,
            "tier": cell.tier,
            "experience_band": cell.experience_band,
        }
        if any(shared.values()):
            yield {name: value for name, value in shared.items() if value}, cell


def pay_of(results: Results) -> dict[tuple[object, ...], Pay]:
    """Give the quantiles of pay of all groups, by what tells them apart."""
    return {
        (*shared.items(), type(row).__name__, name): Pay(shared, at, getattr(row, name))
        for shared, row in groups_of(results)
        for name, kind in kinds_of(type(row)).items()
        if (at := quantile_of(kind, row)) is not None and name != "base"
    }


def quantile_of(kind: Kind, row: Model) -> float | None:
    """Say which quantile of pay it is; None of all else."""
    if isinstance(kind, Amount | Typical) and is_pay(kind, row):
        return kind.at
    return None


class Guess(NamedTuple):
    """What a pay that moved says of the learner who left, and what is so.

    Attributes
    ----------
    pay : Pay
        Exact, of all.
    said, so : int
        1 is above the quantile, -1 below; `said` is 0 where it did not move, `so` where
        the group does not hold the learner.
    """

    pay: Pay
    said: int
    so: int


def placed(learner: Mapping[str, Any], *runs: Results) -> Iterator[Guess]:
    """Guess by each quantile whether the learner was above it.

    The runs are the exact one, and two as published: with the learner, and without.
    """
    truth, with_all, without = map(pay_of, runs)
    for place, (_, _, amount) in with_all.items():
        left, exact = without[place].amount if place in without else None, truth[place]
        if amount is not None and left is not None and exact.amount != learner["pay"]:
            so = 1 if learner["pay"] > exact.amount else -1
            holds = exact.holds(learner)
            yield Guess(exact, int(np.sign(amount - left)), so if holds else 0)


def print_pay(n: int) -> None:
    """Print whether pay that moves places the learner who left."""
    paid = [pair for pair in pairs() if pair[2]["pay"] and not pair[2]["pay_imputed"]]
    exact = [
        guess
        for whole, rest, learner in paid
        for guess in placed(learner, whole.results, whole.results, rest.results)
    ]
    told = [guess for i in range(n) for guess in told_apart(paid, bytes([i + 1]) * 32)]
    print(f"\n## Pay of pairs: {len(paid)} learners, {n} keys")
    rows = [
        (form, *row)
        for form, found in (("disclosed", told), ("exact", exact))
        for row in by_group(found)
    ]
    held = "values | no guess | right | wrong | right of guesses | the larger side"
    table(f"pay | group, quantile | {held} | moved | moved, learner not in it", rows)


def told_apart(paid: Sequence[Pair], key: bytes) -> list[Guess]:
    """Guess of the learner of each pair by what is disclosed under a key."""
    runs = {run for whole, rest, _ in paid for run in (whole, rest)}
    shown = {r: disclose(r.results, key=key, content=r.content) for r in runs}
    say(f"pay of pairs under key {key[0]}")
    return [
        guess
        for whole, rest, learner in paid
        for guess in placed(learner, whole.results, shown[whole], shown[rest])
    ]


def by_group(found: Sequence[Guess]) -> Iterator[tuple[str, ...]]:
    """Score the guesses of medians and others by group, and of all."""
    words = dict.fromkeys(one.pay.group for one in found)
    for middle, quantile in ((True, "median"), (False, "others")):
        of_these = [one for one in found if (one.pay.at == 0.5) == middle]
        for word in words:
            guesses = [one for one in of_these if one.pay.group == word]
            if guesses:
                yield f"{word}, {quantile}", *scored(guesses)
        yield f"all, {quantile}", *scored(of_these)


def scored(found: Sequence[Guess]) -> tuple[str, ...]:
    """Say how many guesses were right, and how many the larger side would have been."""
    held = [one for one in found if one.so]
    made = [one for one in held if one.said]
    right = sum(one.said == one.so for one in made)
    larger = sum(map(by_size, made))
    counts = (len(held), len(held) - len(made), right, len(made) - right)
    others = sum(bool(one.said) for one in found if not one.so)
    shares = (
        *((right, len(made)), (larger, len(made)), (len(made), len(held))),
        (others, len(found) - len(held)),
    )
    return (
        *(f"{n:,}" for n in counts),
        *(f"{part / of:.0%}" if of else "" for part, of in shares),
    )


def by_size(one: Guess) -> float:
    """Say whether the side of a quantile that holds more is right; a half of halves."""
    at = one.pay.at
    return 0.5 if at == 0.5 else float(np.sign(0.5 - at) == one.so)


def is_pay(kind: Kind, row: Model) -> bool:
    """Say whether a number is a pay."""
    if isinstance(kind, Typical):
        return getattr(row, kind.feature, kind.feature) in AMOUNTS
    return isinstance(kind, Amount)
