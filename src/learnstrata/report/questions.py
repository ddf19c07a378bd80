"""The tables that the answers to the decision questions rest on."""

from collections.abc import Callable, Mapping, Sequence

from learnstrata.report.pay import company_roles, company_tiers, role_ratios
from learnstrata.summary.contract.meaning import BandCell, BandRow, Segment
from learnstrata.summary.contract.results import Summary
from learnstrata.wording.tables import Table, column, table_of
from learnstrata.wording.words import listed

__all__ = ["question_tables", "tables_of"]

DATA_SCIENCE = "Data science"
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


def question_tables(summary: Summary) -> tuple[Table, ...]:
    """Give the tables of all questions in their order."""
    return tuple(table for key in TABLES for table in tables_of(summary, key))


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


def _lagging(summary: Summary) -> Table:
    found = summary.questions.lagging_pay
    units = summary.settings.units
    return table_of(
        f"Experienced {units} whose pay lags, by role",
        found.by_role if found else (),
        (
            column("Role", lambda row: row.role),
            column(_units(summary), lambda row: row.learners, "count"),
            column("Experienced", lambda row: row.experienced, "count"),
            column(
                "Of them paid in the lowest quarter", lambda row: row.lagging, "count"
            ),
            column("Share", lambda row: row.share, "share"),
            column(
                "How pay goes with experience (-1 to 1)",
                lambda row: row.correlation,
                "statistic",
            ),
        ),
        sheet="Q3 Pay that lags, by role",
    )


def _entry_level(summary: Summary) -> Table:
    found = summary.questions.entry_level
    return table_of(
        "Entry-level pay by role",
        found.by_role if found else (),
        (
            column("Role family", lambda row: row.role_family),
            column("Level", lambda row: row.level),
            column(_units(summary), lambda row: row.learners, "count"),
            column("Median pay", lambda row: row.p50, "pay"),
            column("90th percentile", lambda row: row.p90, "pay"),
            column("Unusually high", lambda row: row.high, "count"),
        ),
        sheet="Q4 Entry-level pay by role",
    )


def _scientists(summary: Summary) -> Table:
    found = summary.companies.largest if summary.companies else ()
    rows = [
        (one, role)
        for one in found
        for role in one.roles
        if role.role_family == DATA_SCIENCE
    ]
    return role_ratios(
        "Data Scientists at the largest companies", rows, sheet="Q5 Data Scientists"
    )


def _splits(summary: Summary) -> Table:
    """Give for each rule-based segment the learned one that has most of it."""
    found = summary.bands.rows if summary.bands else ()
    names = {one.id: one.name for one in summary.segments}
    rows = [(row, most) for row in found if (most := _fullest(row)) is not None]
    return table_of(
        "Rule-based segments and the learned one that most of each is in",
        rows,
        (
            column("Rule-based segment", lambda pair: pair[0].rule),
            column(_units(summary), lambda pair: pair[0].learners, "count"),
            column("Most are in", lambda pair: names.get(pair[1].segment_id)),
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
    "pay_without_experience": (_lagging,),
    "entry_level_pay": (_entry_level,),
    "company_role_pay": (_scientists, company_roles),
    "tiers_and_concentration": (company_tiers,),
    "learned_against_rules": (_splits,),
}
