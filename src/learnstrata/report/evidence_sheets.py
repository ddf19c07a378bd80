"""Sheets of the workbook on how far to trust the segments, beside those of charts."""

from collections.abc import Iterator

from learnstrata.summary.contract import Dip, Evidence, Summary
from learnstrata.wording.tables import Table, column, table_of

__all__ = ["evidence_sheets"]


def evidence_sheets(summary: Summary) -> tuple[Table, ...]:
    """Give the sheets of the evidence that no chart has; none without evidence.

    Parameters
    ----------
    summary : Summary

    Returns
    -------
    tuple of Table
    """
    found = summary.evidence
    if found is None:
        return ()
    return (
        _conditions(found),
        _hopkins(summary),
        _dips(summary, found),
        _parts(summary, found),
        _part_candidates(summary, found),
    )


def _conditions(found: Evidence) -> Table:
    """List what the verdict asks for and what was found."""
    return table_of(
        f"Conditions of the verdict: {found.verdict.word}",
        found.verdict.grounds,
        (
            column("Condition", lambda row: row.condition),
            column("Found", lambda row: row.value, "statistic"),
            column("Asked for", lambda row: row.limit, "statistic"),
            column("Met", lambda row: "yes" if row.met else "no"),
        ),
        sheet="Verdict",
        note=found.verdict.sentence,
    )


def _hopkins(summary: Summary) -> Table:
    found = summary.tendency
    variants = {
        "To the power of the dimension": found.power_d,
        "As in the original analysis": found.original,
    }
    return table_of(
        "Hopkins: 0.5 for evenly spread learners, 1 for tight groups",
        variants.items(),
        (
            column("Distances", lambda row: row[0]),
            column("Hopkins", lambda row: row[1].statistic, "statistic"),
            column("Spread", lambda row: row[1].spread, "statistic"),
            column("Probes", lambda row: row[1].n_probes, "count"),
            column("Learners sampled", lambda row: row[1].n_rows, "count"),
        ),
        sheet="Hopkins",
    )


def _dips(summary: Summary, found: Evidence) -> Table:
    """Give each test for more than one hump."""
    return table_of(
        "Dip tests for more than one hump",
        list(_tested(summary, found)),
        (
            column("Along", lambda row: row[0]),
            column("Dip", lambda row: row[1].statistic, "statistic"),
            column("p-value", lambda row: row[1].p_value, "statistic"),
            column("Learners", lambda row: row[1].n_rows, "count"),
        ),
        sheet="Dip tests",
    )


def _tested(summary: Summary, found: Evidence) -> Iterator[tuple[str, Dip]]:
    for row in found.components:
        yield f"component {row.component}", row.dip
    for row in found.valleys:
        if row.dip is not None:
            ends = (_name(summary, row.segment_id), _name(summary, row.neighbour_id))
            yield f"between {' and '.join(ends)}", row.dip


def _parts(summary: Summary, found: Evidence) -> Table:
    """Give the finer cuts, a segment that is not cut as one row of itself."""
    reasons = {row.segment_id: row.reason for row in found.finer.dossiers}
    return table_of(
        "Parts of the segments",
        found.finer.parts,
        (
            column("Part", lambda one: one.subsegment_id),
            column("Segment", lambda one: _name(summary, one.segment_id)),
            column("Learners", lambda one: one.count, "count"),
            column("Share of the segment", lambda one: one.share_of_segment, "share"),
            column("Share of all", lambda one: one.share, "share"),
            column("Jaccard", lambda one: one.jaccard, "statistic"),
            column("Median pay", lambda one: one.median_pay, "pay"),
            column("Median experience", lambda one: one.median_years, "years"),
            column("Why so many", lambda one: reasons.get(one.segment_id)),
        ),
        sheet="Sub-segments",
    ).without_empty("Median pay", "Median experience")


def _part_candidates(summary: Summary, found: Evidence) -> Table:
    """List each number of parts that a segment was tried with."""
    return table_of(
        "Numbers of parts that were tried",
        [(one, row) for one in found.finer.dossiers for row in one.table],
        (
            column("Segment", lambda pair: _name(summary, pair[0].segment_id)),
            column("Parts", lambda pair: str(pair[1].k)),
            column("Silhouette", lambda pair: pair[1].silhouette, "statistic"),
            column("Smallest part", lambda pair: pair[1].smallest_share, "share"),
            column("Lowest Jaccard", lambda pair: pair[1].lowest_jaccard, "statistic"),
            column("Against it", lambda pair: "; ".join(pair[1].objections)),
            column("Chosen", lambda pair: _is_chosen(pair[0].k, pair[1].k)),
        ),
        sheet="Numbers of parts",
    )


def _is_chosen(chosen: int, k: int) -> str:
    return "yes" if chosen == k else "no"


def _name(summary: Summary, segment_id: int) -> str:
    found = summary.segment(segment_id)
    return found.name if found else f"segment {segment_id}"
