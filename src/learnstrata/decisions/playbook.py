"""Segments and cohorts become actions, each with whom it is for and why."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from learnstrata.segments.evidence import Finding, listed
from learnstrata.segments.grounds import Grounds
from learnstrata.segments.profiles import Profile

__all__ = ["Action", "Target", "recommend"]

MIN_POOL = 50
NO_ROLE = ("Not stated", "Unmapped", "Other")


@dataclass(frozen=True, slots=True)
class Target:
    """A segment or cohort an action is for: name, size, share of all, and why it."""

    name: str
    size: int
    share: float
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
        Of `learnstrata.segments.findings.answer_questions`.
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
        Target(p.name, p.count, p.share, f"{_pathway(p)}: {_evidence(p, grounds)}")
        for p in grounds.profiles
    )
    paths = {_pathway(p) for p in grounds.profiles}
    return Action(
        "pathways",
        "Launch a learning pathway for each segment",
        ("product", "career services"),
        targets,
        f"The {len(targets)} segments call for {len(paths)} kinds of pathway.",
        "Completion of the pathway and change of role or pay within two quarters, "
        "against a hold-out inside each segment.",
    )


def _pathway(profile: Profile) -> str:
    years = profile.typical.get("years_of_experience")
    if years is None:
        return "General pathway"
    if years.percentile <= 0.3:
        return "Early-career acceleration"
    if years.percentile <= 0.7:
        return "Mid-career transition (role switch, promotion readiness)"
    return "Senior specialisation (architecture, leadership, scale)"


def _evidence(profile: Profile, grounds: Grounds) -> str:
    years, pay = profile.typical.get("years_of_experience"), profile.typical.get("pay")
    told = []
    if years:
        told.append(f"median experience {years.p50:.0f} years (all: {years.base:.0f})")
    if pay:
        told.append(
            f"median pay {grounds.money(pay.p50)} (all: {grounds.money(pay.base)})"
        )
    return listed(told) if told else f"{profile.share:.0%} of all"


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
        learners.group_by("role").len().sort(["len", "role"], descending=[True, False])
    )
    senior = dict(
        learners.filter(learners["years_of_experience"] >= 8)
        .group_by("role")
        .len()
        .iter_rows()
        if grounds.has("years_of_experience")
        else []
    )
    pools = [
        (r, n) for r, n in counts.iter_rows() if n >= MIN_POOL and r not in NO_ROLE
    ]
    targets = tuple(
        Target(
            role,
            n,
            n / len(learners),
            f"{senior.get(role, 0):,} of them have 8 or more years and could mentor",
        )
        for role, n in pools[:8]
    )
    covered = sum(target.share for target in targets)
    why = (
        f"The {len(targets)} largest roles hold {covered:.0%} of all learners."
        if targets
        else f"No role is held by {MIN_POOL} learners or more."
    )
    return Action("mentor_pools", title, ("mentoring",), targets, why, measure)


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
        grounds.paid.filter(~pl.col("role").is_in(NO_ROLE))
        .group_by("role", "tier")
        .agg(pl.len().alias("n"), pl.col("pay").median().alias("median"))
        .filter(pl.col("n") >= MIN_POOL)
        .sort(["role", "tier"])
    )
    spread = (
        cells.group_by("role")
        .agg(
            pl.len().alias("tiers"),
            pl.col("n").sum(),
            pl.col("median").min().alias("low"),
            pl.col("median").max().alias("high"),
        )
        .filter(pl.col("tiers") > 1)
        .with_columns(gap=pl.col("high") / pl.col("low"))
        .sort(["n", "role"], descending=[True, False])
        .head(6)
    )
    targets = tuple(
        Target(
            row["role"],
            row["n"],
            row["n"] / len(grounds.learners),
            f"median pay runs from {grounds.money(row['low'])} to "
            f"{grounds.money(row['high'])} between tiers, {row['gap']:.1f} times",
        )
        for row in spread.iter_rows(named=True)
    )
    why = (
        f"{len(cells):,} cells of role and tier hold {MIN_POOL} paid learners or more."
    )
    return Action("pay_benchmarks", title, teams, targets, why, measure)


def _lagging_pay(grounds: Grounds, finding: Finding) -> Action:
    title = "Put cohorts first whose pay lags their experience"
    measure = "Pay growth over the next year against the same cohort's hold-out."
    teams = ("career services", "mentoring")
    if not finding.available:
        return Action("lagging_pay", title, teams, (), finding.answer, measure)
    rows = finding.tables[0].frame()
    most = rows.sort(rows.columns[3], descending=True).head(5)
    targets = tuple(
        Target(
            f"{role}, experienced, lowest quarter of pay",
            lagging,
            lagging / len(grounds.learners),
            f"{lagging:,} of {experienced:,} experienced ({share:.0%})",
        )
        for role, _, experienced, lagging, share, _ in most.iter_rows()
        if lagging >= MIN_POOL
    )
    lagging, experienced = finding.numbers["lagging"], finding.numbers["experienced"]
    why = (
        f"{lagging:,} of {experienced:,} experienced learners are paid no more than "
        "the lowest quarter of their own role."
    )
    return Action("lagging_pay", title, teams, targets, why, measure)


def _quarterly_refit(grounds: Grounds, lowest_jaccard: float | None) -> Action:
    least = min(grounds.profiles, key=lambda p: p.share)
    stable = (
        f"the least stable segment was found again with a Jaccard of "
        f"{lowest_jaccard:.2f} in bootstrap samples"
        if lowest_jaccard is not None
        else "stability was not measured in this run"
    )
    return Action(
        "quarterly_refit",
        "Refit and monitor every quarter",
        ("product", "mentoring", "career services"),
        (
            Target(
                least.name, least.count, least.share, "smallest segment: watch it first"
            ),
        ),
        f"The cut holds for this table: {stable}. Titles, pay and the mix of learners "
        "move.",
        "Share of learners who change segment between quarters, and drift of each "
        "feature.",
    )
