"""Segments and cohorts become actions, each with whom it is for and why."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from learnstrata.segments.meaning.profiles import Profile, main_band, told_size
from learnstrata.segments.questions.finding import Finding
from learnstrata.segments.questions.grounds import Grounds
from learnstrata.wording.words import counted, listed

__all__ = ["Action", "Target", "recommend"]

MIN_POOL = 50
MOST_POOLS, MOST_BENCHMARKS, MOST_COHORTS = 8, 6, 5
MIN_YEARS = 8  # of experience, for a mentor
PATHWAYS = {
    "Early": "Early-career acceleration",
    "Mid": "Mid-career transition (role switch, promotion readiness)",
    "Senior": "Senior specialisation (architecture, leadership, scale)",
}
MOST_BELOW = (0.3, 0.7)  # shares of all below the median of a segment
STABLE = 0.75  # bootstrap Jaccard; above it a segment is stable (Hennig 2007)


@dataclass(frozen=True, slots=True)
class Target:
    """A segment or cohort an action is for: name, size, share of all, and why it.

    Size and share are None where they may not be told.
    """

    name: str
    size: int | None
    share: float | None
    why: str


@dataclass(frozen=True, slots=True)
class Action:
    """One recommended action.

    Attributes
    ----------
    id, title : str
    teams : tuple of str
        Of product, mentoring, career services.
    targets : tuple of Target
        Empty where the data names nobody; then `why` says so.
    why : str
        The numbers that led to it, in a sentence.
    measure : str
        The outcome by which its effect is to be judged.
    """

    id: str
    title: str
    teams: tuple[str, ...]
    targets: tuple[Target, ...]
    why: str
    measure: str


def recommend(
    grounds: Grounds, findings: Sequence[Finding], *, lowest_jaccard: float | None
) -> tuple[Action, ...]:
    """Give the five actions, each with its segments or cohorts and their sizes.

    Parameters
    ----------
    grounds : Grounds
    findings : sequence of Finding
        Of `learnstrata.segments.questions.answers.answer_questions`.
    lowest_jaccard : float or None
        Stability of the least stable segment of the chosen k.

    Returns
    -------
    tuple of Action
        ``pathways``, ``mentor_pools``, ``pay_benchmarks``, ``lagging_pay``,
        ``quarterly_refit``.
    """
    by_id = {finding.id: finding for finding in findings}
    return (
        _pathways(grounds),
        _mentor_pools(grounds),
        _pay_benchmarks(grounds),
        _lagging_pay(grounds, by_id["pay_without_experience"]),
        _quarterly_refit(grounds, lowest_jaccard),
    )


def _pathways(grounds: Grounds) -> Action:
    targets = tuple(
        Target(
            p.name,
            *told_size(p),
            f"{_pathway(p, grounds.least)}: {_evidence(p, grounds)}",
        )
        for p in grounds.profiles
    )
    paths = len({_pathway(p, grounds.least) for p in grounds.profiles})
    call = "segment calls" if len(targets) == 1 else f"{len(targets)} segments call"
    kinds = "one kind" if paths == 1 else f"{paths} kinds"
    return Action(
        "pathways",
        "Launch a learning pathway for each segment",
        ("product", "career services"),
        targets,
        f"The {call} for {kinds} of pathway.",
        "Completion of the pathway and change of role or pay within two quarters, "
        "against a hold-out inside each segment.",
    )


def _pathway(profile: Profile, least: int) -> str:
    """Give the pathway of the band of most learners, which the name says too.

    Bands of other names say no stage by themselves: then the place among all counts.
    """
    years = profile.typical.get("years_of_experience")
    if years is None:
        return "General pathway"
    by_place = tuple(PATHWAYS.values())[bisect_left(MOST_BELOW, years.percentile)]
    return PATHWAYS.get(main_band(profile.shares, least), by_place)


def _evidence(profile: Profile, grounds: Grounds) -> str:
    years, pay = profile.typical.get("years_of_experience"), profile.typical.get("pay")
    told = []
    if years:
        own = counted(round(years.p50), "year")
        told.append(f"median experience {own} (all: {years.base:.0f})")
    if pay:
        told.append(
            f"median pay {grounds.money(pay.p50)} (all: {grounds.money(pay.base)})"
        )
    return listed(told) if told or not profile.shown else grounds.count(profile.count)


def _mentor_pools(grounds: Grounds) -> Action:
    title = "Build mentor pools by role"
    measure = (
        "Share of mentees matched within a week, and their progress to the target role."
    )
    if not grounds.has("title"):
        why = "The table has no titles, so no role can be given a pool."
        return Action("mentor_pools", title, ("mentoring",), (), why, measure)
    learners = grounds.learners
    counts = (
        learners.filter(~pl.col("role").is_in(grounds.no_role))
        .group_by("role")
        .len()
        .filter(pl.col("len") >= MIN_POOL)
        .sort(["len", "role"], descending=[True, False])
    )
    senior = _seniors(grounds)
    targets = tuple(
        Target(role, n, n / len(learners), _supply(senior, role, grounds.least))
        for role, n in counts.head(MOST_POOLS).iter_rows()
    )
    covered = sum(n for _, n in counts.head(MOST_POOLS).iter_rows()) / len(learners)
    many = f"{len(targets)} largest roles hold" if len(targets) > 1 else "role holds"
    why = (
        f"The {many} {covered:.0%} of all {grounds.unit}s."
        if targets
        else f"No role is held by {grounds.count(MIN_POOL)} or more."
    )
    return Action("mentor_pools", title, ("mentoring",), targets, why, measure)


def _seniors(grounds: Grounds) -> dict[str, int] | None:
    """Count those who could mentor, by role; None where experience is not known."""
    if not grounds.has("years_of_experience"):
        return None
    senior = grounds.seasoned.filter(pl.col("years_of_experience") >= MIN_YEARS)
    return dict(senior.group_by("role").len().iter_rows())


def _supply(senior: dict[str, int] | None, role: str, least: int) -> str:
    if senior is None:
        return "the table has no experience, so who could mentor is not known"
    n = senior.get(role, 0)
    told = f"fewer than {least}" if 0 < n < least else f"{n:,}"
    return f"{told} of them have {MIN_YEARS} or more years and could mentor"


def _pay_benchmarks(grounds: Grounds) -> Action:
    title = "Give counsellors pay benchmarks by role and company tier"
    measure = (
        "Share of counselling talks that use the benchmark; accepted offers against it."
    )
    teams = ("career services", "product")
    if not grounds.has("pay", "title", "company"):
        why = "The table lacks pay, titles or companies, so there is no benchmark."
        return Action("pay_benchmarks", title, teams, (), why, measure)
    cells = (
        grounds.paid.filter(~pl.col("role").is_in(grounds.no_role))
        .group_by("role", "tier")
        .agg(pl.len().alias("n"), pl.col("pay").median().alias("median"))
        .filter(pl.col("n") >= MIN_POOL)
        .sort(["role", "tier"])
    )
    targets = tuple(
        Target(row["role"], row["n"], row["n"] / len(grounds.learners), told)
        for row, told in _gaps(cells, grounds)
    )
    least = grounds.count(MIN_POOL, "paid")
    n = len(cells)
    hold = "cell of role and tier holds" if n < 2 else "cells of role and tier hold"
    why = f"{f'{n:,}' if n else 'No'} {hold} {least} or more."
    return Action("pay_benchmarks", title, teams, targets, why, measure)


def _gaps(cells: pl.DataFrame, grounds: Grounds) -> list[tuple[dict[str, Any], str]]:
    """Give the most frequent roles of several tiers, and how pay differs by tier."""
    spread = (
        cells.group_by("role")
        .agg(
            pl.len().alias("tiers"),
            pl.col("n").sum(),
            pl.col("median").min().alias("low"),
            pl.col("median").max().alias("high"),
        )
        .filter(pl.col("tiers") > 1)
        .sort(["n", "role"], descending=[True, False])
        .head(MOST_BENCHMARKS)
    )
    rounded = grounds.rounded
    return [
        (row, _gap_in_words(rounded(row["low"]), rounded(row["high"]), grounds))
        for row in spread.iter_rows(named=True)
    ]


def _gap_in_words(low: float, high: float, grounds: Grounds) -> str:
    return (
        f"median pay runs from {grounds.money(low)} to {grounds.money(high)} between "
        f"tiers, {high / low:.1f} times"
    )


def _lagging_pay(grounds: Grounds, finding: Finding) -> Action:
    title = "Put cohorts first whose pay lags their experience"
    measure = "Pay growth over the next year against the same cohort's hold-out."
    teams = ("career services", "mentoring")
    if not finding.available:
        return Action("lagging_pay", title, teams, (), finding.answer, measure)
    told = [row for row in finding.tables[0].rows if None not in row[2:5]]
    by_size = sorted(told, key=lambda row: (-row[3], row[0]))
    cohorts = [
        row for row in by_size if row[3] >= MIN_POOL and row[0] not in grounds.no_role
    ]
    by_role = grounds.has("title")
    targets = tuple(
        Target(
            f"{role if by_role else 'All'}, experienced, lowest quarter of pay",
            lagging,
            lagging / len(grounds.learners),
            f"{lagging:,} of {experienced:,} experienced ({share:.0%})",
        )
        for role, _, experienced, lagging, share, _ in cohorts[:MOST_COHORTS]
    )
    lagging, experienced = finding.numbers["lagging"], finding.numbers["experienced"]
    whose = "their own role" if by_role else "all"
    why = (
        f"{grounds.told(lagging)} of {grounds.told(experienced)} experienced "
        f"{grounds.unit}s are paid no more than the lowest quarter of "
        f"{whose}."
    )
    if not targets:
        why += f" No role has {MIN_POOL} or more of them."
    return Action("lagging_pay", title, teams, targets, why, measure)


def _quarterly_refit(grounds: Grounds, lowest_jaccard: float | None) -> Action:
    least = min(grounds.profiles, key=lambda p: p.share)
    return Action(
        "quarterly_refit",
        "Refit and monitor every quarter",
        ("product", "mentoring", "career services"),
        (Target(least.name, *told_size(least), "smallest segment: watch it first"),),
        f"{_stability(lowest_jaccard)} Titles, pay and the mix of "
        f"{grounds.unit}s move.",
        "Share of learners who change segment between quarters, and drift of each "
        "feature.",
    )


def _stability(lowest_jaccard: float | None) -> str:
    """Claim no more than was measured, in the words of Hennig's cut-offs."""
    if lowest_jaccard is None:
        return (
            "Stability was not measured in this run, so the next refit has to show it."
        )
    told = (
        "The cut holds for this table"
        if lowest_jaccard > STABLE  # as the report judges it
        else "Not every segment is sure to be found again"
    )
    return (
        f"{told}: on random samples that were cut anew, the least stable segment "
        f"overlaps with itself by {lowest_jaccard:.0%}."
    )
