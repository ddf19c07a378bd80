"""The heat map of pay by role, company tier and experience."""

import re

import pytest

from charted import drawn, problems_of, with_
from learnstrata.report import theme
from learnstrata.report.figures.pay.benchmarks import CHART
from learnstrata.report.figures.pay.charts import CHARTS
from learnstrata.summary.blank import blank


@pytest.fixture
def write(summary):
    return summary.settings.numbers


def with_cells(summary, change):
    """Copy a summary with each cell changed; one that becomes None is left out."""
    cells = tuple(one for cell in summary.benchmarks.cells if (one := change(cell)))
    return with_(
        summary, benchmarks=summary.benchmarks.model_copy(update={"cells": cells})
    )


def drawn_rows(summary):
    """Give what is drawn, a dictionary a place."""
    return [
        row
        for panel in CHART.spec(summary)["concat"]
        for row in panel["data"]["values"]
    ]


def hidden(cell):
    return cell.model_copy(update=dict.fromkeys(("p25", "p50", "p75")))


@pytest.mark.parametrize("name", ["summary", "notebook"])
def test_the_specification_is_vega_lite_and_draws_without_a_warning(
    name, request, capfd
):
    summary = request.getfixturevalue(name)
    for chart in CHARTS:
        spec = chart.spec(summary)
        assert problems_of(spec) == []
        assert "<svg" in drawn(spec)
        assert not {"$schema", "config"} & set(spec)
    assert capfd.readouterr() == ("", "")


def test_each_place_has_the_pay_of_its_cell_or_none(summary, write):
    cells = {
        f"{c.role_family}, {c.tier}, {c.experience_band}": c
        for c in summary.benchmarks.cells
        if c.shown
    }
    rows = drawn_rows(summary)
    told = {row["tip"].partition(":")[0]: row["text"] for row in rows}
    assert len(told) == len(rows)
    assert {place for place, text in told.items() if text} == set(cells)
    for place, cell in cells.items():
        assert told[place].rstrip("*") == write.pay(cell.p50)
        assert told[place].endswith("*") == bool(cell.shrunk)


def test_a_tip_says_of_whom_the_pay_is(summary, write):
    tips = {row["tip"].partition(":")[0]: row["tip"] for row in drawn_rows(summary)}
    cell, place = next(
        (one, place)
        for one in summary.benchmarks.cells
        if one.p25 and one.p75
        for place in [f"{one.role_family}, {one.tier}, {one.experience_band}"]
        if place in tips
    )
    tip = tips[place]
    assert tip == (
        f"{place}: {write.pay_text(cell.p50)} ({write.pay(cell.p25)} to "
        f"{write.pay(cell.p75)}); {write.count(cell.learners)} learners, "
        f"{write.count(cell.companies)} companies" + (", thin" if cell.shrunk else "")
    )


def test_a_cell_whose_pay_is_hidden_is_grey_and_has_no_reason(summary):
    first = next(cell for cell in summary.benchmarks.cells if cell.shown)
    less = with_cells(summary, lambda cell: hidden(cell) if cell is first else cell)
    place = f"{first.role_family}, {first.tier}, {first.experience_band}"
    row = next(r for r in drawn_rows(less) if r["tip"].startswith(place))
    assert (row["tip"], row["text"]) == (f"{place}: not shown", "")
    assert len(CHART.table(less).rows) == len(CHART.table(summary).rows) - 1


def test_a_quartile_that_is_hidden_is_not_told(summary):
    less = with_cells(summary, lambda cell: cell.model_copy(update={"p75": None}))
    assert not any(" to " in row["tip"] for row in drawn_rows(less))


def test_the_darkest_cell_is_the_best_paid(summary):
    best = max((c for c in summary.benchmarks.cells if c.shown), key=lambda c: c.p50)
    row = next(
        r
        for r in drawn_rows(summary)
        if r["tip"].startswith(f"{best.role_family}, {best.tier}, ")
        and f", {best.experience_band}:" in r["tip"]
    )
    assert row["fill"] == theme.sequential(1.0)


def test_the_title_names_the_ends_of_the_table(summary, write):
    pays = [row[6] for row in CHART.table(summary).rows]
    ends = re.findall(r"[\d.,]+ LPA", CHART.title(summary))
    assert ends == [write.pay_text(min(pays)), write.pay_text(max(pays))]


def test_one_pay_for_all_is_not_a_range(summary):
    even = with_cells(summary, lambda cell: cell.model_copy(update={"p50": 1e6}))
    assert CHART.title(even) == "Median pay is 10.0 LPA wherever it is shown"
    assert drawn_rows(even)


def test_bands_stand_in_the_order_of_the_configuration(summary):
    bands = CHART.spec(summary)["concat"][0]["encoding"]["x"]["sort"]
    assert bands == [one.name for one in summary.bands_of("experience_band")]


def test_roles_stand_from_the_largest_to_the_smallest(summary):
    roles = CHART.spec(summary)["concat"][0]["encoding"]["y"]["sort"]
    sizes = dict.fromkeys(roles, 0)
    for cell in summary.benchmarks.cells:
        if cell.shown:
            sizes[cell.role_family] += cell.learners or 0
    assert [sizes[role] for role in roles] == sorted(sizes.values(), reverse=True)


def test_without_pay_nothing_is_drawn(summary):
    assert not CHART.has(with_cells(summary, hidden))
    assert not CHART.has(with_cells(summary, lambda _: None))


def test_counts_under_the_base_are_told_as_such(summary):
    few = with_cells(summary, lambda c: c.model_copy(update={"learners": None}))
    tips = [row["tip"] for row in drawn_rows(few) if row["text"]]
    assert tips
    assert all("; under 10 learners, " in tip for tip in tips)


def test_a_table_without_companies_tells_of_none(summary):
    given = with_(summary.input, available=("pay", "years_of_experience"))
    bare = with_(summary, input=given)
    assert not any("compan" in row["tip"] for row in drawn_rows(bare))


def test_placeholders_instead_of_names_are_drawn_as_well(summary):
    bare = blank(summary)
    assert CHART.has(bare)
    assert drawn_rows(bare)
    assert CHART.title(bare)


def test_the_note_gives_the_rule_of_pay(summary):
    note = CHART.note(summary)
    assert note.startswith("Median pay (LPA); ")
    assert "Grey: not shown." in note
    assert note.endswith(summary.words.pay_rule)
