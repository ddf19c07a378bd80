"""The numbers of a run as tables for people: one frame a sheet of ``tables.xlsx``."""

from collections.abc import Mapping
from typing import Any

import polars as pl

__all__ = ["workbook_sheets"]


def workbook_sheets(summary: Mapping[str, Any]) -> dict[str, pl.DataFrame]:
    """Give the sheets of the workbook, from the values of ``summary.json``."""
    sheets = {
        "Segments": _segments(summary),
        "Choice of k": _frame(
            [
                {**row, "objections": "; ".join(row["objections"])}
                for row in summary["selection"]["table"]
            ]
        ),
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
            if share["count"] >= 10
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
