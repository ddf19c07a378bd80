from charted import with_
from learnstrata.report.figures.learners.numbers import described_numbers


def test_each_number_has_a_row_in_its_own_unit(summary):
    table = described_numbers(summary)
    found = summary.description.distributions
    assert len(table.rows) == len(found)
    pay = next(row for row in table.rows if row[0] == "Pay (LPA)")
    p50 = [one.heading for one in table.columns].index("50%")
    assert pay[p50] == found[0].p50 / summary.settings.money.per
    years = next(row for row in table.rows if row[0] == "Experience (years)")
    assert years[p50] == found[1].p50


def test_few_outliers_read_under_ten(summary):
    found = summary.description
    few = tuple(with_(one, outside_fences=None) for one in found.distributions)
    table = described_numbers(
        with_(summary, description=with_(found, distributions=few))
    )
    texts = table.texts(summary.settings.numbers)
    assert {row[-1] for row in texts} == {"under 10"}
