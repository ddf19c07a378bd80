"""What career services can do: pay that fell behind, transitions, benchmarks."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import NamedTuple

from learnstrata.decisions.trials import hold_out, horizon_of, measure_of, trial_of
from learnstrata.privacy.disclosure.rounding import share_of
from learnstrata.segments.pay.cohorts import CohortKey
from learnstrata.summary.cohorts import (
    cohort_of,
    cohort_sentence,
    defined,
    named_parts,
    whole,
)
from learnstrata.summary.contract.decisions import (
    Action,
    ActionId,
    Target,
    Team,
    Trial,
)
from learnstrata.summary.contract.pay import Cohort, CohortPart, PayCell
from learnstrata.summary.contract.results import Results
from learnstrata.summary.findings import findings_of
from learnstrata.wording.numbers import Numbers

__all__ = ["LEAST_CELL", "for_cohorts", "pay_benchmarks"]

LEAST_CELL = 50  # learners of a role in a cohort, or of a cell, to be a target
THIN = f"no such group has {LEAST_CELL} whose pay is known"
MOST_BENCHMARKS, MOST_COHORTS = 6, 5


class _Cohort(NamedTuple):
    """What is done for a cohort, in words, and who has a part in it."""

    id: ActionId
    key: CohortKey
    teams: tuple[Team, ...]
    title: str
    offer: str
    also: str
    list: str


COHORTS = (
    _Cohort(
        id="lagging_pay",
        key="stalled",
        teams=("career services", "mentoring"),
        title="Help first those who are paid like someone with half their experience",
        offer="offer a pay talk{benchmark} to",
        also="",
        list="stalled_pay.csv",
    ),
    _Cohort(
        id="transitions",
        key="high_upside",
        teams=("career services", "product"),
        title="Prepare those with high upside for better-paying employers",
        offer="offer interview practice to",
        also="Interviews at such employers.",
        list="high_upside.csv",
    ),
)


def for_cohorts(results: Results, told: Mapping[ActionId, Trial]) -> Iterator[Action]:
    """Give what to do for those whose pay fell behind, and for those with high upside.

    Parameters
    ----------
    results : Results
    told : mapping of str to Trial
        By action, of the disclosed form: the exact one has the same trials.
    """
    benchmark = " with the benchmark of their role" if _thick(results) else ""
    for one in COHORTS:
        found = cohort_of(results, one.key)
        trial = trial_of(
            results, lot=found.learners if found else None, told=told.get(one.id)
        )
        targets = _of_roles(found, results, trial)
        yield Action(
            id=one.id,
            team="career services",
            teams=one.teams,
            title=one.title,
            why=_why(results, one.key),
            targets=targets,
            first_step=_first(found, targets, one.offer.format(benchmark=benchmark)),
            measure=measure_of(trial, results, also=one.also),
            horizon=horizon_of(trial, results),
            list=one.list if targets else "",
        )


def _of_roles(
    found: Cohort | None, results: Results, trial: Trial | None
) -> tuple[Target, ...]:
    """Give all of a cohort, then the roles with most of it."""
    if found is None or found.reason:
        return ()
    roles = named_parts(found.by_role, results) if results.has("title") else []
    roles.sort(key=lambda one: (-(one.learners or 0), one.value))
    parts = [whole(found), *roles[:MOST_COHORTS]]
    write = results.settings.numbers
    return tuple(
        Target(
            name=one.value,
            size=one.learners,
            share=share_of(
                one.learners, results.segmented, error=results.rounding_error
            ),
            why=_of_assessed(one, write),
            trial=trial,
        )
        for one in parts
        if (one.learners or 0) >= LEAST_CELL
    )


def _of_assessed(one: CohortPart, write: Numbers) -> str:
    told = f"{write.count(one.learners)} of {write.count(one.assessed)} assessed"
    if one.share is None:
        return told
    if one.low is None or one.high is None:
        return f"{told} ({write.share(one.share)})"
    ends = f"{write.share(one.low)} to {write.share(one.high)}"
    return f"{told} ({write.share(one.share)}; 95 % interval {ends})"


def _why(results: Results, key: CohortKey) -> str:
    found = cohort_of(results, key)
    if key == "stalled" and not results.has("pay", "years_of_experience"):
        answers = {one.id: one.told for one in findings_of(results)}
        return answers["pay_without_experience"]
    if found is None:
        return "The data cannot answer this: it needs pay, companies and experience."
    why = cohort_sentence(found, results.settings.numbers)
    if found.reason:
        return why
    return f"{why} {defined(found)}"


def _first(found: Cohort | None, targets: tuple[Target, ...], offer: str) -> str:
    if found is None or found.reason:
        return "Nothing yet: the table does not tell who they are."
    if not targets:
        return f"Nothing yet: there are under {LEAST_CELL} of them."
    if held := hold_out(targets[0].trial):
        return f"{held}, then {offer} the first others on the list."
    return f"{offer[:1].upper()}{offer[1:]} the first learners on the list."


def pay_benchmarks(results: Results) -> Action:
    """Put benchmarks into the hands of counsellors.

    Parameters
    ----------
    results : Results
    """
    thick = _thick(results)
    return Action(
        id="pay_benchmarks",
        team="career services",
        teams=("career services", "product"),
        title="Give counsellors pay benchmarks by role and company tier",
        why=_thick_in_words(len(thick), results),
        targets=tuple(_gaps(thick, results)),
        first_step=(
            "Print the benchmarks of the largest role and use them in the next pay "
            "talk."
            if thick
            else f"Nothing yet: {_lacking(results) or THIN}."
        ),
        measure=(
            "Share of pay talks that used the benchmark: counsellors note it. It is "
            "for talks and not for chosen learners, so nobody is held out."
        ),
        horizon="One quarter of pay talks.",
        list="",
    )


def _thick(results: Results) -> list[PayCell]:
    """Give the cells of a benchmark that are thick enough to be talked of."""
    cells = _named(results.benchmarks.cells, results)
    return [one for one in cells if one.shown and (one.learners or 0) >= LEAST_CELL]


def _lacking(results: Results) -> str:
    """Say what the table lacks for benchmarks; nothing where it has all."""
    reason = results.benchmarks.reason
    if reason or results.has("years_of_experience"):
        return reason
    return "the table has no experience"


def _thick_in_words(n: int, results: Results) -> str:
    if reason := _lacking(results):
        return f"There is no benchmark: {reason}."
    groups = "group" if n == 1 else "groups"
    have = "has" if n == 1 else "have"
    return (
        f"{n or 'No'} {groups} of the same role, company tier and experience {have} "
        f"{LEAST_CELL} or more learners with a known pay."
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
            size=(size := _of_role(results, one)),
            share=share_of(size, results.segmented, error=results.rounding_error),
            why=gap,
        )
        for one in roles
        if (gap := gaps.get(one.role_family))
    ][:MOST_BENCHMARKS]


def _of_role(results: Results, cell: PayCell) -> int | None:
    """Count all learners of a role: a benchmark is for those of unknown pay as well."""
    for segment in results.segments:
        for one in segment.category("role"):
            if one.value == cell.role_family:
                return one.base_count
    return cell.learners


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
