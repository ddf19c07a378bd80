"""The tables that the answers to the decision questions rest on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from learnstrata.report.pay import (
    cohort_by_role,
    cohort_by_tier,
    companies_by_size,
    company_roles,
    company_tiers,
    role_ratios,
)
from learnstrata.segments.pay.companies import COMPARED
from learnstrata.summary.contract.meaning import BandCell, BandRow, Segment
from learnstrata.summary.contract.results import Summary
from learnstrata.wording.tables import Column, Table, column, table_of
from learnstrata.wording.words import listed

__all__ = ["tables_of"]

STATED_ROLES = 3  # of a segment


def tables_of(summary: Summary, finding_id: str) -> tuple[Table, ...]:
    """Give the tables beside the answer to a question; those without rows are left out.

    Parameters
    ----------
    summary : Summary
    finding_id : str
        Such as ``"largest_segment"``; a question of another id has no tables.
    """
    made = TABLES.get(finding_id, ())
    return tuple(table for make in made if (table := make(summary)).rows)


def _sizes(summary: Summary) -> Table:
    found = sorted(summary.segments, key=lambda one: (-(one.size or 0), one.id))
    return table_of(
        "Segments by size",
        found,
        (
            column("Segment", lambda one: one.name),
            column(_units(summary), lambda one: one.size, "count"),
            column("Share", lambda one: one.share, "share"),
        ),
        sheet="Q1 Segments by size",
    )


def _side_by_side(summary: Summary) -> Table:
    return table_of(
        "Segments side by side",
        summary.segments,
        (
            column("Segment", lambda one: one.name),
            column(_units(summary), lambda one: one.size, "count"),
            column("Median pay", lambda one: _median(one, "pay"), "pay"),
            column(
                "Median experience",
                lambda one: _median(one, "years_of_experience"),
                "years",
            ),
            column(
                "Most frequent stated roles", lambda one: _stated_roles(summary, one)
            ),
        ),
        sheet="Q2 Segments side by side",
    ).without_empty("Median pay", "Median experience", "Most frequent stated roles")


def _median(segment: Segment, feature: str) -> float | None:
    found = segment.number(feature)
    return found.p50 if found else None


def _stated_roles(summary: Summary, segment: Segment) -> str | None:
    write = summary.settings.numbers
    told = [
        f"{role.value} {write.share(role.share)}"
        for role in segment.category("role")
        if role.value not in summary.settings.no_role and role.share is not None
    ]
    return listed(told[:STATED_ROLES]) or None


def _stalled(summary: Summary) -> Table:
    """Give the stalled by role, and how pay goes with experience there."""
    found = summary.questions.pay_with_experience
    related = {one.role: one.correlation for one in found.by_role} if found else {}
    table = cohort_by_role(summary, "stalled", sheet="Q3 Pay not grown, by role")
    if not table.rows:
        return table
    heading = Column("How pay goes with experience (-1 to 1)", "statistic")
    rows = tuple((*row, related.get(str(row[0]))) for row in table.rows)
    return replace(table, columns=(*table.columns, heading), rows=rows)


def _entry_high(summary: Summary) -> Table:
    return cohort_by_role(summary, "entry_high", sheet="Q4 Entry-level pay by role")


def _well_paid(summary: Summary) -> Table:
    return cohort_by_tier(summary, "well_paid", sheet="Q6 Very well paid by tier")


def _upside(summary: Summary) -> Table:
    return cohort_by_tier(summary, "high_upside", sheet="Q6 High upside by tier")


def _scientists(summary: Summary) -> Table:
    rows = [
        (one, role)
        for one in companies_by_size(summary)
        for role in one.roles
        if role.role_family == COMPARED
    ]
    return role_ratios(
        "Data Scientists at the largest companies",
        rows,
        sheet="Q5 Data Scientists",
        note=_left_out(summary, len(rows)),
    )


def _left_out(summary: Summary, shown: int) -> str:
    """Say why the answer counts more companies than the table shows."""
    found = summary.questions.in_companies
    if found is None or found.companies <= shown:
        return ""
    return (
        f"{shown} of the {found.companies} companies are shown: how many roles a "
        "company is shown with must not tell its size."
    )


def _splits(summary: Summary) -> Table:
    """Give for each rule-based segment the learned one that has most of it."""
    found = summary.bands.rows if summary.bands else ()
    names = {one.id: one.name for one in summary.segments}
    rows = [(row, most) for row in found if (most := _fullest(row)) is not None]
    return table_of(
        "Rule-based segments and the learned one with the largest part of each",
        rows,
        (
            column("Rule-based segment", lambda pair: pair[0].rule),
            column(_units(summary), lambda pair: pair[0].learners, "count"),
            column("Largest part is in", lambda pair: names.get(pair[1].segment_id)),
            column("So many", lambda pair: pair[1].count, "count"),
        ),
        sheet="Q7 Rules and segments",
    )


def _fullest(row: BandRow) -> BandCell | None:
    told = [cell for cell in row.cells if cell.count is not None]
    return max(told, key=lambda cell: cell.count or 0, default=None)


def _units(summary: Summary) -> str:
    return summary.settings.units.capitalize()


TABLES: Mapping[str, Sequence[Callable[[Summary], Table]]] = {
    "largest_segment": (_sizes,),
    "segment_differences": (_side_by_side,),
    "pay_without_experience": (_stalled,),
    "entry_level_pay": (_entry_high,),
    "company_role_pay": (_scientists, company_roles),
    "tiers_and_concentration": (_well_paid, _upside, company_tiers),
    "learned_against_rules": (_splits,),
}
