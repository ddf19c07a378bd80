"""The numbers of a run as tables for people: one frame a sheet of ``tables.xlsx``."""

from collections.abc import Mapping
from typing import Any

import polars as pl

__all__ = ["CANDIDATES", "column_formats", "workbook_sheets"]

SHARES = ("coverage", "precision", "base")  # beside headings that say "share"

PAY_QUANTILES = ("p25", "p50", "p75")
QUARTILE_NAMES = ("lower quartile", "median", "upper quartile")


def workbook_sheets(summary: Mapping[str, Any]) -> dict[str, pl.DataFrame]:
    """Give the sheets of the workbook, from the values of ``summary.json``."""
    sheets = {
        "Segments": _segments(summary),
        "Index": _index(summary),
        "What decides": _decides(summary),
        "Rules": _rules_in_words(summary),
        "Pay benchmarks": _pay_benchmarks(summary),
        "Cohorts": _cohorts(summary),
        "Companies": _companies(summary),
        "How far to trust": _trust(summary),
        "Choice of k": _candidates(summary),
        "Stability": _stability(summary),
        "Sub-segments": _subsegments(summary),
        "Segment x role": _cells(summary),
        "Sensitivity": _sensitivity(summary),
        "Profiles": _profiles(summary),
        "Rule-based": _rules(summary),
        "Actions": _actions(summary),
        "Ledger": _ledger(summary),
    }
    for number, finding in enumerate(summary["findings"], start=1):
        for part, table in enumerate(finding["tables"], start=1):
            letter = f"{'abc'[part - 1]}" if len(finding["tables"]) > 1 else ""
            headings = [
                _heading(column, summary["pay_unit"]) for column in table["columns"]
            ]
            rows = [_shown(row, table["columns"], summary) for row in table["rows"]]
            sheets[f"Q{number}{letter} {table['title']}"] = pl.DataFrame(
                rows, schema=headings, orient="row", infer_schema_length=None
            )
    return {name: frame for name, frame in sheets.items() if frame.width}


CANDIDATES = {
    "k": "k",
    "objections": "objections",
    "silhouette": "silhouette",
    "silhouette_error": "standard error of the silhouette",
    "silhouette_sampled": "silhouette of a sample",
    "silhouette_null": "silhouette of structureless tables",
    "silhouette_excess": "silhouette of the sample above structureless tables",
    "silhouette_p": "p-value of the silhouette of the sample",
    "silhouette_squared": "silhouette, squared distances",
    "silhouette_simplified": "silhouette, simplified",
    "gap": "gap",
    "gap_error": "standard error of the gap",
    "gap_excess": "gap above structureless tables",
    "gap_p": "p-value of the gap",
    "lowest_jaccard": "Jaccard of the least stable segment",
    "jaccard_sampled": "that Jaccard on a sample",
    "jaccard_null": "that Jaccard on structureless tables",
    "jaccard_excess": "Jaccard of the sample above structureless tables",
    "jaccard_p": "p-value of the Jaccard of the sample",
    "prediction_strength": "prediction strength",
    "calinski_harabasz": "Calinski-Harabasz",
    "davies_bouldin": "Davies-Bouldin",
    "inertia": "inertia",
    "smallest_share": "share of the smallest segment",
    "largest_share": "share of the largest segment",
}


def _candidates(summary: Mapping[str, Any]) -> pl.DataFrame:
    """Give every k with all that is known of it; what was not measured is left out."""
    table = summary["selection"]["table"]
    names = {
        key: heading
        for key, heading in CANDIDATES.items()
        if any(row.get(key) is not None for row in table)
    }
    return _frame(
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
    return _frame([{name: row.get(name) for name in columns} for row in rows])


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
    return _frame(
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
    return _frame(rows)


def _cells(summary: Mapping[str, Any]) -> pl.DataFrame:
    found = summary["evidence"]
    if not found:
        return pl.DataFrame()
    names = {segment["id"]: segment["name"] for segment in summary["segments"]}
    return _frame(
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
        "ari": "adjusted Rand index",
        "nmi": "normalised mutual information",
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
    return _frame(rows)


def _frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, infer_schema_length=None)


def _heading(column: Mapping[str, str], pay_unit: str) -> str:
    return (
        f"{column['name']} ({pay_unit})" if column["kind"] == "pay" else column["name"]
    )


def _shown(
    row: list[Any], columns: list[Mapping[str, str]], summary: Mapping[str, Any]
) -> list[Any]:
    per = summary["per_pay_unit"]
    return [
        value / per if column["kind"] == "pay" and value is not None else value
        for value, column in zip(row, columns, strict=True)
    ]


def _segments(summary: Mapping[str, Any]) -> pl.DataFrame:
    per, unit = summary["per_pay_unit"], summary["pay_unit"]
    rows = []
    for segment in summary["segments"]:
        row = {key: segment[key] for key in ("id", "name", "count", "share")}
        for name, typical in segment["typical"].items():
            money = name in {"pay", "company_pay"}
            label = name.replace("_", " ") + (f" ({unit})" if money else "")
            row[f"median {label}"] = typical["p50"] / per if money else typical["p50"]
        rows.append(row | {"description": segment["description"]})
    return _frame(rows)


def _profiles(summary: Mapping[str, Any]) -> pl.DataFrame:
    return _frame(
        [
            {"segment": segment["name"], "category": category, **share}
            for segment in summary["segments"]
            for category, shares in segment["shares"].items()
            for share in shares
            if share["count"] is not None
        ]
    )


def _rules(summary: Mapping[str, Any]) -> pl.DataFrame:
    found = summary["heuristic"]
    if found is None:
        return pl.DataFrame()
    names = {segment["id"]: segment["name"] for segment in summary["segments"]}
    return _frame(
        [
            {"rule-based segment": rule}
            | {names[s]: n for s, n in zip(found["segments"], counts, strict=True)}
            for rule, counts in zip(found["rules"], found["counts"], strict=True)
        ]
    )


def column_formats(frame: pl.DataFrame, pay_unit: str) -> dict[str, str]:
    """Give the number format of each column that has one, for a workbook.

    Parameters
    ----------
    frame : polars.DataFrame
        A sheet of `workbook_sheets`.
    pay_unit : str
        As in the summary; columns of pay bear it in their headings.

    Returns
    -------
    dict
        Column to Excel's format: counts with separators, shares as per cent.

    Examples
    --------
    >>> sheet = pl.DataFrame({"name": ["a"], "share": [0.5], "count": [1200]})
    >>> column_formats(sheet, "LPA")
    {'share': '0.0%', 'count': '#,##0'}
    """
    formats: dict[str, str] = {}
    for name, dtype in frame.schema.items():
        if dtype.is_integer():
            formats[name] = "#,##0"
        elif dtype.is_float():
            share = name.lower().startswith("share") or name in SHARES
            formats[name] = (
                "0.0%" if share else "#,##0.0" if f"({pay_unit})" in name else "0.00"
            )
    return formats


def _rules_in_words(summary: Mapping[str, Any]) -> pl.DataFrame:
    """Give the rule of each segment in words, and how well it catches it."""
    return _frame(
        [
            {
                "segment": segment["name"],
                "rule": rule["text"],
                "coverage": rule["coverage"],
                "precision": rule["precision"],
                "held-out learners of the segment": rule["n_segment"],
                "held-out learners caught": rule["n_caught"],
            }
            for segment in summary["segments"]
            if (rule := segment.get("rule"))
        ]
    )


def _index(summary: Mapping[str, Any]) -> pl.DataFrame:
    """Give what is distinctive of each segment, with its interval."""
    return _frame(
        [
            {
                "segment": segment["name"],
                "what": row["feature"].replace("_", " "),
                "value": row["value"],
                "count": row["count"],
                "found": row["estimate"],
                "from": row["low"],
                "to": row["high"],
                "all": row["base"],
            }
            for segment in summary["segments"]
            for row in segment.get("index") or ()
        ]
    )


def _decides(summary: Mapping[str, Any]) -> pl.DataFrame:
    """Give what puts learners into their segment and not into the next."""
    return _frame(
        [
            {
                "segment": segment["name"],
                "feature": pull["label"],
                "share": pull["share"],
            }
            for segment in summary["segments"]
            for pull in segment.get("pulls") or ()
        ]
    )


def _pay_benchmarks(summary: Mapping[str, Any]) -> pl.DataFrame:
    """Give pay of the shown cells, wider groups after them."""
    found = summary.get("benchmarks") or {}
    rows = [*found.get("cells", ()), *found.get("wider", ())]
    return _frame(
        [
            {
                "role": row.get("role_family") or "all",
                "company tier": row.get("tier") or "all",
                "experience": row.get("experience_band") or "all",
                "learners": row["learners"],
                "companies": row["companies"],
            }
            | _quartiles(row, summary)
            | {"leans on wider groups": "yes" if row["shrunk"] else "no"}
            for row in rows
        ]
    )


def _quartiles(
    row: Mapping[str, Any], summary: Mapping[str, Any]
) -> dict[str, float | None]:
    per, unit = summary["per_pay_unit"], summary["pay_unit"]
    named = zip(PAY_QUANTILES, QUARTILE_NAMES, strict=True)
    return {f"{name} ({unit})": _per(row[key], per) for key, name in named}


def _cohorts(summary: Mapping[str, Any]) -> pl.DataFrame:
    """Give each cohort as a whole, then by segment, role and company tier."""
    rows = []
    for cohort in summary.get("cohorts") or ():
        whole = {
            "value": "all",
            "assessed": cohort["n_assessed"],
            "learners": cohort["n_learners"],
            "share": cohort["share"],
        }
        parts = {"": [whole], "segment": cohort["by_segment"]}
        parts |= {"role": cohort["by_role"], "company tier": cohort["by_tier"]}
        rows += [
            {"cohort": cohort["title"], "by": by, "group": part["value"]}
            | {key: part[key] for key in ("assessed", "learners", "share")}
            for by, groups in parts.items()
            for part in groups
        ]
    return _frame(rows)


def _companies(summary: Mapping[str, Any]) -> pl.DataFrame:
    """Give the largest companies by alias: pay of all, then of each role."""
    found = summary.get("companies") or {}
    per, unit = summary["per_pay_unit"], summary["pay_unit"]
    rows = [
        {
            "company": row["alias"],
            "role": row.get("role_family") or "all",
            "learners, about": row["learners"],
            f"median ({unit})": _per(row["p50"], per),
            f"median elsewhere ({unit})": _per(row.get("elsewhere"), per),
            "ratio": row.get("ratio"),
        }
        for row in (*found.get("companies", ()), *found.get("roles", ()))
    ]
    return _frame(rows)


def _per(amount: float | None, per: float) -> float | None:
    return None if amount is None else amount / per


def _actions(summary: Mapping[str, Any]) -> pl.DataFrame:
    return _frame(
        [
            {
                "action": action["title"],
                "teams": ", ".join(action["teams"]),
                "for": target["name"],
                "learners": target["size"],
                "share": target["share"],
                "why": target["why"],
                "measure": action["measure"],
            }
            for action in summary["actions"]
            for target in action["targets"]
        ]
    )


def _ledger(summary: Mapping[str, Any]) -> pl.DataFrame:
    states = [
        {"state": state, "rule": "", "records": n}
        for state, n in summary["ledger"].items()
    ]
    rules = [
        {"state": rule["state"], "rule": rule["rule"], "records": rule["records"]}
        for rule in summary["cleaning"]["rules"]
    ]
    return _frame(states + rules)
