"""The sheets of ``tables.xlsx`` that tell how far the segments can be trusted."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from learnstrata.wording.statistics import statistic_of

__all__ = ["CANDIDATES", "evidence_sheets", "sheet"]

MEASURED = (
    *("silhouette", "silhouette_error", "silhouette_sampled", "silhouette_null"),
    *("silhouette_excess", "silhouette_p", "silhouette_squared"),
    *("silhouette_simplified", "gap", "gap_error", "gap_excess", "gap_p"),
    *("lowest_jaccard", "jaccard_sampled", "jaccard_null", "jaccard_excess"),
    *("jaccard_p", "prediction_strength", "calinski_harabasz", "davies_bouldin"),
    "inertia",
)
CANDIDATES = {
    "k": "k",
    "objections": "objections",
    **{name: statistic_of(name).label for name in MEASURED},
    "smallest_share": "share of the smallest segment",
    "largest_share": "share of the largest segment",
}


def evidence_sheets(summary: Mapping[str, Any]) -> dict[str, pl.DataFrame]:
    """Give the sheets of the evidence; without evidence all but one are empty."""
    return {
        "How far to trust": _trust(summary),
        "Choice of k": _candidates(summary),
        "Stability": _stability(summary),
        "Sub-segments": _subsegments(summary),
        "Segment x role": _cells(summary),
        "Sensitivity": _sensitivity(summary),
    }


def sheet(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Give rows as a frame, whichever of them lack a value."""
    return pl.DataFrame(rows, infer_schema_length=None)


def _candidates(summary: Mapping[str, Any]) -> pl.DataFrame:
    """Give every k with all that is known of it; what was not measured is left out."""
    table = summary["selection"]["table"]
    names = {
        key: heading
        for key, heading in CANDIDATES.items()
        if any(row.get(key) is not None for row in table)
    }
    return sheet(
        [
            {
                heading: "; ".join(row[key]) if key == "objections" else row[key]
                for key, heading in names.items()
            }
            for row in table
        ]
    )


def _trust(summary: Mapping[str, Any]) -> pl.DataFrame:
    """List the verdict with its conditions, then the statistics beside their nulls."""
    found = summary["evidence"]
    if not found:
        return pl.DataFrame()
    verdict = found["verdict"]
    rows = [
        {"what": "verdict", "of": verdict["word"], "remark": verdict["sentence"]},
        {"what": "rule", "of": "the verdict", "remark": verdict["rule"]},
        *(_condition(row) for row in verdict["grounds"]),
        *(_statistic(row, found["nulls"]) for row in found["nulls"]["statistics"]),
        *(
            {
                "what": "Hopkins on the whole table",
                "of": "power d" if key == "power_d" else "as in the original analysis",
                "found": summary["tendency"][key]["statistic"],
            }
            for key in ("power_d", "original")
        ),
        *_dips(found),
    ]
    columns = ("what", "of", "found", "asked for", "met", *_NULLS.values(), "remark")
    return sheet([{name: row.get(name) for name in columns} for row in rows])


_NULLS = {
    "mean": "null mean",
    "low": "null 5 %",
    "high": "null 95 %",
    "excess": "excess",
    "p_value": "p-value",
}


def _condition(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "what": "condition of the verdict",
        "of": row["condition"],
        "found": row["value"],
        "asked for": row["limit"],
        "met": "yes" if row["met"] else "no",
    }


def _statistic(row: Mapping[str, Any], nulls: Mapping[str, Any]) -> dict[str, Any]:
    k = "" if row["k"] is None else f" at k = {row['k']}"
    return {
        "what": "beside structureless tables",
        "of": f"{row['statistic']}{k}",
        "found": row["observed"],
        **{heading: row[key] for key, heading in _NULLS.items()},
        "remark": f"{len(row['draws'])} tables of {nulls['rows']:,} rows",
    }


def _dips(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    places = [(f"component {row['component']}", row) for row in found["dip"]]
    places += [
        (f"between segments {row['segment_id']} and {row['neighbour_id']}", row["dip"])
        for row in found["valleys"]
        if row["dip"]
    ]
    return [
        {
            "what": "dip test",
            "of": place,
            "found": dip["statistic"],
            "p-value": dip["p_value"],
        }
        for place, dip in places
    ]


def _stability(summary: Mapping[str, Any]) -> pl.DataFrame:
    """Give each segment's bootstrap by how refits start, silhouette and standing."""
    found = summary["evidence"]
    if not found:
        return pl.DataFrame()
    names = {segment["id"]: segment["name"] for segment in summary["segments"]}
    near = {row["segment_id"]: row for row in found["silhouette"]["per_segment"]}
    sure = {row["segment_id"]: row for row in found["standing"]["per_segment"]}
    return sheet(
        [
            {
                "segment": names[row["segment_id"]],
                "refits from": run["start"],
                "refits": run["resamples"],
                "Jaccard": row["jaccard"],
                "share recovered": row["recovered"],
                "share dissolved": row["dissolved"],
                "mean silhouette": near[row["segment_id"]]["mean"],
                "share nearer to another": near[row["segment_id"]]["negative"],
                "core": sure[row["segment_id"]]["core"],
                "borderline": sure[row["segment_id"]]["borderline"],
                "atypical": sure[row["segment_id"]]["atypical"],
                "mean confidence": sure[row["segment_id"]]["mean_confidence"],
            }
            for run in found["bootstrap"]
            for row in run["per_segment"]
        ]
    )


def _subsegments(summary: Mapping[str, Any]) -> pl.DataFrame:
    """Give the finer cuts, a segment that is not cut as one row of itself."""
    found = summary["evidence"]
    if not found:
        return pl.DataFrame()
    per, unit = summary["per_pay_unit"], summary["pay_unit"]
    names = {segment["id"]: segment["name"] for segment in summary["segments"]}
    reasons = {row["segment_id"]: row["reason"] for row in found["finer"]["dossiers"]}
    rows = []
    for part in found["finer"]["subsegments"]:
        row = {
            "sub-segment": part["subsegment_id"],
            "segment": names[part["segment_id"]],
            "count": part["count"],
            "share of segment": part["share_of_segment"],
            "share": part["share"],
            "Jaccard": part["jaccard"],
        }
        if "median_pay" in part:
            pay = part["median_pay"]
            row[f"median pay ({unit})"] = None if pay is None else pay / per
        if "median_years_of_experience" in part:
            row["median years of experience"] = part["median_years_of_experience"]
        rows.append(row | {"reason": reasons.get(part["segment_id"], "")})
    return sheet(rows)


def _cells(summary: Mapping[str, Any]) -> pl.DataFrame:
    found = summary["evidence"]
    if not found:
        return pl.DataFrame()
    names = {segment["id"]: segment["name"] for segment in summary["segments"]}
    return sheet(
        [
            {
                "segment": names[cell["segment_id"]],
                "role family": cell["role_family"],
                "count": cell["count"],
                "share of segment": cell["share_of_segment"],
                "share of family": cell["share_of_family"],
                "Jaccard": cell["jaccard"],
            }
            for cell in found["finer"]["cells"]
        ]
    )


def _sensitivity(summary: Mapping[str, Any]) -> pl.DataFrame:
    """Give the other ways to cut, the chosen one first; those not tried last."""
    found = (summary["evidence"] or {}).get("sensitivity")
    if not found:
        return pl.DataFrame()
    headings = {
        "name": "other way",
        "kind": "what is other",
        "n_segments": "segments",
        "rows": "learners",
        "ari": statistic_of("ari").label,
        "nmi": statistic_of("nmi").label,
        "smallest_share": "share of the smallest",
        "largest_share": "share of the largest",
        "lowest_jaccard": "Jaccard of the least stable",
        "note": "note",
    }
    tried = [found["same_way"], *found["variants"]]
    rows = [{heading: row[key] for key, heading in headings.items()} for row in tried]
    nothing = dict.fromkeys(headings.values())
    rows += [
        nothing | {"other way": row["name"], "note": f"not tried: {row['reason']}"}
        for row in found["skipped"]
    ]
    return sheet(rows)
