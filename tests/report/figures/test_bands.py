"""Rule-based against learned segments: few are grey, shares are of the row."""

from charted import marked, rows_of, texts_of, with_
from learnstrata.report import theme
from learnstrata.report.figures.profiles import bands


def boxes(summary):
    (found,) = marked(bands.draw(summary), "rect")
    return {(row["row"], row["column"]): row for row in rows_of(found)}


def test_a_cell_of_few_is_grey_and_says_so(summary):
    found = boxes(summary)["Early / Low", 1]
    assert found["text"] == "under 10"
    assert found["fill"] == bands.FEW
    assert found["tip"] == "Early / Low and segment 1: under 10"


def test_a_cell_is_as_blue_as_its_share_of_the_row(summary):
    row = next(one for one in summary.bands.rows if one.rule == "Mid / Low")
    count = next(cell.count for cell in row.cells if cell.segment_id == 2)
    found = boxes(summary)["Mid / Low", 2]
    whole = max(row.learners, sum(cell.count or 0 for cell in row.cells))
    assert found["fill"] == theme.sequential(count / whole)


def test_a_row_of_few_is_not_full_blue(summary):
    row = summary.bands.rows[0]
    none = tuple(with_(cell, count=None) for cell in row.cells)
    rows = (with_(row, learners=None, cells=none), *summary.bands.rows[1:])
    few = with_(summary, bands=with_(summary.bands, rows=rows))
    assert {boxes(few)[row.rule, i]["fill"] for i in (1, 2, 3)} == {bands.FEW}
    assert bands.table(few).rows[0][1:] == (None, None, None, None)
    assert texts_of(bands.table(few), few)[1] == "under 10"


def test_a_table_without_pay_has_no_bands(summary):
    without = with_(summary, bands=None)
    assert not bands.CHART.has(without)
    assert bands.title(without) == ""
    assert bands.table(without).rows == ()


def test_the_title_reads_the_agreement(summary):
    alike = with_(summary, bands=with_(summary.bands, ari=0.85, nmi=0.9))
    assert bands.title(alike) == (
        "Rule-based and learned segments agree strongly: adjusted Rand index 0.85, NMI "
        "0.9"
    )
