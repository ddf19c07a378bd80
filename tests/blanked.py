"""The artefacts of a run as they would be without data: names and labels blanked."""

import json
from pathlib import Path
from typing import Any

from learnstrata.report.document import render_report

from learnstrata.report.workbook import workbook_sheets, write_workbook

Summary = dict[str, Any]


def without_data(summary: Summary) -> Summary:
    """Give the same results with a neutral text for each text that the data gave.

    Role families, and names of segments that are made of the product's own words, stay.
    """
    aliases = {company["alias"] for company in summary["companies"]["companies"]}
    blanks = {alias: f"Company zz{n}" for n, alias in enumerate(sorted(aliases))}
    given = set(summary["config"]["names"].values())
    blanks |= {name: f"zz{n}" for n, name in enumerate(sorted(given), len(blanks))}
    return _replaced(summary, blanks)


def _replaced(value: Any, blanks: dict[str, str]) -> Any:
    if isinstance(value, str):
        for text, blank in blanks.items():
            value = value.replace(text, blank)
        return value
    if isinstance(value, dict):
        return {_replaced(k, blanks): _replaced(v, blanks) for k, v in value.items()}
    if isinstance(value, list):
        return [_replaced(inner, blanks) for inner in value]
    return value


def render(summary: Summary, folder: Path) -> Path:
    """Write what a run shares into a new folder."""
    folder.mkdir(parents=True)
    text = json.dumps(summary, indent=1, allow_nan=False)
    (folder / "summary.json").write_text(text)
    (folder / "report.html").write_text(render_report(summary))
    sheets = workbook_sheets(summary)
    write_workbook(folder / "tables.xlsx", sheets, pay_unit=summary["pay_unit"])
    return folder
