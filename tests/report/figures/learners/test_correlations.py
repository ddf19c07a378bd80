from charted import marked, with_
from learnstrata.report.figures.bins import capital, label_of
from learnstrata.report.figures.learners.correlations import CHART
from learnstrata.summary.contract.learners import Correlations


def with_matrix(summary, columns, matrix):
    found = Correlations(columns=columns, pearson=matrix, spearman=matrix)
    return with_(summary, description=with_(summary.description, correlations=found))


def test_each_pair_stands_once(summary):
    n = len(summary.description.correlations.columns)
    cells = CHART.spec(summary)["data"]["values"]
    assert (
        len(cells) == len({(c["row"], c["column"]) for c in cells}) == n * (n - 1) / 2
    )
    assert len(CHART.table(summary).rows) == len(cells)


def test_pay_and_its_logarithm_are_not_the_finding(summary):
    matrix = ((1.0, 1.0, 0.2), (1.0, 1.0, 0.2), (0.2, 0.2, 1.0))
    found = with_matrix(summary, ("pay", "log_pay", "seniority"), matrix)
    assert CHART.title(found) == (
        "Pay and seniority of the title go together most: 0.20 on a scale from -1 to 1"
    )


def test_a_pair_that_does_not_vary_has_a_white_cell(summary):
    matrix = ((1.0, None), (None, 1.0))
    found = with_matrix(summary, ("pay", "seniority"), matrix)
    cell = CHART.spec(found)["data"]["values"][0]
    assert (cell["fill"], cell["text"]) == ("white", "\N{EN DASH}")
    assert CHART.title(found) == "No two numbers vary enough to be compared"


def test_rows_and_columns_bear_names(summary):
    encoding = marked(CHART.spec(summary), "rect")[0]["encoding"]
    names = [capital(label_of(n)) for n in summary.description.correlations.columns]
    assert encoding["x"]["sort"] == names[:-1]
    assert encoding["y"]["scale"]["domain"] == names[1:]


def test_one_number_alone_has_no_chart(summary):
    assert not CHART.has(with_matrix(summary, ("pay",), ((1.0,),)))
