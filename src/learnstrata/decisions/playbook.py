"""Segments and cohorts become actions, each with whom it is for and why.

Actions are made from the numbers of results alone, exact or disclosed.
"""

from bisect import bisect_left
from collections.abc import Iterable
from itertools import groupby

from learnstrata.privacy.disclosure.rounding import share_of
from learnstrata.summary.cohorts import (
    cohort_of,
    cohort_sentence,
    defined,
    named_parts,
    whole,
)
from learnstrata.summary.contract.meaning import Segment
from learnstrata.summary.contract.pay import Cohort, CohortPart, PayCell
from learnstrata.summary.contract.questions import MentorRole
from learnstrata.summary.contract.results import Action, Results, Target
from learnstrata.summary.findings import ONE_SEGMENT, findings_of
from learnstrata.wording import readings
from learnstrata.wording.numbers import Numbers
from learnstrata.wording.words import listed

__all__ = ["recommend"]

MIN_POOL = 50
MOST_POOLS, MOST_BENCHMARKS, MOST_COHORTS = 8, 6, 5
PATHWAYS = {
    "Early": "Early-career acceleration",
    "Mid": "Mid-career transition (role switch, promotion readiness)",
    "Senior": "Senior specialisation (architecture, leadership, scale)",
}
MOST_BELOW = (0.3, 0.7)  # shares of all below the median of a segment


def recommend(results: Results) -> tuple[Action, ...]:
    """Give the five actions, each with its segments or cohorts and their sizes.

    Parameters
    ----------
    results : Results
        Exact, or disclosed: an action holds no other numbers than these.

    Returns
    -------
    tuple of Action
        ``pathways``, ``mentor_pools``, ``pay_benchmarks``, ``lagging_pay``,
        ``quarterly_refit``.
    """
    return (
        _pathways(results),
        _mentor_pools(results),
        _pay_benchmarks(results),
        _lagging_pay(results),
        _quarterly_refit(results),
    )


def _pathways(results: Results) -> Action:
    paths = {one.id: _pathway(one) for one in results.segments}
    targets = tuple(
        Target(
            name=one.name,
            size=one.size,
            share=one.share,
            why=f"{paths[one.id]}: {_evidence(one, results)}",
        )
        for one in results.segments
    )
    n = len(set(paths.values()))
    return Action(
        id="pathways",
        title="Launch a learning pathway for each segment",
        teams=("product", "career services"),
        targets=targets,
        why=_kinds_in_words(len(targets), n),
        measure=(
            "Completion of the pathway and change of role or pay within two quarters, "
            "against a hold-out inside each segment."
        ),
    )


def _kinds_in_words(segments: int, kinds: int) -> str:
    if not segments:
        return "No segment has learners enough to be told of."
    call = "segment calls" if segments == 1 else f"{segments} segments call"
    return (
        f"The {call} for {'one kind' if kinds == 1 else f'{kinds} kinds'} of pathway."
    )


def _pathway(segment: Segment) -> str:
    """Give the pathway of the band of most learners, which the name says too.

    Bands of other names say no stage by themselves: then the place among all counts.
    """
    bands = segment.category("experience_band")
    band = max(bands, key=lambda one: one.count or 0, default=None)
    if band and band.count and band.value in PATHWAYS:
        return PATHWAYS[band.value]
    years = segment.number("years_of_experience")
    if years is None or years.percentile is None:
        return "General pathway"
    return tuple(PATHWAYS.values())[bisect_left(MOST_BELOW, years.percentile)]


def _evidence(segment: Segment, results: Results) -> str:
    write, whole = results.settings.numbers, results.is_one_segment
    years, pay = segment.number("years_of_experience"), segment.number("pay")
    told = []
    if years and years.p50 is not None:
        noun = "year" if years.p50 == 1 else "years"
        told.append(
            f"median experience {write.years(years.p50)} {noun}"
            f"{'' if whole else f' (all: {write.years(years.base)})'}"
        )
    if pay and pay.p50 is not None:
        told.append(
            f"median pay {write.pay_text(pay.p50)}"
            f"{'' if whole else f' (all: {write.pay_text(pay.base)})'}"
        )
    return listed(told) or f"{write.count(segment.size)} {results.settings.units}"


def _mentor_pools(results: Results) -> Action:
    roles = [
        one
        for one in results.questions.mentor_roles
        if one.learners is not None and one.learners >= MIN_POOL
    ][:MOST_POOLS]
    return Action(
        id="mentor_pools",
        title="Build mentor pools by role",
        teams=("mentoring",),
        targets=tuple(
            Target(
                name=one.role,
                size=one.learners,
                share=one.share,
                why=_supply(one, results),
            )
            for one in roles
        ),
        why=_pools_in_words(roles, results),
        measure=(
            "Share of mentees matched within a week, and their progress to the target "
            "role."
        ),
    )


def _pools_in_words(roles: list[MentorRole], results: Results) -> str:
    settings = results.settings
    if not results.has("title"):
        return "The table has no titles, so no role can be given a pool."
    if not roles:
        return f"No role is held by {MIN_POOL} {settings.units} or more."
    n = sum(one.learners or 0 for one in roles)
    many = "role holds" if len(roles) == 1 else f"{len(roles)} largest roles hold"
    share = share_of(n, results.segmented)
    if share is None:
        return f"The {many} {settings.numbers.count(n)} {settings.units}."
    return f"The {many} {settings.numbers.share(share)} of all {settings.units}."


def _supply(role: MentorRole, results: Results) -> str:
    if not results.has("years_of_experience"):
        return "the table has no experience, so who could mentor is not known"
    told = results.settings.numbers.count(role.seniors)
    years = f"{results.questions.mentor_years:g}"
    return f"{told} of them have {years} or more years and could mentor"


def _pay_benchmarks(results: Results) -> Action:
    cells = _named(results.benchmarks.cells, results)
    thick = [one for one in cells if one.shown and (one.learners or 0) >= MIN_POOL]
    n = len(thick)
    hold = (
        "combination of role, tier and experience holds"
        if n == 1
        else "combinations of role, tier and experience hold"
    )
    why = f"{n or 'No'} {hold} {MIN_POOL} paid learners or more."
    if results.benchmarks.reason:
        why = f"There is no benchmark: {results.benchmarks.reason}."
    return Action(
        id="pay_benchmarks",
        title="Give counsellors pay benchmarks by role and company tier",
        teams=("career services", "product"),
        targets=tuple(_gaps(thick, results)),
        why=why,
        measure=(
            "Share of counselling talks that use the benchmark; accepted offers "
            "against it."
        ),
    )


def _named(cells: Iterable[PayCell], results: Results) -> list[PayCell]:
    return [one for one in cells if one.role_family not in results.settings.no_role]


def _gaps(cells: list[PayCell], results: Results) -> list[Target]:
    """Give the most frequent roles, and how pay differs by tier at one experience."""
    roles = [
        one
        for one in _named(results.benchmarks.wider, results)
        if one.level == "role" and one.learners is not None
    ]
    roles.sort(key=lambda one: (-(one.learners or 0), one.role_family or ""))
    gaps = {
        role: _gap_in_words(list(own), results)
        for role, own in groupby(
            sorted(cells, key=lambda one: one.role_family or ""),
            key=lambda one: one.role_family,
        )
    }
    return [
        Target(
            name=one.role_family or "",
            size=one.learners,
            share=share_of(one.learners or 0, results.segmented),
            why=gap,
        )
        for one in roles
        if (gap := gaps.get(one.role_family))
    ][:MOST_BENCHMARKS]


def _gap_in_words(own: list[PayCell], results: Results) -> str:
    """Compare tiers at the experience that most learners of several tiers have."""
    write = results.settings.numbers
    bands = {one.experience_band for one in own}
    of = {band: [one for one in own if one.experience_band == band] for band in bands}
    several = {band: cells for band, cells in of.items() if len(cells) > 1}
    if not several:
        return ""
    band, cells = max(
        several.items(),
        key=lambda item: (sum(one.learners or 0 for one in item[1]), item[0] or ""),
    )
    pays = [one.p50 for one in cells if one.p50]
    low, high = min(pays), max(pays)
    return (
        f"median pay ({band}) runs from {write.pay_text(low)} to "
        f"{write.pay_text(high)} between tiers, {high / low:.1f} times"
    )


def _lagging_pay(results: Results) -> Action:
    found, settings = cohort_of(results, "stalled"), results.settings
    parts = _stalled_parts(found, results) if found else []
    parts = [one for one in parts if (one.learners or 0) >= MIN_POOL]
    parts.sort(key=lambda one: (-(one.learners or 0), one.value))
    write = settings.numbers
    return Action(
        id="lagging_pay",
        title="Put cohorts first whose pay has not grown with experience",
        teams=("career services", "mentoring"),
        targets=tuple(
            Target(
                name=f"{one.value}: {found.title.lower()}" if found else one.value,
                size=one.learners,
                share=share_of(one.learners or 0, results.segmented),
                why=_of_assessed(one, write),
            )
            for one in parts[:MOST_COHORTS]
        ),
        why=_lagging_in_words(results, some=bool(parts)),
        measure="Pay growth over the next year against the same cohort's hold-out.",
    )


def _stalled_parts(found: Cohort, results: Results) -> list[CohortPart]:
    """Give the roles of a cohort; of a table without titles all of it."""
    if results.has("title"):
        return named_parts(found.by_role, results)
    return [whole(found)]


def _of_assessed(one: CohortPart, write: Numbers) -> str:
    told = f"{write.count(one.learners)} of {write.count(one.assessed)} assessed"
    if one.share is None:
        return told
    if one.low is None or one.high is None:
        return f"{told} ({write.share(one.share)})"
    ends = f"{write.share(one.low)} to {write.share(one.high)}"
    return f"{told} ({write.share(one.share)}; 95 % interval {ends})"


def _lagging_in_words(results: Results, *, some: bool) -> str:
    found = cohort_of(results, "stalled")
    if found is None or not results.has("pay", "years_of_experience"):
        answers = {one.id: one.answer for one in findings_of(results)}
        return answers["pay_without_experience"]
    why = cohort_sentence(found, results.settings.numbers)
    if found.reason:
        return why
    why = f"{why} {defined(found)}"
    if some or not results.has("title"):
        return why
    return f"{why} No role has {MIN_POOL} or more of them."


def _quarterly_refit(results: Results) -> Action:
    least = min(results.segments, key=lambda one: one.size or 0, default=None)
    shown = "segment" if results.small_segments == 0 else "segment shown"
    targets = [
        Target(
            name=one.name,
            size=one.size,
            share=one.share,
            why=f"smallest {shown}: watch it first",
        )
        for one in ([least] if least and not results.is_one_segment else [])
    ]
    return Action(
        id="quarterly_refit",
        title="Refit and monitor every quarter",
        teams=("product", "mentoring", "career services"),
        targets=tuple(targets),
        why=(
            f"{_stability(results)} Titles, pay and the mix of "
            f"{results.settings.units} move."
        ),
        measure=(
            "Share of learners who change segment between quarters, and drift of each "
            "feature."
        ),
    )


def _stability(results: Results) -> str:
    """Claim no more than was measured."""
    if results.is_one_segment:
        return f"{ONE_SEGMENT}: the next refit may find more."
    chosen = results.selection.chosen
    jaccard = chosen.lowest_jaccard if chosen else None
    if jaccard is None:
        return (
            "Stability was not measured in this run, so the next refit has to show it."
        )
    told = (
        "The cut holds for this table"
        if readings.stability(jaccard) in {"stable", "highly stable"}
        else "Not every segment is sure to be found again"
    )
    return (
        f"{told}: in halves of the {results.settings.units} that were cut anew, the "
        "least stable segment overlaps with itself by "
        f"{results.settings.numbers.share(jaccard)}."
    )
