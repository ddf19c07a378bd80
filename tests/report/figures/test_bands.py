"""Rule-based against learned segments: few are grey, shares are of the row."""

from charted import marked, rows_of, texts_of, with_
from learnstrata.report import theme
from learnstrata.report.figures.profiles import bands
from learnstrata.report.figures.vega import FAINT


def boxes(summary):
    (found,) = marked(bands.draw(summary), "rect")
    return {(row["row"], row["column"]): row for row in rows_of(found)}


def test_a_cell_of_few_is_grey_and_says_so(summary):
    first, *others = summary.bands.rows
    cell, *told = first.cells
    row = with_(first, cells=(with_(cell, count=None), *told))
    few = with_(summary, bands=with_(summary.bands, rows=(row, *others)))
    found = boxes(few)[row.rule, cell.segment_id]
    assert found["text"] == "under 10"
    assert found["fill"] == FAINT
    assert found["tip"] == f"{row.rule} and segment {cell.segment_id}: under 10"


def test_a_cell_is_as_blue_as_its_share_of_the_row(summary):
    found, told = boxes(summary), 0
    for row in summary.bands.rows:
        counts = {cell.segment_id: cell.count for cell in row.cells if cell.count}
        whole = max(row.learners or 0, sum(counts.values()))
        for segment, count in counts.items():
            shade = theme.sequential(count / whole)
            assert found[row.rule, segment]["fill"] == shade
            told += 1
    assert told > 10


def test_a_row_of_few_is_not_full_blue(summary):
    row = summary.bands.rows[0]
    none = tuple(with_(cell, count=None) for cell in row.cells)
    rows = (with_(row, learners=None, cells=none), *summary.bands.rows[1:])
    few = with_(summary, bands=with_(summary.bands, rows=rows))
    drawn = {boxes(few)[row.rule, cell.segment_id]["fill"] for cell in row.cells}
    assert drawn == {FAINT}
    assert set(bands.table(few).rows[0][1:]) == {None}
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
