"""Tables of the evidence, made from a summary as they stand."""

from collections.abc import Mapping
from typing import Any

from learnstrata.report.evidence_charts import KINDS, STARTS, shown_flows
from learnstrata.report.trust import level_of_dip, neighbours, statistic_label
from learnstrata.report.wording import name_of_segment
from learnstrata.wording.numbers import (
    NOTHING,
    TextTable,
    as_count,
    as_number,
    as_share,
    table_of,
)

__all__ = [
    "cells",
    "conditions",
    "dips",
    "dossiers",
    "flows",
    "hopkins",
    "jaccards",
    "nulls",
    "sensitivity",
    "silhouettes",
    "skipped",
    "standings",
    "strengths",
    "subsegments",
]

Summary = Mapping[str, Any]

HOPKINS = {
    "power_d": "With distances to the power d",
    "original": "As in the original (plain distances)",
}


def _units(summary: Summary) -> str:
    return f"{summary['unit'].capitalize()}s"


def _p(value: float | None) -> str:
    """Write a p-value, never as nothing."""
    if value is None:
        return NOTHING
    return "<0.001" if value < 0.0005 else as_number(value, 3)


def conditions(summary: Summary) -> TextTable:
    """List the conditions of the verdict: what was found and what is asked for."""
    headings = [
        ("Condition", "text"),
        ("Found", "number"),
        ("Asked for", "text"),
        ("Met", "text"),
    ]
    rows = [_condition(row) for row in summary["evidence"]["verdict"]["grounds"]]
    return table_of(summary, "The conditions of the verdict", headings, rows)


def _condition(row: Mapping[str, Any]) -> tuple[str, str, str, str]:
    limit, chance = row["limit"], row["condition"].startswith("chance")
    bound = "at most" if chance else "at least"
    name = row["condition"][:1].upper() + row["condition"][1:]
    return (
        name,
        _p(row["value"]) if chance else as_number(row["value"], 3),
        "yes" if limit is None else f"{bound} {limit:.6g}",
        "\u2713 yes" if row["met"] else "\u2717 no",
    )


def nulls(summary: Summary) -> TextTable:
    """Give each statistic beside its structureless tables."""
    headings = [
        ("Statistic", "text"),
        ("Whole run", "number"),
        ("Sample", "number"),
        ("Null mean", "number"),
        ("Null 5-95 %", "number"),
        ("Excess of the sample", "number"),
        ("p-value", "number"),
    ]
    rows = [
        (
            statistic_label(row["statistic"]),
            as_number(row["whole"], 3),
            as_number(row["observed"], 3),
            as_number(row["mean"], 3),
            f"{as_number(row['low'], 3)} to {as_number(row['high'], 3)}",
            as_number(row["excess"], 3),
            _p(row["p_value"]),
        )
        for row in summary["evidence"]["nulls"]["statistics"]
    ]
    k, n = summary["selection"]["k"], summary["evidence"]["nulls"]["rows"]
    title = f"A sample of {as_count(n)} beside structureless tables as large, k = {k}"
    return table_of(summary, title, headings, rows)


def hopkins(summary: Summary) -> TextTable:
    """Give Hopkins both ways."""
    headings = [
        ("Hopkins", "text"),
        ("Statistic", "number"),
        ("Spread", "number"),
        ("Probes", "count"),
        ("Rows", "count"),
        ("Features", "count"),
    ]
    found = summary["tendency"]
    rows = [
        (
            label,
            as_number(found[key]["statistic"], 3),
            as_number(found[key]["spread"], 3),
            *(found[key][name] for name in ("n_probes", "n_rows", "n_features")),
        )
        for key, label in HOPKINS.items()
    ]
    return table_of(summary, "Hopkins on the whole table, two ways", headings, rows)


def silhouettes(summary: Summary) -> TextTable:
    """Give the mean silhouette of each segment and who is nearer to another."""
    headings = [
        ("Segment", "text"),
        ("Mean silhouette", "number"),
        ("Nearer to another segment", "share"),
    ]
    rows = [
        (
            name_of_segment(summary, row["segment_id"]),
            as_number(row["mean"], 3),
            row["negative"],
        )
        for row in summary["evidence"]["silhouette"]["per_segment"]
    ]
    return table_of(summary, "Silhouettes by segment", headings, rows)


def jaccards(summary: Summary) -> TextTable:
    """Give how well each segment is found again, by how the refits started."""
    headings = [
        ("Segment", "text"),
        ("Refits", "text"),
        ("Jaccard", "number"),
        ("Recovered", "share"),
        ("Dissolved", "share"),
    ]
    rows = [
        (
            name_of_segment(summary, row["segment_id"]),
            f"{run['resamples']} {STARTS.get(run['start'], (run['start'],))[0]}",
            as_number(row["jaccard"], 3),
            row["recovered"],
            row["dissolved"],
        )
        for run in summary["evidence"]["bootstrap"]
        for row in run["per_segment"]
    ]
    return table_of(summary, "Stability of the chosen segments", headings, rows)


def flows(summary: Summary) -> TextTable:
    """List what passes from the segments of a k to those of the next."""
    headings = [
        ("From k", "text"),
        ("Group", "text"),
        ("To group of k + 1", "text"),
        (_units(summary), "count"),
        ("Of the one", "share"),
        ("Of the other", "share"),
    ]
    rows = [
        (
            str(flow["k"]),
            str(flow["source"]),
            str(flow["target"]),
            flow["count"],
            flow["share_of_source"],
            flow["share_of_target"],
        )
        for flow in shown_flows(summary)
    ]
    return table_of(summary, "From each k to the next", headings, rows)


def strengths(summary: Summary) -> TextTable:
    """Give the prediction strength of every k."""
    headings = [
        ("k", "text"),
        ("Prediction strength", "number"),
        ("Standard error", "number"),
    ]
    rows = [
        (
            str(row["k"]),
            as_number(row["prediction_strength"], 3),
            as_number(row["standard_error"], 3),
        )
        for row in summary["evidence"]["halves"]["table"]
    ]
    return table_of(summary, "Prediction strength by k", headings, rows)


def standings(summary: Summary) -> TextTable:
    """Count core, borderline and atypical learners of each segment."""
    headings = [
        ("Segment", "text"),
        ("Core", "count"),
        ("Borderline", "count"),
        ("Atypical", "count"),
        ("Mean confidence", "number"),
    ]
    found = summary["evidence"]["standing"]
    keys = ("core", "borderline", "atypical")
    rows = [
        (
            name_of_segment(summary, row["segment_id"]),
            *(row[key] for key in keys),
            as_number(row["mean_confidence"]),
        )
        for row in found["per_segment"]
    ]
    total = ("All", *(found["counts"][key] for key in keys), NOTHING)
    return table_of(summary, "How sure the segment is", headings, [*rows, total])


def subsegments(summary: Summary) -> TextTable:
    """List the finer cuts that are found again."""
    parts = [
        part
        for part in summary["evidence"]["finer"]["subsegments"]
        if (part["share_of_segment"] or 0.0) < 1
    ]
    optional = [
        ("median_pay", ("Median pay", "pay")),
        ("median_years_of_experience", ("Median years", "years")),
    ]
    there = [pair for pair in optional if any(pair[0] in part for part in parts)]
    headings = [
        ("Sub-segment", "text"),
        ("Of segment", "text"),
        (_units(summary), "count"),
        ("Share of segment", "share"),
        ("Share of all", "share"),
        ("Jaccard", "number"),
        *(heading for _, heading in there),
    ]
    rows = [
        (
            part["subsegment_id"],
            name_of_segment(summary, part["segment_id"]),
            part["count"],
            part["share_of_segment"],
            part["share"],
            as_number(part["jaccard"]),
            *(part.get(key) for key, _ in there),
        )
        for part in parts
    ]
    return table_of(summary, "Sub-segments", headings, rows)


def dossiers(summary: Summary) -> TextTable:
    """List every finer cut that was tried, and why it was not taken."""
    headings = [
        ("Segment", "text"),
        ("Parts", "text"),
        ("Silhouette", "number"),
        ("Smallest part", "share"),
        ("Least stable part", "number"),
        ("The rule", "text"),
    ]
    rows = [
        (
            name_of_segment(summary, found["segment_id"]),
            str(row["k"]),
            as_number(row["silhouette"], 3),
            row["smallest_share"],
            as_number(row["lowest_jaccard"]),
            _taken(found, row),
        )
        for found in summary["evidence"]["finer"]["dossiers"]
        for row in found["table"]
    ]
    return table_of(summary, "Every finer cut that was tried", headings, rows)


def _taken(found: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    if row["k"] == found["k"]:
        return "chosen"
    return "; ".join(row["objections"]) or "admitted"


def cells(summary: Summary) -> TextTable:
    """List the cells of segment and role family, largest first."""
    headings = [
        ("Role family", "text"),
        ("Segment", "text"),
        (_units(summary), "count"),
        ("Share of segment", "share"),
        ("Share of family", "share"),
        ("Jaccard", "number"),
    ]
    found = sorted(
        summary["evidence"]["finer"]["cells"],
        key=lambda cell: (-cell["count"], cell["segment_id"], cell["role_family"]),
    )
    rows = [
        (
            cell["role_family"],
            name_of_segment(summary, cell["segment_id"]),
            cell["count"],
            cell["share_of_segment"],
            cell["share_of_family"],
            as_number(cell["jaccard"]),
        )
        for cell in found
    ]
    return table_of(summary, "Cells of segment and role", headings, rows)


def dips(summary: Summary) -> TextTable:
    """Give the dip of the first components and between neighbouring segments."""
    headings = [
        ("Where", "text"),
        ("Dip", "number"),
        ("p-value", "number"),
        (_units(summary), "count"),
        ("Found", "text"),
    ]
    found = summary["evidence"]
    rows = [
        _dip(f"Component {row['component']} ({as_share(row['explained'])})", row)
        for row in found["dip"]
    ]
    rows += [
        _dip(f"Between segments {row['segment_id']} and {row['neighbour_id']}", dip)
        for row in neighbours(summary)
        for dip in (row["dip"],)
    ]
    return table_of(summary, "Humps: Hartigan's dip test", headings, rows)


def _dip(where: str, found: Mapping[str, Any] | None) -> tuple[Any, ...]:
    if found is None:
        return (where, NOTHING, NOTHING, NOTHING, "too few to tell")
    p = found["p_value"]
    return (
        where,
        as_number(found["statistic"], 4),
        _p(p),
        found["n_rows"],
        level_of_dip(p, between=where.startswith("Between")),
    )


def sensitivity(summary: Summary) -> TextTable:
    """List the other ways to cut, beginning with the chosen one on the same rows."""
    headings = [
        ("Other way", "text"),
        ("What is other", "text"),
        ("Segments", "count"),
        ("ARI", "number"),
        ("NMI", "number"),
        ("Smallest", "share"),
        ("Largest", "share"),
        ("Least stable", "number"),
        ("Note", "text"),
    ]
    found = summary["evidence"]["sensitivity"]
    rows = [
        (
            row["name"],
            KINDS.get(row["kind"], ("nothing but the sample",))[0],
            row["n_segments"],
            row["ari"],
            row["nmi"],
            row["smallest_share"],
            row["largest_share"],
            row["lowest_jaccard"],
            row["note"],
        )
        for row in [found["same_way"], *found["variants"]]
    ]
    return table_of(summary, "Other ways to cut the same learners", headings, rows)


def skipped(summary: Summary) -> TextTable:
    """List the ways that could not be tried, and why."""
    headings = [("Not tried", "text"), ("Why", "text")]
    found = summary["evidence"]["sensitivity"]
    rows = [(row["name"], row["reason"]) for row in found["skipped"]]
    return table_of(summary, "Ways that could not be tried", headings, rows)
