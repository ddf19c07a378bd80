"""The workbook of a run: what stands on which sheet, and in which order."""

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import cast

from learnstrata.report.changes import change_sheets
from learnstrata.report.figures.catalogue import CHARTS
from learnstrata.report.figures.chart import Chart
from learnstrata.report.figures.choice.charts import CHARTS as CHOICE
from learnstrata.report.figures.learners.charts import CHARTS as LEARNERS
from learnstrata.report.figures.learners.numbers import described_numbers
from learnstrata.report.figures.pay.charts import CHARTS as PAY
from learnstrata.report.figures.profiles.charts import CHARTS as PROFILES
from learnstrata.report.figures.stability.charts import CHARTS as STABILITY
from learnstrata.report.glossary import words_table
from learnstrata.report.outcomes import rule_limits, skills
from learnstrata.report.pay import pay_tables
from learnstrata.report.quality import quality_tables, role_families, rounding
from learnstrata.report.questions import tables_of
from learnstrata.report.segment_sheets import segment_sheets
from learnstrata.report.spreadsheet import Cover, Sheet, write_workbook
from learnstrata.report.team_sheets import team_sheets
from learnstrata.report.trust import tables_of as trust_tables
from learnstrata.summary.contract.results import DisclosedSummary, Summary
from learnstrata.wording.tables import Table

__all__ = ["cover_of", "workbook_sheets", "write_summary"]

QUESTIONS = {
    "largest_segment": "Q1 Largest segment",
    "segment_differences": "Q2 Segments side by side",
    "pay_without_experience": "Q3 Pay and experience",
    "entry_level_pay": "Q4 Entry-level pay",
    "company_role_pay": "Q5 Roles at companies",
    "tiers_and_concentration": "Q6 Company tiers",
    "learned_against_rules": "Q7 Segments and rules",
}


def write_summary(path: Path, summary: Summary) -> None:
    """Write the workbook of a summary.

    Parameters
    ----------
    path : Path
        Written over.
    summary : Summary
        Disclosed, to be shared; or exact, for the owner: the same tables. This is the
        one thing of the report that takes exact results.
    """
    sheets, numbers = workbook_sheets(summary), summary.settings.numbers
    write_workbook(path, sheets, numbers, cover=cover_of(summary))


def workbook_sheets(summary: Summary) -> tuple[Sheet, ...]:
    """Give the sheets of the workbook: what to do, what was asked, then all the rest.

    Parameters
    ----------
    summary : Summary

    Returns
    -------
    tuple of Sheet
        A table stands on one sheet: those of a question are with it.
    """
    asked = tuple(_questions(summary))
    taken = {table.sheet for sheet in asked for table in sheet.tables}
    found: dict[str, Sheet] = {}
    for part, tables in _parts(summary):
        for table in tables:
            if table.sheet and table.rows and table.sheet not in taken:
                one = Sheet(table.sheet, table.sheet, (table,), part)
                found.setdefault(table.sheet, one)  # the page shows some twice
    first = (*team_sheets(summary), *asked, *change_sheets(summary))
    return (*first, *found.values())


def _questions(summary: Summary) -> Iterator[Sheet]:
    for one in summary.words.findings:
        name = QUESTIONS.get(one.id, one.id.replace("_", " ").capitalize())
        yield Sheet(
            name, one.question, tables_of(summary, one.id), "Questions", one.answer
        )


def _parts(summary: Summary) -> Iterator[tuple[str, Iterable[Table]]]:
    """Give the parts of the contents, and what may stand in each."""
    worth = (skills(summary), rule_limits(summary))
    yield "Segments", chain(segment_sheets(summary), _of(PROFILES, summary), worth)
    yield "Pay and companies", chain(_of(PAY, summary), pay_tables(summary))
    known = (described_numbers(summary), role_families(summary))
    yield "All learners", chain(_of(LEARNERS, summary), known)
    drawn = _of((*CHOICE, *STABILITY), summary)
    yield "How far to trust this", chain(trust_tables(summary), drawn)
    yield "Data and settings", (*quality_tables(summary), words_table(summary))


def _of(charts: Iterable[Chart], summary: Summary) -> Iterator[Table]:
    either = cast("DisclosedSummary", summary)  # tables read what both forms have
    there = {chart.key for chart in CHARTS if chart.has(either)}
    yield from (chart.table(either) for chart in charts if chart.key in there)


def cover_of(summary: Summary) -> Cover:
    """Say what the workbook is of, how it was made, and how to read it.

    Parameters
    ----------
    summary : Summary
    """
    run, write, k = summary.settings, summary.settings.numbers, summary.selection.k
    made = (
        f"learnstrata {run.versions.get('learnstrata', '')}, recipe {run.recipe}, "
        f"version {run.recipe_version}, seed {run.seed}"
    )
    many = "segment" if k == 1 else "segments"
    return Cover(
        f"{write.count(summary.segmented)} {run.units} in {k} {many}",
        (
            (
                "Table",
                f"{write.count(summary.input.records)} records, as of {run.as_of}",
            ),
            *_read(summary),
            ("Pay", f"In {run.money.unit} a year."),
            ("Made by", made),
        ),
    )


def _read(summary: Summary) -> tuple[tuple[str, str], ...]:
    """Say what was done to the numbers, and what stands where there is none."""
    if not isinstance(summary, DisclosedSummary):
        return (
            ("Numbers", "Exact: for the owner of the run, not to be shared."),
            ("–", "Not known."),  # noqa: RUF001 - the dash that stands in the cells
        )
    few, units = summary.settings.numbers.count(None), summary.settings.units
    return (
        ("Rounding", rounding(summary)),
        (few, f"So few {units} that their number is not told; it may be 0."),
        ("–", "Not known, or not told because it rests on too few."),  # noqa: RUF001 - the dash that stands in the cells
        ("Pay that is shown", summary.words.pay_rule),
    )
