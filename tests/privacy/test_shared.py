"""What is shared holds no rare label, and no number that the summary does not tell."""

import re

import polars as pl
import pytest

from crowds import PHONE, TYPED, Crowd, records_of, results_of
from intruder import published
from learnstrata.privacy.disclosure.rounding import significant
from learnstrata.privacy.leaks.artefacts import read_pieces
from learnstrata.report.exports import find_browser, write_pdf
from learnstrata.report.figures.catalogue import CHARTS
from learnstrata.report.interactive import shipped_scripts
from learnstrata.report.page import render_report
from learnstrata.report.workbook import workbook_sheets
from learnstrata.sharing import summaries_of, without_data, write_tables

TYPED_BY_USERS = ("title", "role", "role_family", "tier", "city", "remark")


@pytest.fixture(
    scope="module",
    params=[Crowd(1, "robust"), Crowd(4, "notebook")],
    ids=str,
)
def crowd(request):
    return request.param


@pytest.fixture(scope="module")
def told(crowd):
    return results_of(crowd)[1]


def rare_labels(crowd):
    """Give every text that fewer than ten learners hold, in the table or after it."""
    frames = (records_of(crowd), crowd.run.base.prepared.learners)
    held = [
        frame.drop_nulls(column)
        .group_by(pl.col(column).cast(pl.String).alias("text"))
        .agg(pl.col("learner_id").n_unique().alias("n"))
        for frame in frames
        for column in TYPED_BY_USERS
        if column in frame.columns
    ]
    most = pl.concat(held).group_by("text").agg(pl.col("n").max())
    return most.filter(pl.col("n") < 10)["text"].to_list()


def texts_of(folder):
    return [piece.text for f in sorted(folder.iterdir()) for piece in pieces(f)]


def pieces(file):
    return read_pieces(file.name, file.read_bytes(), shipped=shipped_scripts())


def written(summary, folder, *, pdf):
    folder.mkdir()
    page = render_report(summary)
    (folder / "report.html").write_text(page, encoding="utf-8")
    (folder / "summary.json").write_text(summary.model_dump_json(), encoding="utf-8")
    write_tables(folder / "tables.xlsx", summary)
    if pdf and find_browser():
        write_pdf(page, folder / "report.pdf")
    return " ".join(texts_of(folder)).casefold()


def standing_in(labels, text):
    return [
        label
        for label in labels
        if re.search(rf"(?<!\w){re.escape(label.casefold())}(?!\w)", text)
    ]


def test_no_label_of_fewer_than_ten_learners_is_in_any_shared_file(
    crowd, told, tmp_path
):
    pdf = crowd.number == 1
    text = written(told, tmp_path / "share", pdf=pdf)
    own = written(without_data(told), tmp_path / "own", pdf=False)
    labels = rare_labels(crowd)
    labels = [one for one in labels if one not in standing_in(labels, own)]
    assert len(labels) > 20
    assert TYPED.format(3) in labels
    assert standing_in(labels, text) == []
    assert "personal assistant" not in text
    assert PHONE[:6] not in text


def test_a_rare_label_would_be_found(crowd, told):
    label = rare_labels(crowd)[0]
    first = told.segments[0].model_copy(update={"name": label})
    named = told.model_copy(update={"segments": (first, *told.segments[1:])})
    text = named.model_dump_json().casefold()
    assert standing_in([label], text) == [label]


def known(told):
    """Give every published number as it is, in units of pay, and in percent."""
    numbers = [
        float(one.value)
        for one in published(told)
        if isinstance(one.value, int | float) and not isinstance(one.value, bool)
    ]
    per = told.settings.money.per
    return {round(x, 9) for v in numbers for x in (v, v / per, 100 * v)}


def shares_of_certainty(told):
    """Certain, borderline and atypical learners, as shares of their sum."""
    found = told.evidence.certainty if told.evidence else None
    rows = [found, *found.per_segment] if found else []
    sizes = {one.id: one.size for one in told.segments}
    sizes[None] = told.segmented
    shares = set()
    for row in rows:
        parts = [row.core, row.borderline, row.atypical]
        told_parts = [n for n in parts if n is not None]
        whole = sum(told_parts)
        if len(told_parts) < 3:
            whole = max(sizes[getattr(row, "segment_id", None)] or 0, whole)
        places = 3 if whole > 1000 else 2
        shares |= {round(n / whole, places) for n in told_parts}
    return shares


def mentors_lacking(told):
    """Mentors that a role lacks, and learners for each, worked out of what is told."""
    asked = told.questions
    gaps = [one.gap(asked.mentees) for one in asked.mentor_roles]
    error = told.rounding_error
    each = {one.per_mentor(error=error) for one in asked.mentor_roles} - {None}
    return {max(gap, 0) for gap in gaps if gap is not None} | {
        round(one, 1) for one in each
    }


def test_every_number_of_the_workbook_is_one_of_the_summary(told):
    allowed = known(told) | shares_of_certainty(told) | mentors_lacking(told)
    strange = [
        (table.sheet, column.heading, cell)
        for sheet in workbook_sheets(told)
        for table in sheet.tables
        for row in table.values(told.settings.numbers)
        for column, cell in zip(table.columns, row, strict=True)
        if isinstance(cell, int | float)
        and not isinstance(cell, bool)
        and round(float(cell), 9) not in allowed
    ]
    assert strange == []


# Where a chart puts a mark that is no number of the summary, and what it is worked out
# of: ends of bars of an error, middles of bins, places that stack counts.
PLACED = {
    ("k", "low"): "a value less its standard error",
    ("k", "high"): "a value and its standard error",
    ("k", "null"): "a value less its excess",
    ("strength", "low"): "a value less its standard error",
    ("strength", "high"): "a value and its standard error",
    ("ward", "y"): "halfway between two forks",
    ("jaccards", "middle"): "middle of a band of readings",
    ("tree", "x"): "place in a row",
    ("tree", "x2"): "place in a row",
    ("certainty", "from"): "counts before, over their sum",
    ("certainty", "to"): "counts up to it, over their sum",
    ("histogram-pay", "low"): "where an open bin is drawn to",
    ("histogram-pay", "high"): "where an open bin is drawn to",
}


def rows_in(spec):
    if isinstance(spec, dict):
        if isinstance(spec.get("values"), list):
            yield from (row for row in spec["values"] if isinstance(row, dict))
        for name, inner in spec.items():
            if name != "values":
                yield from rows_in(inner)
    elif isinstance(spec, list):
        for inner in spec:
            yield from rows_in(inner)


def test_every_number_behind_a_chart_is_one_of_the_summary_or_a_place(told):
    allowed = known(told)
    strange = {
        (chart.key, name, value)
        for chart in CHARTS
        if chart.has(told)
        for row in rows_in(chart.spec(told))
        for name, value in row.items()
        if isinstance(value, int | float)
        and not isinstance(value, bool)
        and round(float(value), 9) not in allowed
        and (chart.key, name) not in PLACED
        and not (chart.key.startswith("histogram-") and name == "middle")
    }
    assert strange == set()


def test_a_number_that_the_summary_does_not_tell_would_be_found(crowd):
    exact = summaries_of(crowd.run, key=crowd.key)[0]
    told = results_of(crowd)[1]
    tables = [one for sheet in workbook_sheets(exact) for one in sheet.tables]
    allowed = known(told)
    cells = [
        cell
        for table in tables
        for row in table.values(told.settings.numbers)
        for cell in row
        if isinstance(cell, float) and cell != significant(cell, 3)
    ]
    assert sum(round(cell, 9) not in allowed for cell in cells) > 100
