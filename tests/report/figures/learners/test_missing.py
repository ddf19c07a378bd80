from charted import rows_of, with_
from learnstrata.report.figures.learners.missing import CHART
from learnstrata.summary.contract.learners import Missing


def with_missing(summary, *rows):
    return with_(summary, description=with_(summary.description, missing=rows))


def row(column, count, share):
    return Missing(column=column, count=count, share=share)


def test_few_missing_values_read_under_ten_and_have_no_bar(summary):
    changed = with_missing(
        summary, row("title", 900, 0.15), row("pay_year", None, None)
    )
    title, year = rows_of({"data": CHART.spec(changed)["data"]})
    assert title == {"column": "Title", "share": 0.15, "text": "15% (900)"}
    assert year == {"column": "Year of pay", "share": 0.0, "text": "under 10"}
    assert CHART.title(changed) == "Title is missing most often: for 15% of all"


def test_a_count_of_a_small_table_is_told_without_a_share(summary):
    changed = with_missing(summary, row("title", 20, None))
    assert rows_of({"data": CHART.spec(changed)["data"]})[0]["text"] == "20"
    assert CHART.title(changed) == "Title is missing most often: for 20 learners"


def test_where_no_column_lacks_enough_there_is_a_sentence_and_no_chart(summary):
    changed = with_missing(summary, row("title", None, None))
    assert not CHART.has(changed)
    assert CHART.title(changed) == (
        "Each column that is used lacks the value of under 10 learners"
    )
