"""The numbers of a run as tables for people: one frame a sheet of ``tables.xlsx``."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from learnstrata.report.evidence_sheets import evidence_sheets, sheet

__all__ = ["SHORT", "column_formats", "workbook_sheets", "write_workbook"]

SHEET_NAME_LENGTH = 31  # Excel's limit

SHARES = ("coverage", "precision", "base")  # beside headings that say "share"

PAY_QUANTILES = ("p25", "p50", "p75")
QUARTILE_NAMES = ("lower quartile", "median", "upper quartile")
MONEY = frozenset({"pay", "company_pay"})
SHORT = {  # titles of tables that the name of a sheet has no room for
    "Data Scientists and the rest at the largest companies": "Data Scientists",
    "Best-paid roles at the largest companies": "Best-paid roles",
    "Experienced learners whose pay lags, by role": "Pay that lags, by role",
}


def workbook_sheets(summary: Mapping[str, Any]) -> dict[str, pl.DataFrame]:
    """Give the sheets of the workbook, from the values of ``summary.json``."""
    sheets = {
        "Segments": _segments(summary),
        "Middle half": _middle_half(summary),
        "Index": _index(summary),
        "What decides": _decides(summary),
        "Progression": _progression(summary),
        "Rules": _rules_in_words(summary),
        "Accuracy of rules": _accuracy(summary),
        "Pay benchmarks": _pay_benchmarks(summary),
        "Cohorts": _cohorts(summary),
        "Companies": _companies(summary),
        **evidence_sheets(summary),
        "Profiles": _profiles(summary),
        "Rule-based": _rules(summary),
        "Learned or rule-based": _incremental(summary),
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
            title = SHORT.get(table["title"], table["title"])
            sheets[f"Q{number}{letter} {title}"] = pl.DataFrame(
                rows, schema=headings, orient="row", infer_schema_length=None
            )
    return {name: frame for name, frame in sheets.items() if frame.width}


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
            money = name in MONEY
            label = name.replace("_", " ") + (f" ({unit})" if money else "")
            row[f"median {label}"] = typical["p50"] / per if money else typical["p50"]
        rows.append(row | {"description": segment["description"]})
    return sheet(rows)


def _middle_half(summary: Mapping[str, Any]) -> pl.DataFrame:
    """Give the middle half of each number in each segment, and the median of all."""
    rows = []
    for segment in summary["segments"]:
        for name, typical in segment["typical"].items():
            per = summary["per_pay_unit"] if name in MONEY else 1
            unit = f" ({summary['pay_unit']})" if name in MONEY else ""
            named = zip(PAY_QUANTILES, QUARTILE_NAMES, strict=True)
            rows.append(
                {
                    "segment": segment["name"],
                    "number": name.replace("_", " ") + unit,
                    "known for": typical["n"],
                    **{heading: _per(typical[key], per) for key, heading in named},
                    "median of all": _per(typical["base"], per),
                }
            )
    return sheet(rows)


def _progression(summary: Mapping[str, Any]) -> pl.DataFrame:
    """Give how learners with older records moved on, beside all who have them."""
    headings = {
        "n": "learners with older records",
        "n_growth": "pay growth known for",
        "growth": "share by which pay grew a year",
        "growth_of_all": "share by which the pay of all grew",
        "n_roles": "roles known for",
        "role_change": "share who named more than one role",
        "role_change_of_all": "share of all who did",
    }
    return sheet(
        [
            {"segment": segment["name"]}
            | {heading: told[key] for key, heading in headings.items()}
            for segment in summary["segments"]
            if (told := segment.get("progression"))
        ]
    )


def _accuracy(summary: Mapping[str, Any]) -> pl.DataFrame:
    """Give how many learners the rules place right, and what guessing would."""
    found = summary.get("rules")
    if not found or found["reason"]:
        return pl.DataFrame()
    ways = {
        "stated": "rules on the cards",
        "fidelity": "the whole tree that they are taken from",
        "baseline": "calling everybody the largest segment",
    }
    return sheet(
        [
            {
                "way": way,
                "share placed right": found[key],
                "held-out learners": found["n_held_out"],
            }
            for key, way in ways.items()
        ]
    )


def _incremental(summary: Mapping[str, Any]) -> pl.DataFrame:
    """Give how much learned and rule-based segments tell of each outcome."""
    kinds = {
        "learned": "learned segments",
        "rules": "rule-based segments",
        "difference": "learned less rule-based",
    }
    return sheet(
        [
            {
                "outcome": row["outcome"].replace("_", " "),
                "told by": kind,
                "learners who have it": row["n_with"],
                "share told": row[key]["estimate"],
                "share told, from": row[key]["low"],
                "share told, to": row[key]["high"],
                "verdict": row["verdict"],
            }
            for row in summary.get("incremental") or ()
            if not row["reason"]
            for key, kind in kinds.items()
        ]
    )


def _profiles(summary: Mapping[str, Any]) -> pl.DataFrame:
    return sheet(
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
    return sheet(
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
    return sheet(
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
    return sheet(
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
    return sheet(
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
    return sheet(
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
    return sheet(rows)


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
    return sheet(rows)


def _per(amount: float | None, per: float) -> float | None:
    return None if amount is None else amount / per


def _actions(summary: Mapping[str, Any]) -> pl.DataFrame:
    return sheet(
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
    return sheet(states + rules)


def write_workbook(
    path: Path, sheets: Mapping[str, pl.DataFrame], *, pay_unit: str = ""
) -> None:
    """Write frames as sheets of an Excel workbook, headers frozen, columns fitted.

    Numbers are formatted by what they are: counts, shares, pay in `pay_unit`. A text
    that begins with ``=`` stays a text: a formula from a table must not run.
    """
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "nan_inf_to_errors": True,
    }
    names = _sheet_names(sheets)
    with xlsxwriter.Workbook(path, options) as workbook:
        for name, frame in zip(names, sheets.values(), strict=True):
            formats: Any = column_formats(frame, pay_unit)  # a dict is invariant
            frame.write_excel(
                workbook,
                worksheet=name,
                freeze_panes=(1, 0),
                autofit=True,
                column_formats=formats,
            )


def _sheet_names(titles: Iterable[str]) -> list[str]:
    """Make titles into names that Excel takes: short, plain, all different."""
    names: list[str] = []
    taken: set[str] = {"history"}  # Excel keeps this one to itself
    for title in titles:
        plain = title.translate(dict.fromkeys(map(ord, "[]:*?/\\"), "-")).strip(" '")
        name, times = plain[:SHEET_NAME_LENGTH].strip(" '") or "Sheet", 1
        while name.lower() in taken:
            times += 1
            end = f" ({times})"
            name = plain[: SHEET_NAME_LENGTH - len(end)].strip(" '") + end
        taken.add(name.lower())
        names.append(name)
    return names
