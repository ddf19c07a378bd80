"""Pay, cohorts and companies: the tables of a summary and their section."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from learnstrata.report.figures.bins import capital
from learnstrata.segments.pay.cohorts import CohortKey
from learnstrata.segments.pay.companies import COMPARED, LEAST_SPREAD, MOST_OF_ONE, TOP
from learnstrata.summary.cohorts import cohort_of, named_parts, whole
from learnstrata.summary.contract.pay import (
    Cohort,
    CohortPart,
    CompanyRole,
    CompanyView,
    PayCell,
)
from learnstrata.summary.contract.results import DisclosedSummary, Summary
from learnstrata.summary.disclose import MOST_OF_COMPANY
from learnstrata.wording.tables import Table, column, table_of
from learnstrata.wording.words import EVERYBODY

__all__ = [
    "CohortShown",
    "PaySection",
    "cells",
    "cohort_by_role",
    "cohort_by_tier",
    "cohort_groups",
    "cohorts",
    "companies",
    "companies_by_size",
    "company_roles",
    "company_tiers",
    "pay_section",
    "pay_tables",
    "role_and_experience",
    "role_ratios",
    "shown_cells",
    "wider",
]


@dataclass(frozen=True, slots=True)
class CohortShown:
    """A cohort as the page shows it."""

    title: str
    told: str
    definition: str
    groups: Table


@dataclass(frozen=True, slots=True)
class PaySection:
    """What stands in the section of pay beside its chart; a table may have no rows."""

    sentence: str
    wider: Table
    cohorts: tuple[CohortShown, ...]
    companies: str
    company_tables: tuple[Table, ...]


def pay_section(summary: DisclosedSummary) -> PaySection:
    """Gather the sentences and tables of the section of pay."""
    told = summary.words.cohorts
    return PaySection(
        sentence=summary.words.benchmarks,
        wider=wider(summary),
        cohorts=tuple(
            CohortShown(
                cohort.title,
                capital(told.get(cohort.key, "").removeprefix(f"{cohort.title}: ")),
                cohort.definition,
                cohort_groups(cohort),
            )
            for cohort in summary.cohorts
        ),
        companies=summary.words.companies,
        company_tables=(
            companies(summary),
            company_tiers(summary),
            company_roles(summary),
        ),
    )


def pay_tables(summary: Summary) -> tuple[Table, ...]:
    """Give the tables of pay that have a sheet of their own and no chart."""
    return (
        wider(summary),
        role_and_experience(summary),
        cohorts(summary),
        companies(summary),
        company_tiers(summary),
        company_roles(summary),
    )


def shown_cells(summary: Summary) -> tuple[PayCell, ...]:
    """Give the cells of role, tier and experience whose pay is there."""
    return tuple(cell for cell in summary.benchmarks.cells if cell.shown)


PAY = (
    column("With pay and years", lambda cell: cell.learners, "count"),
    column("Companies", lambda cell: cell.companies, "count"),
    column("Lower quartile", lambda cell: cell.p25, "pay"),
    column("Median", lambda cell: cell.p50, "pay"),
    column("Upper quartile", lambda cell: cell.p75, "pay"),
    column("Leans on wider groups", lambda cell: "yes" if cell.shrunk else "no"),
)
RATIO = "Above 1 the pay is higher than what it is compared with, below 1 lower."
FEW_ROLES = (
    f"Of each company {MOST_OF_COMPANY} roles at most are shown, since more would tell "
    f"its size: {COMPARED}, then the first by their names."
)
ROLE = column("Role", lambda cell: cell.role_family or EVERYBODY)
TIER = column("Company tier", lambda cell: cell.tier or EVERYBODY)
EXPERIENCE = column("Experience", lambda cell: cell.experience_band or EVERYBODY)


def cells(summary: Summary) -> Table:
    """Give pay by role, company tier and experience, as far as it is shown."""
    table = table_of(
        "Pay by role, company tier and experience",
        shown_cells(summary),
        (ROLE, TIER, EXPERIENCE, *PAY),
        sheet="Pay benchmarks",
    )
    return _with_companies(table, summary)


def wider(summary: Summary) -> Table:
    """Give pay by role alone, and of all."""
    found = sorted(
        (*_wider(summary, "all"), *_wider(summary, "role")),
        key=lambda cell: (cell.level != "all", -(cell.learners or 0)),
    )
    table = table_of("Pay by role", found, (ROLE, *PAY), sheet="Benchmarks by role")
    return _with_companies(table, summary)


def role_and_experience(summary: Summary) -> Table:
    """Give pay by role and experience, over all company tiers."""
    table = table_of(
        "Pay by role and experience",
        _wider(summary, "role and experience"),
        (ROLE, EXPERIENCE, *PAY),
        sheet="Benchmarks by experience",
    )
    return _with_companies(table, summary)


def _with_companies(table: Table, summary: Summary) -> Table:
    """Leave the companies out where the table has none: None would read "under"."""
    return table if summary.has("company") else table.without_empty("Companies")


def _wider(summary: Summary, level: str) -> tuple[PayCell, ...]:
    found = summary.benchmarks.wider
    return tuple(cell for cell in found if cell.level == level and cell.shown)


GROUPS = (
    column("By", lambda pair: pair[0]),
    column("Group", lambda pair: pair[1].value),
    column("Assessed", lambda pair: pair[1].assessed, "count"),
    column("Learners", lambda pair: pair[1].learners, "count"),
    column("Share", lambda pair: pair[1].share, "share"),
    column("From", lambda pair: pair[1].low, "share"),
    column("To", lambda pair: pair[1].high, "share"),
)
FEW = "Groups with too few of these learners to be counted are left out."
INTERVAL = (
    "From and to are the interval of the share, left out where rounded counts leave it "
    "open."
)


def cohort_groups(cohort: Cohort) -> Table:
    """Give the groups that have enough of a cohort: by segment, role and tier."""
    found = [row for row in _groups(cohort) if row[1].learners is not None]
    return table_of(
        f"{cohort.title}: groups",
        found,
        GROUPS,
        note=f"{INTERVAL} {FEW}",
    )


def cohort_by_role(summary: Summary, key: CohortKey, *, sheet: str) -> Table:
    """Give the roles of a cohort, the largest share first; few without a range last."""
    found = cohort_of(summary, key)
    parts = named_parts(found.by_role, summary) if found else []
    parts = sorted(parts, key=lambda one: one.low is None)
    return _cohort_table(found, parts, "Role", sheet)


def cohort_by_tier(summary: Summary, key: CohortKey, *, sheet: str) -> Table:
    """Give the company tiers of a cohort, in their order."""
    found = cohort_of(summary, key)
    parts = sorted(found.by_tier, key=lambda one: one.value) if found else []
    return _cohort_table(found, parts, "Company tier", sheet)


def _cohort_table(
    found: Cohort | None, parts: Sequence[CohortPart], by: str, sheet: str
) -> Table:
    return table_of(
        f"{found.title}: by {by.lower()}" if found else "",
        [(by, one) for one in parts],
        (column(by, lambda pair: pair[1].value), *GROUPS[2:]),
        sheet=sheet,
        note=INTERVAL,
    )


def cohorts(summary: Summary) -> Table:
    """Give each cohort as a whole, then all its groups."""
    return table_of(
        "Learners whose pay stands out from their peers",
        [
            (by, part, cohort.title)
            for cohort in summary.cohorts
            for by, part in ((EVERYBODY, whole(cohort)), *_groups(cohort))
        ],
        (column("Cohort", lambda row: row[2]), *GROUPS),
        sheet="Cohorts",
        note=INTERVAL,
    )


def _groups(cohort: Cohort) -> list[tuple[str, CohortPart]]:
    parts = {
        "Segment": cohort.by_segment,
        "Role": cohort.by_role,
        "Company tier": cohort.by_tier,
    }
    return [(by, part) for by, found in parts.items() for part in found]


def companies_by_size(summary: Summary) -> list[CompanyView]:
    """List the largest companies, those of a larger band of size first."""
    found = summary.companies.largest if summary.companies else ()
    return sorted(found, key=lambda one: -_least(one.size))


def _least(size: str) -> int:
    """Give the number that a band of size begins with; 0 where it is a limit above."""
    began = re.match(r"[\d,]+", size)
    return int(began[0].replace(",", "")) if began else 0


def companies(summary: Summary) -> Table:
    """Give the largest companies by alias: size in words, pay beside all others."""
    found = companies_by_size(summary)
    amounts = ("Lower quartile", "Median", "Upper quartile")
    return table_of(
        "The largest companies, by alias",
        found,
        (
            column("Company", lambda one: one.alias),
            column("Tier", lambda one: one.tier),
            column("Size (learners)", lambda one: one.size),
            column("Learners", lambda one: one.learners, "count"),
            column(amounts[0], lambda one: one.p25, "pay"),
            column(amounts[1], lambda one: one.p50, "pay"),
            column(amounts[2], lambda one: one.p75, "pay"),
            column(
                "Median pay over that of all others",
                lambda one: one.to_others,
                "statistic",
            ),
        ),
        sheet="Companies",
        note=RATIO,
    ).without_empty("Learners", *amounts)


def company_roles(summary: Summary) -> Table:
    """Give the pay of roles at the largest companies, beside the rest and elsewhere."""
    found = companies_by_size(summary)
    shortened = (
        isinstance(summary, DisclosedSummary) and summary.settings.companies == "bands"
    )
    return role_ratios(
        "Pay by role at the largest companies",
        [(one, role) for one in found for role in one.roles],
        sheet="Company roles",
        note=FEW_ROLES if shortened else "",
    )


def role_ratios(
    title: str,
    rows: Sequence[tuple[CompanyView, CompanyRole]],
    *,
    sheet: str,
    note: str = "",
) -> Table:
    """Give the pay of roles at companies; medians are for the owner alone."""
    medians = ("Median", "Median of the rest there", "Median of the role elsewhere")
    return table_of(
        title,
        rows,
        (
            column("Company", lambda pair: pair[0].alias),
            column("Role", lambda pair: pair[1].role_family),
            column("Learners", lambda pair: pair[1].learners, "count"),
            column(medians[0], lambda pair: pair[1].p50, "pay"),
            column(medians[1], lambda pair: pair[1].rest, "pay"),
            column(medians[2], lambda pair: pair[1].elsewhere, "pay"),
            column(
                "Median pay over the rest there",
                lambda pair: pair[1].to_rest,
                "statistic",
            ),
            column(
                "Over the role elsewhere",
                lambda pair: pair[1].to_elsewhere,
                "statistic",
            ),
        ),
        sheet=sheet,
        note=f"{RATIO} {note}".strip(),
    ).without_empty("Learners", *medians)


AT_LARGEST = f"At the {TOP} largest"
SPREAD = (
    "Gini: 0 where all companies of a tier have equally many learners, near 1 where "
    f"one has all. Not told of a tier of under {LEAST_SPREAD} companies, nor of one "
    f"with more than {MOST_OF_ONE:.0%} of its learners at one company."
)


def company_tiers(summary: Summary) -> Table:
    """Give companies, learners and pay by tier."""
    found = summary.companies.tiers if summary.companies else ()
    return table_of(
        "Companies by tier",
        found,
        (
            column("Tier", lambda one: one.tier),
            column("Companies", lambda one: one.companies, "count"),
            column("Learners at them", lambda one: one.learners, "count"),
            column("Median", lambda one: one.p50, "pay"),
            column(AT_LARGEST, lambda one: one.top_share, "share"),
            column("Gini", lambda one: one.gini, "statistic"),
        ),
        sheet="Company tiers",
        note=SPREAD,
    ).without_empty(AT_LARGEST, "Gini")
